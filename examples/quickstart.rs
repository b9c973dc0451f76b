//! The smallest useful program: a run that is computed once.
//!
//! ```text
//! cargo run --example quickstart
//! ```
#![allow(clippy::print_stdout, reason = "an example prints to the terminal")]

use entropic::prelude::*;

/// The parameters of a run, one column each.
#[derive(Debug, Clone, PartialEq, SimRecord)]
#[sim(table = "decays", output(left: f64))]
struct Decay {
    rate: f64,
    time: f64,
}

/// The simulation: writes a file, and sets the output column `left`.
fn simulate(decay: &Decay, run: &mut RunContext<Decay>) -> std::io::Result<()> {
    println!("computing {decay:?} ...");
    let left = (-decay.rate * decay.time).exp();
    run.output.left = Some(left);
    std::fs::write(run.result_file(), format!("{left}\n"))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let home = target_dir()?.join("quickstart");
    std::fs::create_dir_all(&home)?;
    let store = Store::<Decay>::builder()
        .database(home.join("runs.db"))
        .results_dir(home.join("results"))
        .file_suffix(".txt")
        .runner(simulate)
        .open()?;

    let decay = Decay { rate: 0.5, time: 2.0 };
    let first = store.run_or_retrieve(&decay)?; // computes, unless the program has been run before
    let again = store.run_or_retrieve(&decay)?; // never computes
    println!(
        "run {}: {:.4} left, see {}",
        first.id,
        again.output.left.unwrap_or(f64::NAN),
        again.result_file.display()
    );
    Ok(())
}

/// Returns Cargo's target directory: this program is in `<target>/<profile>/examples`. In your own program, write
/// `.database("sqlite://runs.db").results_dir("results")` instead.
fn target_dir() -> std::io::Result<std::path::PathBuf> {
    let program = std::env::current_exe()?;
    Ok(program.ancestors().nth(3).unwrap_or(&program).to_owned())
}
