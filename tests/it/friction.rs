//! What people do first, and shall not stumble over.

use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};
use diesel::dsl::not;
use diesel::prelude::*;
use entropic::prelude::*;
use entropic::{Result, is_replicate};
use serde_json::json;

use crate::support::{Scratch, each_backend};

/// Its fields can do no more than is asked.
#[derive(Clone, SimEnum)]
pub enum Bare {
    One,
    Two,
}

#[derive(Clone, SimRecord)]
#[sim(table = "walks", output(end: i64, steps_left: i32))]
pub struct Walk {
    pub steps: i64,
    pub kind: Bare,
    pub at: NaiveTime,
    #[sim(default = 0.1)]
    pub drift: f64,
    #[sim(ignore)]
    pub threads: i32,
}

impl Walk {
    fn of(steps: i64) -> Self {
        let at = NaiveTime::from_hms_opt(3, 4, 5).unwrap();
        Self { steps, kind: Bare::One, at, drift: 0.1, threads: 7 }
    }
}

fn open(scratch: &Scratch) -> Result<Store<Walk>> {
    Store::<Walk>::builder()
        .database(scratch.url())
        .results_dir(scratch.results_dir())
        .without_results()
        .runner(|walk: &Walk, run| -> RunResult {
            run.output.end = Some(walk.steps);
            Ok(())
        })
        .open()
}

each_backend! {
    fn ids_are_compared_with_their_column(scratch: &Scratch) {
        let store = open(scratch).unwrap();
        let record = store.run(&Walk::of(1)).unwrap();
        let other = store.run(&Walk::of(2)).unwrap();
        let found = store.query(|t| t.filter(walks::id.eq(&record.id))).unwrap();
        assert_eq!(found[0].id, record.id);
        let found = store.query(|t| t.filter(walks::id.ne(record.id.clone()))).unwrap();
        assert_eq!(found[0].id, other.id);
        let ids = vec![record.id.clone(), other.id.clone()];
        assert_eq!(store.query(|t| t.filter(walks::id.eq_any(&ids))).unwrap().len(), 2);
        let mut connection = store.connection().unwrap();
        let ids: Vec<RunId> = walks::table.select(walks::id).order(walks::steps).load(&mut *connection).unwrap();
        assert_eq!(ids, [record.id, other.id]);
    }

    fn times_are_selected_as_those_of_chrono(scratch: &Scratch) {
        let store = open(scratch).unwrap();
        let record = store.run(&Walk::of(1)).unwrap();
        let mut connection = store.connection().unwrap();
        let (naive, utc, at): (NaiveDateTime, DateTime<Utc>, NaiveTime) = walks::table
            .select((walks::created_at, walks::created_at, walks::at))
            .first(&mut *connection)
            .unwrap();
        assert_eq!((naive, utc), (record.created_at.naive_utc(), record.created_at.to_utc()));
        assert_eq!(at, record.at);
    }

    fn replicates_can_be_told_apart(scratch: &Scratch) {
        let store = open(scratch).unwrap();
        let alone = store.run(&Walk::of(1)).unwrap();
        assert_eq!(alone.replicate(), None);
        let replicates = store.replicates(&Walk::of(1), 12).unwrap();
        assert_eq!(replicates[11].replicate(), Some(11));
        // What is called like one, and is none.
        let base = alone.id.as_str();
        let almost = ["-r", "-r01", "-r1x", "-rx", "-r4294967296", "-r10000000000", "-s1"]
            .map(|end| format!("{base}{end}"))
            .into_iter()
            .chain(["0123456789abcdeg-r1", "0123456789ABCDEF-r1", "calibration-r1"].map(str::to_owned));
        // And what is one.
        let all = almost.chain(["-r4294967295", "-r100"].map(|end| format!("{base}{end}")));
        let mut connection = store.connection().unwrap();
        for (name, steps) in all.zip(100_i64..) {
            let row = store.run(&Walk::of(steps)).unwrap();
            diesel::update(walks::table.filter(walks::id.eq(&row.id)))
                .set(walks::id.eq(name))
                .execute(&mut *connection)
                .unwrap();
        }
        let said = store.query(|t| t.filter(is_replicate(walks::id))).unwrap();
        assert_eq!(said.len(), 14);
        assert!(said.iter().all(|record| record.replicate().is_some()));
        let others = store.query(|t| t.filter(not(is_replicate(walks::id)))).unwrap();
        assert_eq!(others.len() + said.len(), store.list().unwrap().len());
        assert!(others.iter().all(|record| record.replicate().is_none()), "{others:?}");
        let count: i64 = walks::table
            .filter(is_replicate(walks::id).and(walks::steps.eq(1)))
            .count()
            .get_result(&mut *connection)
            .unwrap();
        assert_eq!(count, 12);
    }

    fn a_patch_says_what_the_column_holds(scratch: &Scratch) {
        let store = open(scratch).unwrap();
        store.run(&Walk::of(1)).unwrap();
        let refused = |patch| {
            let error = store.patch(&Walk::of(1), &patch).unwrap_err();
            assert!(error.is_invalid_input());
            format!("{error:#}")
        };
        let said = refused(json!({"end": "far"}));
        assert!(said.starts_with("cannot patch column `end` of `walks`: it holds an integer of 64 bits, and the patch has a string"), "{said}");
        let said = refused(json!({"result_file": "x"}));
        assert!(said.contains("outputs, ignored parameters and `custom_data` can be patched"), "{said}");
    }

    fn stores_and_records_are_shown_in_short_and_in_full(scratch: &Scratch) {
        let store = open(scratch).unwrap();
        for steps in 0..20 {
            store.run(&Walk::of(steps)).unwrap();
        }
        let shown = format!("{store:?}");
        assert!(shown.contains("\"walks\"") && !shown.contains("secret"), "{shown}");
        assert!(shown.len() < 300 && !shown.contains('\n'), "{shown}");
        let shown = format!("{:?}", store.retrieve(&Walk::of(3)).unwrap().unwrap());
        assert!(
            shown.contains("params: {steps: 3, kind: \"One\", at: \"03:04:05\", drift: 0.1, threads: 7}"),
            "{shown}"
        );
    }

    fn a_report_counts_as_people_do(scratch: &Scratch) {
        let store = open(scratch).unwrap();
        store.run(&Walk::of(1)).unwrap();
        store.patch(&Walk::of(1), &json!({"custom_data": {"elapsed_seconds": 2.0}})).unwrap();
        let said = store.sweep([Walk::of(1), Walk::of(2), Walk::of(2)]).run().unwrap().to_string();
        assert!(said.starts_with("2 runs: 1 hit, 1 miss, 0 failures in "), "{said}");
        assert!(said.contains("; the hit saved 2.0 s") && said.contains("1 point came again and was counted once"), "{said}");
        store.patch(&Walk::of(1), &json!({"custom_data": {}})).unwrap();
        let said = store.sweep([Walk::of(1)]).run().unwrap().to_string();
        assert!(said.starts_with("1 run: 1 hit, 0 misses") && !said.contains("saved"), "{said}");
    }

    fn a_suffix_does_not_run_into_the_id(scratch: &Scratch) {
        let open = |suffix: &str| {
            let dir = scratch.results_dir();
            Store::<Walk>::builder().database(scratch.url()).results_dir(dir).file_suffix(suffix).open()
        };
        for (suffix, cure) in [("csv", "`.csv`"), ("tar.gz", "`.tar.gz`")] {
            let error = open(suffix).unwrap_err();
            assert!(error.is_invalid_input() && error.to_string().contains(cure), "{error}");
        }
        assert!(!scratch.results_dir().exists());
        for suffix in ["", ".csv", "_final.csv", "-out"] {
            open(suffix).unwrap();
        }
    }
}

/// All its types can be compared and shown.
#[derive(Debug, Clone, PartialEq, SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    mass: f64,
    label: Option<String>,
    #[sim(json)]
    modes: Vec<f64>,
}

#[test]
fn a_grid_is_counted_shown_compared_and_used_again() {
    let orbit = Orbit { mass: 1.0, label: None, modes: vec![0.5] };
    let grid =
        OrbitGrid { mass: vec![1.0, 2.0, 3.0], label: vec![None, Some("a".to_owned())], ..orbit.into() };
    assert_eq!((grid.len(), grid.is_empty()), (6, false));
    assert_eq!(
        format!("{grid:?}"),
        "OrbitGrid { mass: [1.0, 2.0, 3.0], label: [None, Some(\"a\")], modes: [[0.5]] }"
    );
    assert_eq!(grid, grid.clone());
    assert_ne!(grid, OrbitGrid { mass: vec![1.0], ..grid.clone() });
    let points = grid.clone().expand();
    assert_eq!(points.clone().count(), points.len());
    assert_eq!(grid.clone().expand().collect::<Vec<_>>(), grid.expand().collect::<Vec<_>>());

    let empty = WalkGrid { steps: Vec::new(), ..Walk::of(1).into() };
    assert!(empty.is_empty() && empty.clone().expand().next().is_none());
    // More than can be counted.
    let many = WalkGrid {
        steps: vec![0; 100_000],
        at: vec![NaiveTime::MIN; 100_000],
        drift: vec![0.0; 100_000],
        threads: vec![0; 100_000],
        kind: vec![Bare::Two],
    };
    assert_eq!(many.len(), usize::MAX);
}
