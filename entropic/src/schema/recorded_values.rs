//! What is recorded about the values of a column: the texts of an enum, the width of floats, the type inside JSON.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::record::{ColumnKind, ColumnSpec, Values, plain_type_name};

/// The recorded values of a column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RecordedValues {
    /// The width of floats in bits. SQLite stores every float with 64 bits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bits: Option<u8>,
    /// The texts that an enum has had in any program; `None` for free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) texts: Option<BTreeSet<String>>,
    /// The type inside JSON in the last program, without its modules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) json: Option<String>,
}

impl RecordedValues {
    pub(super) fn of(kind: ColumnKind, values: Values) -> Self {
        Self { bits: bits(kind), ..Self::from(values) }
    }

    /// Adds the texts that were recorded before, so that an older program does not remove the texts of a newer one.
    pub(super) fn merged_with(mut self, before: Option<&Self>) -> Self {
        let before = before.and_then(|before| before.texts.as_ref());
        if let (Some(texts), Some(before)) = (&mut self.texts, before) {
            texts.extend(before.iter().cloned());
        }
        self
    }

    /// Returns whether every value that these recorded values allow is also a value of `expected`. If so, the rows need
    /// not be searched.
    pub(super) fn is_within(&self, expected: &Self) -> bool {
        let texts = match (&self.texts, &expected.texts) {
            (Some(recorded), Some(known)) => recorded.is_subset(known),
            (None, Some(_)) => false,
            (_, None) => true,
        };
        texts && (expected.json.is_none() || self.json == expected.json)
    }

    /// Returns whether recording `expected` would change nothing.
    pub(super) fn covers(&self, expected: &Self) -> bool {
        expected.clone().merged_with(Some(self)) == *self
    }
}

impl From<Values> for RecordedValues {
    fn from(values: Values) -> Self {
        match values {
            Values::Any => Self::default(),
            Values::Texts { texts, .. } => {
                Self { texts: Some(texts.iter().map(|text| (*text).to_owned()).collect()), ..Self::default() }
            }
            Values::Json { name, .. } => Self { json: Some(plain_type_name(name)), ..Self::default() },
        }
    }
}

/// Returns the width of a kind of floats in bits.
pub(super) fn bits(kind: ColumnKind) -> Option<u8> {
    match kind {
        ColumnKind::Float => Some(32),
        ColumnKind::Double => Some(64),
        _ => None,
    }
}

/// Returns whether anything is recorded about the values of a column.
pub(super) fn is_remembered(column: &ColumnSpec) -> bool {
    matches!(column.kind, ColumnKind::Float | ColumnKind::Double | ColumnKind::Text | ColumnKind::Json)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn method(texts: &'static [&'static str]) -> RecordedValues {
        RecordedValues::of(ColumnKind::Text, Values::Texts { name: "Method", texts })
    }

    #[test]
    fn texts_are_gathered_and_never_forgotten() {
        let (older, newer) = (method(&["Euler"]), method(&["Euler", "Rk4"]));
        assert!(older.is_within(&newer) && !newer.is_within(&older));
        assert!(newer.covers(&older) && !older.covers(&newer));
        assert_eq!(older.clone().merged_with(Some(&newer)), newer);
        let free = RecordedValues::of(ColumnKind::Text, Values::Any);
        assert!(older.is_within(&free) && !free.is_within(&older));
        assert!(!older.covers(&free), "once it was free text, rows may hold anything");
    }

    #[test]
    fn what_is_remembered_is_short() {
        let text = |values: &RecordedValues| serde_json::to_string(values).unwrap_or_default();
        assert_eq!(text(&method(&["b", "a"])), r#"{"texts":["a","b"]}"#);
        assert_eq!(text(&RecordedValues::of(ColumnKind::Float, Values::Any)), r#"{"bits":32}"#);
        let json = RecordedValues::of(ColumnKind::Json, Values::json::<Vec<Option<f64>>>());
        assert_eq!(text(&json), r#"{"json":"Vec<Option<f64>>"}"#);
    }
}
