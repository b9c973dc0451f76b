use entropic::prelude::*;

struct Shape;

#[derive(SimRecord)]
#[sim(table = "orbits", output(shape: Shape, energy: f64))]
struct Orbit {
    mass: f64,
}

fn main() {}
