//! What it costs to read a hundred thousand runs, and to sweep over ten thousand that are all there (SQLite), beside
//! `rusqlite` by hand: every column decoded; for the sweep a `json_each` join, the hashes and the `stat`s as well.
//!
//! ```text
//! cargo bench -p entropic-benches --bench list
//! ```
//!
//! Budget: 1.5 times the floor.
#![allow(missing_docs, reason = "a benchmark")]
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark says what went wrong, and what it found"
)]

mod common;

use std::error::Error;

use common::sqlite::{ALL, Fixture, FloorRecord, LISTED};
use common::{Versus, measuring};

fn main() -> Result<(), Box<dyn Error>> {
    let mut versus = Versus::from_args();
    let fixture = &Fixture::of(if measuring() { 100_000 } else { 1_000 })?;
    let floor = |sql: &'static str| {
        let connection = fixture.connection();
        move || FloorRecord::load(&connection, sql, []).expect("all rows")
    };

    let list = || {
        let store = fixture.store();
        move || store.list().expect("all rows")
    };
    versus.compare("list/list", 1.5, list, || floor(LISTED));

    let query = || {
        let store = fixture.store();
        move || store.query(|table| table).expect("all rows")
    };
    versus.compare("list/query", 1.5, query, || floor(ALL));

    let sweep = || {
        let store = fixture.store();
        move || store.sweep(fixture.points.iter().cloned()).run().expect("hits")
    };
    let floor_sweep = || {
        let connection = fixture.connection();
        move || FloorRecord::sweep(&connection, &fixture.points).expect("rows")
    };
    versus.compare("list/sweep", 1.5, sweep, floor_sweep);
    versus.finish();
    Ok(())
}
