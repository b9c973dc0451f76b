use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    mass: f64,
    // Fills the rows that are there when the column is added.
    #[sim(ignore, default = 0.0)]
    drag: f64,
    #[sim(float = "exact", ignore)]
    dt: f64,
}

fn main() {}
