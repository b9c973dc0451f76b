//! What a run says about itself beside its columns.

use std::ops::{Deref, DerefMut};

use serde::Serialize;
use serde_json::{Map, Value};

use super::RecordError;
use super::sql::Json;

/// The `custom_data` of a run: a JSON object, with `elapsed_seconds` and whatever the caller and the runner
/// add. Derefs to [`serde_json::Map`].
///
/// ```
/// use entropic::CustomData;
/// use serde_json::json;
///
/// let mut data = CustomData::from_serialize(&json!({"note": "first", "seed": 7}))?;
/// data.apply_patch(&CustomData::from_serialize(&json!({"note": null, "by": "ada"}))?);
/// assert_eq!(data["seed"], 7);
/// assert!(!data.contains_key("note"));
///
/// let refused = CustomData::from_serialize(&42).unwrap_err();
/// assert!(refused.to_string().contains("must be a JSON object"));
/// # Ok::<(), entropic::RecordError>(())
/// ```
#[derive(
    Debug,
    Clone,
    PartialEq,
    Default,
    diesel::deserialize::FromSqlRow,
    diesel::expression::AsExpression,
    serde::Serialize,
    serde::Deserialize,
)]
#[diesel(sql_type = Json)]
#[serde(transparent)]
pub struct CustomData(Map<String, Value>);

impl CustomData {
    /// No custom data.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// From anything that serialises to a JSON object; `()` and `None` are an empty one.
    ///
    /// # Errors
    /// [`RecordError::NotAnObject`] or [`RecordError::NotJson`] (`is_invalid_input`).
    pub fn from_serialize<S: Serialize + ?Sized>(data: &S) -> Result<Self, RecordError> {
        Self::given_as("custom data", data)
    }

    /// The same for an object that goes by another name in messages.
    pub(crate) fn given_as<S: Serialize + ?Sized>(what: &'static str, data: &S) -> Result<Self, RecordError> {
        match to_json(data) {
            Ok(Value::Object(map)) => Ok(Self(map)),
            Ok(Value::Null) => Ok(Self::default()),
            Ok(other) => Err(RecordError::NotAnObject { what, found: kind(&other) }),
            Err(why) => Err(RecordError::NotJson { what, why }),
        }
    }

    /// Merges a patch as the reference does: an empty one clears everything, a null value removes its key,
    /// any other value sets it.
    pub fn apply_patch(&mut self, patch: &Self) {
        if patch.0.is_empty() {
            self.0.clear();
        }
        for (key, value) in &patch.0 {
            if value.is_null() {
                self.0.remove(key);
            } else {
                self.0.insert(key.clone(), value.clone());
            }
        }
    }

    /// The seconds the run took, if it was entropic that ran it.
    #[must_use]
    pub fn elapsed_seconds(&self) -> Option<f64> {
        self.0.get("elapsed_seconds").and_then(Value::as_f64)
    }

    pub(crate) fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&self.0)
    }

    /// Reads what is stored. Python writes `NaN` and `Infinity` as bare words that are not JSON; they are
    /// read as null, as serde writes them.
    pub(crate) fn from_json(text: &str) -> Result<Self, RecordError> {
        match serde_json::from_str(text) {
            Ok(map) => Ok(Self(map)),
            Err(error) => match serde_json::from_str(&without_bare_words(text)) {
                Ok(Value::Object(map)) => Ok(Self(map)),
                Ok(Value::Null) => Ok(Self::default()),
                _ => Err(RecordError::StoredCustomData { why: error.to_string() }),
            },
        }
    }

    /// The map itself.
    #[must_use]
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }
}

impl From<Map<String, Value>> for CustomData {
    fn from(map: Map<String, Value>) -> Self {
        Self(map)
    }
}

impl Deref for CustomData {
    type Target = Map<String, Value>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for CustomData {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

/// Any value as JSON. serde_json turns NaN into null without a word, so such numbers are looked for first.
pub(crate) fn to_json<S: Serialize + ?Sized>(value: &S) -> Result<Value, String> {
    crate::params::Canonical::new()
        .json(value, crate::params::FloatScheme::Exact)
        .map_err(|error| error.to_string())?;
    serde_json::to_value(value).map_err(|error| error.to_string())
}

/// What JSON calls a value, for messages.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// Python's bare `NaN`, `Infinity` and `-Infinity` outside of strings, as null.
fn without_bare_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if next == '"' {
            let end = string_end(rest);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        } else if let Some(word) =
            ["NaN", "-Infinity", "Infinity"].iter().find(|word| rest.starts_with(**word))
        {
            out.push_str("null");
            rest = &rest[word.len()..];
        } else {
            out.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    out
}

/// Where the string that `text` begins with ends, its quote included.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;

    #[test]
    fn what_python_writes_for_nan_is_read_as_null_and_strings_stay() {
        let data =
            CustomData::from_json(r#"{"a": NaN, "b": [-Infinity, "say \"NaN\" 漢"], "NaN": 1}"#).unwrap();
        assert_eq!(
            Value::Object(data.into_map()),
            json!({"a": null, "b": [null, "say \"NaN\" 漢"], "NaN": 1})
        );
    }

    #[test]
    fn a_patch_merges_removes_and_clears() {
        let patched = |patch: Value| {
            let mut data = CustomData::from_serialize(&json!({"a": 1, "b": 2})).unwrap();
            data.apply_patch(&CustomData::from_serialize(&patch).unwrap());
            Value::Object(data.into_map())
        };
        assert_eq!(patched(json!({"a": null, "c": 3})), json!({"b": 2, "c": 3}));
        assert_eq!(patched(json!({})), json!({}));
        assert_eq!(patched(json!({"b": {"x": null}})), json!({"a": 1, "b": {"x": null}}));
    }

    #[test]
    fn a_number_that_json_cannot_hold_is_refused() {
        #[derive(Serialize)]
        struct Data {
            x: f64,
        }
        for x in [f64::NAN, f64::INFINITY] {
            assert!(matches!(CustomData::from_serialize(&Data { x }), Err(RecordError::NotJson { .. })));
        }
    }
}
