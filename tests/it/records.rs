//! The records that the tests are about.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use entropic::prelude::*;
use entropic::{Result, StoreBuilder};

use crate::support::Scratch;

#[derive(Debug, Clone, Copy, PartialEq, SimEnum)]
#[sim(rename_all = "lowercase")]
pub enum Method {
    Euler,
    Rk4,
}

/// A record with a bit of everything.
#[derive(Debug, Clone, PartialEq, SimRecord)]
#[sim(table = "orbits", output(energy: f64, period: f64, verdict: String))]
pub struct Orbit {
    pub mass: f64,
    pub steps: i64,
    pub method: Method,
    pub label: Option<String>,
    #[sim(ignore)]
    pub threads: i32,
}

impl Orbit {
    pub fn of(mass: f64) -> Self {
        Self { mass, steps: 100, method: Method::Rk4, label: None, threads: 1 }
    }
}

/// Where the tests of a world keep their store.
pub fn at<T: entropic::Stored>(s: &Scratch) -> StoreBuilder<T> {
    Store::builder().database(s.url()).results_dir(s.results_dir())
}

/// How often a runner was called.
#[derive(Debug, Clone, Default)]
pub struct Calls(Arc<AtomicUsize>);

impl Calls {
    pub fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A store of orbits whose runner writes the mass and counts its calls.
pub fn orbits(s: &Scratch) -> Result<(Store<Orbit>, Calls)> {
    let calls = Calls::default();
    let counted = calls.clone();
    let store = at(s)
        .runner(move |orbit: &Orbit, run| {
            counted.add();
            run.output.energy = Some(-orbit.mass / 2.0);
            std::fs::write(run.result_file(), format!("mass {}", orbit.mass))
        })
        .open()?;
    Ok((store, calls))
}
