use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits", crate = "entropic")]
struct Orbit {
    mass: f64,
}

#[derive(Clone, SimEnum)]
#[sim(crate = "not a path")]
enum Method {
    Euler,
}

fn main() {}
