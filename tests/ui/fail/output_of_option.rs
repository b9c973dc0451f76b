use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits", output(energy: Option<f64>))]
struct Orbit {
    mass: f64,
}

fn uses(output: &mut OrbitOutput) {
    output.energy = Some(-0.5);
}

fn main() {}
