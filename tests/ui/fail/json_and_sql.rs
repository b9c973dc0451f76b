use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    #[sim(json, sql = Text)]
    tags: Vec<String>,
}

fn main() {}
