use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit(f64, f64);

#[derive(SimRecord)]
#[sim(table = "paths")]
struct Path;

fn record<T: SimRecord>() {}
fn uses() {
    record::<Orbit>();
    let _ = orbits::table;
}

fn main() {}
