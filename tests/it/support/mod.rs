//! Support for the tests: a temporary directory and database for each test, and a PostgreSQL server.
//!
//! A test that must hold on every database is written once and runs once per backend:
//!
//! ```ignore
//! use crate::support::{Scratch, each_backend};
//!
//! each_backend! {
//!     /// The second call finds the first one's record.
//!     fn a_second_run_is_a_hit(s: &Scratch) {
//!         // … `s.url()` is the database, `s.results_dir()` the results directory.
//!         assert_eq!(s.scalar_text("SELECT count(*) FROM runs").as_deref(), Some("1"));
//!     }
//! }
//! ```
//!
//! This makes the tests `a_second_run_is_a_hit::sqlite` and `a_second_run_is_a_hit::postgres`.
//!
//! * [`Scratch`] is a temporary directory and an empty database: a SQLite file in the directory, or
//!   a schema on the PostgreSQL server. Dropping the value removes both.
//! * [`postgres::url`] finds the server, or starts one, on the first call.
//! * [`postgres::OwnServer`] is a server for one test, which may kill it and start it again.
//!
//! # The PostgreSQL server
//!
//! `ENTROPIC_TEST_POSTGRES_URL` names the server to use: a `postgres://` URL whose user may create
//! schemas. Without it, the tests start a server from the PostgreSQL programs of the machine, in a
//! temporary directory, reachable only through a Unix socket. All processes of the same test
//! executable share it, so `cargo nextest` does not start one per test. About ten seconds after the
//! last of these processes has ended, in any way, a watchdog stops the server and removes its
//! directory.
//!
//! On a machine without PostgreSQL, the tests that need it print `SKIPPED` and pass. With
//! `ENTROPIC_REQUIRE_POSTGRES=1`, as in CI, they fail instead.

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
