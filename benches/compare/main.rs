//! entropic beside the tools that people use in Python today, on the same work: its namesake there, signac, diskcache,
//! joblib and exca. Prints one Markdown table.
//!
//! ```text
//! cargo bench -p entropic-benches --bench compare        # needs python3; the first start installs the rivals by pip
//! ```
//!
//! The work: a record of eight parameters, a simulation that writes a small file and finds two numbers. It is asked
//! for what is stored (a hit), for what is not (a miss), and by eight processes at once (a stampede). Each tool does
//! each work in processes of its own, `rivals.py` for Python and this program started again for entropic; each keeps
//! what it has on the same disk, and is used as its documentation tells.
#![allow(missing_docs, reason = "a benchmark")]
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark says what went wrong, and what it found"
)]

#[path = "../common/mod.rs"]
mod common;
mod contender;
mod machine;
mod ours;
mod python;
mod stampede;
mod table;

use std::error::Error;
use std::fs;

use common::{Versus, measuring};
use contender::{Contender, Stage, Work};
use python::Python;
use stampede::Stampede;
use tempfile::TempDir;

/// In how many turns hits and misses are measured: whatever else the machine does meets all tools.
const TURNS: u32 = 3;
/// How far apart the points of two turns are: no turn comes that far.
const TURN_POINTS: u32 = 100_000;

/// What was found about a tool.
struct Findings {
    label: String,
    hit: f64,
    miss: f64,
    stampede: Stampede,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, work @ ..] = args.as_slice()
        && flag == contender::WORKER
    {
        return ours::work(work);
    }
    if !measuring() || !Versus::wants("compare") {
        println!("compare: only measures, see `cargo bench`");
        return Ok(());
    }
    let tmp = fs::canonicalize(env!("CARGO_TARGET_TMPDIR"))?;
    let python = Python::below(&tmp)?;
    let versions = python.versions()?;
    let scratch = TempDir::new_in(&tmp)?;
    let stage = Stage::new(python, scratch.path())?;
    let contenders = contender::all(&versions);
    let findings = compare(&stage, &contenders)?;

    let machine = machine::describe(&tmp);
    println!("\n{machine}; {}.\n\n{}\n\n{}", python::name(&versions), table::render(&findings), table::NOTES);
    let errors = table::errors(&findings);
    if !errors.is_empty() {
        println!("\n{errors}");
    }
    Ok(())
}

fn compare(stage: &Stage, contenders: &[Contender]) -> Result<Vec<Findings>, Box<dyn Error>> {
    for contender in contenders {
        println!("{}: makes its store", contender.label);
        stage.answer(contender, Work::Fill)?;
    }
    let mut seconds = vec![(vec![], vec![]); contenders.len()];
    for turn in 1..=TURNS {
        println!("hits and misses, turn {turn} of {TURNS}");
        for (contender, (hits, misses)) in contenders.iter().zip(&mut seconds) {
            hits.push(stage.seconds(contender, Work::Hit)?);
            misses.push(stage.seconds(contender, Work::MissFrom(turn * TURN_POINTS))?);
        }
    }
    let stampede = |(contender, (hits, misses)): (&Contender, (Vec<f64>, Vec<f64>))| {
        println!("{}: stampede", contender.label);
        let stampede = stampede::start(stage, contender)?;
        Ok(Findings { label: contender.label.clone(), hit: median(hits), miss: median(misses), stampede })
    };
    contenders.iter().zip(seconds).map(stampede).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
