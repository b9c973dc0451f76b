use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits", output(created_at: f64))]
struct Orbit {
    id: i64,
    #[sim(rename = "Custom_Data")]
    data: f64,
}

fn uses(orbit: &Orbit) -> i64 {
    let _ = orbits::custom_data;
    orbit.id
}

fn main() {}
