use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit<T> {
    mass: T,
}

#[derive(SimRecord)]
#[sim(table = "paths")]
struct Path<'a> {
    name: &'a str,
}

fn record<T: SimRecord>() {}
fn uses() {
    record::<Orbit<f64>>();
}

fn main() {}
