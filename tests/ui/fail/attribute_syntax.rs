use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table: "orbits")]
struct Orbit {
    #[sim(rename "m")]
    mass: f64,
    #[sim]
    dt: f64,
    #[sim = "ignore"]
    steps: i64,
}

fn main() {}
