use entropic::prelude::*;

#[derive(Clone, SimEnum)]
struct Method(f64);

#[derive(Clone, SimEnum)]
enum Empty {}

#[derive(Clone, SimEnum)]
enum Generic<const N: usize> {
    Euler,
    Other,
}

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    method: Method,
}

fn main() {}
