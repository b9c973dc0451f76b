//! Typed records for simulation runs: computed once, looked up by their parameters, queried as Diesel tables.
//!
//! A simulation is a function from parameters to a result. entropic *remembers* its results: declare the parameters
//! as a struct and derive [`SimRecord`](derive@SimRecord). A [`Store`] then looks up every run by its parameters. It
//! never computes a run twice, never loses one, and never returns a wrong one.
//!
//! ```
//! mod orbit {
//!     use entropic::prelude::*;
//!
//!     #[derive(Debug, Clone, PartialEq, SimEnum)]
//!     pub enum Method { Euler, Rk4 }
//!
//!     #[derive(Debug, Clone, PartialEq, SimRecord)]
//!     #[sim(table = "orbits", output(energy: f64))]
//!     pub struct Orbit {
//!         pub mass: f64,
//!         pub dt: f64,
//!         pub method: Method,
//!         #[sim(ignore)]
//!         pub threads: i32,
//!     }
//! }
//! use diesel::prelude::*;
//! use entropic::{RunContext, Store};
//! use orbit::{Method, Orbit, OrbitGrid, orbits};
//!
//! fn simulate(orbit: &Orbit, run: &mut RunContext<Orbit>) -> std::io::Result<()> {
//!     run.output.energy = Some(-0.5 * orbit.mass);                          // a column
//!     std::fs::write(run.result_file(), "t,x,y\n0,1,0\n")                    // a private path
//! }
//!
//! # let dir = tempfile::tempdir()?;
//! # let (database, results) = (dir.path().join("runs.db").display().to_string(), dir.path().join("results"));
//! let store = Store::<Orbit>::builder()
//!     .database(database)                                                   // or `postgres://…`
//!     .results_dir(results)
//!     .file_suffix(".csv")
//!     .runner(simulate)
//!     .open()?;
//!
//! let orbit = Orbit { mass: 1.0, dt: 0.01, method: Method::Rk4, threads: 4 };
//! let run = store.run_or_retrieve(&orbit)?;                                 // runs
//! let again = store.run_or_retrieve(&orbit)?;                               // does not
//! assert_eq!(run.id, again.id);
//!
//! let grid = OrbitGrid { dt: vec![0.1, 0.01], method: Method::all(), ..orbit.into() };
//! assert_eq!(store.sweep(grid.expand()).run()?.records.len(), 4);
//!
//! let fine = store.query(|t| t.filter(orbits::dt.lt(0.05)).order(orbits::created_at.desc()))?;
//! assert_eq!(fine.len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Guides
//!
//! | page | contents |
//! |---|---|
//! | [`guide`] | what entropic guarantees about crashes, concurrency and files |
//! | [`guide::schemas`] | how to change a struct and keep its runs |
//! | [`guide::errors`] | the kinds of errors, with causes and cures |
//! | [`SimRecord`](derive@SimRecord) | the manual of the derive: attributes, columns, identity, typed queries |
//!
//! # Modules
//!
//! Each module builds on those below it and does not know those above it.
//!
//! | module | contents |
//! |---|---|
//! | [`sweep`] | sweeps over grids of parameters, and their executors |
//! | [`store`] | [`Store`]: retrieve, run, register, patch, delete, explain |
//! | [`record`] | columns, outputs, custom data |
//! | [`params`] | canonical text and hashing |
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | `sqlite` (default) | SQLite, the embedded database |
//! | `bundled` (default) | SQLite compiled in, so that no system library is needed |
//! | `derive` (default) | the derives |
//! | `postgres` | PostgreSQL, the shared database, through the system's libpq |
//! | `postgres-bundled` | PostgreSQL with libpq built from source; without TLS |
//! | `cluster` | sweeps on the nodes of a Slurm cluster |
//! | `wide-tables` | up to 64 columns instead of 32; triples Diesel's build time |
//!
//! `diesel` (with `default-features = false`) must be a direct dependency of the crate that uses entropic, because
//! the generated code contains Diesel's `table!`, which refers to the crate by name.

#![forbid(unsafe_code)]
// On docs.rs, what needs a feature says which.
#![cfg_attr(docsrs, feature(doc_cfg))]

// Generated code refers to this crate by its path. This line makes the path valid inside the crate, too.
extern crate self as entropic;

#[cfg(not(any(feature = "sqlite", feature = "postgres")))]
compile_error!(
    "entropic needs a database: turn on the feature `sqlite` (embedded, on by default) or `postgres`, e.g. \
     `entropic = { …, default-features = false, features = [\"sqlite\", \"bundled\", \"derive\"] }`"
);

#[cfg(fuzzing)]
#[doc(hidden)]
#[path = "fuzzing.rs"]
pub mod __fuzzing;
#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod db;
mod error;
mod fault;
mod field_bounds;
mod files;
pub mod guide;
mod kind;
mod machine;
mod macros;
pub mod params;
pub mod record;
mod runner;
mod schema;
mod stand_in;
pub mod store;
pub mod sweep;
mod words;
mod worker;

pub use db::{Backend, Conn, DbError, DbUrl, PooledConn, RowError, Stored};
pub use error::{Error, Result};
pub use files::{Durability, FileError, Recovered};
pub use kind::ErrorKind;
pub use macros::on_backend;
pub use params::{FloatScheme, ParamsError, RunId};
pub use record::{
    ColumnError, CustomData, Record, RecordError, SimColumn, SimEnum, SimRecord, TableSpec, TimeOfDay,
    Timestamp, is_replicate, sql,
};
pub use runner::{CancelToken, FailureKind, RunContext, RunResult, RunnerError};
pub use schema::{Difference, Schema, write_migration, write_migration_for};
pub use store::{
    Explanation, Failure, FieldDifference, IntegrityReport, Listing, Otherwise, Problem, RehashPlan,
    RehashReport, RepairReport, Store, StoreBuilder, StoreError, Unreadable,
};
#[cfg(feature = "cluster")]
pub use sweep::Slurm;
pub use sweep::{
    Executor, GridPoints, Processes, Progress, Serial, Sweep, SweepError, SweepFailure, SweepReport, Threads,
    ZipPoints, linspace, logspace,
};
pub use worker::WorkerError;

#[cfg(feature = "derive")]
#[doc = include_str!("record/derive.md")]
pub use entropic_derive::SimRecord;

/// Stores a unit enum in a column of text; see [`SimEnum`](trait@SimEnum) and the manual of
/// [`SimRecord`](derive@SimRecord).
#[cfg(feature = "derive")]
pub use entropic_derive::SimEnum;

/// Stores a newtype in a column of the type that it wraps; see [`SimColumn`](trait@SimColumn) and the manual of
/// [`SimRecord`](derive@SimRecord).
#[cfg(feature = "derive")]
pub use entropic_derive::SimColumn;

/// Makes doc tests of the README's examples.
#[cfg(all(doctest, feature = "derive", feature = "sqlite"))]
#[doc = include_str!("../../README.md")]
pub struct Readme;

/// The names that most programs need: the derives, the store and its context types, executors and value ranges.
pub mod prelude {
    pub use crate::{
        Processes, Record, RunContext, RunId, RunResult, Schema, Serial, SimColumn, SimEnum, SimRecord,
        Store, SweepReport, Threads, Timestamp, linspace, logspace,
    };
}
