//! Values that only Python writes: their rows can be read all the same.

use std::fs;

use serde_json::{Value, json};

use crate::python::Peer;
use crate::records::{Event, Level, Told, Trial, events, never, open, trials};
use crate::support::{Backend, Scratch, each_backend};

each_backend! {
    /// PostgreSQL keeps it, SQLite refuses the row.
    fn a_nan_of_python_can_be_read(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "levels") else { return };
        let nan = json!({"x": {"$float": "nan"}});
        match s.backend() {
            Backend::Sqlite => {
                assert_eq!(py.refused("run", json!({"params": [nan], "content": "x"})), "IntegrityError");
            }
            Backend::Postgres => {
                let row = py.one("run", &nan, json!({"content": "x"}));
                let store = open::<Level, _, _>(s, never);
                let record = store.list().unwrap().remove(0);
                assert!(record.x.is_nan());
                assert_eq!(store.get(&record.id).unwrap().unwrap().id.as_str(), row["id"]);
                assert!(store.retrieve(&Level { x: f64::NAN }).unwrap_err().is_invalid_input());
                assert!(store.explain(&Level { x: 1.0 }).unwrap().to_string().contains("miss"));
            }
        }
    }

    /// Python writes them as words that are no JSON; PostgreSQL refuses those.
    fn what_is_no_json_in_custom_data_can_be_read(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        let trial = &trials()[0];
        let data = json!({
            "nan": {"$float": "nan"}, "infinite": [{"$float": "inf"}, {"x": {"$float": "-inf"}}],
            "text": "NaN, \"Infinity\" \\", "x": 1.5,
        });
        let request = json!({"params": [trial.told()], "content": "x", "custom_data": data});
        if s.backend() == Backend::Postgres {
            assert_eq!(py.refused("run", request), "DataError");
            return;
        }
        py.call("run", request);
        let store = open::<Trial, _, _>(s, never);
        let record = store.run_or_retrieve(trial).unwrap();
        assert_eq!(record.custom_data["nan"], Value::Null);
        assert_eq!(record.custom_data["infinite"], json!([null, {"x": null}]));
        assert_eq!(record.custom_data["text"], "NaN, \"Infinity\" \\");
        assert_eq!(record.custom_data["x"], 1.5);
        assert_eq!(store.list().unwrap().len(), 1);
        store.patch(trial, &json!({"custom_data": {"late": true}})).unwrap();
        let theirs = py.one("retrieve", &trial.told(), json!({}));
        assert_eq!((&theirs["custom_data"]["late"], &theirs["custom_data"]["x"]), (&json!(true), &json!(1.5)));
    }

    /// The same in a column of JSON.
    fn what_is_no_json_in_a_json_column_does_not_hide_the_other_rows(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "events") else { return };
        let mut params = events()[0].told();
        params["shape"] = json!({"nan": {"$float": "nan"}});
        let file = s.dir().join("x");
        fs::write(&file, "x").unwrap();
        if s.backend() == Backend::Postgres {
            assert_eq!(py.refused("register", json!({"params": [params], "file": file})), "DataError");
            return;
        }
        py.one("register", &params, json!({"file": file}));
        py.one("register", &events()[1].told(), json!({"file": file}));
        let store = open::<Event, _, _>(s, never);
        store.run_or_retrieve(&events()[1]).unwrap();
        let listed = store.list().unwrap();
        assert_eq!(listed.len(), 2);
        assert_eq!(listed[0].shape["nan"], Value::Null);
    }

    /// A file name that is no UTF-8 is text with lone surrogates in Python, which JSON's escapes can spell.
    fn a_lone_surrogate_in_custom_data_does_not_hide_the_row(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        let mut row = trials()[0].told();
        row["id"] = "chosen".into();
        row["result_file"] = "x".into();
        row["custom_data"] = json!({"path": {"$os": "2fff2f"}, "x": 1});
        py.call("insert", json!({"row": row}));
        let listed = open::<Trial, _, _>(s, never).list().unwrap();
        assert_eq!((listed.len(), &listed[0].custom_data["x"]), (1, &json!(1)));
    }

    /// Rust reads a float; what it patches holds a float from then on.
    fn an_int_beyond_64_bits_in_custom_data_can_be_read(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        let trial = &trials()[0];
        let big = json!({"big": {"$int": (1u128 << 70).to_string()}});
        py.one("run", &trial.told(), json!({"content": "x", "custom_data": big}));
        let store = open::<Trial, _, _>(s, never);
        let record = store.run_or_retrieve(trial).unwrap();
        assert_eq!(record.custom_data["big"].as_f64(), Some(2f64.powi(70)));
        store.patch(trial, &json!({"custom_data": {"late": true}})).unwrap();
        let text = s.scalar_text("SELECT CAST(custom_data AS VARCHAR) FROM trials").unwrap();
        assert!(text.contains("1.1805916207174113e"), "{text}");
    }

    fn custom_data_that_is_null_is_empty(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        let mut row = trials()[0].told();
        row["id"] = "chosen".into();
        row["result_file"] = "nowhere.h5".into();
        row["custom_data"] = Value::Null;
        py.call("insert", json!({"row": row}));
        assert_eq!(s.scalar_text("SELECT CAST(custom_data AS VARCHAR) FROM trials").as_deref(), Some("null"));

        let store = open::<Trial, _, _>(s, never);
        let record = store.list().unwrap().remove(0);
        assert!(record.custom_data.is_empty());
        assert!(store.get(&record.id).unwrap_err().is_not_found());
        store.patch_id(&record.id, &json!({"custom_data": {"a": null, "b": 2}})).unwrap();
        let theirs = py.call("patch", json!({"id": "chosen", "patch": {"custom_data": {"c": 3}}}));
        assert_eq!(theirs["custom_data"], json!({"b": 2, "c": 3}));
    }

    fn a_none_in_custom_data_is_null_and_goes_with_a_patch(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        let trial = &trials()[0];
        py.one("run", &trial.told(), json!({"content": "x", "custom_data": {"a": null, "b": [null]}}));
        let store = open::<Trial, _, _>(s, never);
        assert_eq!(store.run_or_retrieve(trial).unwrap().custom_data.get("a"), Some(&Value::Null));
        store.patch(trial, &json!({"custom_data": {"a": null}})).unwrap();
        let data = py.one("retrieve", &trial.told(), json!({}))["custom_data"].take();
        assert_eq!((data.get("a"), &data["b"]), (None, &json!([null])));
    }

    /// SQLite takes it, PostgreSQL does not.
    fn a_nul_in_a_text_of_python_can_be_read(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        let trial = Trial { label: "a\0b".to_owned(), ..trials().remove(0) };
        let request = json!({"params": [trial.told()], "content": "x", "custom_data": {"note": "c\0d"}});
        if s.backend() == Backend::Postgres {
            py.refused("run", request);
            return;
        }
        py.call("run", request);
        let store = open::<Trial, _, _>(s, never);
        let record = store.list().unwrap().remove(0);
        assert_eq!((record.label.as_str(), &record.custom_data["note"]), ("a\0b", &json!("c\0d")));
        assert!(store.retrieve(&trial).unwrap_err().is_invalid_input());
        assert!(store.get(&record.id).unwrap().is_some());
    }
}
