use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    #[sim(was = "m")]
    mass: f64,
    #[sim(was = "m")]
    moment: f64,
}

#[derive(SimRecord)]
#[sim(table = "paths")]
struct Path {
    length: f64,
    #[sim(was = "length")]
    height: f64,
}

#[derive(SimRecord)]
#[sim(table = "springs", output(#[sim(was = "force")] energy: f64))]
struct Spring {
    #[sim(was = "k")]
    stiffness: f64,
    k: f64,
    force: f64,
}

fn main() {}
