use entropic::prelude::*;

#[derive(Clone, SimColumn)]
struct Point(f64, f64);

#[derive(Clone, SimColumn)]
struct Vector {
    x: f64,
    y: f64,
}

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    #[sim(sql = Double)]
    start: Point,
}

fn main() {}
