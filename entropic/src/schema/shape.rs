//! A table as its record expects it, as it was recorded, and as it is in the database.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::recorded_values::{RecordedValues, bits, is_remembered};
use crate::db::dialect::FoundColumn;
use crate::params::FloatScheme;
use crate::record::{ColumnDefault, ColumnKind, ColumnSpec, Identity, TableSpec, Values};

/// A table as its record expects it.
#[derive(Debug, Clone)]
pub struct ExpectedTable {
    pub(crate) table: TableSpec,
    pub(crate) defaults: Vec<ColumnDefault>,
    pub(crate) identity: Identity,
    /// The values of columns that are restricted beyond their SQL type.
    pub(crate) values: Vec<(&'static str, Values)>,
}

impl ExpectedTable {
    /// Describes the table of a record.
    ///
    /// # Errors
    /// [`RecordError`](crate::RecordError) (`is_invalid_input`) for a default that cannot be stored.
    pub fn of<T: crate::SimRecord>() -> Result<Self, crate::RecordError> {
        let defaults = T::defaults()?;
        let identity = Identity::of(&T::TABLE, &defaults);
        Ok(Self { table: T::TABLE, defaults, identity, values: T::values() })
    }

    /// Returns the value for rows that have none in a column, if it has a default other than NULL.
    pub(super) fn fill(&self, column: &str) -> Option<&serde_json::Value> {
        let default = self.defaults.iter().find(|default| default.column == column)?;
        Some(&default.fill).filter(|fill| !fill.is_null())
    }

    /// Returns what is to be recorded about the values of a column.
    pub(super) fn values_of(&self, column: &ColumnSpec) -> RecordedValues {
        let values = self.values.iter().find(|(name, _)| *name == column.name);
        RecordedValues::of(column.kind, values.map_or(Values::Any, |(_, values)| *values))
    }

    /// Iterates over the columns whose values are recorded.
    fn with_recorded_values(&self) -> impl Iterator<Item = &'static ColumnSpec> {
        self.table.columns.iter().filter(|column| is_remembered(column))
    }

    /// Returns what to record next about a table that has no differences left. `before` is the previous record. Omits the
    /// values of columns that have strays.
    pub(super) fn to_record(&self, before: Option<&RecordedTable>, strays: &[Stray]) -> RecordedTable {
        let mut recorded = self.accepted(before);
        for column in self.with_recorded_values() {
            let previous = before.and_then(|before| before.values_of(column.key));
            if strays.iter().any(|stray| stray.column == column.name) {
                recorded.values.remove(column.key);
            } else {
                recorded.values.insert(column.key.to_owned(), self.values_of(column).merged_with(previous));
            }
        }
        recorded
    }

    /// Returns what to record next if the caller accepts that rows may have values that the record cannot read.
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
        values.extend(
            self.with_recorded_values().map(|column| (column.key.to_owned(), self.values_of(column))),
        );
        RecordedTable { format: FORMAT, identity: self.identity.clone(), keys, former, values }
    }
}

/// The newest format of [`RecordedTable`] that this version knows. An added optional field does not need a new format.
pub(super) const FORMAT: u32 = 1;

/// How a table was written; stored in `entropic_schemas` as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RecordedTable {
    /// The format of this text.
    format: u32,
    /// How the ids of the rows were made.
    pub(crate) identity: Identity,
    /// The first name of each column, by its present name.
    keys: BTreeMap<String, String>,
    /// The later names that each column had before its present one, by first name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    former: BTreeMap<String, BTreeSet<String>>,
    /// The values of columns, by first name. Empty for a table that an earlier version recorded.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    values: BTreeMap<String, RecordedValues>,
}

impl RecordedTable {
    /// Returns the first name of a column.
    pub(super) fn key_of<'a>(&'a self, column: &'a str) -> &'a str {
        self.keys.get(column).map_or(column, String::as_str)
    }

    /// Removes the columns for which `exists` returns false.
    pub(super) fn keep_columns(&mut self, exists: impl Fn(&str) -> bool) {
        self.keys.retain(|name, _| exists(name));
    }

    /// Returns whether a column with this first name existed, in the identity or not.
    pub(super) fn knows(&self, key: &str) -> bool {
        self.keys.values().any(|known| known == key)
    }

    /// Returns whether `name` is the first name or a former name of a column.
    pub(super) fn was_called(&self, key: &str, name: &str) -> bool {
        key == name || self.former.get(key).is_some_and(|names| names.contains(name))
    }

    /// Returns the recorded values of the column with this first name.
    pub(super) fn values_of(&self, key: &str) -> Option<&RecordedValues> {
        self.values.get(key)
    }

    /// Replaces the recorded values of a column.
    pub(super) fn set_values(&mut self, key: &str, values: Option<RecordedValues>) {
        match values {
            Some(values) => drop(self.values.insert(key.to_owned(), values)),
            None => drop(self.values.remove(key)),
        }
    }

    /// Adds the width of floats to the record of an earlier version of this library, which did not record it.
    pub(super) fn with_widths(mut self, kind_of: impl Fn(&str) -> Option<ColumnKind>) -> Self {
        for (name, key) in &self.keys {
            if let (Some(width), None) = (kind_of(name).and_then(bits), self.values.get(key)) {
                self.values
                    .insert(key.clone(), RecordedValues { bits: Some(width), ..RecordedValues::default() });
            }
        }
        self
    }

    /// Returns whether recording `expected` would change nothing, apart from columns that have strays.
    pub(super) fn agrees(&self, expected: &ExpectedTable, strays: &[Stray]) -> bool {
        let has_values = |column: &ColumnSpec| {
            strays.iter().any(|stray| stray.column == column.name)
                || self
                    .values_of(column.key)
                    .is_some_and(|recorded| recorded.covers(&expected.values_of(column)))
        };
        let has_key = |column: &ColumnSpec| self.keys.get(column.name).is_some_and(|key| key == column.key);
        self.identity == expected.identity
            && expected.table.columns.iter().all(has_key)
            && expected.with_recorded_values().all(has_values)
    }
}

/// A table as it is in the database.
#[derive(Debug, Clone, Default)]
pub(crate) struct ActualTable {
    pub(crate) columns: Vec<FoundColumn>,
    /// The name and columns of each index.
    pub(crate) indexes: Vec<(String, Vec<String>)>,
    /// Triggers on the table and indexes that this library did not create.
    pub(crate) attached: Vec<String>,
    /// How the table was written; `None` for a table that another program made.
    pub(crate) recorded: Option<RecordedTable>,
    /// Whether the table has rows.
    pub(crate) rows: bool,
    /// Rows that the record cannot read or would not find; empty if the table was not searched.
    pub(super) strays: Vec<Stray>,
}

impl ActualTable {
    /// Finds the column of a field, even if it still has an earlier name.
    pub(super) fn column_of(&self, expected: &ColumnSpec) -> Option<&FoundColumn> {
        let key_of = |name| self.recorded.as_ref().map(|recorded: &RecordedTable| recorded.key_of(name));
        self.columns.iter().find(|found| match key_of(&found.name) {
            Some(key) => key == expected.key,
            None => found.name == expected.name,
        })
    }

    /// Returns how the ids of the rows were made. A table without a record was made by the Python package: 12 decimals,
    /// no version, nothing retired. A column with a default may have been added by hand.
    pub(crate) fn identity(&self, expected: &ExpectedTable) -> Identity {
        if let Some(recorded) = &self.recorded {
            return recorded.identity.clone();
        }
        let exists = |name: &str| self.columns.iter().any(|column| column.name == name);
        let mut identity = Identity { version: 1, ..expected.identity.clone() };
        identity.fields.retain(|field| exists(&field.column) || exists(&field.key));
        for field in &mut identity.fields {
            if exists(&field.column) {
                field.key.clone_from(&field.column);
            }
            (field.float, field.retired) = (FloatScheme::Decimal12, None);
        }
        identity
    }
}

/// Rows whose values in one column the record cannot read or would not find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stray {
    /// The name of the column in the record.
    pub(super) column: &'static str,
    /// The number of rows.
    pub(super) rows: u64,
    /// Some of the rows' ids.
    pub(super) ids: Vec<String>,
    /// What is wrong.
    pub(super) what: StrayKind,
    /// Whether no values were recorded for the column. Then the rows are no reason to refuse the table, because an earlier
    /// version opened it, too.
    pub(super) unknown: bool,
}

/// What is wrong with the values of strays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StrayKind {
    /// Texts for which the enum has no variant.
    Texts { name: &'static str, texts: Vec<String> },
    /// JSON of another type.
    Json { before: Option<String>, now: String, why: String },
}
