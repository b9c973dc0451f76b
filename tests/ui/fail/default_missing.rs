use entropic::prelude::*;

#[derive(Clone, SimEnum)]
enum Method {
    Euler,
    Rk4,
}

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    #[sim(default)]
    method: Method,
}

fn main() {}
