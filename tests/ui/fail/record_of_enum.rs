use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits")]
enum Orbit {
    Circle,
    Ellipse,
}

fn record<T: SimRecord>() {}
fn uses() {
    record::<Orbit>();
}

fn main() {}
