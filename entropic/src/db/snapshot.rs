//! A table as a migration leaves it: what lies beside the migration, for the next one.

use serde::{Deserialize, Serialize};

use super::ddl::{self, quoted};
use super::dialect::declared;
use super::shape::{Found, FoundColumn, Wanted, Written};
use super::{Backend, Difference};
use crate::record::Identity;

/// A table after a migration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Snapshot {
    pub(super) table: String,
    pub(super) columns: Vec<Column>,
    /// The name and columns of each.
    pub(super) indexes: Vec<(String, Vec<String>)>,
    pub(super) written: Written,
    /// What was not done, and why.
    #[serde(default)]
    pub(super) said: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) declared: String,
    pub(super) nullable: bool,
    /// As it stands in `CREATE TABLE`.
    pub(super) definition: String,
}

/// What is to be known of a table that is made anew.
pub(super) const REBUILT: [&str; 2] = [
    "-- The table is made anew. Triggers, views and indexes of your own on it must be made again, and\n\
     -- `foreign_keys` must be off while tables refer to it with ON DELETE.",
    "PRAGMA defer_foreign_keys = ON",
];

impl Snapshot {
    pub(super) fn found(&self) -> Found {
        let columns = self.columns.iter().map(|column| FoundColumn {
            name: column.name.clone(),
            declared: column.declared.clone(),
            nullable: column.nullable,
            key: column.name == "id",
        });
        Found {
            columns: columns.collect(),
            indexes: self.indexes.clone(),
            attached: Vec::new(),
            written: Some(self.written.clone()),
            // Of databases that are not here nothing is known.
            rows: true,
        }
    }

    /// The statements that make the table again as it was, with the rows of what it became. Columns that it had not
    /// are lost, which is what going back means.
    pub(super) fn rebuild(&self, later: &Self) -> Vec<String> {
        let definitions = self.columns.iter().map(|column| column.definition.clone()).collect();
        let pairs: Vec<(String, String)> = self
            .columns
            .iter()
            .filter_map(|column| {
                let key = self.written.key_of(&column.name);
                let there = later.columns.iter().find(|other| later.written.key_of(&other.name) == key)?;
                Some((quoted(&column.name), quoted(&there.name)))
            })
            .collect();
        let (to, from): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        let mut statements: Vec<String> = REBUILT.map(str::to_owned).into();
        statements.extend(ddl::made_anew(&self.table, definitions, &to.join(", "), &from.join(", ")));
        let index = |(name, columns): &(String, Vec<String>)| ddl::create_index(&self.table, name, columns);
        statements.extend(self.indexes.iter().map(index));
        statements
    }
}

/// The table as it is after the migration: as wanted, with what has no field, and without what nothing can fill.
pub(super) fn after(
    backend: Backend,
    wanted: &Wanted,
    before: Option<&Snapshot>,
    all: &[Difference],
) -> Snapshot {
    let unfillable = |name: &str| {
        all.iter().any(
            |difference| matches!(difference, Difference::Missing { column, fillable: false, .. } if column == name),
        )
    };
    let is_unknown = |name: &str| {
        all.iter()
            .any(|difference| matches!(difference, Difference::Unknown { column, .. } if column == name))
    };
    let mut columns: Vec<Column> = wanted
        .table
        .all_columns()
        .filter(|column| !unfillable(column.name))
        .map(|column| Column {
            name: column.name.to_owned(),
            declared: declared(backend, column).to_owned(),
            nullable: column.nullable,
            definition: ddl::definition(backend, wanted, column),
        })
        .collect();
    let mut indexes = before.map(|before| before.indexes.clone()).unwrap_or_default();
    for difference in all {
        if let Difference::Renamed { from, to, .. } = difference {
            for name in indexes.iter_mut().flat_map(|(_, columns)| columns).filter(|name| *name == from) {
                name.clone_from(to);
            }
        }
    }
    for index in ddl::indexes(&wanted.table) {
        if indexes.iter().all(|(_, columns)| *columns != index) {
            let taken: Vec<String> = indexes.iter().map(|(name, _)| name.clone()).collect();
            indexes.push((ddl::free_index_name(wanted.table.name, &index, &taken), index));
        }
    }
    let mut written = wanted.written(before.map(|before| &before.written));
    written.keep_columns(|name| columns.iter().any(|column| column.name == name) || is_unknown(name));
    if let Some(before) = before {
        columns.extend(before.columns.iter().filter(|column| is_unknown(&column.name)).cloned());
        if all.iter().any(|difference| comment(wanted.table.name, difference).is_some()) {
            written.identity = identity_meanwhile(wanted, &before.written.identity, all);
        }
    }
    Snapshot { table: wanted.table.name.to_owned(), columns, indexes, written, said: Vec::new() }
}

/// How ids are made after a migration that does not do everything: rows keep theirs until they are given others.
fn identity_meanwhile(wanted: &Wanted, before: &Identity, all: &[Difference]) -> Identity {
    let is_added = |name: &str| {
        all.iter().any(
            |difference| matches!(difference, Difference::Missing { column, fillable: true, .. } if column == name),
        )
    };
    let mut identity = before.clone();
    identity.fields.extend(wanted.identity.fields.iter().filter(|field| is_added(&field.column)).cloned());
    identity.fields.sort_by(|a, b| a.key.cmp(&b.key));
    identity
}

/// What is not done, and why.
pub(super) fn comment(table: &str, difference: &Difference) -> Option<String> {
    let statement = match difference {
        Difference::Unknown { column, .. } => Some(ddl::drop_column(table, column)),
        Difference::Missing { fillable: false, .. } | Difference::Key { .. } | Difference::Identity(_) => {
            None
        }
        Difference::Type { sql, .. } if sql.is_empty() => None,
        _ => return None,
    };
    let mut text: Vec<String> =
        format!("Not done: {difference}").lines().map(|line| format!("-- {line}")).collect();
    text.extend(statement.map(|statement| format!("-- To lose what is in it: {statement};")));
    if matches!(difference, Difference::Identity(_)) {
        text.push("-- The rows get their new ids from `Store::rehash`.".to_owned());
    }
    Some(text.join("\n"))
}
