//! What can be wrong with a value.

use crate::ErrorKind;
use crate::params::{ParamsError, RunId};

/// Why a value cannot be a column, or a column cannot be the value.
///
/// It knows neither the field nor whether the value is the caller's or a stored one: the [`RecordError`] around it names
/// the field, and has a [`kind`](RecordError::kind).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ColumnError {
    /// The value has no canonical text, or would lose its meaning in it.
    #[error(transparent)]
    Canonical(#[from] ParamsError),
    /// The integer does not fit the column.
    #[error("`{value}` does not fit {column}; the largest is {largest}")]
    #[non_exhaustive]
    OutOfRange {
        /// The value, as text.
        value: String,
        /// What the column is.
        column: &'static str,
        /// The largest value it holds.
        largest: String,
    },
    /// A time is finer than a microsecond.
    #[error("`{value}` is finer than a microsecond; round it with chrono's `trunc_subsecs(6)`")]
    #[non_exhaustive]
    TooFine {
        /// The time, as text.
        value: String,
    },
    /// A date lies outside the years 1 to 9999.
    #[error("`{value}` lies outside the years 1 to 9999, which is what both databases and Python can hold")]
    #[non_exhaustive]
    YearOutOfRange {
        /// The date, as text.
        value: String,
    },
    /// A text is none of the values of an enum.
    #[error("`{}` is none of the values of `{name}` ({expected})", shown(value))]
    #[non_exhaustive]
    UnknownVariant {
        /// The text found.
        value: String,
        /// Name of the enum.
        name: &'static str,
        /// The texts it knows.
        expected: String,
    },
    /// The value could not be made into JSON.
    #[error("cannot convert the value to JSON")]
    Json(#[source] serde_json::Error),
    /// The text of a JSON column is not that of its type.
    #[error("`{}` is not the JSON of the field: {}", shown(value), told(why))]
    #[non_exhaustive]
    StoredJson {
        /// The text found.
        value: String,
        /// What serde says.
        why: String,
    },
    /// A text is longer than the index of its column can hold.
    #[error(
        "a text of {bytes} bytes is too long for the index of the column, which takes {limit} on every database; store a \
         shorter one, or do without the index"
    )]
    #[non_exhaustive]
    TooLongForIndex {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        limit: usize,
    },
    /// The database holds a value of another kind than the column's.
    #[error("{what}")]
    #[non_exhaustive]
    WrongValue {
        /// The value, shortened, and what is wrong with it.
        what: String,
    },
    /// Any other reason, given by an implementation of [`SimColumn`](super::SimColumn).
    #[error("{0}")]
    Other(String),
}

/// A record, or a row of its table, that cannot be used: names the table and the field.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// A field of the struct cannot be stored as it is.
    #[error("cannot store `{field}` of `{table}`")]
    #[non_exhaustive]
    Field {
        /// Table of the record.
        table: &'static str,
        /// Column of the field.
        field: &'static str,
        /// The reason, with the cure.
        source: ColumnError,
    },
    /// A stored value is not a value of the field's type.
    #[error("cannot read column `{field}` of run `{}` in `{table}`", shown(id.as_str()))]
    #[non_exhaustive]
    Stored {
        /// Table of the record.
        table: &'static str,
        /// The run.
        id: RunId,
        /// The column.
        field: &'static str,
        /// The reason.
        source: Box<ColumnError>,
    },
    /// A patch names a column that is not there, or not the user's to change.
    #[error("cannot patch column `{field}` of `{table}`: {reason}")]
    #[non_exhaustive]
    NotPatchable {
        /// Table of the record.
        table: &'static str,
        /// The name given.
        field: String,
        /// Why, and what can be done.
        reason: &'static str,
    },
    /// The value of a patch does not fit its column.
    #[error("cannot patch column `{field}` of `{table}`")]
    #[non_exhaustive]
    PatchValue {
        /// Table of the record.
        table: &'static str,
        /// The column.
        field: &'static str,
        /// The reason.
        source: ColumnError,
    },
    /// Custom data, or a patch, is not a JSON object.
    #[error("cannot use {found} as {what}; it must be a JSON object such as `json!({{\"note\": \"x\"}})`")]
    #[non_exhaustive]
    NotAnObject {
        /// What it was given as: custom data, or a patch.
        what: &'static str,
        /// What was given.
        found: &'static str,
    },
    /// Custom data, or a patch, could not be made into JSON.
    #[error("cannot convert {what} to JSON")]
    #[non_exhaustive]
    NotJson {
        /// What it was given as: custom data, or a patch.
        what: &'static str,
        /// Why not.
        source: ParamsError,
    },
    /// The stored custom data is not JSON.
    #[error("cannot read the stored custom data: it is not a JSON object ({why})")]
    #[non_exhaustive]
    StoredCustomData {
        /// What serde says.
        why: String,
    },
    /// A stored time cannot be read.
    #[error(
        "cannot read the stored time `{}`: it is not of the form `2026-11-20 23:50:28.740700`",
        shown(value)
    )]
    #[non_exhaustive]
    StoredTime {
        /// The text found.
        value: String,
    },
}

impl RecordError {
    /// A field that cannot be stored.
    #[doc(hidden)]
    pub fn field(table: &'static str, field: &'static str) -> impl FnOnce(ColumnError) -> Self {
        move |source| Self::Field { table, field, source }
    }

    /// A column that the value of a patch does not fit.
    #[doc(hidden)]
    pub fn patch(table: &'static str, field: &'static str) -> impl FnOnce(ColumnError) -> Self {
        move |source| Self::PatchValue { table, field, source }
    }

    /// A column that cannot be read.
    #[doc(hidden)]
    pub fn stored(table: &'static str, field: &'static str, id: &str) -> impl FnOnce(ColumnError) -> Self {
        move |source| {
            let id = RunId::from_stored(id.to_owned());
            Self::Stored { table, id, field, source: Box::new(source) }
        }
    }

    /// What a caller can do about it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Field { .. }
            | Self::NotPatchable { .. }
            | Self::PatchValue { .. }
            | Self::NotAnObject { .. }
            | Self::NotJson { .. } => ErrorKind::InvalidInput,
            Self::Stored { .. } | Self::StoredCustomData { .. } | Self::StoredTime { .. } => {
                ErrorKind::Corrupt
            }
        }
    }
}

/// How many characters of a stored value a message shows.
const SHOWN: usize = 60;

/// A value for a message: on one line, and not all of a long one.
pub(super) fn shown(value: &str) -> String {
    let mut rest = value.chars();
    let mut text: String = rest.by_ref().take(SHOWN).flat_map(char::escape_debug).collect();
    if rest.next().is_some() {
        text.push('…');
    }
    text
}

/// What serde says of a value, which may show all of it.
fn told(why: &str) -> String {
    let mut rest = why.chars();
    let mut text: String = rest.by_ref().take(4 * SHOWN).collect();
    if rest.next().is_some() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_in_a_message_is_one_short_line() {
        assert_eq!(shown("a\nb\u{1b}"), "a\\nb\\u{1b}");
        assert_eq!(shown(&"é".repeat(60)), "é".repeat(60));
        assert_eq!(shown(&"x".repeat(1_000)), "x".repeat(60) + "…");
    }
}
