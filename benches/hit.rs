//! What a hit costs on a SQLite file of a thousand, a hundred thousand and a million rows, beside a hand-written one:
//! hash, cached `rusqlite` statement, every column decoded, `stat` of the result.
//!
//! ```text
//! cargo bench -p entropic-benches --bench hit            # the first start makes the databases, below the target folder
//! cargo bench -p entropic-benches --bench hit -- 1e5     # one size
//! ```
//!
//! Budget: 1.5 times the floor at each size.
#![allow(missing_docs, reason = "a benchmark")]
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark says what went wrong, and what it found"
)]

mod common;

use std::error::Error;

use common::sqlite::{Fixture, FloorRecord};
use common::{Versus, endless, floor_id, measuring};
use entropic::SimRecord;
use rusqlite::Connection;

/// Row, `stat`.
fn floor_get(connection: &Connection, id: &str) -> FloorRecord {
    let record = FloorRecord::find(connection, id).expect("the row is there");
    std::fs::metadata(&record.result_file).expect("the result is there");
    record
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut versus = Versus::from_args();
    for (group, rows) in [("hit/1e3", 1_000), ("hit/1e5", 100_000), ("hit/1e6", 1_000_000)] {
        if !Versus::wants(group) || (rows > 1_000 && !measuring()) {
            continue;
        }
        let name = |what: &str| format!("{group}/{what}");
        let fixture = Fixture::of(rows)?;
        let points = &fixture.points;
        let floor = || {
            let (connection, mut next) = (fixture.connection(), endless(points));
            move || floor_get(&connection, &floor_id(next()))
        };
        let run_or_retrieve = || {
            let (store, mut next) = (fixture.store(), endless(points));
            move || store.run_or_retrieve(next()).expect("a hit")
        };
        versus.compare(&name("run_or_retrieve"), 1.5, run_or_retrieve, floor);
        let retrieve = || {
            let (store, mut next) = (fixture.store(), endless(points));
            move || store.retrieve(next()).expect("a hit")
        };
        versus.compare(&name("retrieve"), 1.5, retrieve, floor);

        let ids = points.iter().map(SimRecord::id).collect::<Result<Vec<_>, _>>()?;
        let get = || {
            let (store, mut next) = (fixture.store(), endless(&ids));
            move || store.get(next()).expect("a hit")
        };
        let floor = || {
            let (connection, mut next) = (fixture.connection(), endless(&ids));
            move || floor_get(&connection, next().as_str())
        };
        versus.compare(&name("get"), 1.5, get, floor);
    }
    versus.finish();
    Ok(())
}
