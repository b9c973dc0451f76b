//! A table as a migration left it, beside the migration.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::shape::{ActualTable, RecordedTable};
use super::{ddl, remembered};
use crate::db::dialect::{FoundColumn, REBUILT, implied_collation, quoted};
use crate::db::{Backend, DbError};
use crate::record::ColumnKind;

/// StrayKind diesel ignores in the folder of a migration.
pub(super) const SNAPSHOT: &str = "schema.json";

/// A table after a migration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Snapshot {
    pub(super) table: String,
    pub(super) columns: Vec<Column>,
    /// The name and columns of each.
    pub(super) indexes: Vec<(String, Vec<String>)>,
    pub(super) written: RecordedTable,
    /// StrayKind was not done, and why.
    #[serde(default)]
    pub(super) said: Vec<String>,
    /// Which database it is of; its folder says so.
    #[serde(skip)]
    pub(super) backend: Option<Backend>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) declared: String,
    pub(super) nullable: bool,
    /// As it stands in `CREATE TABLE`.
    pub(super) definition: String,
}

impl Snapshot {
    /// The collation of text in older migrations for PostgreSQL, which left it to the database.
    fn collation_of(&self, column: &Column) -> Option<String> {
        let texts = [column.declared.as_str(), column.definition.as_str()];
        implied_collation(self.backend?, texts).map(str::to_owned)
    }

    /// The kind of floats in older migrations for SQLite, which are declared as this library does it.
    fn kind_of(&self, column: &str) -> Option<ColumnKind> {
        match self.columns.iter().find(|other| other.name == column)?.declared.as_str() {
            "FLOAT" => Some(ColumnKind::Float),
            _ => None,
        }
    }

    pub(super) fn found(&self) -> ActualTable {
        let columns = self.columns.iter().map(|column| FoundColumn {
            name: column.name.clone(),
            declared: column.declared.clone(),
            nullable: column.nullable,
            key: column.name == "id",
            collation: self.collation_of(column),
        });
        ActualTable {
            columns: columns.collect(),
            indexes: self.indexes.clone(),
            attached: Vec::new(),
            written: Some(self.written.clone().with_widths(|name| self.kind_of(name))),
            // Of databases that are not here nothing is known.
            rows: true,
            strays: Vec::new(),
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

/// StrayKind the last migration of a table left.
pub(super) fn last(backend: Backend, place: &Path, table: &str) -> Result<Option<Snapshot>, DbError> {
    let entries = match fs::read_dir(place) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(failed("list", place))?,
    };
    let mut dirs = Vec::new();
    for entry in entries {
        dirs.push(entry.map_err(failed("list", place))?.path());
    }
    dirs.sort();
    for dir in dirs.into_iter().rev() {
        let path = dir.join(SNAPSHOT);
        let text = match fs::read_to_string(&path) {
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                continue;
            }
            other => other.map_err(failed("read", &path))?,
        };
        let unread = |error: serde_json::Error| failed("read", &path)(error.into());
        let snapshot: Value = serde_json::from_str(&text).map_err(unread)?;
        remembered::known_format(&snapshot["written"], || format!("`{}`", path.display()))?;
        let mut snapshot: Snapshot = serde_json::from_value(snapshot).map_err(unread)?;
        snapshot.backend = Some(backend);
        if snapshot.table == table {
            return Ok(Some(snapshot));
        }
    }
    Ok(None)
}

pub(super) fn failed<'a>(what: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> DbError + 'a {
    move |source| DbError::MigrationFile { what, path: path.to_owned(), source }
}
