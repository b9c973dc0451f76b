use entropic::prelude::*;

struct Mass(f64);

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    #[sim(sql = Double)]
    mass: Mass,
}

fn main() {}
