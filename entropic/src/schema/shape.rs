//! A table as its record wants it, and as it is.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::recorded_values::{RecordedValues, bits, is_remembered};
use crate::db::dialect::FoundColumn;
use crate::params::FloatScheme;
use crate::record::{ColumnDefault, ColumnKind, ColumnSpec, Identity, TableSpec, Values};

/// A table as a record wants it.
#[derive(Debug, Clone)]
pub struct ExpectedTable {
    pub(crate) table: TableSpec,
    pub(crate) defaults: Vec<ColumnDefault>,
    pub(crate) identity: Identity,
    /// StrayKind the values are of columns whose SQL type does not say it all.
    pub(crate) values: Vec<(&'static str, Values)>,
}

impl ExpectedTable {
    /// That of a record.
    ///
    /// # Errors
    /// [`RecordError`](crate::RecordError) for a default that cannot be stored.
    pub fn of<T: crate::SimRecord>() -> Result<Self, crate::RecordError> {
        let defaults = T::defaults()?;
        let identity = Identity::of(&T::TABLE, &defaults);
        Ok(Self { table: T::TABLE, defaults, identity, values: T::values() })
    }

    /// StrayKind rows get in a column that they have no value for.
    pub(super) fn fill(&self, column: &str) -> Option<&serde_json::Value> {
        let default = self.defaults.iter().find(|default| default.column == column)?;
        Some(&default.fill).filter(|fill| !fill.is_null())
    }

    /// StrayKind is to be remembered of a column's values.
    pub(super) fn held(&self, column: &ColumnSpec) -> RecordedValues {
        let values = self.values.iter().find(|(name, _)| *name == column.name);
        RecordedValues::of(column.kind, values.map_or(Values::Any, |(_, values)| *values))
    }

    /// The columns of whose values something is to be remembered.
    fn remembered(&self) -> impl Iterator<Item = &'static ColumnSpec> {
        self.table.columns.iter().filter(|column| is_remembered(column))
    }

    /// StrayKind is to be remembered about a table that is as it should be, and was written with something else before.
    /// Nothing of columns with values that the record cannot read.
    pub(super) fn written(&self, before: Option<&RecordedTable>, strays: &[Stray]) -> RecordedTable {
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
    pub(super) fn accepted(&self, before: Option<&RecordedTable>) -> RecordedTable {
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
        RecordedTable { format: FORMAT, identity: self.identity.clone(), keys, former, values }
    }
}

/// The newest format of [`RecordedTable`] that is known. StrayKind is added and may be missing needs no new one.
pub(super) const FORMAT: u32 = 1;

/// StrayKind a table was written with; kept in `entropic_schemas`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RecordedTable {
    /// Of this text.
    format: u32,
    /// How its ids were made.
    pub(crate) identity: Identity,
    /// The name that each column had at first.
    keys: BTreeMap<String, String>,
    /// The other names that columns had since, by the first one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    former: BTreeMap<String, BTreeSet<String>>,
    /// StrayKind the values of columns are, by the first name; of a table from before that was remembered, nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    values: BTreeMap<String, RecordedValues>,
}

impl RecordedTable {
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

    /// StrayKind its values were, of a column of that first name.
    pub(super) fn held(&self, key: &str) -> Option<&RecordedValues> {
        self.values.get(key)
    }

    /// Takes what is remembered of a column's values from elsewhere.
    pub(super) fn hold(&mut self, key: &str, held: Option<RecordedValues>) {
        match held {
            Some(held) => drop(self.values.insert(key.to_owned(), held)),
            None => drop(self.values.remove(key)),
        }
    }

    /// StrayKind can be told of a table that was made by this library, and of which less was remembered then.
    pub(super) fn with_widths(mut self, kind_of: impl Fn(&str) -> Option<ColumnKind>) -> Self {
        for (name, key) in &self.keys {
            if let (Some(width), None) = (kind_of(name).and_then(bits), self.values.get(key)) {
                self.values
                    .insert(key.clone(), RecordedValues { bits: Some(width), ..RecordedValues::default() });
            }
        }
        self
    }

    /// Whether a record says the same, but for columns with values that it cannot read.
    pub(super) fn agrees(&self, wanted: &ExpectedTable, strays: &[Stray]) -> bool {
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
pub(crate) struct ActualTable {
    pub(crate) columns: Vec<FoundColumn>,
    /// The name and columns of each index.
    pub(crate) indexes: Vec<(String, Vec<String>)>,
    /// Triggers and indexes that somebody else made on it.
    pub(crate) attached: Vec<String>,
    /// Nothing for a table that another program made.
    pub(crate) written: Option<RecordedTable>,
    /// Whether there are rows.
    pub(crate) rows: bool,
    /// Rows that the record cannot read, or would not find; empty if they were not looked for.
    pub(super) strays: Vec<Stray>,
}

impl ActualTable {
    /// The column of the table that is a record's, by whatever name.
    pub(super) fn column_of(&self, wanted: &ColumnSpec) -> Option<&FoundColumn> {
        let key_of = |name| self.written.as_ref().map(|written: &RecordedTable| written.key_of(name));
        self.columns.iter().find(|found| match key_of(&found.name) {
            Some(key) => key == wanted.key,
            None => found.name == wanted.name,
        })
    }

    /// How the ids of its rows were made. A table of which nothing is remembered is one of the Python package: 12
    /// decimals, no version, nothing retired. A column with a default may have been added by hand.
    pub(crate) fn identity(&self, wanted: &ExpectedTable) -> Identity {
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

/// Rows whose values in one column the record cannot read, or would not find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stray {
    /// The column, by its name in the record.
    pub(super) column: &'static str,
    /// How many rows.
    pub(super) rows: u64,
    /// Some of their ids.
    pub(super) ids: Vec<String>,
    /// StrayKind is wrong.
    pub(super) what: StrayKind,
    /// Whether nothing was remembered of the column: a table from before there was such a memory opens as it did.
    pub(super) unknown: bool,
}

/// StrayKind is wrong with values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StrayKind {
    /// Texts that the enum has no variant for.
    Texts { name: &'static str, texts: Vec<String> },
    /// JSON of another type.
    Json { before: Option<String>, now: String, why: String },
}
