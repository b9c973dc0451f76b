use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "")]
struct Orbit {
    #[sim(rename = "$mass")]
    mass: f64,
    #[sim(rename = "d\"t")]
    dt: f64,
    #[sim(rename = "a\0b")]
    steps: f64,
}

#[derive(SimRecord)]
#[sim(table = "sqlite_runs")]
struct Path {
    mass: f64,
}

#[derive(SimRecord)]
struct EntropicRun {
    mass: f64,
}

fn main() {}
