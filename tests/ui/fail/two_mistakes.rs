use diesel::prelude::*;
use entropic::prelude::*;

#[derive(Debug, Clone, PartialEq, SimRecord)]
#[sim(table = "orbits", output(energy: f64))]
struct Orbit {
    id: i64,
    mass: Vec<f64>,
    dt: f64,
}

// All that a program does with a record: none of it is wrong.
fn simulate(orbit: &Orbit, run: &mut RunContext<Orbit>) -> std::io::Result<()> {
    run.output.energy = Some(orbit.dt);
    std::fs::write(run.result_file(), "")
}

fn uses(orbit: Orbit) -> entropic::Result<()> {
    let store = Store::<Orbit>::builder().database("runs.db").runner(simulate).open()?;
    let run = store.run_or_retrieve(&orbit)?;
    println!("{} {} {:?}", run.id, run.dt, run.output.energy);
    let fast = store.query(|t| t.filter(orbits::energy.lt(-0.4)).order(orbits::dt.desc()))?;
    println!("{fast:?}");
    let grid = OrbitGrid { dt: vec![0.1, 0.01], ..orbit.into() };
    store.sweep(grid.expand()).run()?;
    Ok(())
}

fn main() {}
