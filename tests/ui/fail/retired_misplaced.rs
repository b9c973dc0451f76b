use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits", output(#[sim(retired)] energy: f64), retired(#[sim(ignore)] threads: i32 = 1))]
struct Orbit {
    mass: f64,
    #[sim(retired)]
    drag: f64,
    #[sim(retired = 0.5)]
    dt: f64,
}

fn main() {}
