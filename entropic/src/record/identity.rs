//! What the ids of a table are made of, as data: kept with the table, and compared when it is opened again.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ColumnDefault, ColumnKind, TableSpec};
use crate::params::{Canonical, FloatScheme, canonical_eq};

/// How the ids of a table follow from its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[doc(hidden)]
pub struct Identity {
    /// `#[sim(version = …)]`.
    pub version: u32,
    /// In the order of their keys.
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
    /// How values are written: those of two kinds of one class are written alike.
    pub class: Class,
    /// How floats are written.
    pub float: FloatScheme,
    /// The canonical text that does not enter.
    pub default: Option<String>,
    /// The canonical text of what is retired.
    pub retired: Option<String>,
}

/// Kinds of columns whose values have the same canonical text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[doc(hidden)]
pub enum Class {
    Integer,
    Float,
    Bool,
    Text,
    Moment,
    Date,
    Time,
    Json,
}

impl From<ColumnKind> for Class {
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
    /// Whether a change of the float scheme can change its text.
    fn has_floats(&self) -> bool {
        matches!(self.class, Class::Float | Class::Json)
    }

    /// Whether this text is left out.
    fn leaves_out(&self, text: &str) -> bool {
        self.default.as_deref().is_some_and(|default| canonical_eq(default, text))
    }
}

impl Identity {
    /// That of a record, from its table and [`defaults`](super::SimRecord::defaults).
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

    /// The canonical text of parameters whose texts are known by field; what is retired need not be. `None` if one is
    /// missing.
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

    /// What of it is not as it was when the ids were made.
    pub fn changes(&self, written: &Self) -> Vec<IdentityChange> {
        let mut changes = Vec::new();
        if self.version != written.version {
            changes.push(IdentityChange::Version { written: written.version, wanted: self.version });
        }
        for field in &self.fields {
            match written.fields.iter().find(|other| other.key == field.key) {
                Some(other) => field.compare(other, &mut changes),
                // Rows without it have the ids that they had.
                None if field.default.is_some()
                    && field.retired.as_deref().is_none_or(|text| field.leaves_out(text)) => {}
                None => changes.push(IdentityChange::Added { column: field.column.clone() }),
            }
        }
        for other in &written.fields {
            let gone = self.fields.iter().all(|field| field.key != other.key);
            // Rows with another value than the default have ids that none asks for any more.
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

/// A key as it stands in canonical text.
fn quoted(key: &str) -> String {
    let mut out = Canonical::new();
    // The derive refuses names that have no canonical text.
    let _ = out.str(key);
    out.into_string()
}

/// A change after which the same parameters have another id.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentityChange {
    /// `#[sim(version = …)]` is another.
    Version {
        /// That of the rows.
        written: u32,
        /// That of the struct.
        wanted: u32,
    },
    /// The floats of a field are hashed in another way.
    Scheme {
        /// The column.
        column: String,
        /// That of the rows.
        written: FloatScheme,
        /// That of the struct.
        wanted: FloatScheme,
    },
    /// A field has another default, or one where it had none, or none where it had one; in canonical text.
    OtherDefault {
        /// The column.
        column: String,
        /// That of the rows.
        written: Option<String>,
        /// That of the struct.
        wanted: Option<String>,
    },
    /// A field is of another kind of type.
    Kind {
        /// The column.
        column: String,
    },
    /// A field without a default is part of the identity, and was not.
    Added {
        /// The column.
        column: String,
    },
    /// A field was part of the identity, and is gone.
    Removed {
        /// The column.
        column: String,
    },
    /// A field was part of the identity, and is not any more.
    Left {
        /// The column.
        column: String,
    },
    /// A field or output was stored, and no part of the identity, and is now.
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
                "the ids were made with another kind of type for `{column}`, which nothing converts: give the field its \
                 former type, or the new one another name"
            ),
            Self::Left { column } => write!(f, "`{column}` was hashed, and is now ignored or an output"),
            Self::Entered { column } => {
                write!(f, "`{column}` was ignored or an output, and is now hashed: runs differ in it")
            }
            Self::Added { column } => write!(
                f,
                "the ids were made without `{column}`: give it the value that those runs had, \
                 `#[sim(default = …)]`"
            ),
            Self::Removed { column } => write!(
                f,
                "the ids were made with `{column}`: if it has another name now, say `#[sim(was = \"{column}\")]` on \
                 the field; if it is gone, say `#[sim(retired({column}: <type> = <value>))]` on the struct"
            ),
        }
    }
}
