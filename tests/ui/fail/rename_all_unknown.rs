use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits", rename_all = "snakecase")]
struct Orbit {
    mass: f64,
}

#[derive(Clone, SimEnum)]
#[sim(rename_all = "title")]
enum Method {
    Euler,
}

fn main() {}
