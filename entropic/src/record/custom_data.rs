//! The custom data of a run: a JSON object in addition to its typed columns.

use std::ops::{Deref, DerefMut};

use serde::Serialize;
use serde_json::{Map, Value};

use super::RecordError;
use super::sql::Json;
use crate::params::{Canonical, FloatScheme, MAX_NESTING, ParamsError};

/// The `custom_data` of a run: a JSON object with `elapsed_seconds` and the entries that the caller and the runner
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
    /// Creates empty custom data.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Converts any value that serialises to a JSON object. `()` and `None` become an empty object.
    ///
    /// # Errors
    /// [`RecordError::NotAnObject`] (`is_invalid_input`) if the value serialises to something other than an object;
    /// [`RecordError::NotJson`] (`is_invalid_input`) if it contains NaN, an infinity, NUL in text, or more than 100
    /// levels of nested arrays and objects.
    pub fn from_serialize<S: Serialize + ?Sized>(data: &S) -> Result<Self, RecordError> {
        Self::within("custom data", data, MAX_NESTING)
    }

    /// Converts a patch, which contains custom data one level down.
    pub(crate) fn patch<S: Serialize + ?Sized>(data: &S) -> Result<Self, RecordError> {
        Self::within("a patch", data, MAX_NESTING + 1)
    }

    fn within<S: Serialize + ?Sized>(what: &'static str, data: &S, limit: u16) -> Result<Self, RecordError> {
        match to_json(data, limit) {
            Ok(Value::Object(map)) => Ok(Self(map)),
            Ok(Value::Null) => Ok(Self::default()),
            Ok(other) => Err(RecordError::NotAnObject { what, found: kind(&other) }),
            Err(source) => Err(RecordError::NotJson { what, source }),
        }
    }

    /// Merges a patch as the Python package does: an empty patch clears everything, a null value removes its key, and
    /// any other value sets its key.
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

    /// Returns the duration of the run in seconds, or `None` if entropic did not make the run.
    #[must_use]
    pub fn elapsed_seconds(&self) -> Option<f64> {
        self.0.get("elapsed_seconds").and_then(Value::as_f64)
    }

    pub(crate) fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&self.0)
    }

    /// Parses stored custom data, including the JSON that Python writes.
    pub(crate) fn from_json(text: &str) -> Result<Self, RecordError> {
        match from_python_json(text) {
            Ok(Value::Object(map)) => Ok(Self(map)),
            Ok(Value::Null) => Ok(Self::default()),
            Ok(other) => Err(RecordError::StoredCustomData { why: format!("it is {}", kind(&other)) }),
            Err(error) => Err(RecordError::StoredCustomData { why: error.to_string() }),
        }
    }

    /// Returns the map.
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

/// Converts a value to JSON. serde_json silently turns NaN into null, so this function refuses such numbers first. It
/// also refuses more than `limit` levels of nesting, which serde_json could not read everywhere that the value is stored.
pub(crate) fn to_json<S: Serialize + ?Sized>(value: &S, limit: u16) -> Result<Value, ParamsError> {
    Canonical::new().json_within(value, FloatScheme::Exact, limit)?;
    serde_json::to_value(value).map_err(|error| ParamsError::Serialize(error.to_string()))
}

/// Returns JSON's name for the kind of a value, for messages.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// Parses JSON and Python's extensions of it. The bare words `NaN` and `Infinity` become null, which is what serde
/// writes for them. Unpaired surrogates, which come from file names that are not UTF-8, become U+FFFD.
pub(super) fn from_python_json<V: serde::de::DeserializeOwned>(text: &str) -> Result<V, serde_json::Error> {
    serde_json::from_str(text).or_else(|error| serde_json::from_str(&as_json(text)).map_err(|_| error))
}

/// Calls [`from_python_json`] for the fuzz targets.
///
/// # Errors
/// serde's error if the text is not JSON.
#[cfg(fuzzing)]
pub fn python_json(text: &str) -> Result<Value, serde_json::Error> {
    from_python_json(text)
}

/// Replaces Python's extensions with valid JSON.
fn as_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let taken = if next == '"' {
            let end = string_end(rest);
            out.push_str(&whole_surrogates(&rest[..end]));
            end
        } else if let Some(word) =
            ["NaN", "-Infinity", "Infinity"].iter().find(|word| rest.starts_with(**word))
        {
            out.push_str("null");
            word.len()
        } else {
            out.push(next);
            next.len_utf8()
        };
        rest = &rest[taken..];
    }
    out
}

/// Returns the length in bytes of the string at the start of `text`, including both quotes.
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

/// Replaces unpaired surrogate escapes in a JSON string.
fn whole_surrogates(string: &str) -> String {
    let mut out = String::with_capacity(string.len());
    let mut rest = string;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = match (unit(rest), rest.get(6..).and_then(unit)) {
            (Some(0xd800..0xdc00), Some(0xdc00..0xe000)) => 12,
            (Some(0xd800..0xe000), _) => {
                out.push('\u{fffd}');
                rest = &rest[6..];
                continue;
            }
            // Another kind of escape, or a truncated one.
            _ => rest.chars().take(2).map(char::len_utf8).sum(),
        };
        out.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    out.push_str(rest);
    out
}

/// Parses the `\u` escape at the start of `text` as a UTF-16 code unit.
fn unit(text: &str) -> Option<u32> {
    u32::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
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
    fn halves_of_surrogate_pairs_do_not_hide_the_rest() {
        let data =
            CustomData::from_json(r#"{"p": "/\udcff/\ud83d\ude00 \\ud800 \ud83d", "n": "a\nb"}"#).unwrap();
        assert_eq!(data["p"], "/\u{fffd}/\u{1f600} \\ud800 \u{fffd}");
        assert_eq!(data["n"], "a\nb");
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
