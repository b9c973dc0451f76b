use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(
    table = "orbits",
    retired(
        drag: f64 = 1,
        steps: i64 = "many",
        note: Option<String> = "none",
        #[sim(default = 2)] gravity: f64 = 9.81,
    )
)]
struct Orbit {
    mass: f64,
}

fn main() {}
