use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "public.orbits")]
struct Orbit {
    mass: f64,
}

fn main() {}
