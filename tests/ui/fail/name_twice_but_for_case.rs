use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    k: f64,
    #[allow(non_snake_case)]
    K: f64,
}

fn main() {}
