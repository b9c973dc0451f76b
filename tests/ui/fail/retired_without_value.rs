use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits", retired(drag: f64))]
struct Orbit {
    mass: f64,
}

#[derive(SimRecord)]
#[sim(table = "paths", retired(drag = 0.5))]
struct Path {
    mass: f64,
}

#[derive(SimRecord)]
#[sim(table = "springs", retired(drag))]
struct Spring {
    mass: f64,
}

#[derive(SimRecord)]
#[sim(table = "waves", retired = "drag")]
struct Wave {
    mass: f64,
}

fn main() {}
