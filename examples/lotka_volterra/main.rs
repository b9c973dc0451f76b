//! Hares and lynxes: a sweep over step widths, methods and pastures that is computed once.
//!
//! ```text
//! cargo run --release --example lotka_volterra
//! ```
//!
//! The first start integrates the Lotka-Volterra equations for every point of the sweep and stores the results; every
//! later start finds them. This file contains the calls to entropic, `physics.rs` the equations, and `plot.rs` draws the
//! picture.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example prints to the terminal")]

mod options;
mod physics;
mod plot;

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

use comfy_table::{CellAlignment, Table, presets};
use diesel::prelude::*;
use entropic::prelude::*;

use options::{Options, below};
use physics::Rates;

/// The integration method; stored as `euler` and `rk4`.
#[derive(Debug, Clone, Copy, PartialEq, SimEnum)]
#[sim(rename_all = "lowercase")]
pub enum Method {
    /// Euler's method.
    Euler,
    /// The classical Runge-Kutta method of fourth order.
    Rk4,
}

/// The parameters and outputs of a run, one column each. The rates are those of [`Rates`].
#[derive(Debug, Clone, PartialEq, SimRecord)]
#[sim(table = "lotka_volterra")]
#[sim(output(prey_max: f64, predators_max: f64, period: f64, drift: f64))]
pub struct LotkaVolterra {
    alpha: f64,
    beta: f64,
    gamma: f64,
    delta: f64,
    prey0: f64,
    predators0: f64,
    dt: f64,
    t_end: f64,
    method: Method,
    /// A label for this `alpha`. It is stored but not part of the identity, so another label does not make another run.
    #[sim(ignore)]
    pasture: String,
}

/// Returns parameters that roughly fit the pelts bought by the Hudson's Bay Company from 1900 to 1920. Times are in years,
/// populations in thousands of animals.
fn hudson_bay() -> LotkaVolterra {
    LotkaVolterra {
        alpha: 0.55,
        beta: 0.028,
        gamma: 0.80,
        delta: 0.024,
        prey0: 34.0,
        predators0: 5.9,
        dt: 0.01,
        t_end: 200.0,
        method: Method::Rk4,
        pasture: "fair".to_owned(),
    }
}

/// Returns the points of the sweep: every method with every step width, on two pastures.
fn points() -> impl Iterator<Item = LotkaVolterra> {
    [("poor", 0.45), ("fair", 0.55)].into_iter().flat_map(|(pasture, alpha)| {
        let grid = LotkaVolterraGrid {
            dt: vec![1e-2, 1e-3, 1e-4, 1e-5],
            method: Method::all(),
            ..LotkaVolterra { alpha, pasture: pasture.to_owned(), ..hudson_bay() }.into()
        };
        grid.expand()
    })
}

/// The approximate number of rows in a result.
const ROWS: u64 = 4_000;

/// The runner, which the store calls for misses. It writes the trajectory to a private path and sets the outputs. Once it
/// returns without an error, the store publishes the file under its final name.
fn simulate(ask: &LotkaVolterra, run: &mut RunContext<LotkaVolterra>) -> std::io::Result<()> {
    let rates = Rates { alpha: ask.alpha, beta: ask.beta, gamma: ask.gamma, delta: ask.delta };
    let start = [ask.prey0, ask.predators0];
    let mut csv = BufWriter::new(File::create(run.result_file())?);
    writeln!(csv, "years,hares,lynxes")?;
    let show = |years: f64, [hares, lynxes]: [f64; 2]| writeln!(csv, "{years:.3},{hares:.6},{lynxes:.6}");
    let span = (ask.dt, ask.t_end);
    let summary = match ask.method {
        Method::Euler => rates.integrate(start, span, ROWS, Rates::euler, show)?,
        Method::Rk4 => rates.integrate(start, span, ROWS, Rates::rk4, show)?,
    };
    [run.output.prey_max, run.output.predators_max] = summary.most.map(Some);
    run.output.period = summary.period;
    run.output.drift = Some(summary.drift);
    csv.flush()
}

fn main() -> ExitCode {
    match Options::read().and_then(|options| options.map_or(Ok(()), |options| run(&options))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(&options.home)
        .map_err(|error| format!("cannot create the directory `{}`: {error}", options.home.display()))?;
    let store = Store::<LotkaVolterra>::builder()
        .database(&options.database)
        .results_dir(&options.results)
        .file_suffix(".csv")
        .runner(simulate)
        .open()?;
    println!("Hares and lynxes, {} years in {} runs", hudson_bay().t_end, points().count());
    println!("  table    {}", options.shown_database(store.database()));
    println!("  results  {}\n", below(&options.results));
    if options.fresh {
        for run in store.list()? {
            store.delete_id_with_file(&run.id)?;
        }
    }

    // Only the printed table needs this: the sweep itself detects hits, and repeats runs that have lost their file.
    let known: Vec<bool> =
        points().map(|point| store.retrieve(&point).is_ok_and(|run| run.is_some())).collect();
    let report = store.sweep(points()).run()?;
    if !report.is_complete() {
        return Err(report.to_string().into());
    }
    println!("{}", table(&report.records, &known));
    println!("dt and period in years, maximum of hares and lynxes in thousands\n");
    println!("{report}");
    if report.misses == 0 {
        println!("All runs were stored already. `--fresh` deletes them and computes them again.");
    } else {
        println!("Start it again: stored runs are not computed twice.");
    }

    // A typed query: a wrong column, or text in place of a number, does not compile.
    let bad =
        store.query(|t| t.filter(lotka_volterra::drift.gt(0.01)).order(lotka_volterra::drift.desc()))?;
    let euler = bad.iter().filter(|run| run.method == Method::Euler).count();
    println!("\nDrift worse than 1 %: {} runs, {euler} of them by Euler's method", bad.len());

    let picture = options.home.join("lotka_volterra.svg");
    let drawn = |method| {
        report.records.iter().find(|run| run.pasture == "fair" && run.dt == 0.01 && run.method == method)
    };
    if let (Some(euler), Some(rk4)) = (drawn(Method::Euler), drawn(Method::Rk4)) {
        plot::draw(&picture, euler, rk4)?;
        println!("Picture of two of them: {}", below(&picture));
    }
    Ok(())
}

/// Formats the runs as a table, one line per run.
fn table(runs: &[Record<LotkaVolterra>], known: &[bool]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_BORDERS_ONLY)
        .set_header(["pasture", "method", "dt", "period", "hares", "lynxes", "drift", "took", "store"]);
    let number = |value: Option<f64>, digits: usize| {
        value.map_or("none".to_owned(), |value| format!("{value:.digits$}"))
    };
    for (run, known) in runs.iter().zip(known) {
        table.add_row([
            run.pasture.clone(),
            run.method.as_str().to_owned(),
            run.dt.to_string(),
            number(run.output.period, 3),
            number(run.output.prey_max, 1),
            number(run.output.predators_max, 1),
            run.output.drift.map_or("none".to_owned(), percent),
            run.elapsed_seconds().map_or("?".to_owned(), |seconds| format!("{seconds:.3} s")),
            if *known { "hit" } else { "miss" }.to_owned(),
        ]);
    }
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((1, 0));
        if (2..8).contains(&at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    if let Some(last) = table.column_mut(8) {
        last.set_padding((1, 1));
    }
    table
}

fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent < 0.01 { format!("{percent:.1e} %") } else { format!("{percent:.2} %") }
}
