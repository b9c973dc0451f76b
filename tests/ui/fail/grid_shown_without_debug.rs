use entropic::prelude::*;

#[derive(Clone, SimEnum)]
enum Method {
    Euler,
}

#[derive(Clone, SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    method: Method,
}

fn main() {
    println!("{:?}", OrbitGrid { method: Method::all() }.clone());
}
