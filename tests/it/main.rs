//! What a user of the library relies on, through its public interface, on both backends.
#![cfg(any(feature = "sqlite", feature = "postgres"))]
#![allow(missing_docs, reason = "tests")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "tests say what went wrong by panicking and printing"
)]

mod changes;
#[cfg(feature = "cluster")]
mod cluster;
mod costs;
mod crashes;
mod databases;
mod derive;
mod directories;
mod disk;
mod errors;
mod events;
mod evolution;
mod failing;
mod formats;
mod friction;
mod immutable;
mod integrity;
mod killed;
mod limits;
mod migrating;
mod opening;
mod params;
mod processes;
mod public;
mod reading;
mod records;
mod refusals;
mod rehashing;
mod remembering;
mod running;
mod schemas;
mod slow;
mod support;
mod sweeping;
mod tidy;
#[cfg(feature = "postgres")]
mod unflushed;
mod unreadable;
mod waiting;
mod workers;
