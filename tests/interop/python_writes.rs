//! What Python wrote is a hit: nothing is run, and every value is the one that was written.

use std::fs;
use std::path::{Path, PathBuf};

use entropic::Store;
use serde_json::{Value, json};

use crate::python::Peer;
use crate::records::{
    Event, Measure, Told, Trial, custom_data, events, never, open, open_in, seen, told, trials,
};
use crate::support::{Scratch, each_backend};

/// Asks for records in every way there is; each must be what Python has shown.
#[track_caller]
fn all_hit<T: Told + Clone>(store: &Store<T>, asked: &[T], written: &Value) {
    let written = written.as_array().unwrap();
    assert_eq!(written.len(), asked.len());
    for (params, written) in asked.iter().zip(written) {
        assert_eq!(&seen(&store.run_or_retrieve(params).unwrap()), written);
        let record = store.retrieve(params).unwrap().unwrap();
        assert_eq!(&seen(&record), written);
        assert_eq!(seen(&store.get(&record.id).unwrap().unwrap()), *written);
    }
    let report = store.sweep(asked.to_vec()).run().unwrap();
    assert_eq!((report.hits, report.misses, report.failures.len()), (asked.len(), 0, 0), "{report}");
    assert_eq!(report.records.iter().map(seen).collect::<Vec<_>>(), *written);
    // Rows come back in the order in which they were made.
    assert_eq!(store.list().unwrap().iter().map(seen).collect::<Vec<_>>(), *written);
    assert_eq!(store.count().unwrap(), asked.len() as u64);
}

each_backend! {
    fn what_python_runs_is_a_hit(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        let written = py.call(
            "run_or_retrieve",
            json!({"params": told(&trials()), "custom_data": custom_data(), "content": "by python: "}),
        );
        assert_eq!(written[0]["content"], format!("by python: {}", written[0]["id"].as_str().unwrap()));
        assert_eq!(written[0]["custom_data"]["sum"], 0.1 + 0.2);
        all_hit(&open::<Trial, _, _>(s, never), &trials(), &written);
    }

    fn what_python_registers_is_a_hit(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "events") else { return };
        let file = s.dir().join("from the clüster.csv");
        fs::write(&file, "t,x\n0,1\n").unwrap();
        let written = py.call(
            "register",
            json!({"params": told(&events()), "file": file, "custom_data": custom_data()}),
        );
        assert_eq!(written[0]["content"], "t,x\n0,1\n");
        all_hit(&open::<Event, _, _>(s, never), &events(), &written);
    }

    fn what_python_sweeps_is_a_hit(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        py.call("sweep", json!({"params": told(&trials()), "content": "swept: "}));
        let written = py.call("retrieve", json!({"params": told(&trials())}));
        // Python makes the rows of a sweep in the order of its sidecars.
        let store = open::<Trial, _, _>(s, never);
        for (params, written) in trials().iter().zip(written.as_array().unwrap()) {
            assert_eq!(seen(&store.run_or_retrieve(params).unwrap()), *written);
        }
    }

    fn an_enum_of_python_and_a_tuple_are_what_they_are_stored_as(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "events") else { return };
        let mut event = events().remove(0);
        event.shape = json!({"box": [1, 2.5], "method": "leap-frog"}).as_object().unwrap().clone();
        let mut params = event.told();
        params["shape"] = json!({"box": {"$tuple": [1, 2.5]}, "method": {"$method": "leap-frog"}});
        let file = s.dir().join("x");
        fs::write(&file, "x").unwrap();
        let written = py.one("register", &params, json!({"file": file}));
        assert_eq!(seen(&open::<Event, _, _>(s, never).run_or_retrieve(&event).unwrap()), written);
    }

    fn a_results_folder_relative_to_the_working_folder_is_the_same_to_both(s: &Scratch) {
        let relative = from_working_folder(&s.results_dir());
        let given = Path::new(".").join(&relative).join(".");
        let Some(mut py) = Peer::start_in(s, "trials", &given) else { return };
        let ours = trials().remove(0);
        let theirs = trials().remove(1);
        let written = py.one("run", &theirs.told(), json!({"content": "x"}));
        let store = open_in::<Trial>(s, &given).unwrap().with_runner(never);
        assert_eq!(seen(&store.run_or_retrieve(&theirs).unwrap()), written);
        assert!(written["result_file"].as_str().unwrap().starts_with(relative.to_str().unwrap()), "{written}");

        let made = store.with_runner(crate::records::writes("by rust: ")).run(&ours).unwrap();
        assert_eq!(py.one("retrieve", &ours.told(), json!({})), seen(&made));
    }

    /// Rows hold the folder as their writer gave it.
    fn a_results_folder_is_found_however_it_is_written(s: &Scratch) {
        let relative = from_working_folder(&s.results_dir());
        let Some(mut py) = Peer::start_in(s, "trials", &relative) else { return };
        let trial = &trials()[0];
        let written = py.one("run", &trial.told(), json!({"content": "x: "}));
        let mut found = seen(&open::<Trial, _, _>(s, never).run_or_retrieve(trial).unwrap());
        assert!(found["result_file"].as_str().unwrap().starts_with('/'), "{found}");
        found["result_file"] = written["result_file"].clone();
        assert_eq!(found, written);
    }

    fn outputs_that_python_never_set_are_none(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "measures") else { return };
        let params = Measure { mass: 2.5 };
        let written = py.one("run", &params.told(), json!({"content": "x"}));
        let store = open::<Measure, _, _>(s, never);
        let record = store.run_or_retrieve(&params).unwrap();
        assert_eq!((record.output.energy, record.output.rounds), (None, None));
        assert_eq!(record.id.as_str(), written["id"]);

        let patch = json!({"energy": -0.1, "rounds": i64::MAX, "custom_data": {"reviewed": true}});
        py.call("patch", json!({"id": written["id"], "patch": patch}));
        let record = store.run_or_retrieve(&params).unwrap();
        assert_eq!((record.output.energy, record.output.rounds), (Some(-0.1), Some(i64::MAX)));
        assert_eq!(record.custom_data["reviewed"], true);
    }
}

/// A path relative to the working folder, which both sides share.
fn from_working_folder(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap();
    let up: PathBuf = here.components().skip(1).map(|_| "..").collect();
    up.join(path.strip_prefix("/").unwrap())
}
