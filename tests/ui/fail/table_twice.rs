use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    mass: f64,
}

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Path {
    charge: f64,
}

fn main() {}
