use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits", index(mass, mass))]
struct Orbit {
    mass: f64,
    dt: f64,
}

fn main() {}
