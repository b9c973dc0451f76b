use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits", output(mass: f64))]
struct Orbit {
    mass: f64,
    dt: f64,
    #[sim(rename = "dt")]
    step: f64,
}

fn main() {}
