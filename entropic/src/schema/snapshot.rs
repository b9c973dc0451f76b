//! The description of a table after a migration, stored next to the migration.

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

/// The file name of a snapshot. Diesel ignores it in the directory of a migration.
pub(super) const SNAPSHOT: &str = "schema.json";

/// A table after a migration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Snapshot {
    pub(super) table: String,
    pub(super) columns: Vec<Column>,
    /// The name and columns of each index.
    pub(super) indexes: Vec<(String, Vec<String>)>,
    pub(super) written: RecordedTable,
    /// The comments that say what the migration does not do, and why.
    #[serde(default)]
    pub(super) said: Vec<String>,
    /// The kind of database, known from the directory of the migration.
    #[serde(skip)]
    pub(super) backend: Option<Backend>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) declared: String,
    pub(super) nullable: bool,
    /// The definition in `CREATE TABLE`.
    pub(super) definition: String,
}

impl Snapshot {
    /// Returns the collation of a text column. Older migrations for PostgreSQL left it to the database.
    fn collation_of(&self, column: &Column) -> Option<String> {
        let texts = [column.declared.as_str(), column.definition.as_str()];
        implied_collation(self.backend?, texts).map(str::to_owned)
    }

    /// Returns the kind of a float column in older migrations for SQLite, which declare an `f32` as FLOAT.
    fn kind_of(&self, column: &str) -> Option<ColumnKind> {
        match self.columns.iter().find(|other| other.name == column)?.declared.as_str() {
            "FLOAT" => Some(ColumnKind::Float),
            _ => None,
        }
    }

    /// Returns the table after the migration.
    pub(super) fn to_actual(&self) -> ActualTable {
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
            recorded: Some(self.written.clone().with_widths(|name| self.kind_of(name))),
            // The databases are not available here, so assume that they have rows.
            rows: true,
            strays: Vec::new(),
        }
    }

    /// Returns the statements that revert the table from `later` to this snapshot and keep its rows. Columns that `later`
    /// added are lost, because reverting removes them.
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
        statements.extend(ddl::rebuild_table(&self.table, definitions, &to.join(", "), &from.join(", ")));
        let index = |(name, columns): &(String, Vec<String>)| ddl::create_index(&self.table, name, columns);
        statements.extend(self.indexes.iter().map(index));
        statements
    }
}

/// Reads the snapshot of the last migration of a table.
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
