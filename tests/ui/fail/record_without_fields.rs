use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {}

fn main() {}
