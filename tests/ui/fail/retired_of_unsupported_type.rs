use entropic::prelude::*;

#[derive(Clone)]
enum Method {
    Euler,
}

#[derive(SimRecord)]
#[sim(table = "orbits", retired(masses: Vec<f64> = vec![], pause: Duration = 1.0, letter: char = 'a'))]
struct Orbit {
    mass: f64,
}

#[derive(SimRecord)]
#[sim(table = "paths", retired(method: Method = Method::Euler))]
struct Path {
    mass: f64,
}

fn main() {}
