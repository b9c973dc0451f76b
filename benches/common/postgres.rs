//! A full PostgreSQL database, and the floor over it: Diesel's `PgConnection` by hand.

use std::error::Error;
use std::fs::{self, File};
use std::path::Path;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use entropic::{Conn, CustomData, Store, Timestamp};
use serde_json::{Map, Value};

use super::{CUSTOM_DATA, Orbit, floor_id, orbits};

/// How many rows are inserted at a time: 14 binds each, of which PostgreSQL takes 65,535.
const CHUNK: usize = 4_000;

pub mod floor {
    //! The table as a person without entropic declares it.
    diesel::table! {
        orbits (id) {
            adaptive -> Bool, drag -> Double, dt -> Double, label -> Text, mass -> Double, method -> Text,
            seed -> BigInt, steps -> BigInt, energy -> Nullable<Double>, period -> Nullable<Double>,
            id -> Text, result_file -> Text, created_at -> Timestamp, custom_data -> Text,
        }
    }
}

pub type FloorRow = (
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

/// A row, and its custom data decoded.
pub type FloorRecord = (FloorRow, Map<String, Value>);

/// What the floor makes of a row; `stat`.
pub fn decoded(row: FloorRow) -> FloorRecord {
    fs::metadata(&row.11).expect("the result is there");
    let custom_data = serde_json::from_str(&row.13).expect("only objects were stored");
    (row, custom_data)
}

/// Fills the table, and makes the results of the points that are asked for.
pub fn fill(results: &Path, store: &Store<Orbit>, rows: u32, points: &[Orbit]) -> Result<(), Box<dyn Error>> {
    let mut connection = store.connection()?;
    let Conn::Postgres(connection) = &mut *connection else {
        return Err("the store is on PostgreSQL".into());
    };
    let runs = (0..rows).map(|n| (Orbit::nth(n), floor_id(&Orbit::nth(n)))).collect::<Vec<_>>();
    insert_all(connection, results, &runs)?;
    for point in points {
        File::create(results.join(format!("{}.csv", floor_id(point))))?;
    }
    Ok(())
}

/// Writes the rows of runs in one transaction.
pub fn insert_all(
    connection: &mut PgConnection,
    results: &Path,
    runs: &[(Orbit, String)],
) -> Result<(), Box<dyn Error>> {
    connection
        .transaction(|connection| runs.chunks(CHUNK).try_for_each(|runs| insert(connection, results, runs)))
}

/// Writes the rows of some runs, no more than `CHUNK`.
fn insert(
    connection: &mut PgConnection,
    results: &Path,
    runs: &[(Orbit, String)],
) -> Result<(), Box<dyn Error>> {
    let data = CustomData::from_serialize(&serde_json::from_str::<Value>(CUSTOM_DATA)?)?;
    let values = runs.iter().map(|(o, id)| {
        let result = results.join(format!("{id}.csv")).display().to_string();
        (
            (orbits::adaptive.eq(o.adaptive), orbits::drag.eq(o.drag), orbits::dt.eq(o.dt)),
            (orbits::label.eq(&o.label), orbits::mass.eq(o.mass), orbits::method.eq(o.method)),
            (orbits::seed.eq(o.seed), orbits::steps.eq(o.steps), orbits::energy.eq(-0.5 / o.mass)),
            (orbits::result_file.eq(result), orbits::id.eq(id)),
            (orbits::created_at.eq(Timestamp::now()), orbits::custom_data.eq(data.clone())),
        )
    });
    diesel::insert_into(orbits::table).values(values.collect::<Vec<_>>()).execute(connection)?;
    Ok(())
}
