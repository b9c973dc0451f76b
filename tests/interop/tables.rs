//! Tables made by either side are the same to the other.

use std::fs;

use entropic::{Schema, Store, Stored};
use serde_json::{Value, json};

use crate::python::Peer;
use crate::records::{
    Choice, Count, Event, Level, Measure, Note, Told, Trial, custom_data, events, grown, narrow, never, open,
    open_in, seen, told, trials, try_open, writes,
};
use crate::support::{Backend, Scratch, each_backend};

/// A table as the database describes it: name, type, whether it may be null, whether it is the primary key.
fn described(scratch: &Scratch, table: &str) -> Vec<Vec<Option<String>>> {
    scratch.query_text(&match scratch.backend() {
        Backend::Sqlite => format!(
            "SELECT name, type, CASE \"notnull\" WHEN 1 THEN 'not null' ELSE 'null' END, pk \
             FROM pragma_table_info('{table}') ORDER BY cid"
        ),
        Backend::Postgres => format!(
            "SELECT a.attname, format_type(a.atttypid, a.atttypmod), \
             CASE WHEN a.attnotnull THEN 'not null' ELSE 'null' END, \
             coalesce(a.attnum = ANY(i.indkey), false) \
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
    // A results folder belongs to one table.
    open_in::<T>(scratch, &scratch.dir().join(name)).unwrap();

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
        same_table::<Note>(s);
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
    }

    /// It is never refused for what would only better it, and Python goes on as before when it was done.
    fn a_table_made_by_python_is_bettered_on_request(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        py.call("create", json!({}));
        let trial = &trials()[0];
        let row = py.one("run", &trial.told(), json!({"content": "x"}));
        let store = open::<Trial, _, _>(s, never);
        let advice = store.verify().unwrap().advice;
        assert!(advice.iter().any(|advice| advice.contains("(\"created_at\", \"id\")")), "{advice:?}");
        drop(store);
        let evolving = || {
            Store::<Trial>::builder().database(s.url()).results_dir(s.results_dir()).schema(Schema::Evolve).open().unwrap()
        };
        assert_eq!(evolving().verify().unwrap().advice, Vec::<String>::new());
        assert_eq!(seen(&evolving().retrieve(trial).unwrap().unwrap()), row);
        assert_eq!(py.one("run_or_retrieve", &trial.told(), json!({})), row);
        for trial in trials() {
            let row = py.one("run", &trial.told(), json!({"content": "y"}));
            assert_eq!(seen(&evolving().retrieve(&trial).unwrap().unwrap()), row);
        }
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

    /// Bare values of JSON pass through a table of Rust, where the column is text.
    fn any_json_passes_through_a_table_of_rust(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "notes") else { return };
        let store = open::<Note, _, _>(s, writes("x"));
        for value in bare_values() {
            let note = Note { value };
            let made = seen(&store.run(&note).unwrap());
            assert_eq!(py.one("run_or_retrieve", &note.told(), json!({})), made);
            assert_eq!(seen(&store.retrieve(&note).unwrap().unwrap()), made);
            let row = py.one("run", &note.told(), json!({"content": "y"}));
            assert_eq!(seen(&store.retrieve(&note).unwrap().unwrap()), row);
        }
    }

    /// SQLite takes bare numbers in a column declared JSON for its own: such a run is found as it was, or is an
    /// error, but never another one.
    fn any_json_passes_through_a_table_of_python_or_is_a_conflict(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "notes") else { return };
        py.call("create", json!({}));
        let store = open::<Note, _, _>(s, writes("x"));
        for value in bare_values() {
            let number = value.is_number();
            let note = Note { value };
            let row = py.one("run", &note.told(), json!({"content": "y"}));
            match store.retrieve(&note) {
                Ok(found) => assert_eq!(seen(&found.unwrap()), row),
                Err(error) => {
                    assert!(number && s.backend() == Backend::Sqlite, "{error:?}");
                    assert!(error.is_conflict(), "{error:?}");
                }
            }
        }
        assert_eq!(store.list().unwrap().len(), bare_values().len());
    }

    /// A field with a default enters the identity of runs that have another value only.
    fn a_column_added_with_a_default_keeps_the_runs_of_python(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "levels") else { return };
        let row = py.one("run", &json!({"x": 1.5}), json!({"content": "x"}));
        let double = if s.backend() == Backend::Sqlite { "DOUBLE" } else { "DOUBLE PRECISION" };
        s.sql(&format!("ALTER TABLE levels ADD COLUMN drag {double} NOT NULL DEFAULT 0.5"));
        s.sql("ALTER TABLE levels ADD COLUMN note VARCHAR");
        let old = grown::Level { x: 1.5, drag: 0.5, note: None };
        let store = open::<grown::Level, _, _>(s, writes("by rust: "));
        assert_eq!(store.retrieve(&old).unwrap().unwrap().id.as_str(), row["id"]);
        let new = store.run_or_retrieve(&grown::Level { drag: 0.25, ..old }).unwrap();
        assert_ne!(new.id.as_str(), row["id"]);
        // The older model goes on as before.
        assert_eq!(py.one("run_or_retrieve", &json!({"x": 1.5}), json!({})), row);
        let late = py.one("run", &json!({"x": 2.5}), json!({"content": "x"}));
        let found = store.retrieve(&grown::Level { x: 2.5, drag: 0.5, note: None }).unwrap().unwrap();
        assert_eq!(found.id.as_str(), late["id"]);
    }

    /// A read-only store finds everything and leaves no trace.
    fn a_read_only_store_changes_nothing_of_pythons(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        let written = py.call("run", json!({"params": told(&trials()), "content": "x", "custom_data": custom_data()}));
        let tables = |s: &Scratch| match s.backend() {
            // Opening it must not even change the kind of its journal.
            Backend::Sqlite => vec![vec![Some(format!("{:?}", fs::read(s.dir().join("runs.db")).unwrap()))]],
            Backend::Postgres => s.query_text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"),
        };
        let (before, files) = (tables(s), fs::read_dir(s.results_dir()).unwrap().count());
        let store = Store::<Trial>::builder()
            .database(s.url())
            .results_dir(s.results_dir())
            .read_only(true)
            .open()
            .unwrap();
        let report = store.sweep(trials()).run().unwrap();
        assert_eq!(report.records.iter().map(seen).collect::<Value>(), written, "{report}");
        assert!(store.delete(&trials()[0]).unwrap_err().is_unsupported());
        drop(store);
        assert_eq!((tables(s), fs::read_dir(s.results_dir()).unwrap().count()), (before, files));
    }

    /// Python's stores share a results folder unless told otherwise. Only one of the tables can be written by Rust
    /// with that folder; all can be read.
    fn two_tables_of_python_in_one_folder_can_both_be_read(s: &Scratch) {
        let Some(mut trials_py) = Peer::start(s, "trials") else { return };
        let Some(mut levels_py) = Peer::start(s, "levels") else { return };
        let trial = &trials()[0];
        let row = trials_py.one("run", &trial.told(), json!({"content": "x"}));
        let level = levels_py.one("run", &json!({"x": 0.5}), json!({"content": "x"}));

        assert_eq!(seen(&open::<Trial, _, _>(s, never).run_or_retrieve(trial).unwrap()), row);
        let error = try_open::<Level>(s).unwrap_err();
        assert!(error.is_conflict() && error.to_string().contains("trials"), "{error}");
        let store =
            Store::<Level>::builder().database(s.url()).results_dir(s.results_dir()).read_only(true).open().unwrap();
        assert_eq!(seen(&store.retrieve(&Level { x: 0.5 }).unwrap().unwrap()), level);
    }
}

fn bare_values() -> Vec<Value> {
    vec![
        json!(12_345_678_901_234_567_890_u64),
        json!(i64::MIN),
        json!(2.0),
        json!(0.1 + 0.2),
        json!(1e22),
        json!(7),
        json!("1.50"),
        json!("text ü"),
        json!(null),
        json!(true),
        json!([1.0, 2]),
        json!({"a": [2.0, 12_345_678_901_234_567_890_u64]}),
    ]
}
