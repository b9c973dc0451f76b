//! A struct of parameters that changes over the years, while the runs made with it stay: a parameter is added, one
//! gets another name, one goes, and at last the ids are made in another way.
//!
//! ```text
//! cargo run --example schema_evolution
//! ```
#![allow(clippy::print_stdout, reason = "an example talks to whoever runs it")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use entropic::prelude::*;
use entropic::{Schema, Stored, SweepReport, write_migration};

/// The struct at first: the swing of a pendulum.
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

/// A year later there is drag, and its energy is looked at. Runs made before had none: that is the default.
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

/// Then the length is called by its right name, and the tolerance is a constant.
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

/// At last the ids of this struct shall be told from those of a colleague's: all are others, the runs are not.
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

/// How many runs were computed in all.
static COMPUTED: AtomicUsize = AtomicUsize::new(0);

/// The period by the arithmetic-geometric mean, with what air takes of it.
fn period(length: f64, angle: f64, drag: f64, tolerance: f64) -> f64 {
    COMPUTED.fetch_add(1, Ordering::Relaxed);
    let (mut a, mut g) = (1.0, (angle / 2.0).cos());
    while (a - g).abs() > tolerance {
        (a, g) = (f64::midpoint(a, g), (a * g).sqrt());
    }
    std::f64::consts::TAU * (length / 9.81).sqrt() / a / (1.0 - drag * drag).sqrt()
}

fn main() -> Result<(), Box<dyn Error>> {
    let home = target_folder()?.join("schema_evolution");
    // This example tells its story from the beginning each time.
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
        "2. Two columns and an index more: opened as ever, the table is refused with what is other about it"
    );
    let refused = at::<second::Pendulum>(&home).open().err().ok_or("it should have been refused")?;
    println!("{}", indented(&refused.to_string()));
    println!("   With Schema::Evolve it follows, and the runs without drag are those of before:");
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

    println!("3. Another name, and a parameter that is gone");
    let store = at::<third::Pendulum>(&home).schema(Schema::Evolve).open()?;
    let points = || {
        let rod_length = vec![0.25, 0.5, 1.0, 2.0];
        third::PendulumGrid { rod_length, angle: vec![0.1, 0.5, 1.0], drag: vec![0.0, 0.3] }.expand()
    };
    told(&store.sweep(points()).run()?);
    migration::<third::Pendulum>(&home)?;
    drop(store);

    println!("4. Ids that are made in another way: never by accident");
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
    println!("In four lives of the struct {} runs, each computed once: {computed}", store.count()?);
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

/// The same change as a file, for those who change their databases with `diesel migration run`.
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

/// Cargo's target folder: this program lies in `<target>/<profile>/examples`.
fn target_folder() -> std::io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    Ok(program.ancestors().nth(3).unwrap_or(&program).to_owned())
}
