use entropic::prelude::*;

use diesel::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits", output(energy: f64))]
struct Orbit {
    mass: f64,
}

fn uses() {
    let _ = orbits::table.filter(orbits::enery.lt(0.0));
}

fn main() {}
