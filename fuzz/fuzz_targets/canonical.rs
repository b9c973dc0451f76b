//! The canonical text of any value, beside the slow implementation of the tests.
#![no_main]

use std::collections::BTreeMap;

use entropic::params::{canonical_eq, canonical_json};
use libfuzzer_sys::fuzz_target;
use slow::{Value, slow_canonical};

#[path = "../../tests/it/slow.rs"]
mod slow;

#[derive(arbitrary::Arbitrary, Debug)]
enum Input {
    Null,
    Bool(bool),
    Int(i64),
    Unsigned(u64),
    Float(f64),
    /// Few bits, so that short decimals and halves between two of them come up.
    Decimal(i32, u8),
    Text(String),
    List(Vec<Input>),
    ByText(BTreeMap<String, Input>),
    ByNumber(BTreeMap<i64, Input>),
}

fn value(input: Input) -> Value {
    match input {
        Input::Null => Value::Null,
        Input::Bool(value) => Value::Bool(value),
        Input::Int(value) => Value::Int(value.into()),
        Input::Unsigned(value) => Value::Int(value.into()),
        Input::Float(value) => Value::Float(value),
        Input::Decimal(digits, places) => Value::Float(f64::from(digits) / 10f64.powi((places % 20).into())),
        Input::Text(value) => Value::Text(value),
        Input::List(values) => Value::List(values.into_iter().map(value).collect()),
        Input::ByText(map) => Value::Map(map.into_iter().map(|(key, it)| (Value::Text(key), value(it))).collect()),
        Input::ByNumber(map) => {
            Value::Map(map.into_iter().map(|(key, it)| (Value::Int(key.into()), value(it))).collect())
        }
    }
}

fuzz_target!(|input: Input| {
    let value = value(input);
    // What is nested too deeply has none.
    if let Ok(text) = canonical_json(&value) {
        assert_eq!(text, slow_canonical(&value));
        assert!(canonical_eq(&text, &text));
    }
});
