use entropic::prelude::*;

#[derive(Clone, SimEnum)]
enum Method {
    Euler,
    Rk4,
}

#[derive(SimRecord)]
#[sim(table = "orbits", output(method: Method))]
struct Orbit {
    mass: f64,
}

fn main() {}
