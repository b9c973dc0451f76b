use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits")]
#[sim(table = "paths")]
struct Orbit {
    #[sim(rename = "m", rename = "mu")]
    mass: f64,
}

fn main() {}
