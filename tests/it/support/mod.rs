//! What the tests stand on: a world of its own for each test, and a PostgreSQL server.
//!
//! A test that must hold on every database is written once, and runs once per backend:
//!
//! ```ignore
//! use crate::support::{Scratch, each_backend};
//!
//! each_backend! {
//!     /// The second call finds the first one's record.
//!     fn a_second_run_is_a_hit(s: &Scratch) {
//!         // … `s.url()` is the database, `s.results_dir()` the place for results.
//!         assert_eq!(s.scalar_text("SELECT count(*) FROM runs").as_deref(), Some("1"));
//!     }
//! }
//! ```
//!
//! The tests are then `a_second_run_is_a_hit::sqlite` and `a_second_run_is_a_hit::postgres`.
//!
//! * [`Scratch`] is the world: a temporary folder, and in it a SQLite file, or else a schema of
//!   its own on the PostgreSQL server. Both vanish when the value is dropped.
//! * [`postgres::url`] finds the server, or starts one, on the first call.
//! * [`postgres::OwnServer`] is a server for one test, which may kill it and start it again.
//!
//! # The PostgreSQL server
//!
//! `ENTROPIC_TEST_POSTGRES_URL` names one to use: a `postgres://` URL whose user may create
//! schemas. Without it, the tests start one from the PostgreSQL programs of the machine, in a
//! temporary folder, reachable through a Unix socket only. Every process of the same test
//! executable shares it, so `cargo nextest` does not start one per test, and it is stopped and
//! its folder removed about ten seconds after the last of them ended, in whatever way it ended.
//!
//! On a machine without PostgreSQL the tests that need it say `SKIPPED` and pass, unless
//! `ENTROPIC_REQUIRE_POSTGRES=1`: then they fail, as they should in CI.

#![allow(
    dead_code,
    unused_imports,
    reason = "no build of the tests uses every helper: it depends on the crate's features"
)]

mod backend;
pub mod child;
#[cfg(feature = "postgres")]
pub mod postgres;
mod scratch;

pub(crate) use backend::each_backend;
pub use backend::{Backend, Outcome};
pub use scratch::Scratch;
