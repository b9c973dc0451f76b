use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    #[sim(ignore)]
    mass: f64,
    #[sim(ignore)]
    threads: i32,
}

fn main() {}
