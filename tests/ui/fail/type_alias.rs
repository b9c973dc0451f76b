use entropic::prelude::*;

type Metres = f64;
type Maybe = Option<f64>;

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    distance: Metres,
    maybe: Maybe,
}

fn main() {}
