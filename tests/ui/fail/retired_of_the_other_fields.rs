use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits", retired(drag: f64 = self.mass / 2.0))]
struct Orbit {
    mass: f64,
}

fn main() {}
