//! What it costs to find out under which id a run is stored, beside `serde_json` text and `sha2`.
//!
//! ```text
//! cargo bench -p entropic-benches --bench hashing
//! ```
//!
//! Budget: twice the floor.
#![allow(missing_docs, reason = "a benchmark")]
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark says what went wrong, and what it found"
)]

mod common;

use std::hint::black_box;

use common::{Method, Orbit, Versus, floor_id};
use entropic::SimRecord;
use entropic::params::hash_params;
use serde::Serialize;

/// The same fields in an order that a person may have chosen.
#[derive(Serialize)]
struct Unsorted {
    mass: f64,
    steps: i64,
    dt: f64,
    method: Method,
    drag: f64,
    adaptive: bool,
    seed: i64,
    label: String,
}

impl Unsorted {
    fn of(orbit: &Orbit) -> Self {
        let Orbit { adaptive, drag, dt, label, mass, method, seed, steps } = orbit.clone();
        Self { mass, steps, dt, method, drag, adaptive, seed, label }
    }
}

fn main() {
    let mut versus = Versus::from_args();
    for (digits, orbit) in [("grid", Orbit::nth(12345)), ("drawn", Orbit::drawn(12345))] {
        let unsorted = Unsorted::of(&orbit);
        let name = |what: &str| format!("hash/{digits}/{what}");
        versus.compare(&name("id"), 2.0, || || black_box(&orbit).id(), || || floor_id(black_box(&orbit)));
        versus.compare(
            &name("serde"),
            2.0,
            || || hash_params(black_box(&orbit)),
            || || floor_id(black_box(&orbit)),
        );
        versus.compare(
            &name("serde-unsorted"),
            2.0,
            || || hash_params(black_box(&unsorted)),
            || || floor_id(black_box(&unsorted)),
        );
    }
    versus.finish();
}
