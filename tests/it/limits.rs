//! What is accepted can be read back: limits are met before anything runs, or emptied and told.

use entropic::prelude::*;
use entropic::{RecordError, Result, RunId};
use proptest::prelude::{Just, Strategy, any, prop};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::records::{Calls, at};
use crate::support::{Scratch, each_backend};

mod sim {
    use entropic::prelude::*;
    use serde_json::Value;

    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(table = "notes", index(name, kind), output(
        #[sim(json)] tree: Value,
        #[sim(index)] title: String,
        score: f64,
    ))]
    pub struct Note {
        pub n: i64,
        #[sim(json, default = Value::Null)]
        pub given: Value,
        #[sim(index, default = String::new())]
        pub label: String,
        #[sim(default = None)]
        pub name: Option<String>,
        #[sim(default = None)]
        pub kind: Option<String>,
    }
}
use sim::Note;

fn note(n: i64) -> Note {
    Note { n, given: Value::Null, label: String::new(), name: None, kind: None }
}

/// So many arrays in each other.
fn nested(levels: usize) -> Value {
    (1..levels).fold(json!([]), |inner, _| json!([inner]))
}

/// Text that does not shrink when it is packed.
fn noise(bytes: usize) -> String {
    let mut state = 1_u64;
    (0..bytes)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b'!' + u8::try_from(state >> 40 & 63).unwrap())
        })
        .collect()
}

/// The most, with columns of their own, and with one to share.
const INDEXED: usize = 2_600;

fn notes(
    s: &Scratch,
    runner: impl Fn(&mut RunContext<Note>) + Send + Sync + 'static,
) -> Result<(Store<Note>, Calls)> {
    let calls = Calls::default();
    let counted = calls.clone();
    let store = at(s)
        .runner(move |_: &Note, run| {
            counted.add();
            runner(run);
            std::fs::write(run.result_file(), "noted")
        })
        .open()?;
    Ok((store, calls))
}

each_backend! {
    fn parameters_beyond_a_limit_are_refused_before_the_runner(s: &Scratch) -> Result<()> {
        let (store, calls) = notes(s, |_| {})?;
        let some = |text: String| Some(text);
        for (column, refused) in [
            ("given", Note { given: nested(101), ..note(1) }),
            ("given", Note { given: nested(200), ..note(1) }),
            ("label", Note { label: noise(INDEXED + 1), ..note(1) }),
            ("name", Note { name: some(noise(INDEXED / 2 + 1)), ..note(1) }),
            ("kind", Note { kind: some(noise(INDEXED / 2 + 1)), ..note(1) }),
        ] {
            let id = RunId::new("chosen").unwrap();
            for error in [
                store.run(&refused).unwrap_err(),
                store.run_or_retrieve(&refused).unwrap_err(),
                store.retrieve(&refused).unwrap_err(),
                store.run_as(&id, &refused, &()).unwrap_err(),
            ] {
                assert!(error.is_invalid_input(), "{error:?}");
                assert!(error.to_string().contains(&format!("`{column}`")), "{error}");
            }
            let report = store.sweep([refused, note(2)]).run()?;
            assert_eq!(report.failures.len(), 1);
            assert!(report.failures[0].error.is_invalid_input());
        }
        assert_eq!(calls.count(), 1);
        let most = Note {
            given: nested(100),
            label: noise(INDEXED),
            name: some(noise(INDEXED / 2)),
            kind: some(noise(INDEXED / 2)),
            n: 3,
        };
        let record = store.run(&most)?;
        assert_eq!(record.params, most);
        assert_eq!(store.list()?.len(), 2);
        assert_eq!(store.retrieve(&most)?.unwrap(), record);
        Ok(())
    }

    fn custom_data_beyond_a_limit_is_refused_before_the_runner(s: &Scratch) -> Result<()> {
        let (store, calls) = notes(s, |_| {})?;
        for data in [json!({"a": nested(100)}), json!({"a": {"b": nested(150)}})] {
            let error = store.run_with(&note(1), &data).unwrap_err();
            assert!(error.is_invalid_input() && error.to_string().contains("custom data"), "{error:?}");
            let error = store.run_or_retrieve_with(&note(1), &data).unwrap_err();
            assert!(error.is_invalid_input() && format!("{error:#}").contains("`100` levels"), "{error:?}");
        }
        assert_eq!(calls.count(), 0);
        let record = store.run_with(&note(1), &json!({"a": nested(99)}))?;
        assert_eq!(record.custom_data["a"], nested(99));

        for patch in [
            json!({"custom_data": {"b": nested(100)}}),
            json!({"tree": nested(101)}),
            json!({"title": noise(INDEXED + 1)}),
        ] {
            let error = store.patch(&note(1), &patch).unwrap_err();
            assert!(error.is_invalid_input(), "{error:?}");
        }
        assert_eq!(store.retrieve(&note(1))?.unwrap(), record);
        let patched = store.patch(&note(1), &json!({
            "custom_data": {"b": nested(99)}, "tree": nested(100), "title": noise(INDEXED)
        }))?;
        assert_eq!(patched.output.tree, Some(nested(100)));
        assert_eq!(store.list()?, [patched]);
        Ok(())
    }

    fn outputs_and_remarks_beyond_a_limit_are_null_with_the_reason(s: &Scratch) -> Result<()> {
        let (store, _) = notes(s, |run| {
            run.output.tree = Some(nested(101));
            run.output.title = Some(noise(INDEXED + 1));
            run.output.score = Some(f64::NAN);
            run.set("deep", nested(100));
            run.set("abyss", nested(300));
            run.set("nul", "a\0b");
            run.set("fits", nested(99));
            run.set("mended", nested(100));
            run.set("mended", 1);
        })?;
        let record = store.run(&note(1))?;
        assert_eq!((&record.output.tree, &record.output.title, record.output.score), (&None, &None, None));
        let data = &record.custom_data;
        assert_eq!((&data["deep"], &data["abyss"], &data["nul"]), (&Value::Null, &Value::Null, &Value::Null));
        assert_eq!((&data["fits"], &data["mended"]), (&nested(99), &json!(1)));
        let why = data["unstored_outputs"].as_object().unwrap();
        let told: Vec<&str> = why.keys().map(String::as_str).collect();
        assert_eq!(told, ["abyss", "deep", "nul", "score", "title", "tree"]);
        assert_eq!(why["score"], "NaN");
        assert!(why["tree"].as_str().unwrap().contains("`100` levels"), "{why:?}");
        assert!(why["title"].as_str().unwrap().contains("2601 bytes"), "{why:?}");
        assert!(why["nul"].as_str().unwrap().contains("NUL"), "{why:?}");
        assert_eq!(store.list()?, [record]);
        assert!(store.verify()?.is_sound());
        Ok(())
    }

    fn whatever_is_accepted_is_read_back(s: &Scratch) -> Result<()> {
        let text = || prop::collection::vec(any::<char>(), 0..40).prop_map(|text| String::from_iter(text).replace('\0', " "));
        let leaf = proptest::prop_oneof![
            Just(Value::Null), any::<bool>().prop_map(Value::from), any::<i64>().prop_map(Value::from),
            (-1e6..1e6).prop_map(Value::from), text().prop_map(Value::from),
        ];
        let tree = leaf.prop_recursive(4, 24, 4, move |inner| proptest::prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(text(), inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]);
        // Around the limit, and any.
        let value = (tree, proptest::prop_oneof![Just(0), 80..103_usize]).prop_map(|(tree, levels)| {
            (0..levels).fold(tree, |inner, level| if level % 2 == 0 { json!([inner]) } else { json!({"k": inner}) })
        });
        let long = proptest::prop_oneof![text(), (2_300..2_640_usize).prop_map(noise)];
        let all = (any::<i64>(), value.clone(), value.clone(), value, long.clone(), long);
        let given = std::sync::Arc::new(std::sync::Mutex::new((Value::Null, String::new())));
        let made = std::sync::Arc::clone(&given);
        let (store, _) = notes(s, move |run| {
            let (value, text) = made.lock().unwrap().clone();
            run.output.tree = Some(value.clone());
            run.output.title = Some(text);
            run.set("set", value);
        })?;
        let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
        let (stored, refused) = (Calls::default(), Calls::default());
        runner.run(&all, |(n, params, data, output, label, title)| {
            let params = Note { given: params, label, ..note(n) };
            *given.lock().unwrap() = (output, title);
            match store.run_with(&params, &json!({"given": data})) {
                Ok(record) => {
                    stored.add();
                    assert_eq!(record.custom_data["given"], data);
                    assert_eq!(record.params.canonical_text().unwrap(), params.canonical_text().unwrap());
                    assert_eq!(store.retrieve(&params).unwrap().as_ref(), Some(&record));
                }
                Err(error) => {
                    refused.add();
                    assert!(error.is_invalid_input(), "{error:?}");
                }
            }
            Ok(())
        }).unwrap();
        assert!(stored.count() > 5 && refused.count() > 5, "{stored:?} {refused:?}");
        assert_eq!(store.list_readable()?.unreadable.len(), 0);
        assert_eq!(store.list()?.len(), store.count()? as usize);
        Ok(())
    }
}

#[test]
fn a_limit_has_a_name_that_can_be_matched() {
    let refused = Note { given: nested(101), ..note(1) }.id().unwrap_err();
    assert!(matches!(&refused, RecordError::Field { field: "given", .. }), "{refused:?}");
    let whole = format!("{:#}", entropic::Error::from(refused));
    assert!(whole.contains("`100` levels"), "{whole}");
    let refused = entropic::CustomData::from_serialize(&json!({"a": nested(100)})).unwrap_err();
    assert!(matches!(refused, RecordError::NotJson { .. }), "{refused:?}");
}
