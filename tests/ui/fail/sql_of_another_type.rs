use entropic::prelude::*;

#[derive(Clone, SimColumn)]
struct Mass(f64);

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    #[sim(sql = Integer)]
    mass: Mass,
    dt: f64,
}

#[derive(SimRecord)]
#[sim(table = "paths")]
struct Path {
    #[sim(sql = BigInt)]
    dt: f64,
}

fn main() {}
