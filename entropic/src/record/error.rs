//! The errors of values and records.

use crate::ErrorKind;
use crate::params::{ParamsError, RunId};

/// Why a value cannot be stored in a column, or a stored value cannot be read.
///
/// The error does not know the field, nor whether the value comes from the caller or from the database. The
/// [`RecordError`] around it names the field and has a [`kind`](RecordError::kind).
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
        /// The type of the column.
        column: &'static str,
        /// The largest value that the column holds.
        largest: String,
    },
    /// A time has sub-microsecond precision.
    #[error("`{value}` is finer than a microsecond; round it with chrono's `trunc_subsecs(6)`")]
    #[non_exhaustive]
    TooFine {
        /// The time, as text.
        value: String,
    },
    /// A date is outside the years 1 to 9999.
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
        /// The text.
        value: String,
        /// The name of the enum.
        name: &'static str,
        /// The texts of the enum.
        expected: String,
    },
    /// The value could not be converted to JSON.
    #[error("cannot convert the value to JSON")]
    Json(#[source] serde_json::Error),
    /// The stored JSON is not a value of the field's type.
    #[error("`{}` is not the JSON of the field: {}", shown(value), shortened(why))]
    #[non_exhaustive]
    StoredJson {
        /// The stored text.
        value: String,
        /// serde's message.
        why: String,
    },
    /// A text is too long for the index of its column.
    #[error(
        "a text of {bytes} bytes is too long for the index of the column, which takes {limit} on every database; store a \
         shorter one, or do without the index"
    )]
    #[non_exhaustive]
    TooLongForIndex {
        /// The length of the text in bytes.
        bytes: usize,
        /// The greatest length in bytes.
        limit: usize,
    },
    /// The stored value does not fit the type of the column.
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

/// Why a record cannot be stored, or a row of its table cannot be read. Names the table and the field.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// A field of the struct cannot be stored.
    #[error("cannot store `{field}` of `{table}`")]
    #[non_exhaustive]
    Field {
        /// The table of the record.
        table: &'static str,
        /// The column of the field.
        field: &'static str,
        /// The reason, with the cure.
        source: ColumnError,
    },
    /// A stored value is not a value of the field's type.
    #[error("cannot read column `{field}` of run `{}` in `{table}`", shown(id.as_str()))]
    #[non_exhaustive]
    Stored {
        /// The table of the record.
        table: &'static str,
        /// The id of the run.
        id: RunId,
        /// The column.
        field: &'static str,
        /// The reason.
        source: Box<ColumnError>,
    },
    /// A patch names a column that does not exist or cannot be patched.
    #[error("cannot patch column `{field}` of `{table}`: {reason}")]
    #[non_exhaustive]
    NotPatchable {
        /// The table of the record.
        table: &'static str,
        /// The name in the patch.
        field: String,
        /// The reason, with the cure.
        reason: &'static str,
    },
    /// The value of a patch does not fit its column.
    #[error("cannot patch column `{field}` of `{table}`")]
    #[non_exhaustive]
    PatchValue {
        /// The table of the record.
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
        /// What the value was passed as: custom data, or a patch.
        what: &'static str,
        /// The kind of the value.
        found: &'static str,
    },
    /// Custom data, or a patch, could not be converted to JSON.
    #[error("cannot convert {what} to JSON")]
    #[non_exhaustive]
    NotJson {
        /// What the value was passed as: custom data, or a patch.
        what: &'static str,
        /// The reason.
        source: ParamsError,
    },
    /// The stored custom data is not a JSON object.
    #[error("cannot read the stored custom data: it is not a JSON object ({why})")]
    #[non_exhaustive]
    StoredCustomData {
        /// The reason.
        why: String,
    },
    /// A stored time cannot be read.
    #[error(
        "cannot read the stored time `{}`: it is not of the form `2026-11-20 23:50:28.740700`",
        shown(value)
    )]
    #[non_exhaustive]
    StoredTime {
        /// The stored text.
        value: String,
    },
}

impl RecordError {
    /// Makes the error of a field that cannot be stored.
    #[doc(hidden)]
    pub fn field(table: &'static str, field: &'static str) -> impl FnOnce(ColumnError) -> Self {
        move |source| Self::Field { table, field, source }
    }

    /// Makes the error of a patch whose value does not fit the column.
    #[doc(hidden)]
    pub fn patch(table: &'static str, field: &'static str) -> impl FnOnce(ColumnError) -> Self {
        move |source| Self::PatchValue { table, field, source }
    }

    /// Makes the error of a column that cannot be read.
    #[doc(hidden)]
    pub fn stored(table: &'static str, field: &'static str, id: &str) -> impl FnOnce(ColumnError) -> Self {
        move |source| {
            let id = RunId::from_stored(id.to_owned());
            Self::Stored { table, id, field, source: Box::new(source) }
        }
    }

    /// Returns the kind of the error, which says what a caller can do about it.
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

/// The number of characters of a stored value that a message shows.
const SHOWN: usize = 60;

/// Formats a stored value for a message: escaped, on one line, and shortened.
pub(super) fn shown(value: &str) -> String {
    let mut rest = value.chars();
    let mut text: String = rest.by_ref().take(SHOWN).flat_map(char::escape_debug).collect();
    if rest.next().is_some() {
        text.push('…');
    }
    text
}

/// Shortens serde's message, which may contain the whole value.
fn shortened(why: &str) -> String {
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
