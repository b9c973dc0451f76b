use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits", ignore, output(#[sim(default)] energy: f64))]
struct Orbit {
    mass: f64,
    #[sim(table = "orbits")]
    dt: f64,
}

#[derive(Clone, SimEnum)]
#[sim(table = "methods")]
enum Method {
    #[sim(rename_all = "lowercase")]
    Euler,
    Rk4,
}

#[derive(Clone, SimColumn)]
#[sim(rename = "mass")]
struct Mass(f64);

fn main() {}
