use entropic::prelude::*;

#[derive(Clone, SimEnum)]
enum Method {
    Euler,
    Rk { order: i32 },
    Adaptive(f64),
}

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    method: Method,
}

fn uses() -> Vec<Method> {
    Method::all()
}

fn main() {}
