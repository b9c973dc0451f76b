use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    #[sim(default = "many")]
    steps: i64,
    #[sim(default = 0)]
    drag: f64,
    #[sim(default = "none")]
    note: Option<String>,
}

fn main() {}
