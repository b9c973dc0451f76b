use entropic::prelude::*;

#[derive(Clone, SimColumn)]
enum Method {
    Euler,
}

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    method: Method,
}

fn main() {}
