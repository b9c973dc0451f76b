use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    mass: f64,
    #[sim(default = self.mass)]
    drag: f64,
}

fn main() {}
