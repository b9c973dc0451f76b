//! A table as its record wants it, and as it is.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::held::{Held, bits, is_remembered};
use super::stray::Stray;
use crate::params::FloatScheme;
use crate::record::{ColumnDefault, ColumnKind, ColumnSpec, Identity, TableSpec, Values};

/// A table as a record wants it.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub(crate) table: TableSpec,
    pub(crate) defaults: Vec<ColumnDefault>,
    pub(crate) identity: Identity,
    /// What the values are of columns whose SQL type does not say it all.
    pub(crate) values: Vec<(&'static str, Values)>,
}

impl Wanted {
    /// That of a record.
    ///
    /// # Errors
    /// [`RecordError`](crate::RecordError) for a default that cannot be stored.
    pub fn of<T: crate::SimRecord>() -> Result<Self, crate::RecordError> {
        let defaults = T::defaults()?;
        let identity = Identity::of(&T::TABLE, &defaults);
        Ok(Self { table: T::TABLE, defaults, identity, values: T::values() })
    }

    /// What rows get in a column that they have no value for.
    pub(super) fn fill(&self, column: &str) -> Option<&serde_json::Value> {
        let default = self.defaults.iter().find(|default| default.column == column)?;
        Some(&default.fill).filter(|fill| !fill.is_null())
    }

    /// What is to be remembered of a column's values.
    pub(super) fn held(&self, column: &ColumnSpec) -> Held {
        let values = self.values.iter().find(|(name, _)| *name == column.name);
        Held::of(column.kind, values.map_or(Values::Any, |(_, values)| *values))
    }

    /// The columns of whose values something is to be remembered.
    fn remembered(&self) -> impl Iterator<Item = &'static ColumnSpec> {
        self.table.columns.iter().filter(|column| is_remembered(column))
    }

    /// What is to be remembered about a table that is as it should be, and was written with something else before.
    /// Nothing of columns with values that the record cannot read.
    pub(super) fn written(&self, before: Option<&Written>, strays: &[Stray]) -> Written {
        let mut written = self.accepted(before);
        for column in self.remembered() {
            let held = before.and_then(|before| before.held(column.key));
            if strays.iter().any(|stray| stray.column == column.name) {
                written.values.remove(column.key);
            } else {
                written.values.insert(column.key.to_owned(), self.held(column).beside(held));
            }
        }
        written
    }

    /// The same without regard to what values rows may hold.
    pub(super) fn accepted(&self, before: Option<&Written>) -> Written {
        let mut former = before.map(|before| before.former.clone()).unwrap_or_default();
        let mut keys = before.map(|before| before.keys.clone()).unwrap_or_default();
        for column in self.table.columns {
            let names = former.entry(column.key.to_owned()).or_default();
            keys.retain(|name, key| {
                let other = key == column.key && name != column.name;
                names.extend(other.then(|| name.clone()));
                !other
            });
            names.remove(column.name);
        }
        for column in self.table.columns {
            keys.insert(column.name.to_owned(), column.key.to_owned());
        }
        former.retain(|_, names| !names.is_empty());
        let mut values = before.map(|before| before.values.clone()).unwrap_or_default();
        values.extend(self.remembered().map(|column| (column.key.to_owned(), self.held(column))));
        Written { format: FORMAT, identity: self.identity.clone(), keys, former, values }
    }
}

/// The newest format of [`Written`] that is known. What is added and may be missing needs no new one.
pub(super) const FORMAT: u32 = 1;

/// What a table was written with; kept in `entropic_schemas`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Written {
    /// Of this text.
    format: u32,
    /// How its ids were made.
    pub(crate) identity: Identity,
    /// The name that each column had at first.
    keys: BTreeMap<String, String>,
    /// The other names that columns had since, by the first one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    former: BTreeMap<String, BTreeSet<String>>,
    /// What the values of columns are, by the first name; of a table from before that was remembered, nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    values: BTreeMap<String, Held>,
}

impl Written {
    /// The name that a column had at first.
    pub(super) fn key_of<'a>(&'a self, column: &'a str) -> &'a str {
        self.keys.get(column).map_or(column, String::as_str)
    }

    /// Forgets the columns that are not there.
    pub(super) fn keep_columns(&mut self, there: impl Fn(&str) -> bool) {
        self.keys.retain(|name, _| there(name));
    }

    /// Whether a column of that first name was there, part of the identity or not.
    pub(super) fn knows(&self, key: &str) -> bool {
        self.keys.values().any(|known| known == key)
    }

    /// Whether a column had that name once, and has another since.
    pub(super) fn was_called(&self, key: &str, name: &str) -> bool {
        key == name || self.former.get(key).is_some_and(|names| names.contains(name))
    }

    /// What its values were, of a column of that first name.
    pub(super) fn held(&self, key: &str) -> Option<&Held> {
        self.values.get(key)
    }

    /// Takes what is remembered of a column's values from elsewhere.
    pub(super) fn hold(&mut self, key: &str, held: Option<Held>) {
        match held {
            Some(held) => drop(self.values.insert(key.to_owned(), held)),
            None => drop(self.values.remove(key)),
        }
    }

    /// What can be told of a table that was made by this library, and of which less was remembered then.
    pub(super) fn with_widths(mut self, kind_of: impl Fn(&str) -> Option<ColumnKind>) -> Self {
        for (name, key) in &self.keys {
            if let (Some(width), None) = (kind_of(name).and_then(bits), self.values.get(key)) {
                self.values.insert(key.clone(), Held { bits: Some(width), ..Held::default() });
            }
        }
        self
    }

    /// Whether a record says the same, but for columns with values that it cannot read.
    pub(super) fn agrees(&self, wanted: &Wanted, strays: &[Stray]) -> bool {
        let is_held = |column: &ColumnSpec| {
            strays.iter().any(|stray| stray.column == column.name)
                || self.held(column.key).is_some_and(|held| held.covers(&wanted.held(column)))
        };
        let same = |column: &ColumnSpec| self.keys.get(column.name).is_some_and(|key| key == column.key);
        self.identity == wanted.identity
            && wanted.table.columns.iter().all(same)
            && wanted.remembered().all(is_held)
    }
}

/// A table as it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Found {
    pub(crate) columns: Vec<FoundColumn>,
    /// The name and columns of each index.
    pub(crate) indexes: Vec<(String, Vec<String>)>,
    /// Triggers and indexes that somebody else made on it.
    pub(crate) attached: Vec<String>,
    /// Nothing for a table that another program made.
    pub(crate) written: Option<Written>,
    /// Whether there are rows.
    pub(crate) rows: bool,
    /// Rows that the record cannot read, or would not find; empty if they were not looked for.
    pub(super) strays: Vec<Stray>,
}

impl Found {
    /// The column of the table that is a record's, by whatever name.
    pub(super) fn column_of(&self, wanted: &ColumnSpec) -> Option<&FoundColumn> {
        let key_of = |name| self.written.as_ref().map(|written: &Written| written.key_of(name));
        self.columns.iter().find(|found| match key_of(&found.name) {
            Some(key) => key == wanted.key,
            None => found.name == wanted.name,
        })
    }

    /// How the ids of its rows were made. A table of which nothing is remembered is one of the Python package: 12
    /// decimals, no version, nothing retired. A column with a default may have been added by hand.
    pub(crate) fn identity(&self, wanted: &Wanted) -> Identity {
        if let Some(written) = &self.written {
            return written.identity.clone();
        }
        let there = |name: &str| self.columns.iter().any(|column| column.name == name);
        let mut identity = Identity { version: 1, ..wanted.identity.clone() };
        identity.fields.retain(|field| there(&field.column) || there(&field.key));
        for field in &mut identity.fields {
            if there(&field.column) {
                field.key.clone_from(&field.column);
            }
            (field.float, field.retired) = (FloatScheme::Decimal12, None);
        }
        identity
    }
}

/// A column as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundColumn {
    /// Its name.
    pub(crate) name: String,
    /// Its declared type.
    pub(crate) declared: String,
    /// Whether it may be NULL.
    pub(crate) nullable: bool,
    /// Whether it is part of the primary key.
    pub(crate) key: bool,
    /// The collation of text that is not ordered by its bytes.
    pub(crate) collation: Option<String>,
}
