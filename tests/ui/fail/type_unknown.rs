use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits", output(energy: f46))]
struct Orbit {
    mass: f46,
}

fn main() {}
