use entropic::prelude::*;

struct Orbit {
    mass: f64,
}

fn record<T: SimRecord>() {}
fn uses() {
    record::<Orbit>();
}

fn main() {}
