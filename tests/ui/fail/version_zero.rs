use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits", version = 0)]
struct Orbit {
    mass: f64,
}

#[derive(SimRecord)]
#[sim(table = "paths", version = 4294967296)]
struct Path {
    mass: f64,
}

fn main() {}
