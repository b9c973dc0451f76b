use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits", index(mass))]
struct Orbit {
    mass: f64,
    dt: f64,
}

#[derive(SimRecord)]
#[sim(table = "paths", index())]
struct Path {
    mass: f64,
}

#[derive(SimRecord)]
#[sim(table = "springs", index)]
struct Spring {
    mass: f64,
}

#[derive(SimRecord)]
#[sim(table = "waves", index("mass", "dt"))]
struct Wave {
    mass: f64,
    #[sim(index(mass, dt))]
    dt: f64,
}

fn main() {}
