use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    mass: f64,
    mass: f64,
}

fn main() {}
