//! Tables made by either side are the same to the other.

use std::fs;

use entropic::Stored;
use serde_json::json;

use crate::python::Peer;
use crate::records::{
    Choice, Count, Event, Level, Measure, Told, Trial, custom_data, events, narrow, never, open, seen, trials,
    try_open, writes,
};
use crate::support::{Backend, Scratch, each_backend};

/// A table as the database describes it: name, type, whether it may be null, place in the primary key.
fn described(scratch: &Scratch, table: &str) -> Vec<Vec<Option<String>>> {
    scratch.query_text(&match scratch.backend() {
        Backend::Sqlite => format!(
            "SELECT name, type, CASE \"notnull\" WHEN 1 THEN 'not null' ELSE 'null' END, pk \
             FROM pragma_table_info('{table}') ORDER BY cid"
        ),
        Backend::Postgres => format!(
            "SELECT a.attname, format_type(a.atttypid, a.atttypmod), \
             CASE WHEN a.attnotnull THEN 'not null' ELSE 'null' END, \
             coalesce(array_position(i.indkey::int2[], a.attnum), -1) + 1 \
             FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary \
             WHERE a.attrelid = '{table}'::regclass AND a.attnum > 0 ORDER BY a.attnum"
        ),
    })
}

/// Another empty world on the same kind of database.
fn another(scratch: &Scratch) -> Scratch {
    match scratch.backend() {
        #[cfg(feature = "sqlite")]
        Backend::Sqlite => Scratch::sqlite(),
        #[cfg(feature = "postgres")]
        Backend::Postgres => Scratch::postgres().unwrap(),
        #[allow(unreachable_patterns, reason = "there are builds with one backend")]
        _ => unreachable!("the backend of a scratch is compiled in"),
    }
}

/// Types that differ in name and are the same to SQLite and to both sides. What `float` is declared as depends on
/// the version of SQLAlchemy; `#[sim(json)]` is text because SQLite takes what is declared JSON for numbers.
const SAME_IN_SQLITE: [[&str; 2]; 3] = [["DOUBLE", "FLOAT"], ["INTEGER", "BIGINT"], ["TEXT", "JSON"]];

#[track_caller]
fn same_table<T: Stored>(scratch: &Scratch) -> bool {
    let theirs = another(scratch);
    let name = T::TABLE.name;
    let Some(mut py) = Peer::start(&theirs, name) else { return false };
    py.call("create", json!({}));
    try_open::<T>(scratch).unwrap();

    let (ours, theirs) = (described(scratch, name), described(&theirs, name));
    assert_eq!(ours.len(), theirs.len(), "{name}");
    for (ours, theirs) in ours.iter().zip(&theirs) {
        let types = [ours[1].as_deref().unwrap(), theirs[1].as_deref().unwrap()];
        let renamed = scratch.backend() == Backend::Sqlite && SAME_IN_SQLITE.contains(&types);
        assert!(types[0] == types[1] || renamed, "{name}: {ours:?} {theirs:?}");
        assert_eq!((&ours[0], &ours[2..]), (&theirs[0], &theirs[2..]), "{name}");
    }
    true
}

each_backend! {
    fn both_sides_make_the_same_tables(s: &Scratch) {
        if !same_table::<Trial>(s) {
            return;
        }
        same_table::<Event>(s);
        same_table::<Measure>(s);
        same_table::<Level>(s);
        match s.backend() {
            Backend::Sqlite => same_table::<Count>(s),
            Backend::Postgres => same_table::<narrow::Count>(s),
        };
    }

    fn a_table_made_by_rust_is_pythons_too(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "events") else { return };
        let store = open::<Event, _, _>(s, writes("by rust: "));
        let file = s.dir().join("x");
        fs::write(&file, "x").unwrap();
        for event in events() {
            let row = py.one("register", &event.told(), json!({"file": file, "custom_data": custom_data()}));
            assert_eq!(seen(&store.retrieve(&event).unwrap().unwrap()), row);
        }
        // The bare values of JSON come back as they were, too.
        let ids = s.query_text("SELECT count(*) FROM events");
        assert_eq!(ids, [[Some(events().len().to_string())]]);
    }

    fn a_table_made_by_python_is_rusts_too(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "events") else { return };
        py.call("create", json!({}));
        let store = open::<Event, _, _>(s, writes("by rust: "));
        for event in events() {
            let made = seen(&store.run_with(&event, &custom_data()).unwrap());
            assert_eq!(py.one("run_or_retrieve", &event.told(), json!({})), made);
        }
    }

    /// `int` is 64 bits wide on SQLite, whatever made the table.
    fn an_int_is_an_i64_on_sqlite_and_an_i32_on_postgres(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "counts") else { return };
        let wide = [i64::MAX, i64::MIN, 1 << 40, 0];
        match s.backend() {
            Backend::Sqlite => {
                for n in wide {
                    let row = py.one("run", &json!({"n": n}), json!({"content": "x"}));
                    let record = open::<Count, _, _>(s, never).run_or_retrieve(&Count { n }).unwrap();
                    assert_eq!(seen(&record), row);
                }
            }
            Backend::Postgres => {
                for n in [i32::MAX, i32::MIN, 0] {
                    let row = py.one("run", &json!({"n": n}), json!({"content": "x"}));
                    let record = open::<narrow::Count, _, _>(s, never).run_or_retrieve(&narrow::Count { n });
                    assert_eq!(seen(&record.unwrap()), row);
                }
                assert_eq!(py.refused("run", json!({"params": [{"n": 1i64 << 40}], "content": "x"})), "DataError");
            }
        }
    }

    /// In a table that Rust made with 64 bits, Python's `int` has them on PostgreSQL as well.
    fn an_i64_column_made_by_rust_holds_any_int_of_python(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "counts") else { return };
        let store = open::<Count, _, _>(s, never);
        for n in [i64::MAX, i64::MIN] {
            let row = py.one("run", &json!({"n": n}), json!({"content": "x"}));
            assert_eq!(seen(&store.run_or_retrieve(&Count { n }).unwrap()), row);
        }
    }

    /// SQLAlchemy's `Enum` stores the names of the members and not their values, in a type of its own on
    /// PostgreSQL: such a column is no text of ours, and that is said.
    fn a_column_of_sqlalchemys_enum_is_refused_with_a_reason(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "choices") else { return };
        py.call("insert", json!({"row": {"method": {"$method": "rk4"}, "id": "x", "result_file": "x"}}));
        match s.backend() {
            Backend::Sqlite => {
                let error = open::<Choice, _, _>(s, never).list().unwrap_err();
                let shown = format!("{error} {:?}", std::error::Error::source(&error));
                assert!(error.is_corrupt() && shown.contains("RK4") && shown.contains("rk4"), "{shown}");
            }
            Backend::Postgres => {
                let error = try_open::<Choice>(s).unwrap_err();
                let message = error.to_string();
                assert!(error.is_conflict() && message.contains("`method` is method"), "{message}");
            }
        }
    }

    fn every_edge_of_a_trial_passes_through_a_table_of_rust(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        let store = open::<Trial, _, _>(s, never);
        for trial in trials() {
            let row = py.one("run", &trial.told(), json!({"content": "x"}));
            assert_eq!(seen(&store.run_or_retrieve(&trial).unwrap()), row);
        }
    }
}
