//! The Python package of the same name does the same sweeps: misses, then the hits that they have become.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use entropic::{Durability, Store, Threads};
use serde_json::Value;

use crate::common::Orbit;
use crate::desk::Desk;
use crate::misses::{Who, open};
use crate::python::{Python, name as python_name};
use crate::timing::{Finding, timed};

/// One turn: what is compared is far apart, and Python slow.
pub fn measure(
    name: &str,
    desk: &Desk,
    points: u32,
    who: Who,
    tool: &'static str,
) -> Result<Vec<Finding>, Box<dyn Error>> {
    let python = Python::below(&fs::canonicalize(env!("CARGO_TARGET_TMPDIR"))?)?;
    let beside = label(&python.versions()?, who);
    let ours = open(&desk.folder()?, Durability::Process)?;
    let theirs = rival(&python, &desk.folder()?, tool, points)?;
    ["misses", "hits"]
        .into_iter()
        .map(|what| {
            let (ours, found) = run(&ours, points, who)?;
            assert_eq!(found, what);
            let theirs = theirs[what].as_f64().ok_or_else(|| format!("no time in {theirs}"))?;
            Ok(Finding::new(&format!("{name}: {what}"), points, ours).beside(&beside, theirs))
        })
        .collect()
}

fn label(versions: &Value, who: Who) -> String {
    let of = |package: &str| versions[package].as_str().unwrap_or("?").to_owned();
    let way = match who {
        Who::Serial => "serial".to_owned(),
        Who::Threads(workers) => format!("{workers} workers of Dask {}", of("distributed")),
    };
    format!("entropic {} ({}), {way}", of("entropic"), python_name(versions))
}

/// The seconds of a sweep, and what its points were. Python returns the records, so do we.
fn run(store: &Store<Orbit>, points: u32, who: Who) -> Result<(f64, &'static str), Box<dyn Error>> {
    let sweep = store.sweep((0..points).map(Orbit::nth));
    let (report, seconds) = timed(|| match who {
        Who::Serial => sweep.run(),
        Who::Threads(threads) => sweep.executor(Threads::new(threads)).run(),
    });
    let report = report?;
    assert_eq!(report.records.len(), points as usize, "{report}");
    Ok((seconds, if report.hits == 0 { "misses" } else { "hits" }))
}

/// The seconds of both.
fn rival(python: &Python, folder: &Path, tool: &str, points: u32) -> Result<Value, Box<dyn Error>> {
    let mut command = python.program("sweeps.py");
    command.args([tool, &points.to_string()]).current_dir(folder);
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("the sweeps of Python ({tool}) failed").into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
