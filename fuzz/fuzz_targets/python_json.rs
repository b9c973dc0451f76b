//! JSON as Python writes it: whatever serde reads is read as serde reads it, and what is read can be written.
#![no_main]

use entropic::__fuzzing::python_json;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: &str| {
    let read = python_json(text);
    if let Ok(plain) = serde_json::from_str::<Value>(text) {
        assert_eq!(read.as_ref().ok(), Some(&plain));
    }
    if let Ok(value) = read {
        let written = value.to_string();
        assert_eq!(python_json(&written).ok(), Some(value), "{written}");
    }
});
