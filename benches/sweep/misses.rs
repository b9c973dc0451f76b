//! A sweep over points that are not there, with a simulation that writes a few bytes.

use std::error::Error;
use std::fmt;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use chrono::Utc;
use entropic::prelude::*;
use entropic::{Durability, SweepReport, Threads};
use rusqlite::Connection;

use crate::common::sqlite::insert;
use crate::common::{Orbit, floor_id};
use crate::desk::Desk;
use crate::timing::{Budget, Finding, in_turns, timed};

const RESULT: &[u8] = b"step,energy\n0,-0.5\n1,-0.5\n";

/// Who makes the runs.
#[derive(Clone, Copy, PartialEq)]
pub enum Who {
    Serial,
    Threads(usize),
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Serial => f.write_str("serial"),
            Self::Threads(1) => f.write_str("1-thread"),
            Self::Threads(threads) => write!(f, "{threads}-threads"),
        }
    }
}

pub fn measure(
    name: &str,
    desk: &Desk,
    durability: Durability,
    points: u32,
    who: Who,
) -> Result<Option<Finding>, Box<dyn Error>> {
    desk.look()?;
    let ours = || run(&open(&desk.folder()?, durability)?, points, who);
    let floor = || {
        let folder = desk.folder()?;
        // The table and its index, as the store makes them.
        drop(open(&folder, durability)?);
        by_hand(&folder, durability, points)
    };
    // No more files than must be.
    let turns = if points > 10_000 { 1 } else { 5 };
    let (ours, floor) = in_turns(turns, ours, floor)?;
    let finding = Finding::new(name, points, ours);
    Ok(Some(match durability {
        Durability::Full => finding.beside("files synced and renamed, one FULL commit", floor),
        _ => finding.beside("files renamed, one commit", floor).budget(Budget::Times(2.0)),
    }))
}

pub fn open(dir: &Path, durability: Durability) -> Result<Store<Orbit>, entropic::Error> {
    open_at(&format!("sqlite://{}", dir.join("runs.db").display()), &dir.join("results"), durability)
}

pub fn open_at(url: &str, results: &Path, durability: Durability) -> Result<Store<Orbit>, entropic::Error> {
    let builder = Store::builder().database(url).results_dir(results).file_suffix(".csv");
    builder.runner(simulate).durability(durability).open()
}

fn simulate(orbit: &Orbit, run: &mut RunContext<Orbit>) -> std::io::Result<()> {
    run.output.energy = Some(-0.5 / orbit.mass);
    fs::write(run.result_file(), RESULT)
}

/// The seconds of a sweep over points that nobody has run.
pub fn run(store: &Store<Orbit>, points: u32, who: Who) -> Result<f64, Box<dyn Error>> {
    let sweep = store.sweep((0..points).map(Orbit::nth)).discard_records();
    let (report, seconds) = timed(|| match who {
        Who::Serial => sweep.run(),
        Who::Threads(threads) => sweep.executor(Threads::new(threads)).run(),
    });
    let report: SweepReport<Orbit> = report?;
    assert_eq!(report.misses, points as usize, "{report}");
    Ok(seconds)
}

/// The seconds in which the same is written by a person who cares for no kill between file and row.
fn by_hand(dir: &Path, durability: Durability, points: u32) -> Result<f64, Box<dyn Error>> {
    let full = durability == Durability::Full;
    let mut connection = Connection::open(dir.join("runs.db"))?;
    connection.pragma_update(None, "synchronous", if full { "FULL" } else { "NORMAL" })?;
    let orbits = (0..points).map(Orbit::nth);
    let (done, seconds) = timed(|| {
        let results = dir.join("results");
        let runs = write_results(orbits, &results, full)?;
        insert_all(&mut connection, &runs, &results)
    });
    done?;
    Ok(seconds)
}

/// Writes the result of each run beside its place and renames it; with which id.
pub fn write_results(
    orbits: impl Iterator<Item = Orbit>,
    results: &Path,
    synced: bool,
) -> std::io::Result<Vec<(Orbit, String)>> {
    let mut runs = vec![];
    for orbit in orbits {
        let id = floor_id(&orbit);
        let staged = results.join(format!("{id}.part"));
        let mut file = File::create(&staged)?;
        file.write_all(RESULT)?;
        if synced {
            file.sync_all()?;
        }
        fs::rename(staged, results.join(format!("{id}.csv")))?;
        runs.push((orbit, id));
    }
    if synced {
        File::open(results)?.sync_all()?;
    }
    Ok(runs)
}

fn insert_all(
    connection: &mut Connection,
    runs: &[(Orbit, String)],
    results: &Path,
) -> Result<(), Box<dyn Error>> {
    let transaction = connection.transaction()?;
    for (orbit, id) in runs {
        let moment = Utc::now().format("%Y-%m-%d %H:%M:%S%.6f").to_string();
        insert(&transaction, orbit, id, &results.join(format!("{id}.csv")), &moment)?;
    }
    Ok(transaction.commit()?)
}
