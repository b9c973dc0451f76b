use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits", output(energy))]
struct Orbit {
    mass: f64,
}

#[derive(SimRecord)]
#[sim(table = "paths", output(energy = f64))]
struct Path {
    mass: f64,
}

fn main() {}
