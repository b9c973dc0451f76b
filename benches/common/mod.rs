//! What the benchmarks share: the record, the floor's way to hash it, and the comparison.
#![allow(dead_code, unused_imports, reason = "no benchmark uses everything")]

mod orbit;
#[cfg(feature = "sqlite")]
pub mod sqlite;
mod versus;

pub use orbit::{CUSTOM_DATA, Method, Orbit, floor_id, shuffled};
pub use versus::{Versus, measuring};

/// The items for ever, from some place on. Ours and the floor begin at different ones, so that neither finds in the
/// caches what the other has just brought there.
pub fn endless<'a, T>(items: &'a [T], from: usize) -> impl FnMut() -> &'a T {
    let mut items = items.iter().cycle().skip(from);
    move || items.next().expect("a cycle has no end")
}
