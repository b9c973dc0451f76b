use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    mass: f64,
    shape: Option<std::net::IpAddr>,
}

fn main() {}
