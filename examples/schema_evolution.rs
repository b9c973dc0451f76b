//! A struct of parameters that changes over the years while its runs stay: one parameter is added, one is renamed, one is
//! removed, and finally the ids are made in another way.
//!
//! ```text
//! cargo run --example schema_evolution
//! ```
#![allow(clippy::print_stdout, reason = "an example prints to the terminal")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use entropic::prelude::*;
use entropic::{Schema, Stored, SweepReport, write_migration};

/// The first struct: the swing of a pendulum.
mod first {
    use entropic::prelude::*;

    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(table = "pendulums", output(period: f64))]
    pub struct Pendulum {
        pub length: f64,
        pub angle: f64,
        pub tolerance: f64,
    }
}

/// A year later, the struct has drag and records the energy. The earlier runs had no drag, so the default is 0.
mod second {
    use entropic::prelude::*;

    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(table = "pendulums", output(period: f64, energy: f64), index(length, angle))]
    pub struct Pendulum {
        pub length: f64,
        pub angle: f64,
        pub tolerance: f64,
        #[sim(default = 0.0)]
        pub drag: f64,
    }
}

/// Later, the length gets a better name, and the tolerance becomes a constant.
mod third {
    use entropic::prelude::*;

    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(
        table = "pendulums",
        output(period: f64, energy: f64),
        index(rod_length, angle),
        retired(tolerance: f64 = 1e-9)
    )]
    pub struct Pendulum {
        #[sim(was = "length")]
        pub rod_length: f64,
        pub angle: f64,
        #[sim(default = 0.0)]
        pub drag: f64,
    }
}

/// Finally, the ids must differ from those of a colleague's struct: every id changes, and the runs stay.
mod fourth {
    use entropic::prelude::*;

    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(
        table = "pendulums",
        version = 2,
        output(period: f64, energy: f64),
        index(rod_length, angle),
        retired(tolerance: f64 = 1e-9)
    )]
    pub struct Pendulum {
        #[sim(was = "length")]
        pub rod_length: f64,
        pub angle: f64,
        #[sim(default = 0.0)]
        pub drag: f64,
    }
}

/// The number of runs computed.
static COMPUTED: AtomicUsize = AtomicUsize::new(0);

/// Computes the period in seconds by the arithmetic-geometric mean, corrected for drag. The length is in metres, the
/// angle in radians.
fn period(length: f64, angle: f64, drag: f64, tolerance: f64) -> f64 {
    COMPUTED.fetch_add(1, Ordering::Relaxed);
    let (mut a, mut g) = (1.0, (angle / 2.0).cos());
    while (a - g).abs() > tolerance {
        (a, g) = (f64::midpoint(a, g), (a * g).sqrt());
    }
    std::f64::consts::TAU * (length / 9.81).sqrt() / a / (1.0 - drag * drag).sqrt()
}

fn main() -> Result<(), Box<dyn Error>> {
    let home = target_dir()?.join("schema_evolution");
    // Every start of this example begins without stored runs.
    if home.exists() {
        fs::remove_dir_all(&home)?;
    }
    fs::create_dir_all(&home)?;

    println!("1. A struct, and its runs");
    let store = at::<first::Pendulum>(&home)
        .runner(|p: &first::Pendulum, run| {
            let period = period(p.length, p.angle, 0.0, p.tolerance);
            run.output.period = Some(period);
            fs::write(run.result_file(), period.to_string())
        })
        .open()?;
    let grid = first::PendulumGrid {
        length: vec![0.25, 0.5, 1.0, 2.0],
        angle: vec![0.1, 0.5, 1.0],
        tolerance: vec![1e-9],
    };
    told(&store.sweep(grid.expand()).run()?);
    migration::<first::Pendulum>(&home)?;
    drop(store);

    println!(
        "2. Two more columns and an index: by default, the store refuses the table and lists the differences"
    );
    let refused = at::<second::Pendulum>(&home).open().err().ok_or("it should have been refused")?;
    println!("{}", indented(&refused.to_string()));
    println!("   With Schema::Evolve the table follows, and the runs without drag are hits:");
    let store = at::<second::Pendulum>(&home)
        .schema(Schema::Evolve)
        .runner(|p: &second::Pendulum, run| {
            let period = period(p.length, p.angle, p.drag, p.tolerance);
            run.output.period = Some(period);
            run.output.energy = Some(9.81 * p.length * (1.0 - p.angle.cos()));
            fs::write(run.result_file(), period.to_string())
        })
        .open()?;
    let grid = second::PendulumGrid {
        length: vec![0.25, 0.5, 1.0, 2.0],
        angle: vec![0.1, 0.5, 1.0],
        tolerance: vec![1e-9],
        drag: vec![0.0, 0.3],
    };
    told(&store.sweep(grid.expand()).run()?);
    migration::<second::Pendulum>(&home)?;
    drop(store);

    println!("3. A renamed parameter, and a removed one");
    let store = at::<third::Pendulum>(&home).schema(Schema::Evolve).open()?;
    let points = || {
        let rod_length = vec![0.25, 0.5, 1.0, 2.0];
        third::PendulumGrid { rod_length, angle: vec![0.1, 0.5, 1.0], drag: vec![0.0, 0.3] }.expand()
    };
    told(&store.sweep(points()).run()?);
    migration::<third::Pendulum>(&home)?;
    drop(store);

    println!("4. Ids that are made in another way: refused unless you ask for it");
    let refused = at::<fourth::Pendulum>(&home).schema(Schema::Evolve).open().err();
    println!("{}", indented(&refused.ok_or("it should have been refused")?.to_string()));
    let store = at::<fourth::Pendulum>(&home).schema(Schema::Trust).open()?;
    let plan = store.plan_rehash()?;
    println!("   the plan: {plan}");
    println!("   done: {}", store.rehash(&plan)?);
    drop(store);
    let store = at::<fourth::Pendulum>(&home).open()?;
    let fourth =
        points().map(|p| fourth::Pendulum { rod_length: p.rod_length, angle: p.angle, drag: p.drag });
    let report = store.sweep(fourth).run()?;
    told(&report);

    let computed = COMPUTED.load(Ordering::Relaxed);
    println!("Four versions of the struct, {} runs, {computed} computed: each once", store.count()?);
    println!("{}", store.verify()?);
    if computed as u64 != store.count()? || !report.failures.is_empty() {
        return Err("a run was lost".into());
    }
    Ok(())
}

fn at<T: Stored>(home: &Path) -> entropic::StoreBuilder<T> {
    Store::builder().database(home.join("runs.db")).results_dir(home.join("results")).file_suffix(".txt")
}

fn told<T: Stored>(report: &SweepReport<T>) {
    println!("   {report}");
}

/// Writes the change as a migration file, for users who change their databases with `diesel migration run`.
fn migration<T: Stored>(home: &Path) -> Result<(), Box<dyn Error>> {
    for dir in write_migration::<T>(home.join("migrations"))? {
        if dir.starts_with(home.join("migrations/sqlite")) {
            println!("   as a migration: {}", dir.join("up.sql").display());
        }
    }
    println!();
    Ok(())
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("     {line}")).collect::<Vec<_>>().join("\n")
}

/// Returns Cargo's target directory: this program is in `<target>/<profile>/examples`.
fn target_dir() -> std::io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    Ok(program.ancestors().nth(3).unwrap_or(&program).to_owned())
}
