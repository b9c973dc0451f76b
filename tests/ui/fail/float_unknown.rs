use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits", float = "12 digits")]
struct Orbit {
    mass: f64,
    #[sim(float = "Exact")]
    dt: f64,
}

fn main() {}
