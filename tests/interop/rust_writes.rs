//! What Rust wrote is a hit for Python: nothing is run, and every value is the one that was written.

use std::fs;

use entropic::{Durability, Store};
use serde_json::{Value, json};

use crate::python::Peer;
use crate::records::{Event, Measure, Told, Trial, custom_data, events, open, seen, told, trials, writes};
use crate::support::{Scratch, each_backend};

/// Asks Python for records in every way there is; each must be what Rust has made.
#[track_caller]
fn all_hit<T: Told>(py: &mut Peer, asked: &[T], made: &[Value]) {
    let params = told(asked);
    // Without a content the runner raises.
    for op in ["retrieve", "run_or_retrieve"] {
        assert_eq!(py.call(op, json!({"params": params})).as_array().unwrap(), made, "{op}");
    }
    let swept = py.call("sweep", json!({"params": params}));
    let by_id = |rows: &[Value]| {
        let mut rows = rows.to_vec();
        rows.sort_by_key(|row| row["id"].as_str().unwrap().to_owned());
        rows
    };
    assert_eq!(by_id(swept.as_array().unwrap()), by_id(made));
}

each_backend! {
    fn what_rust_runs_is_a_hit(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        let store = open::<Trial, _, _>(s, writes("by rust: "));
        let made: Vec<Value> = trials()
            .iter()
            .map(|trial| seen(&store.run_or_retrieve_with(trial, &custom_data()).unwrap()))
            .collect();
        assert_eq!(made[0]["content"], format!("by rust: {}", made[0]["id"].as_str().unwrap()));
        all_hit(&mut py, &trials(), &made);
    }

    fn what_rust_registers_is_a_hit(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "events") else { return };
        let file = s.dir().join("from the clüster.csv");
        fs::write(&file, "t,x\n0,1\n").unwrap();
        let store = open::<Event, _, _>(s, writes("by rust: "));
        let made: Vec<Value> = events()
            .iter()
            .map(|event| seen(&store.register_with(event, &file, &custom_data()).unwrap()))
            .collect();
        assert_eq!(made[0]["content"], "t,x\n0,1\n");
        all_hit(&mut py, &events(), &made);
    }

    fn what_rust_sweeps_is_a_hit(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "events") else { return };
        let store = open::<Event, _, _>(s, writes("swept: "));
        let report = store.sweep(events()).custom_data(&custom_data()).run().unwrap();
        assert_eq!(report.misses, events().len(), "{report}");
        let made: Vec<Value> = report.records.iter().map(seen).collect();
        all_hit(&mut py, &events(), &made);
    }

    fn outputs_are_columns_to_python(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "measures") else { return };
        let store = open::<Measure, _, _>(s, |measure, run| {
            run.output.energy = Some(-measure.mass / 3.0);
            writes("by rust: ")(measure, run)
        });
        let params = Measure { mass: 0.1 };
        let mut made = seen(&store.run_or_retrieve_with(&params, &json!({"solver": "ünïcode"})).unwrap());
        made["params"]["energy"] = json!(-0.1 / 3.0);
        made["params"]["rounds"] = json!(null);
        assert_eq!(made["custom_data"]["solver"], "ünïcode");
        assert_eq!(py.one("retrieve", &params.told(), json!({})), made);
    }

    fn a_run_without_a_result_is_a_hit(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        let store = Store::<Trial>::builder()
            .database(s.url())
            .durability(Durability::Process)
            .without_results()
            .runner(|_: &Trial, _| Ok::<(), std::io::Error>(()))
            .open()
            .unwrap();
        let made: Vec<Value> = trials()
            .iter()
            .map(|trial| seen(&store.run_or_retrieve_with(trial, &json!({"answer": 42})).unwrap()))
            .collect();
        assert_eq!(made[0]["result_file"], "");
        assert_eq!(made[0]["custom_data"]["answer"], 42);
        all_hit(&mut py, &trials(), &made);
    }
}
