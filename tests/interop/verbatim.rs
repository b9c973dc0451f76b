//! Rows under ids that a user of Python chose, whatever they are.

use std::fs;

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::python::Peer;
use crate::records::{Told, Trial, never, open, seen, trials, writes};
use crate::support::{Scratch, each_backend};

const IDS: [&str; 9] = [
    "../x",
    "",
    ".hidden",
    "C:\\runs\\*?",
    "it's 100% \"quoted\"",
    "漢字 😀",
    "ABCDEF0123456789",
    "a\nb",
    "con",
];

/// Runs `my run/2`, and registers a row under each of [`IDS`]; what Python shows of them, in that order.
fn written(s: &Scratch, py: &mut Peer) -> Vec<Value> {
    let file = s.dir().join("made elsewhere.csv");
    fs::write(&file, "t,x\n").unwrap();
    fs::create_dir_all(s.results_dir().join("my run")).unwrap();
    let mut params = trials()[0].told();
    params["id"] = "my run/2".into();
    let mut rows = vec![py.one("run", &params, json!({"content": "by python: "}))];
    for id in IDS.iter().map(|id| (*id).to_owned()).chain(["long".repeat(100)]) {
        params["id"] = id.into();
        rows.push(py.one("register", &params, json!({"file": file})));
    }
    rows
}

each_backend! {
    fn rows_under_any_id_can_be_read(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        let rows = written(s, &mut py);
        let store = open::<Trial, _, _>(s, never);

        let listed = store.list().unwrap();
        assert_eq!(listed.iter().map(seen).collect::<Vec<_>>(), rows);
        let queried = store.query(|t| t.order(trials::created_at)).unwrap();
        assert_eq!(queried, listed);
        let mut streamed = Vec::new();
        store.for_each(|record| { streamed.push(record); std::ops::ControlFlow::Continue(()) }).unwrap();
        assert_eq!(streamed, listed);
        let mut paged = store.page(None, 4).unwrap();
        while paged.len() < listed.len() {
            let next = store.page(paged.last(), 4).unwrap();
            assert!(!next.is_empty());
            paged.extend(next);
        }
        assert_eq!(paged, listed);
        for record in &listed {
            assert_eq!(store.get(&record.id).unwrap().as_ref(), Some(record));
            let found = store.query(|t| t.filter(trials::id.eq(record.id.as_str()))).unwrap();
            assert_eq!(found, std::slice::from_ref(record));
        }
        // None of them is the run of its parameters.
        assert!(store.retrieve(&trials()[0]).unwrap().is_none());
        assert!(store.explain(&trials()[0]).unwrap().to_string().contains("its key alone"));
    }

    fn rows_under_any_id_can_be_patched_and_deleted(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        let rows = written(s, &mut py);
        let store = open::<Trial, _, _>(s, never);
        for record in store.list().unwrap() {
            let patched = store.patch_id(&record.id, &json!({"custom_data": {"by": "rust"}})).unwrap();
            assert_eq!(patched.custom_data["by"], "rust");
            let params = json!({"id": record.id});
            assert_eq!(py.one("retrieve", &params, json!({})), seen(&patched));
            assert!(store.delete_id(&record.id).unwrap(), "{}", record.id);
            assert_eq!(py.one("retrieve", &params, json!({})), Value::Null);
        }
        assert_eq!(store.count().unwrap(), 0);
        assert!(fs::exists(rows[0]["result_file"].as_str().unwrap()).unwrap());
    }

    /// Only reading: nothing is written under such a name.
    fn no_run_is_made_under_an_id_that_cannot_be_a_file_name(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        written(s, &mut py);
        let store = open::<Trial, _, _>(s, writes("by rust: "));
        let listed = store.list().unwrap();
        let safe = ["漢字 😀", "ABCDEF0123456789"];
        for record in listed.iter().filter(|record| !safe.contains(&record.id.as_str())) {
            let error = store.run_as(&record.id, &record.params, &()).unwrap_err();
            assert!(error.is_invalid_input(), "{error:?}");
        }
        assert!(!s.dir().join("x.h5").exists());
        assert_eq!(store.list().unwrap(), listed);
    }

    /// A file elsewhere whose name begins with the id is not the result of another run here.
    fn a_registered_file_is_not_taken_for_another_runs_result(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        let row = register_beside_another(s, &mut py);
        let store = open::<Trial, _, _>(s, never);
        assert_eq!(seen(&store.get(&"run".parse().unwrap()).unwrap().unwrap()), row);
    }

    fn deleting_a_run_with_its_file_leaves_the_other_runs_result(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        let row = register_beside_another(s, &mut py);
        let store = open::<Trial, _, _>(s, never);
        // What Python has registered elsewhere is not known to be still the same: it is left there.
        let run = "run".parse().unwrap();
        assert!(store.delete_id_with_file(&run).unwrap_err().is_conflict());
        assert!(store.delete_id(&run).unwrap());
        let other = store.get(&"run-raw".parse().unwrap()).unwrap().unwrap();
        assert_eq!(seen(&other)["content"], "raw: run-raw");
        assert!(fs::exists(row["result_file"].as_str().unwrap()).unwrap());
    }
}

/// A run `run-raw` with its result, and a run `run` that is registered with a file of the same name elsewhere. What
/// Python shows of the second one.
fn register_beside_another(s: &Scratch, py: &mut Peer) -> Value {
    let mut params = trials()[0].told();
    params["id"] = "run-raw".into();
    py.one("run", &params, json!({"content": "raw: "}));
    let elsewhere = s.dir().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("run-raw.h5"), "fine").unwrap();
    params["id"] = "run".into();
    py.one("register", &params, json!({"file": elsewhere.join("run-raw.h5")}))
}
