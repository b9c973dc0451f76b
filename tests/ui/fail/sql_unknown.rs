use entropic::prelude::*;

#[derive(Clone, SimColumn)]
struct Mass(f64);

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    #[sim(sql = f64)]
    mass: Mass,
    #[sim(sql = diesel::sql_types::Numeric)]
    charge: Mass,
}

fn main() {}
