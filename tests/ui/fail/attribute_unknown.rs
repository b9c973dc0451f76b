use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    mass: f64,
    #[sim(primary_key)]
    dt: f64,
}

fn main() {}
