//! Ten million points whose records are not kept, and the memory that they take: that of a process which does nothing
//! else.
//!
//! Nobody waits for nine million misses, so all points are hits: of a million runs, each of which is asked for ten
//! times, or of ten million. The latter have no result files; a million folder entries are enough for a disk.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::Command;

use entropic::Store;
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::common::sqlite::{Fixture, insert, kept, open};
use crate::common::{Orbit, floor_id};
use crate::timing::{Budget, Finding, timed};

/// What this program is told when it is the process that is measured.
pub const WORKER: &str = "--flat-worker";

const POINTS: u32 = 10_000_000;
const STORED: u32 = 1_000_000;
/// Marks the folder of the runs without results.
const BARE: &str = "bare";
const BUDGET: Budget = Budget::Bytes(300_000_000);

/// Each of a million runs ten times.
pub fn repeated(name: &str) -> Result<Option<Finding>, Box<dyn Error>> {
    let fixture = Fixture::whole(STORED)?;
    measure(name, fixture.dir()).map(Some)
}

/// Ten million runs once.
pub fn distinct(name: &str) -> Result<Option<Finding>, Box<dyn Error>> {
    let dir = kept(&format!("{POINTS}-{BARE}"));
    let done = dir.join("done");
    if !done.exists() {
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir)?;
        fill(&dir)?;
        fs::write(done, "")?;
    }
    measure(name, &dir).map(Some)
}

fn measure(name: &str, dir: &Path) -> Result<Finding, Box<dyn Error>> {
    let output = Command::new(std::env::current_exe()?).arg(WORKER).arg(dir).output()?;
    if !output.status.success() {
        return Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let answer: Value = serde_json::from_slice(&output.stdout)?;
    let (seconds, peak) = (answer["seconds"].as_f64(), answer["peak"].as_u64());
    let (seconds, peak) = seconds.zip(peak).ok_or("the process says its time and its memory")?;
    Ok(Finding::new(name, POINTS, seconds).peak(peak).budget(BUDGET))
}

/// Asks for ten million points.
pub fn work(dir: &Path) -> Result<(), Box<dyn Error>> {
    let bare = dir.to_string_lossy().contains(BARE);
    let (store, stored) = if bare { (open_bare(dir)?, POINTS) } else { (open(dir), STORED) };
    let points = (0..POINTS).map(|n| Orbit::nth(n % stored));
    let (report, seconds) = timed(|| store.sweep(points).discard_records().run());
    let report = report?;
    assert_eq!((report.hits, report.duplicates), (stored as usize, (POINTS - stored) as usize));
    println!("{}", json!({ "seconds": seconds, "peak": peak()? }));
    Ok(())
}

/// The most memory that this process has had.
fn peak() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("Linux says it")?;
    let kilobytes = line.trim().strip_suffix("kB").ok_or("in kB")?;
    Ok(kilobytes.trim().parse::<u64>()? * 1024)
}

fn open_bare(dir: &Path) -> Result<Store<Orbit>, entropic::Error> {
    let url = format!("sqlite://{}", dir.join("runs.db").display());
    Store::builder().database(url).without_results().open()
}

fn fill(dir: &Path) -> Result<(), Box<dyn Error>> {
    drop(open_bare(dir)?);
    let mut connection = Connection::open(dir.join("runs.db"))?;
    // Whoever kills this has no database afterwards, and makes it anew.
    connection
        .execute_batch("PRAGMA journal_mode = off; PRAGMA synchronous = off; PRAGMA cache_size = -500000")?;
    let transaction = connection.transaction()?;
    for (place, (_, n)) in sorted()?.into_iter().enumerate() {
        let (orbit, micros) = (Orbit::nth(n), place % 1_000_000);
        let moment =
            format!("2026-11-21 {:02}:{:02}:00.{micros:06}", place / 60_000_000, place / 1_000_000 % 60);
        insert(&transaction, &orbit, &floor_id(&orbit), Path::new(""), &moment)?;
    }
    transaction.commit()?;
    connection.execute_batch("PRAGMA journal_mode = wal; ANALYZE")?;
    Ok(())
}

/// All points in the order of their ids: index and table then grow at their ends.
fn sorted() -> Result<Vec<(u64, u32)>, Box<dyn Error>> {
    let place = |n| Ok((u64::from_str_radix(&floor_id(&Orbit::nth(n)), 16)?, n));
    let mut points = (0..POINTS).map(place).collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    points.sort_unstable();
    Ok(points)
}
