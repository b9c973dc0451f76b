use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits", output(period: f64), retired(drag: f64 = 0.5, step: f64 = 0.1, period: f64 = 1.0))]
struct Orbit {
    mass: f64,
    drag: f64,
    #[sim(rename = "step")]
    dt: f64,
}

fn main() {}
