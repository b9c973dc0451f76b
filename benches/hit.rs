//! What a hit costs on a SQLite file of a thousand, a hundred thousand and a million rows, beside a hand-written one:
//! hash, cached `rusqlite` statement, every column decoded, `stat` of the result.
//!
//! ```text
//! cargo bench --bench hit            # the first start makes the databases, below the target folder
//! cargo bench --bench hit -- 1e5     # one size
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
use common::{Orbit, Versus, endless, floor_id, measuring};
use entropic::SimRecord;
use rusqlite::Connection;

/// Hash, row, `stat`.
fn floor_hit(connection: &Connection, orbit: &Orbit) -> FloorRecord {
    floor_get(connection, &floor_id(orbit))
}

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
        let fixture = Fixture::of(rows)?;
        let (store, connection) = (fixture.store()?, fixture.connection()?);
        let half = fixture.points.len() / 2;
        let name = |what: &str| format!("{group}/{what}");

        let (mut a, mut b) = (endless(&fixture.points, 0), endless(&fixture.points, half));
        let mut floor = || floor_hit(&connection, b());
        versus.compare(
            &name("run_or_retrieve"),
            1.5,
            || store.run_or_retrieve(a()).expect("a hit"),
            &mut floor,
        );
        versus.compare(&name("retrieve"), 1.5, || store.retrieve(a()).expect("a hit"), &mut floor);

        let ids = fixture.points.iter().map(SimRecord::id).collect::<Result<Vec<_>, _>>()?;
        let (mut a, mut b) = (endless(&ids, 0), endless(&ids, half));
        versus.compare(
            &name("get"),
            1.5,
            || store.get(a()).expect("a hit"),
            || floor_get(&connection, b().as_str()),
        );
    }
    versus.finish();
    Ok(())
}
