//! The physics, independent of entropic: two populations, and two methods to integrate them over time.

/// Prey and predators, in thousands.
pub type Populations = [f64; 2];

/// The rates of the Lotka-Volterra equations `x' = αx − βxy`, `y' = δxy − γy`: prey `x` grow and are eaten, predators `y`
/// eat and die. `alpha` and `gamma` are per year, `beta` and `delta` per year and per thousand of the other species.
#[derive(Debug, Clone, Copy)]
pub struct Rates {
    /// The growth rate of the prey.
    pub alpha: f64,
    /// The rate at which predators eat prey.
    pub beta: f64,
    /// The death rate of the predators.
    pub gamma: f64,
    /// The rate at which prey lets predators reproduce.
    pub delta: f64,
}

/// The properties of a trajectory that become outputs.
#[derive(Debug, Clone, Copy)]
pub struct Summary {
    /// The maximum of each population, in thousands.
    pub most: Populations,
    /// The mean number of years from one rise of the prey to the next; `None` if there were fewer than two rises.
    pub period: Option<f64>,
    /// The deviation of the conserved quantity, relative to its height above the equilibrium.
    pub drift: f64,
}

impl Rates {
    fn slope(&self, [x, y]: Populations) -> Populations {
        [(self.alpha - self.beta * y) * x, (self.delta * x - self.gamma) * y]
    }

    /// Makes one step of Euler's method. It follows the tangent, so it leaves every closed orbit outwards.
    pub fn euler(&self, at: Populations, dt: f64) -> Populations {
        ahead(at, self.slope(at), dt)
    }

    /// Makes one step of the classical Runge-Kutta method of fourth order.
    pub fn rk4(&self, at: Populations, dt: f64) -> Populations {
        let k1 = self.slope(at);
        let k2 = self.slope(ahead(at, k1, dt / 2.0));
        let k3 = self.slope(ahead(at, k2, dt / 2.0));
        let k4 = self.slope(ahead(at, k3, dt));
        let mean = |i: usize| (k1[i] + 2.0 * (k2[i] + k3[i]) + k4[i]) / 6.0;
        ahead(at, [mean(0), mean(1)], dt)
    }

    /// Returns the populations at which nothing changes.
    pub fn equilibrium(&self) -> Populations {
        [self.gamma / self.delta, self.alpha / self.beta]
    }

    /// Returns `V = δx − γ ln x + βy − α ln y`, which the exact solution conserves and which is smallest at the equilibrium.
    pub fn conserved(&self, [x, y]: Populations) -> f64 {
        self.delta * x - self.gamma * x.ln() + self.beta * y - self.alpha * y.ln()
    }

    /// Integrates from `start` over `t_end` years and reports about `rows` moments, including the first and the last.
    pub fn integrate<E>(
        &self,
        start: Populations,
        (dt, t_end): (f64, f64),
        rows: u64,
        step: impl Fn(&Self, Populations, f64) -> Populations,
        mut show: impl FnMut(f64, Populations) -> Result<(), E>,
    ) -> Result<Summary, E> {
        let steps = (t_end / dt).round() as u64;
        let stride = (steps / rows).max(1);
        let [level, _] = self.equilibrium();
        let conserved = self.conserved(start);
        let height = conserved - self.conserved(self.equilibrium());

        let (mut now, mut most, mut strayed, mut rises) = (start, start, 0.0_f64, Vec::new());
        show(0.0, now)?;
        for n in 1..=steps {
            let next = step(self, now, dt);
            if now[0] < level && next[0] >= level {
                let share = (level - now[0]) / (next[0] - now[0]);
                rises.push(((n - 1) as f64 + share) * dt);
            }
            now = next;
            most = [most[0].max(now[0]), most[1].max(now[1])];
            if n % stride == 0 || n == steps {
                strayed = strayed.max((self.conserved(now) - conserved).abs());
                show(n as f64 * dt, now)?;
            }
        }
        let period = match rises[..] {
            [first, .., last] => Some((last - first) / (rises.len() - 1) as f64),
            _ => None,
        };
        Ok(Summary { most, period, drift: strayed / height })
    }
}

fn ahead(at: Populations, slope: Populations, dt: f64) -> Populations {
    [at[0] + dt * slope[0], at[1] + dt * slope[1]]
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::f64::consts::TAU;

    use super::*;

    const RATES: Rates = Rates { alpha: 0.55, beta: 0.028, gamma: 0.8, delta: 0.024 };

    fn summary(step: fn(&Rates, Populations, f64) -> Populations, start: Populations, dt: f64) -> Summary {
        let Ok(summary) = RATES.integrate(start, (dt, 50.0), 1_000, step, |_, _| Ok::<(), Infallible>(()));
        summary
    }

    #[test]
    fn the_equilibrium_rests() {
        let [x, y] = RATES.rk4(RATES.equilibrium(), 0.1);
        assert!((x - 0.8 / 0.024).abs() < 1e-12 && (y - 0.55 / 0.028).abs() < 1e-12, "{x} {y}");
    }

    #[test]
    fn small_orbits_have_the_period_of_the_linear_theory() {
        let [x, y] = RATES.equilibrium();
        let period = summary(Rates::rk4, [x * 1.001, y], 0.01).period;
        assert!(
            period.is_some_and(|period| (period - TAU / (0.55_f64 * 0.8).sqrt()).abs() < 1e-4),
            "{period:?}"
        );
    }

    #[test]
    fn the_errors_are_of_first_and_of_fourth_order() {
        for (order, step) in [(1, Rates::euler as fn(&_, _, _) -> _), (4, Rates::rk4)] {
            let [coarse, fine] = [0.02, 0.01].map(|dt| summary(step, [34.0, 5.9], dt).drift);
            let found = (coarse / fine).log2();
            assert!((found - f64::from(order)).abs() < 0.2, "order {found}, not {order}");
        }
    }
}
