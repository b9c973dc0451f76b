//! What a hit costs on PostgreSQL, beside a hand-written one: hash, prepared statement of Diesel's `PgConnection` with
//! every column decoded, `stat` of the result.
//!
//! ```text
//! cargo bench -p entropic-benches --bench hit_postgres --features postgres    # or postgres-bundled
//! ```
//!
//! The server is the one of the tests: `ENTROPIC_TEST_POSTGRES_URL`, or one that is started from the PostgreSQL
//! programs of the machine. Without either nothing is measured. There is no budget; the round trip is most of it.
#![allow(missing_docs, reason = "a benchmark")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark says what went wrong, and what it found"
)]

mod common;
#[allow(unused_macros, reason = "for the tests")]
#[path = "../tests/it/support/mod.rs"]
mod support;

use std::error::Error;

use common::postgres::{FloorRecord, decoded, fill, floor};
use common::{Orbit, Versus, endless, floor_id, measuring, shuffled};
use diesel::prelude::*;
use entropic::Store;
use support::Scratch;

/// Row, decoded; `stat`.
fn floor_hit(connection: &mut PgConnection, id: &str) -> FloorRecord {
    decoded(floor::orbits::table.find(id).get_result(connection).expect("the row is there"))
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut versus = Versus::from_args();
    for (group, rows) in [("hit_postgres/1e3", 1_000), ("hit_postgres/1e5", 100_000)] {
        if !Versus::wants(group) || (rows > 1_000 && !measuring()) {
            continue;
        }
        let Some(scratch) = Scratch::postgres() else { return Ok(()) };
        let open = || {
            let builder =
                Store::<Orbit>::builder().database(scratch.url()).results_dir(scratch.results_dir());
            builder.file_suffix(".csv").open().expect("the store opens")
        };
        let points: Vec<Orbit> = shuffled(rows, 10_000).into_iter().map(Orbit::nth).collect();
        fill(&scratch.results_dir(), &open(), rows, &points)?;
        scratch.sql("VACUUM ANALYZE orbits");

        let ours = || {
            let (store, mut next) = (open(), endless(&points));
            move || store.run_or_retrieve(next()).expect("a hit")
        };
        let floor = || {
            let mut connection = PgConnection::establish(scratch.url()).expect("the server is there");
            let mut next = endless(&points);
            move || floor_hit(&mut connection, &floor_id(next()))
        };
        versus.compare(&format!("{group}/run_or_retrieve"), 1.5, ours, floor);
    }
    versus.finish();
    Ok(())
}
