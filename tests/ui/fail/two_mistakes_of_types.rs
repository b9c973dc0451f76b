use entropic::prelude::*;

struct Shape;

#[derive(Debug, Clone, PartialEq)]
enum Method {
    Euler,
    Rk4,
}

#[derive(SimRecord)]
#[sim(table = "orbits", output(energy: f64))]
struct Orbit {
    shape: Option<Shape>,
    method: Method,
    dt: f64,
}

fn uses(orbit: &Orbit) -> entropic::Result<()> {
    let store = Store::<Orbit>::builder().database("runs.db").open()?;
    let run = store.run_or_retrieve(orbit)?;
    println!("{} {} {:?}", run.id, run.dt, run.output.energy);
    Ok(())
}

fn main() {
    let _ = (Method::Euler, Method::Rk4);
}
