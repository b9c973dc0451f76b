//! Chains of changes of a struct, and runs between them, against a model of what must be a hit.

use std::collections::BTreeSet;
use std::fs;

use entropic::{Schema, Stored};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::records::at;
use crate::schemas::{fresh, shape};
use crate::support::{Scratch, each_backend};

/// What a run is about, whatever the struct looks like: length, steps, damping and drag, by place in the lists below.
type Point = [usize; 4];

const LENGTHS: [f64; 2] = [1.5, -0.1];
const STEPS: [i64; 2] = [10, 20];
/// The first is the one that is retired.
const DAMPINGS: [f64; 2] = [0.25, 0.5];
/// The first is the default.
const DRAGS: [f64; 2] = [0.0, 0.3];

/// One shape of the struct. `None` for points that it cannot say.
trait Generation: Stored {
    fn of(point: Point) -> Option<Self>;
}

/// A struct with or without: another name for the length, the damping (retired otherwise), the drag, an output with an
/// index.
macro_rules! generation {
    (
        $module:ident: { $(#[$meta:meta])* $length:ident },
        $($damping:ident)?, retired { $($retired:tt)* }, $($drag:ident)?, $($energy:ident)?
    ) => {
        mod $module {
            use entropic::prelude::*;

            #[allow(clippy::wildcard_imports, reason = "not each generation needs every list")]
            use super::*;

            #[derive(SimRecord)]
            #[sim(table = "pendulums", output(period: f64 $(, #[sim(index)] $energy: f64)?), $($retired)*)]
            pub struct Pendulum {
                $(pub $damping: f64,)?
                $(#[sim(default = 0.0)] pub $drag: f64,)?
                pub steps: i64,
                $(#[$meta])*
                pub $length: f64,
            }

            impl super::Generation for Pendulum {
                fn of([length, steps, damping, drag]: Point) -> Option<Self> {
                    const FIELDS: &[&str] = &[$(stringify!($damping),)? $(stringify!($drag),)?];
                    let says = |field: &str| FIELDS.contains(&field);
                    let pendulum = Self {
                        $($damping: DAMPINGS[damping],)?
                        $($drag: DRAGS[drag],)?
                        steps: STEPS[steps],
                        $length: LENGTHS[length],
                    };
                    ((says("damping") || damping == 0) && (says("drag") || drag == 0)).then_some(pendulum)
                }
            }
        }
    };
}

generation!(g0: { length }, damping, retired {}, ,);
generation!(g1: { #[sim(was = "length")] rod }, damping, retired {}, ,);
generation!(g2: { length }, , retired { retired(damping: f64 = 0.25) }, ,);
generation!(g3: { #[sim(was = "length")] rod }, , retired { retired(damping: f64 = 0.25) }, ,);
generation!(g4: { length }, damping, retired {}, drag,);
generation!(g5: { #[sim(was = "length")] rod }, damping, retired {}, drag,);
generation!(g6: { length }, , retired { retired(damping: f64 = 0.25) }, drag,);
generation!(g7: { #[sim(was = "length")] rod }, , retired { retired(damping: f64 = 0.25) }, drag,);
generation!(g8: { length }, damping, retired {}, , energy);
generation!(g9: { #[sim(was = "length")] rod }, damping, retired {}, , energy);
generation!(g10: { length }, , retired { retired(damping: f64 = 0.25) }, , energy);
generation!(g11: { #[sim(was = "length")] rod }, , retired { retired(damping: f64 = 0.25) }, , energy);
generation!(g12: { length }, damping, retired {}, drag, energy);
generation!(g13: { #[sim(was = "length")] rod }, damping, retired {}, drag, energy);
generation!(g14: { length }, , retired { retired(damping: f64 = 0.25) }, drag, energy);
generation!(g15: { #[sim(was = "length")] rod }, , retired { retired(damping: f64 = 0.25) }, drag, energy);

/// Lives through a generation: with a store, what was run, and what is to be run.
type Life = fn(&Scratch, &mut BTreeSet<Point>, &[Point]);

/// By the changes that have come, a bit each.
const GENERATIONS: [Life; 16] = [
    live::<g0::Pendulum>,
    live::<g1::Pendulum>,
    live::<g2::Pendulum>,
    live::<g3::Pendulum>,
    live::<g4::Pendulum>,
    live::<g5::Pendulum>,
    live::<g6::Pendulum>,
    live::<g7::Pendulum>,
    live::<g8::Pendulum>,
    live::<g9::Pendulum>,
    live::<g10::Pendulum>,
    live::<g11::Pendulum>,
    live::<g12::Pendulum>,
    live::<g13::Pendulum>,
    live::<g14::Pendulum>,
    live::<g15::Pendulum>,
];

/// Opens the table with a generation of the struct, looks for every point, and runs some.
fn live<G: Generation>(s: &Scratch, known: &mut BTreeSet<Point>, runs: &[Point]) {
    let store = at::<G>(s)
        .schema(Schema::Evolve)
        .runner(|_: &G, run| fs::write(run.result_file(), "run"))
        .open()
        .unwrap();
    let points = (0..16).map(|n: usize| [n & 1, n >> 1 & 1, n >> 2 & 1, n >> 3]);
    for point in points {
        if let Some(asked) = G::of(point) {
            let found = store.retrieve(&asked).unwrap();
            assert_eq!(found.is_some(), known.contains(&point), "{point:?}");
        }
    }
    for point in runs {
        if let Some(asked) = G::of(*point) {
            store.run_or_retrieve(&asked).unwrap();
            known.insert(*point);
        }
    }
    assert_eq!(store.count().unwrap(), known.len() as u64, "nothing was run twice");
    assert!(store.verify().unwrap().is_sound(), "{}", store.verify().unwrap());
    assert_eq!(
        shape(s, "pendulums"),
        fresh::<G>(s, "pendulums").unwrap(),
        "as if it had been made like that"
    );
}

/// Which changes come in which step, and what is run in between.
fn histories() -> impl Strategy<Value = (Vec<usize>, Vec<Vec<Point>>)> {
    let point = (0..2usize, 0..2usize, 0..2usize, 0..2usize).prop_map(|(a, b, c, d)| [a, b, c, d]);
    let runs = prop::collection::vec(prop::collection::vec(point, 0..5), 6);
    (prop::collection::vec(0..5usize, 4), runs)
}

fn holds(backend: fn() -> Option<Scratch>, cases: u32) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let tested = TestRunner::new(config).run(&histories(), |(steps, runs)| {
        let Some(s) = backend() else { return Ok(()) };
        let mut known = BTreeSet::new();
        for (step, runs) in runs.iter().enumerate() {
            // A change that came stays.
            let changes: usize =
                steps.iter().enumerate().filter(|(_, at)| **at < step).map(|(n, _)| 1 << n).sum();
            GENERATIONS[changes](&s, &mut known, runs);
        }
        Ok(())
    });
    tested.unwrap();
}

#[cfg(feature = "sqlite")]
#[test]
fn every_run_stays_a_hit_through_any_chain_of_changes_sqlite() {
    holds(|| Some(Scratch::sqlite()), 24);
}

#[cfg(feature = "postgres")]
#[test]
fn every_run_stays_a_hit_through_any_chain_of_changes_postgres() {
    holds(Scratch::postgres, 8);
}

each_backend! {
    /// Two parameters, an index and another name for a hundred thousand runs.
    fn a_large_table_evolves(s: &Scratch) -> entropic::Result<()> {
        let store = at::<g0::Pendulum>(s).runner(|_: &g0::Pendulum, run| fs::write(run.result_file(), "run")).open()?;
        let runs: Vec<_> = (0..4).map(|n| {
            store.run(&g0::Pendulum::of([n & 1, n >> 1, 0, 0]).unwrap()).unwrap()
        }).collect();
        drop(store);
        let many = match s.backend() {
            crate::support::Backend::Sqlite => "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) \
                INSERT INTO pendulums (damping, steps, length, period, id, result_file, created_at, custom_data) \
                SELECT 0.25, i + 1000, 1.5, 1.0, 'made-' || i, 'nowhere', '2026-01-01 00:00:00.000000', '{}' FROM n",
            crate::support::Backend::Postgres => "INSERT INTO pendulums (damping, steps, length, period, id, result_file, created_at, custom_data) \
                SELECT 0.25, i + 1000, 1.5, 1.0, 'made-' || i, 'nowhere', '2026-01-01 00:00:00', '{}' FROM generate_series(1, 100000) i",
        };
        s.sql(many);
        let start = std::time::Instant::now();
        let store = at::<g13::Pendulum>(s).schema(Schema::Evolve).open()?;
        println!("a table of 100,000 rows evolved in {:?}", start.elapsed());
        for (n, run) in runs.iter().enumerate() {
            assert_eq!(store.retrieve(&g13::Pendulum::of([n & 1, n >> 1, 0, 0]).unwrap())?.unwrap().id, run.id);
        }
        assert_eq!(store.count()?, 100_004);
        Ok(())
    }
}
