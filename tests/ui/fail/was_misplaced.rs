use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits", was = "paths")]
struct Orbit {
    mass: f64,
}

#[derive(Clone, SimEnum)]
enum Method {
    Euler,
    #[sim(was = "rk4")]
    RungeKutta,
}

fn main() {}
