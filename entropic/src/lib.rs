//! Typed records for simulation runs: computed once, found by what was asked, queried as Diesel tables.
//!
//! A simulation is a function from parameters to a result. entropic makes it *remembered*: declare the parameters
//! as a struct, derive [`SimRecord`](derive@SimRecord), and a [`Store`] finds every run by its parameters, never
//! computes one twice, never loses one, never serves a wrong one.
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
//! # Rooms
//!
//! Each builds on those below it and knows nothing of those above.
//!
//! | room | what it is for |
//! |---|---|
//! | [`sweep`] | grids of parameters, and sweeps over them |
//! | [`store`] | [`Store`]: retrieve, run, register, patch, delete, explain |
//! | [`worker`] | what a sweep and the processes that make its runs say to each other |
//! | [`db`] | the handle over SQLite and PostgreSQL, tables made and checked |
//! | [`files`] | results put in place in one step, folders with an owner |
//! | [`record`] | what a record is: columns, outputs, custom data |
//! | [`params`] | canonical text and hashing |
//!
//! What is promised about crashes, concurrency and files is told in the [`guide`]; [`guide::errors`] lists what can go
//! wrong, with causes and cures.
//!
//! # Features
//!
//! | feature | what it brings |
//! |---|---|
//! | `sqlite` (default) | the embedded backend |
//! | `bundled` (default) | SQLite compiled in: no system library |
//! | `derive` (default) | the derives |
//! | `postgres` | the shared backend, through the system's libpq |
//! | `postgres-bundled` | the same with libpq from source; no TLS |
//! | `cluster` | sweeps on the nodes of a Slurm cluster |
//! | `wide-tables` | up to 64 columns instead of 32; triples Diesel's build time |
//!
//! The crate that uses entropic also needs `diesel` (with `default-features = false`), because Diesel's `table!`
//! names that crate.

#![forbid(unsafe_code)]
// On docs.rs, what needs a feature says which.
#![cfg_attr(docsrs, feature(doc_cfg))]

// Generated code names this crate by its path; inside it that is itself.
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

/// Makes a unit enum a column of text; see [`SimEnum`](trait@SimEnum) and the manual of
/// [`SimRecord`](derive@SimRecord).
#[cfg(feature = "derive")]
pub use entropic_derive::SimEnum;

/// Makes a newtype a column of what it wraps; see [`SimColumn`](trait@SimColumn) and the manual of
/// [`SimRecord`](derive@SimRecord).
#[cfg(feature = "derive")]
pub use entropic_derive::SimColumn;

/// The README's examples are tests too.
#[cfg(all(doctest, feature = "derive", feature = "sqlite"))]
#[doc = include_str!("../../README.md")]
pub struct Readme;

/// What nearly every program wants: the derives, the store, and what sweeps are made of.
pub mod prelude {
    pub use crate::{
        Processes, Record, RunContext, RunId, RunResult, Schema, Serial, SimColumn, SimEnum, SimRecord,
        Store, SweepReport, Threads, Timestamp, linspace, logspace,
    };
}
