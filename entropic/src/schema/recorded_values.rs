//! StrayKind is remembered of the values of a column: the texts of an enum, the width of floats, the type inside JSON.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::record::{ColumnKind, ColumnSpec, Values, plain_type_name};

/// StrayKind the values of a column are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RecordedValues {
    /// Of floats, which SQLite keeps in one width whatever they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) bits: Option<u8>,
    /// The texts that any program had for an enum; none for free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) texts: Option<BTreeSet<String>>,
    /// The type that the last program had inside JSON, without its modules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) json: Option<String>,
}

impl RecordedValues {
    pub(super) fn of(kind: ColumnKind, values: Values) -> Self {
        Self { bits: bits(kind), ..Self::from(values) }
    }

    /// The same, beside what other programs write: an older one does not make the table forget the texts of a newer.
    pub(super) fn beside(mut self, before: Option<&Self>) -> Self {
        if let (Some(texts), Some(before)) = (&mut self.texts, before.and_then(|held| held.texts.as_ref())) {
            texts.extend(before.iter().cloned());
        }
        self
    }

    /// Whether rows written under it are rows of these values, too, whatever is in them.
    pub(super) fn is_within(&self, wanted: &Self) -> bool {
        let texts = match (&self.texts, &wanted.texts) {
            (Some(held), Some(known)) => held.is_subset(known),
            (None, Some(_)) => false,
            (_, None) => true,
        };
        texts && (wanted.json.is_none() || self.json == wanted.json)
    }

    /// Whether there is nothing to add.
    pub(super) fn covers(&self, wanted: &Self) -> bool {
        wanted.clone().beside(Some(self)) == *self
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

/// The width of floats.
pub(super) fn bits(kind: ColumnKind) -> Option<u8> {
    match kind {
        ColumnKind::Float => Some(32),
        ColumnKind::Double => Some(64),
        _ => None,
    }
}

/// Whether there is anything to remember of a column.
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
        assert_eq!(older.clone().beside(Some(&newer)), newer);
        let free = RecordedValues::of(ColumnKind::Text, Values::Any);
        assert!(older.is_within(&free) && !free.is_within(&older));
        assert!(!older.covers(&free), "once it was free text, rows may hold anything");
    }

    #[test]
    fn what_is_remembered_is_short() {
        let text = |held: &RecordedValues| serde_json::to_string(held).unwrap_or_default();
        assert_eq!(text(&method(&["b", "a"])), r#"{"texts":["a","b"]}"#);
        assert_eq!(text(&RecordedValues::of(ColumnKind::Float, Values::Any)), r#"{"bits":32}"#);
        let json = RecordedValues::of(ColumnKind::Json, Values::json::<Vec<Option<f64>>>());
        assert_eq!(text(&json), r#"{"json":"Vec<Option<f64>>"}"#);
    }
}
