//! What the benchmarks share: the record, the floor's way to hash it, and the comparison.
#![allow(dead_code, unused_imports, reason = "no benchmark uses everything")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

mod orbit;
#[cfg(feature = "postgres")]
pub mod postgres;
pub mod sqlite;
mod versus;

pub use orbit::{CUSTOM_DATA, Method, Orbit, floor_id, orbits, shuffled};
pub use versus::{Versus, measuring};

/// Where files are made that are measured: on the disk of the target folder, for a temporary folder may be in memory; or
/// wherever `ENTROPIC_BENCH_DIR` says.
pub fn place() -> PathBuf {
    std::env::var_os("ENTROPIC_BENCH_DIR").map_or_else(|| env!("CARGO_TARGET_TMPDIR").into(), PathBuf::from)
}

/// The items for ever, each time from another place on: neither side finds in the caches what the other has just
/// brought there.
pub fn endless<'a, T>(items: &'a [T]) -> impl FnMut() -> &'a T {
    static STARTS: AtomicUsize = AtomicUsize::new(0);
    let start = STARTS.fetch_add(7919, Ordering::Relaxed) % items.len();
    let mut items = items.iter().cycle().skip(start);
    move || items.next().expect("a cycle has no end")
}
