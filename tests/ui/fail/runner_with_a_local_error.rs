use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    mass: f64,
}

fn simulate(orbit: &Orbit, run: &mut RunContext<Orbit>) -> Result<(), Box<dyn std::error::Error>> {
    std::fs::write(run.result_file(), orbit.mass.to_string())?;
    Ok(())
}

fn main() {
    let _ = Store::<Orbit>::builder().runner(simulate).open();
}
