use entropic::prelude::*;

#[derive(SimEnum)]
enum Method {
    Euler,
    Rk4,
}

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    method: Method,
}

fn main() {}
