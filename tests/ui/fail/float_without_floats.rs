use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    mass: f64,
    #[sim(float = "exact")]
    steps: i64,
    #[sim(float = "exact")]
    label: Option<String>,
}

#[derive(SimRecord)]
#[sim(table = "walks", float = "significant")]
struct Walk {
    steps: i64,
    #[sim(ignore)]
    speed: f64,
}

fn main() {}
