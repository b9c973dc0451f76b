//! Both sides change the same runs, in turn, while both have the database open.

use std::fs;

use entropic::Record;
use serde_json::{Value, json};

use crate::python::Peer;
use crate::records::{Measure, Told, Trial, never, open, seen, trials, writes};
use crate::support::{Scratch, each_backend};

/// What both sides say about a run; it must be the same.
#[track_caller]
fn both(py: &mut Peer, store: &entropic::Store<Trial>, trial: &Trial) -> Option<Record<Trial>> {
    let ours = store.retrieve(trial).unwrap();
    let theirs = py.one("retrieve", &trial.told(), json!({}));
    assert_eq!(ours.as_ref().map_or(Value::Null, seen), theirs);
    ours
}

fn content(record: &Record<Trial>) -> String {
    fs::read_to_string(&record.result_file).unwrap()
}

each_backend! {
    fn each_side_sees_what_the_other_did_last(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        let trial = &trials()[1];
        let params = trial.told();

        py.one("run", &params, json!({"content": "one: ", "custom_data": {"by": "python"}}));
        let store = open::<Trial, _, _>(s, never);
        let first = both(&mut py, &store, trial).unwrap();
        assert_eq!((&first.custom_data["by"], content(&first)), (&json!("python"), format!("one: {}", first.id)));

        let rust = store.with_runner(writes("two: "));
        rust.run_with(trial, &json!({"by": "rust"})).unwrap();
        let second = both(&mut py, &store, trial).unwrap();
        assert_eq!((&second.custom_data["by"], content(&second)), (&json!("rust"), format!("two: {}", first.id)));
        // Neither side changes the time of the first run.
        assert_eq!(second.created_at, first.created_at);

        py.one("run", &params, json!({"content": "three: ", "custom_data": {"by": "python", "round": 3}}));
        let third = both(&mut py, &store, trial).unwrap();
        assert_eq!((&third.custom_data["round"], content(&third)), (&json!(3), format!("three: {}", first.id)));
        assert_eq!(third.created_at, first.created_at);

        // Each side's patches merge, remove and clear as the other's do.
        store.patch(trial, &json!({"custom_data": {"round": null, "seen": [1, null, {"x": 0.1}]}})).unwrap();
        let patched = both(&mut py, &store, trial).unwrap();
        assert!(!patched.custom_data.contains_key("round"));
        assert_eq!(patched.custom_data["seen"], json!([1, null, {"x": 0.1}]));
        let patch = json!({"custom_data": {"seen": null, "late": {"a": null}}});
        py.call("patch", json!({"id": first.id, "patch": patch}));
        let patched = both(&mut py, &store, trial).unwrap();
        assert!(!patched.custom_data.contains_key("seen"));
        assert_eq!((&patched.custom_data["late"], &patched.custom_data["by"]), (&json!({"a": null}), &json!("python")));
        py.call("patch", json!({"id": first.id, "patch": {"custom_data": {}}}));
        assert!(both(&mut py, &store, trial).unwrap().custom_data.is_empty());
        store.patch(trial, &json!({"custom_data": {"k": 1}})).unwrap();
        store.patch(trial, &json!({"custom_data": {}})).unwrap();
        assert!(both(&mut py, &store, trial).unwrap().custom_data.is_empty());

        assert!(store.delete(trial).unwrap());
        assert!(both(&mut py, &store, trial).is_none());
        assert_eq!(py.one("delete", &params, json!({})), false);

        // The file of the deleted run is still there; Python writes over it.
        py.one("run", &params, json!({"content": "four: "}));
        assert_eq!(content(&both(&mut py, &store, trial).unwrap()), format!("four: {}", first.id));
        assert_eq!(py.one("delete", &params, json!({"remove_file": true})), true);
        assert!(both(&mut py, &store, trial).is_none());
        assert!(!store.delete(trial).unwrap());

        rust.run_or_retrieve(trial).unwrap();
        assert_eq!(content(&both(&mut py, &store, trial).unwrap()), format!("two: {}", first.id));
        assert!(store.delete_with_file(trial).unwrap());
        assert!(both(&mut py, &store, trial).is_none());
        assert_eq!(store.count().unwrap(), 0);
    }

    /// Python's sweep reads every `*.json` of the results folder as a sidecar of its own, and deletes it.
    fn a_sweep_of_python_leaves_the_files_of_rust_alone(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        let all = trials();
        let rust = open::<Trial, _, _>(s, writes("by rust: "));
        let ours = rust.sweep(all[..2].to_vec()).run().unwrap().records;
        py.call("sweep", json!({"params": all.iter().map(Told::told).collect::<Value>(), "content": "by python: "}));
        let reopened = open::<Trial, _, _>(s, never);
        let report = reopened.sweep(all.clone()).run().unwrap();
        assert_eq!(report.hits, all.len(), "{report}");
        assert_eq!(report.records[..2], ours);
        assert_eq!(content(&report.records[0]), format!("by rust: {}", ours[0].id));
        assert_eq!(content(&report.records[2]), format!("by python: {}", report.records[2].id));
    }

    /// Python forgets a run and leaves its file, as it does unless told otherwise. Rust does not write over what
    /// no row says is its own; registering the file makes it the result.
    fn a_file_that_python_left_behind_is_not_overwritten(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        let trial = &trials()[0];
        let file = py.one("run", &trial.told(), json!({"content": "kept: "}))["result_file"].take();
        let file = file.as_str().unwrap();
        assert_eq!(py.one("delete", &trial.told(), json!({})), true);
        let kept = fs::read_to_string(file).unwrap();

        let made = open::<Trial, _, _>(s, writes("new: ")).run_or_retrieve(trial).unwrap();
        assert!(content(&made).starts_with("new: "));
        assert_eq!(fs::read_to_string(file).unwrap(), kept);
        let store = open::<Trial, _, _>(s, never);
        assert!(content(&both(&mut py, &store, trial).unwrap()).starts_with("new: "));
        store.register_or_replace(trial, file, &json!({})).unwrap();
        assert!(content(&both(&mut py, &store, trial).unwrap()).starts_with("kept: "));
    }

    /// A run that is registered with a file elsewhere has that file, whatever lies in the results folder.
    fn a_registered_file_of_the_runs_own_name_is_the_one(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        let trial = &trials()[0];
        let old = py.one("run", &trial.told(), json!({"content": "old: "}));
        py.one("delete", &trial.told(), json!({}));
        let archive = s.dir().join("archive");
        fs::create_dir(&archive).unwrap();
        let file = archive.join(format!("{}.h5", old["id"].as_str().unwrap()));
        fs::write(&file, "reviewed").unwrap();
        py.one("register", &trial.told(), json!({"file": file}));

        let store = open::<Trial, _, _>(s, never);
        assert_eq!(content(&both(&mut py, &store, trial).unwrap()), "reviewed");
    }

    fn outputs_and_custom_data_survive_the_other_sides_changes(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "measures") else { return };
        let params = Measure { mass: 1.5 };
        let store = open::<Measure, _, _>(s, |measure, run| {
            run.output.energy = Some(measure.mass / 7.0);
            writes("by rust: ")(measure, run)
        });
        let id = store.run_or_retrieve(&params).unwrap().id;
        // A patch of one column leaves the others.
        py.call("patch", json!({"id": id, "patch": {"rounds": 9, "energy": null}}));
        let record = store.patch(&params, &json!({"custom_data": {"x": "y"}})).unwrap();
        assert_eq!((record.output.energy, record.output.rounds), (Some(1.5 / 7.0), Some(9)));
        let theirs = py.one("retrieve", &params.told(), json!({}));
        assert_eq!(theirs["params"], json!({"mass": 1.5, "energy": 1.5 / 7.0, "rounds": 9}));
        assert_eq!(theirs["custom_data"]["x"], "y");
    }
}
