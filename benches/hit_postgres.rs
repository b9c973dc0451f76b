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
use std::fs;

use chrono::NaiveDateTime;
use common::{CUSTOM_DATA, Orbit, Versus, endless, floor_id, measuring, orbits, shuffled};
use diesel::prelude::*;
use entropic::{Conn, CustomData, Store, Timestamp};
use serde_json::{Map, Value};
use support::Scratch;

/// How many rows are inserted at a time: 14 binds each, of which PostgreSQL takes 65,535.
const CHUNK: usize = 4_000;

mod floor {
    //! The table as a person without entropic declares it.
    diesel::table! {
        orbits (id) {
            adaptive -> Bool, drag -> Double, dt -> Double, label -> Text, mass -> Double, method -> Text,
            seed -> BigInt, steps -> BigInt, energy -> Nullable<Double>, period -> Nullable<Double>,
            id -> Text, result_file -> Text, created_at -> Timestamp, custom_data -> Text,
        }
    }
}

type FloorRow = (
    bool,
    f64,
    f64,
    String,
    f64,
    String,
    i64,
    i64,
    Option<f64>,
    Option<f64>,
    String,
    String,
    NaiveDateTime,
    String,
);

/// Row, decoded; `stat`.
fn floor_hit(connection: &mut PgConnection, id: &str) -> (FloorRow, Map<String, Value>) {
    let row: FloorRow = floor::orbits::table.find(id).get_result(connection).expect("the row is there");
    fs::metadata(&row.11).expect("the result is there");
    let custom_data = serde_json::from_str(&row.13).expect("only objects were stored");
    (row, custom_data)
}

/// Fills the table, and makes the results of the points that are asked for.
fn fill(scratch: &Scratch, store: &Store<Orbit>, rows: u32, points: &[Orbit]) -> Result<(), Box<dyn Error>> {
    let result = |id: &str| scratch.results_dir().join(format!("{id}.csv")).display().to_string();
    let data = CustomData::from_serialize(&serde_json::from_str::<Value>(CUSTOM_DATA)?)?;
    let mut connection = store.connection()?;
    let Conn::Postgres(connection) = &mut *connection else {
        return Err("the store is on PostgreSQL".into());
    };
    for chunk in (0..rows).collect::<Vec<_>>().chunks(CHUNK) {
        let values = chunk.iter().map(|n| {
            let (o, id) = (Orbit::nth(*n), floor_id(&Orbit::nth(*n)));
            (
                (orbits::adaptive.eq(o.adaptive), orbits::drag.eq(o.drag), orbits::dt.eq(o.dt)),
                (orbits::label.eq(o.label), orbits::mass.eq(o.mass), orbits::method.eq(o.method)),
                (orbits::seed.eq(o.seed), orbits::steps.eq(o.steps), orbits::energy.eq(-0.5 / o.mass)),
                (orbits::result_file.eq(result(&id)), orbits::id.eq(id)),
                (orbits::created_at.eq(Timestamp::now()), orbits::custom_data.eq(data.clone())),
            )
        });
        diesel::insert_into(orbits::table).values(values.collect::<Vec<_>>()).execute(connection)?;
    }
    for point in points {
        fs::write(result(&floor_id(point)), "done\n")?;
    }
    scratch.sql("VACUUM ANALYZE orbits");
    Ok(())
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
        fill(&scratch, &open(), rows, &points)?;

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
