use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits")]
union Orbit {
    mass: f64,
    dt: f64,
}

fn main() {}
