use entropic::prelude::*;

struct Shape;

#[derive(SimRecord)]
#[sim(table = "orbits", output(#[sim(json)] last: Shape))]
struct Orbit {
    #[sim(json)]
    shape: Shape,
}

fn main() {}
