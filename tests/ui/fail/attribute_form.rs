use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table, version = "2", output = "energy", rename_all(snake_case))]
struct Orbit {
    #[sim(rename)]
    mass: f64,
    #[sim(ignore = true)]
    dt: f64,
    #[sim(default(0.0))]
    drag: f64,
    #[sim(json = "yes")]
    tags: Vec<String>,
    #[sim(sql)]
    angle: f64,
    #[sim(float)]
    time: f64,
    #[sim(index())]
    seed: i64,
}

fn main() {}
