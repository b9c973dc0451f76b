//! What the two sides cannot share is an error that says so, never a wrong value and never a wrong hit.

use std::fs;

use diesel::prelude::*;
use entropic::DbError;
use entropic::{Error, Timestamp};
use serde_json::json;

use crate::python::Peer;
use crate::records::{
    Count, Event, Level, Told, Trial, events, narrow, narrower, never, open, seen, trials, try_open, writes,
};
use crate::support::{Backend, Scratch, each_backend};

/// The differences that opening a store is refused for, one line each.
#[track_caller]
fn drift<T: entropic::Stored>(scratch: &Scratch) -> Vec<String> {
    let error = try_open::<T>(scratch).unwrap_err();
    assert!(error.is_conflict(), "{error:?}");
    let Error::Db(DbError::Drift { differences, .. }) = &error else { panic!("{error:?}") };
    let lines: Vec<String> = differences.iter().map(ToString::to_string).collect();
    assert!(lines.iter().all(|line| error.to_string().contains(line)), "{error}");
    lines
}

#[track_caller]
fn named(line: &str, parts: &[&str]) {
    for part in parts {
        assert!(line.contains(part), "{part} in {line}");
    }
}

/// What Python's float is declared as.
fn described_type(s: &Scratch) -> String {
    let query = match s.backend() {
        Backend::Sqlite => "SELECT type FROM pragma_table_info('levels') WHERE name = 'x'",
        Backend::Postgres => {
            "SELECT data_type FROM information_schema.columns WHERE table_name = 'levels' AND column_name = 'x'"
        }
    };
    s.scalar_text(query).unwrap()
}

each_backend! {
    fn an_i64_over_an_int_of_postgres_is_drift_with_both_cures(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "counts") else { return };
        py.one("run", &json!({"n": 5}), json!({"content": "x"}));
        match s.backend() {
            Backend::Sqlite => {
                let record = open::<Count, _, _>(s, never).run_or_retrieve(&Count { n: 5 }).unwrap();
                assert_eq!(record.n, 5);
            }
            Backend::Postgres => {
                let [line] = &drift::<Count>(s)[..] else { panic!("{:?}", drift::<Count>(s)) };
                named(line, &["`n` is integer where the record needs BIGINT", "make the field an `i32`"]);
                named(line, &["alter the column"]);
                // Both cures work, the second one with the rows that are there.
                let narrow = open::<narrow::Count, _, _>(s, never);
                assert_eq!(narrow.run_or_retrieve(&narrow::Count { n: 5 }).unwrap().n, 5);
                s.sql("ALTER TABLE counts ALTER COLUMN n TYPE bigint");
                let wide = open::<Count, _, _>(s, never);
                assert_eq!(wide.run_or_retrieve(&Count { n: 5 }).unwrap().n, 5);
                let row = py.one("run", &json!({"n": i64::MIN}), json!({"content": "x"}));
                assert_eq!(seen(&wide.retrieve(&Count { n: i64::MIN }).unwrap().unwrap()), row);
            }
        }
    }

    fn an_f32_over_a_float_is_drift_with_both_cures(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "levels") else { return };
        py.one("run", &json!({"x": 0.5}), json!({"content": "x"}));
        // Older versions of SQLAlchemy declare FLOAT on SQLite, which may be anything.
        let declared = described_type(s);
        if s.backend() == Backend::Sqlite && declared != "DOUBLE" {
            let store = open::<narrow::Level, _, _>(s, never);
            assert_eq!(store.run_or_retrieve(&narrow::Level { x: 0.5 }).unwrap().x, 0.5);
            return;
        }
        let [line] = &drift::<narrow::Level>(s)[..] else { panic!("{:?}", drift::<narrow::Level>(s)) };
        let wanted = if s.backend() == Backend::Sqlite { "FLOAT" } else { "REAL" };
        named(line, &["`x` is ", wanted, "make the field an `f64`", "alter the column"]);
    }

    /// Two floats of Python that one `f32` stands for are two runs; the `f32` is a hit for neither of the wrong ones.
    fn an_f32_never_hits_another_float_of_python(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "levels") else { return };
        // The table must be one that `f32` can read.
        let store = open::<narrow::Level, _, _>(s, writes("by rust: "));
        py.one("run", &json!({"x": 0.1}), json!({"content": "python's 0.1: "}));
        // 0.1f32 is 0.10000000149…, which is another number.
        let asked = narrow::Level { x: 0.1 };
        assert!(store.retrieve(&asked).unwrap().is_none());
        let made = store.run_or_retrieve(&asked).unwrap();
        if s.backend() == Backend::Sqlite {
            let widened = py.one("retrieve", &json!({"x": f64::from(0.1f32)}), json!({}));
            assert_eq!((&widened["id"], &widened["params"]["x"]), (&json!(made.id), &json!(f64::from(0.1f32))));
        }
    }

    /// SQLite's `INTEGER` holds what the field does not.
    fn an_int_that_does_not_fit_the_field_is_never_another_int(s: &Scratch) {
        if s.backend() == Backend::Postgres {
            return;
        }
        let Some(mut py) = Peer::start(s, "counts") else { return };
        let id = py.one("run", &json!({"n": (1i64 << 40) + 5}), json!({"content": "x"}))["id"].take();
        let id = id.as_str().unwrap().parse().unwrap();

        let narrow = open::<narrow::Count, _, _>(s, never);
        let narrower = try_open::<narrower::Count>(s).unwrap();
        let read = [
            ("get, i32", narrow.get(&id).map(|found| found.map(|record| i64::from(record.n)))),
            ("list, i32", narrow.list().map(|all| all.first().map(|record| i64::from(record.n)))),
            ("list, u8", narrower.list().map(|all| all.first().map(|record| i64::from(record.n)))),
        ];
        let wrong: Vec<String> = read
            .into_iter()
            .filter(|(_, found)| !found.as_ref().is_err_and(entropic::Error::is_corrupt))
            .map(|(how, found)| format!("{how}: {found:?}"))
            .collect();
        assert!(wrong.is_empty(), "{} was read as {wrong:?}", (1i64 << 40) + 5);
    }

    /// Python stores `1e-13` under the id of `0.0`.
    fn a_float_that_the_hash_took_for_zero_is_a_conflict(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        let trial = Trial { dt: 1e-13, ..trials().remove(0) };
        let row = py.one("run", &trial.told(), json!({"content": "of 1e-13: "}));
        let zero = Trial { dt: 0.0, ..trial.clone() };
        assert_eq!(zero_id(&zero), row["id"]);

        let store = open::<Trial, _, _>(s, never);
        for error in [
            store.retrieve(&zero).unwrap_err(),
            store.run_or_retrieve(&zero).unwrap_err(),
            store.run(&zero).unwrap_err(),
            store.patch(&zero, &json!({"custom_data": {"a": 1}})).unwrap_err(),
            store.delete(&zero).unwrap_err(),
            store.explain(&zero).unwrap_err(),
            store.register_or_replace(&zero, s.dir(), &()).unwrap_err(),
        ] {
            assert!(error.is_conflict(), "{error:?}");
            let message = error.to_string();
            assert!(message.contains(row["id"].as_str().unwrap()) && message.contains("1e-13"), "{message}");
        }
        let report = store.sweep([zero.clone()]).run().unwrap();
        assert!(report.failures[0].error.is_conflict(), "{report}");
        assert!(store.retrieve(&trial).unwrap_err().is_invalid_input());

        // The row itself can be read, by its key and with the others.
        assert_eq!(store.list().unwrap().iter().map(seen).collect::<Vec<_>>(), std::slice::from_ref(&row));
        let record = store.get(&zero_id(&zero).parse().unwrap()).unwrap().unwrap();
        assert_eq!(record.dt, 1e-13);
        assert!(format!("{record:?}").contains(row["id"].as_str().unwrap()));
        // Asked for others it is a miss that names the nearest.
        let other = Trial { steps: 1, ..zero };
        assert!(store.retrieve(&other).unwrap().is_none());
        assert!(store.explain(&other).unwrap().to_string().contains(row["id"].as_str().unwrap()));
        assert!(store.delete_id(&record.id).unwrap());
    }

    /// SQLite cannot keep the sign of a zero.
    fn the_zeros_are_two_runs_and_both_are_found(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "levels") else { return };
        let [plus, minus] = [0.0, -0.0].map(|x| py.one("run", &json!({"x": x}), json!({"content": "x"})));
        assert_ne!(plus["id"], minus["id"]);
        let store = open::<Level, _, _>(s, never);
        for (x, row) in [(0.0, &plus), (-0.0, &minus)] {
            assert_eq!(store.run_or_retrieve(&Level { x }).unwrap().id.as_str(), row["id"], "{x}");
        }
        assert!(store.delete_with_file(&Level { x: -0.0 }).unwrap());
        let made = store.with_runner(writes("x")).run(&Level { x: -0.0 }).unwrap();
        assert_eq!(py.one("retrieve", &json!({"x": -0.0}), json!({}))["id"], made.id.as_str());
        assert_eq!(store.count().unwrap(), 2);
    }

    /// An `int` of Python in a column of floats has another id than the float, and the documented cure is to pass
    /// floats.
    fn an_int_in_a_float_column_is_another_run(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "levels") else { return };
        let row = py.one("run", &json!({"x": 1}), json!({"content": "x"}));
        let store = open::<Level, _, _>(s, never);
        assert!(store.retrieve(&Level { x: 1.0 }).unwrap().is_none());
        let record = store.list().unwrap().remove(0);
        assert_eq!((record.x, record.id.as_str()), (1.0, row["id"].as_str().unwrap()));
        assert_eq!(store.get(&record.id).unwrap().unwrap(), record);
        let why = store.explain(&Level { x: 1.0 }).unwrap().to_string();
        assert!(why.contains("with `1` for `1.0`: was it stored from Python"), "{why}");
    }

    /// Python hashes the time with its zone. SQLAlchemy stores it without: as it is on SQLite, in the time of the
    /// session on PostgreSQL.
    fn an_aware_time_outside_utc_is_another_run(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "events") else { return };
        let event = events().remove(0);
        let mut params = event.told();
        params["start"] = json!({"$datetime": "2026-01-02 05:04:05.000600+02:00"});
        let file = s.dir().join("x");
        fs::write(&file, "x").unwrap();
        py.one("register", &params, json!({"file": file}));
        let store = open::<Event, _, _>(s, never);
        assert!(store.retrieve(&event).unwrap().is_none());
        let local = store.list().unwrap().remove(0).start != event.start;
        assert_eq!(local, s.backend() == Backend::Sqlite);
    }

    fn a_result_that_is_gone_is_told_and_healed(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        let all = trials();
        let elsewhere = s.dir().join("elsewhere.h5");
        fs::write(&elsewhere, "x").unwrap();
        let ran = py.one("run", &all[0].told(), json!({"content": "x", "custom_data": {"by": "python"}}));
        let registered = py.one("register", &all[1].told(), json!({"file": elsewhere}));
        for row in [&ran, &registered] {
            fs::remove_file(row["result_file"].as_str().unwrap()).unwrap();
        }

        let store = open::<Trial, _, _>(s, writes("healed: "));
        for (trial, row) in [(&all[0], &ran), (&all[1], &registered)] {
            assert!(store.retrieve(trial).unwrap_err().is_not_found());
            assert!(store.explain(trial).unwrap().to_string().contains("gone"));
            let healed = seen(&store.run_or_retrieve(trial).unwrap());
            assert_eq!(healed["content"], format!("healed: {}", row["id"].as_str().unwrap()));
            assert_eq!(healed["created_at"], row["created_at"]);
            assert_eq!(py.one("retrieve", &trial.told(), json!({})), healed);
        }
        assert_eq!(store.count().unwrap(), 2);
    }

    /// Whole seconds have six digits as well, and `=` finds what Python wrote.
    fn a_time_of_python_is_found_by_a_typed_query(s: &Scratch) {
        use crate::records::events as table;

        let Some(mut py) = Peer::start(s, "events") else { return };
        let whole: Timestamp = "2026-01-02 03:04:05".parse().unwrap();
        let event = events().into_iter().find(|event| event.at == whole.naive_utc()).unwrap();
        let file = s.dir().join("x");
        fs::write(&file, "x").unwrap();
        let mut params = event.told();
        params["created_at"] = json!({"$datetime": "2026-01-02 03:04:05"});
        let row = py.one("register", &params, json!({"file": file}));
        if s.backend() == Backend::Sqlite {
            let text = s.scalar_text("SELECT created_at FROM events");
            assert_eq!(text.as_deref(), Some("2026-01-02 03:04:05.000000"));
        }

        let store = open::<Event, _, _>(s, never);
        assert_eq!(seen(&store.run_or_retrieve(&event).unwrap()), row);
        let found = store
            .query(|t| {
                t.filter(table::created_at.eq(whole))
                    .filter(table::at.eq(whole))
                    .filter(table::start.eq(whole))
                    .filter(table::until.eq(whole))
                    .filter(table::day.eq(event.day))
                    .filter(table::clock.eq(entropic::TimeOfDay::from(event.clock)))
            })
            .unwrap();
        assert_eq!(found.iter().map(seen).collect::<Vec<_>>(), [row]);
        assert_eq!(store.page(store.list().unwrap().first(), 10).unwrap(), []);
    }

    fn a_column_that_only_the_model_has_is_drift_that_names_it(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials_with_budget") else { return };
        py.call("create", json!({}));
        let [line] = &drift::<Trial>(s)[..] else { panic!("{:?}", drift::<Trial>(s)) };
        named(line, &["`budget`", "has no field", "add the field", "retired(budget"]);
    }

    /// The other way round: Python's inserts would lack the column.
    fn a_column_that_only_the_record_has_is_an_error_of_python(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials_with_budget") else { return };
        try_open::<Trial>(s).unwrap();
        let error = py.refused("run", json!({"params": [trials()[0].told()], "content": "x"}));
        assert!(["OperationalError", "ProgrammingError"].contains(&error.as_str()), "{error}");
    }
}

fn zero_id(zero: &Trial) -> String {
    use entropic::SimRecord as _;
    zero.id().unwrap().to_string()
}
