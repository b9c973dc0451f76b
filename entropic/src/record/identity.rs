//! How the ids of a table are made, as data. It is recorded with the table and compared when the table is opened again.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ColumnDefault, ColumnKind, TableSpec};
use crate::params::{Canonical, FloatScheme, canonical_eq};

/// How the ids of a table are made from its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[doc(hidden)]
pub struct Identity {
    /// `#[sim(version = …)]`.
    pub version: u32,
    /// The fields, sorted by key.
    pub fields: Vec<IdentityField>,
}

/// One parameter in the identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[doc(hidden)]
pub struct IdentityField {
    /// The name that is hashed.
    pub key: String,
    /// The column.
    pub column: String,
    /// How values are written. Column kinds of the same class write equal values alike.
    pub class: CanonicalKind,
    /// How floats are written.
    pub float: FloatScheme,
    /// The canonical text of the default, which does not enter the identity.
    pub default: Option<String>,
    /// The canonical text of a retired parameter.
    pub retired: Option<String>,
}

/// A class of column kinds that write equal values as the same canonical text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[doc(hidden)]
pub enum CanonicalKind {
    Integer,
    Float,
    Bool,
    Text,
    Moment,
    Date,
    Time,
    Json,
}

impl From<ColumnKind> for CanonicalKind {
    fn from(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::SmallInt | ColumnKind::Integer | ColumnKind::BigInt => Self::Integer,
            ColumnKind::Float | ColumnKind::Double => Self::Float,
            ColumnKind::Bool => Self::Bool,
            ColumnKind::Text => Self::Text,
            ColumnKind::Timestamp => Self::Moment,
            ColumnKind::Date => Self::Date,
            ColumnKind::Time => Self::Time,
            ColumnKind::Json => Self::Json,
        }
    }
}

impl IdentityField {
    /// Returns whether a change of the float scheme can change the text of the field.
    fn has_floats(&self) -> bool {
        matches!(self.class, CanonicalKind::Float | CanonicalKind::Json)
    }

    /// Returns whether the field is left out of the identity when it has this text.
    fn leaves_out(&self, text: &str) -> bool {
        self.default.as_deref().is_some_and(|default| canonical_eq(default, text))
    }
}

impl Identity {
    /// Builds the identity of a record from its table and [`defaults`](super::SimRecord::defaults).
    pub fn of(table: &TableSpec, defaults: &[ColumnDefault]) -> Self {
        let of = |column: &str| defaults.iter().find(|default| default.column == column);
        let mut fields: Vec<IdentityField> = table
            .columns
            .iter()
            .filter(|column| column.is_identity())
            .map(|column| IdentityField {
                key: column.key.to_owned(),
                column: column.name.to_owned(),
                class: column.kind.into(),
                float: column.float,
                default: of(column.name).and_then(|default| default.text.clone()),
                retired: of(column.name).and_then(|default| default.retired.clone()),
            })
            .collect();
        fields.sort_by(|a, b| a.key.cmp(&b.key));
        Self { version: table.version, fields }
    }

    /// Assembles the canonical text from the texts of the fields. `text_of` is not called for retired parameters.
    /// Returns `None` if `text_of` returns `None` for a field.
    pub fn text(&self, mut text_of: impl FnMut(&IdentityField) -> Option<String>) -> Option<String> {
        let mut entries: Vec<(&str, String)> = Vec::with_capacity(self.fields.len() + 1);
        for field in &self.fields {
            let text = match &field.retired {
                Some(text) => text.clone(),
                None => text_of(field)?,
            };
            if !field.leaves_out(&text) {
                entries.push((&field.key, text));
            }
        }
        if self.version > 1 {
            entries.push(("$version", self.version.to_string()));
        }
        entries.sort_by_key(|(key, _)| *key);
        let entries: Vec<String> =
            entries.into_iter().map(|(key, text)| format!("{}:{text}", quoted(key))).collect();
        Some(format!("{{{}}}", entries.join(",")))
    }

    /// Lists the changes since the ids of the table were made.
    pub fn changes(&self, written: &Self) -> Vec<IdentityChange> {
        let mut changes = Vec::new();
        if self.version != written.version {
            changes.push(IdentityChange::Version { written: written.version, wanted: self.version });
        }
        for field in &self.fields {
            match written.fields.iter().find(|other| other.key == field.key) {
                Some(other) => field.compare(other, &mut changes),
                // The field is new and has a default, so earlier rows keep their ids.
                None if field.default.is_some()
                    && field.retired.as_deref().is_none_or(|text| field.leaves_out(text)) => {}
                None => changes.push(IdentityChange::Added { column: field.column.clone() }),
            }
        }
        for other in &written.fields {
            let gone = self.fields.iter().all(|field| field.key != other.key);
            // Even if the field had a default: no lookup finds the rows with another value any more.
            if gone {
                changes.push(IdentityChange::Removed { column: other.column.clone() });
            }
        }
        changes
    }
}

impl IdentityField {
    fn compare(&self, written: &Self, changes: &mut Vec<IdentityChange>) {
        let column = || self.column.clone();
        if self.class != written.class {
            changes.push(IdentityChange::Kind { column: column() });
        } else if self.has_floats() && self.float != written.float {
            changes.push(IdentityChange::Scheme {
                column: column(),
                written: written.float,
                wanted: self.float,
            });
        }
        let same = match (&self.default, &written.default) {
            (Some(a), Some(b)) => canonical_eq(a, b),
            (None, None) => true,
            _ => false,
        };
        if !same {
            changes.push(IdentityChange::OtherDefault {
                column: column(),
                written: written.default.clone(),
                wanted: self.default.clone(),
            });
        }
    }
}

/// Writes a key as canonical text.
fn quoted(key: &str) -> String {
    let mut out = Canonical::new();
    // The derive refuses names that have no canonical text.
    let _ = out.str(key);
    out.into_string()
}

/// A change that gives the same parameters another id.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentityChange {
    /// `#[sim(version = …)]` changed.
    Version {
        /// The version of the rows.
        written: u32,
        /// The version of the struct.
        wanted: u32,
    },
    /// The float scheme of a field changed.
    Scheme {
        /// The column.
        column: String,
        /// The scheme of the rows.
        written: FloatScheme,
        /// The scheme of the struct.
        wanted: FloatScheme,
    },
    /// The default of a field changed, was added or was removed.
    OtherDefault {
        /// The column.
        column: String,
        /// The default of the rows, in canonical text.
        written: Option<String>,
        /// The default of the struct, in canonical text.
        wanted: Option<String>,
    },
    /// The type of a field changed to one that writes another canonical text, for example from an integer to a float.
    Kind {
        /// The column.
        column: String,
    },
    /// A field without a default was added to the identity.
    Added {
        /// The column.
        column: String,
    },
    /// A field of the identity was removed.
    Removed {
        /// The column.
        column: String,
    },
    /// A field of the identity is now ignored, or an output.
    Left {
        /// The column.
        column: String,
    },
    /// A field that was ignored, or an output, is now part of the identity.
    Entered {
        /// The column.
        column: String,
    },
}

impl fmt::Display for IdentityChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |default: &Option<String>| {
            default.as_ref().map_or("no default".to_owned(), |text| format!("the default {text}"))
        };
        match self {
            Self::Version { written, wanted } => {
                write!(f, "the ids were made with version {written}, and the struct says {wanted}")
            }
            Self::Scheme { column, written, wanted } => {
                write!(
                    f,
                    "the ids were made with float scheme \"{written}\" for `{column}`, and the struct says \"{wanted}\""
                )
            }
            Self::OtherDefault { column, written, wanted } => write!(
                f,
                "the ids were made with {} for `{column}`, and the struct has {}",
                shown(written),
                shown(wanted)
            ),
            Self::Kind { column } => write!(
                f,
                "the ids were made with another kind of type for `{column}`, which cannot be converted: give the field \
                 its former type, or another name"
            ),
            Self::Left { column } => write!(f, "`{column}` was hashed, and is now ignored or an output"),
            Self::Entered { column } => {
                write!(f, "`{column}` was ignored or an output, and is now hashed: runs differ in it")
            }
            Self::Added { column } => write!(
                f,
                "the ids were made without `{column}`: declare the value that those runs had with \
                 `#[sim(default = …)]`"
            ),
            Self::Removed { column } => write!(
                f,
                "the ids were made with `{column}`: if it was renamed, write `#[sim(was = \"{column}\")]` on the \
                 field; if it was removed, write `#[sim(retired({column}: <type> = <value>))]` on the struct"
            ),
        }
    }
}
