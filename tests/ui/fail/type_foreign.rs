use entropic::prelude::*;

// Nothing is derived: the type is still one error.
struct Shape;

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    mass: f64,
    shape: Shape,
}

fn main() {}
