use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits", output(energy: f64), index(mass, enrgy), index(mass, seconds), index(mass, create_at))]
struct Orbit {
    mass: f64,
    #[sim(rename = "seconds")]
    dt: f64,
}

fn main() {}
