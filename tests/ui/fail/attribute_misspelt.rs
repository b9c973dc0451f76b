use entropic::prelude::*;

#[derive(Clone)]
struct Shape;

#[derive(SimRecord)]
#[sim(tabel = "paths", outputs(energy: f64))]
struct Orbit {
    mass: f64,
    #[sim(renam = "step")]
    id: f64,
    #[sim(jsn)]
    shape: Vec<Shape>,
}

// What was meant is known, so that nothing else is wrong.
fn uses(output: &OrbitOutput) -> Option<f64> {
    let _ = (paths::energy, paths::step);
    output.energy
}

fn main() {}
