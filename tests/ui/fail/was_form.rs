use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits", output(#[sim(was(power))] energy: f64), retired(#[sim(was = 1)] drag: f64 = 0.5))]
struct Orbit {
    #[sim(was)]
    mass: f64,
    #[sim(was = step)]
    dt: f64,
    #[sim(was = "")]
    angle: f64,
}

fn main() {}
