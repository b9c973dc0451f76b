//! What a run costs beside its runner (SQLite): a miss in both durabilities, and the lock that makes it happen once,
//! beside the same by hand.
//!
//! ```text
//! cargo bench -p entropic-benches --bench miss
//! ```
//!
//! `ENTROPIC_BENCH_DIR` names a folder of another disk than that of the target folder.
//!
//! Budget of a miss with [`Durability::Full`]: 1.5 times writing the file, syncing it, renaming it, syncing its folder,
//! and one commit of SQLite with `synchronous = FULL`. The others have none: by hand there is no lock, no journal, no
//! private folder, and so nothing that survives a kill between the file and the row.
#![allow(missing_docs, reason = "a benchmark")]
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark says what went wrong, and what it found"
)]

mod common;

use std::error::Error;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::Utc;
use common::sqlite::insert;
use common::{Orbit, Versus, floor_id};
use entropic::Durability;
use entropic::prelude::*;
use rusqlite::Connection;
use tempfile::TempDir;

const RESULT: &[u8] = b"step,energy\n0,-0.5\n1,-0.5\n";

/// The next point that nobody has run.
fn fresh() -> Orbit {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    Orbit::nth(NEXT.fetch_add(1, Ordering::Relaxed))
}

fn simulate(_: &Orbit, run: &mut RunContext<Orbit>) -> std::io::Result<()> {
    fs::write(run.result_file(), RESULT)?;
    run.output.energy = Some(-0.5);
    Ok(())
}

fn open(dir: &Path, durability: Durability) -> Store<Orbit> {
    Store::builder()
        .database(format!("sqlite://{}", dir.join("runs.db").display()))
        .results_dir(dir.join("results"))
        .file_suffix(".csv")
        .runner(simulate)
        .durability(durability)
        .open()
        .expect("the store opens")
}

/// What a person writes who wants a file and a row, and no half file.
struct ByHand {
    connection: Connection,
    results: PathBuf,
    full: bool,
}

impl ByHand {
    fn open(dir: &Path, durability: Durability) -> Self {
        // The table and its index, as the store makes them.
        drop(open(dir, durability));
        let full = durability == Durability::Full;
        let connection = Connection::open(dir.join("runs.db")).expect("the database opens");
        let synchronous = if full { "FULL" } else { "NORMAL" };
        connection
            .execute_batch(&format!("PRAGMA synchronous = {synchronous}; PRAGMA journal_mode = wal"))
            .expect("these pragmas are right");
        Self { connection, results: dir.join("results"), full }
    }

    fn run(&self, orbit: &Orbit) {
        let id = floor_id(orbit);
        let target = self.results.join(format!("{id}.csv"));
        self.write(&target).expect("the result is written");
        let moment = Utc::now().format("%Y-%m-%d %H:%M:%S%.6f").to_string();
        insert(&self.connection, orbit, &id, &target, &moment).expect("the row is written");
    }

    fn write(&self, target: &Path) -> std::io::Result<()> {
        let staged = target.with_extension("part");
        let mut file = File::create(&staged)?;
        file.write_all(RESULT)?;
        if self.full {
            file.sync_all()?;
        }
        fs::rename(staged, target)?;
        if self.full {
            File::open(&self.results)?.sync_all()?;
        }
        Ok(())
    }
}

/// A look for a row that is not there, under a lock file.
fn look_under_lock(connection: &Connection, locks: &Path, id: &str) -> bool {
    let path = locks.join(id);
    let lock = File::create(&path).expect("the lock file is made");
    lock.try_lock().expect("nobody else has it");
    let mut exists = connection.prepare_cached("SELECT 1 FROM orbits WHERE id = ?").expect("right");
    let found = exists.exists([id]).expect("the database answers");
    fs::remove_file(path).expect("the lock file is ours");
    found
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut versus = Versus::from_args();
    let scratch = TempDir::new_in(common::place())?;
    let made = AtomicU32::new(0);
    let dir = || scratch.path().join(made.fetch_add(1, Ordering::Relaxed).to_string());

    for (name, budget, durability) in
        [("miss/full", Some(1.5), Durability::Full), ("miss/process", None, Durability::Process)]
    {
        let ours = || {
            let store = open(&dir(), durability);
            move || store.run_or_retrieve(&fresh()).expect("a miss")
        };
        let floor = || {
            let by_hand = ByHand::open(&dir(), durability);
            move || by_hand.run(&fresh())
        };
        versus.compare(name, budget, ours, floor);
    }

    // To forget a run that is not there is a lock, a look and nothing more.
    let ours = || {
        let store = open(&dir(), Durability::Process);
        move || store.delete_id(&fresh().id().expect("an id")).expect("an answer")
    };
    let floor = || {
        let dir = dir();
        let by_hand = ByHand::open(&dir, Durability::Process);
        let locks = dir.join("locks");
        fs::create_dir(&locks).expect("the folder is made");
        move || look_under_lock(&by_hand.connection, &locks, &floor_id(&fresh()))
    };
    versus.compare("lock", None, ours, floor);
    versus.finish();
    Ok(())
}
