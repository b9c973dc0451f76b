//! How a table differs from its record.

use std::fmt;

use super::Backend;
use super::dialect::{declared, holds};
use crate::record::{ColumnKind, ColumnRole, ColumnSpec, TableSpec};

/// A column as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FoundColumn {
    /// Its name.
    pub name: String,
    /// Its declared type.
    pub declared: String,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// Whether it is part of the primary key.
    pub key: bool,
    /// Whether it fills itself when nothing is given.
    pub has_default: bool,
}

/// One difference between a table and its record, with the cure.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// The record has a field that the table has no column for.
    Missing {
        /// The column.
        column: &'static str,
        /// What it would be declared as.
        declared: String,
    },
    /// The table has a column that the record has no field for.
    Unknown {
        /// The column.
        column: String,
        /// What it is declared as.
        declared: String,
    },
    /// The column cannot hold the field.
    Type {
        /// The column.
        column: &'static str,
        /// What it is declared as.
        found: String,
        /// What the record wants.
        wanted: &'static str,
        /// What else the field could be.
        cure: &'static str,
    },
    /// The column may be NULL and the field not, or the other way round.
    Nullability {
        /// The column.
        column: &'static str,
        /// Whether the column may be NULL.
        nullable: bool,
    },
    /// `id` is not the primary key.
    Key {
        /// What is, if anything.
        found: Vec<String>,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { column, declared } => {
                write!(f, "column `{column}` ({declared}) is missing: add it, or remove the field")
            }
            Self::Unknown { column, declared } => {
                write!(f, "column `{column}` ({declared}) has no field: add the field, or drop the column")
            }
            Self::Type { column, found, wanted, cure } => {
                write!(
                    f,
                    "column `{column}` is {found} where the record wants {wanted}: {cure}alter the column"
                )
            }
            Self::Nullability { column, nullable: true } => {
                write!(
                    f,
                    "column `{column}` may be NULL: make the field an `Option`, or set the column NOT NULL"
                )
            }
            Self::Nullability { column, nullable: false } => write!(
                f,
                "column `{column}` is NOT NULL and its field optional: drop NOT NULL, or make the field plain"
            ),
            Self::Key { found } if found.is_empty() => {
                write!(f, "`id` must be the primary key, and there is none")
            }
            Self::Key { found } => write!(f, "`id` must be the primary key, and {} is", found.join(", ")),
        }
    }
}

/// Each difference between a record and what was found.
pub(super) fn differences(backend: Backend, table: &TableSpec, found: &[FoundColumn]) -> Vec<Difference> {
    let mut all = Vec::new();
    for column in table.all_columns() {
        match found.iter().find(|found| found.name == column.name) {
            None => {
                let declared = declared(backend, column).to_owned();
                all.push(Difference::Missing { column: column.name, declared });
            }
            Some(found) => compare(backend, column, found, &mut all),
        }
    }
    for found in found.iter().filter(|found| table.column(&found.name).is_none()) {
        all.push(Difference::Unknown { column: found.name.clone(), declared: found.declared.clone() });
    }
    let key: Vec<String> = found.iter().filter(|found| found.key).map(|found| found.name.clone()).collect();
    if key != ["id"] {
        all.push(Difference::Key { found: key });
    }
    all
}

fn compare(backend: Backend, column: &ColumnSpec, found: &FoundColumn, all: &mut Vec<Difference>) {
    if !holds(backend, &found.declared, column.kind) {
        all.push(Difference::Type {
            column: column.name,
            found: found.declared.clone(),
            wanted: declared(backend, column),
            cure: other_field(column.kind, &found.declared),
        });
    }
    // A key is never NULL; `id` of a table made elsewhere need not say so.
    if column.nullable != found.nullable && column.role != ColumnRole::Reserved {
        all.push(Difference::Nullability { column: column.name, nullable: found.nullable });
    }
}

/// What the field could be instead, for the pairs that Python's types lead to.
fn other_field(kind: ColumnKind, found: &str) -> &'static str {
    match (kind, found.to_lowercase().as_str()) {
        (_, "smallint") => "make the field an `i16`, or ",
        (_, "integer") => "make the field an `i32`, or ",
        (_, "bigint") => "make the field an `i64`, or ",
        (_, "real") => "make the field an `f32`, or ",
        (_, "double precision" | "double" | "float") => "make the field an `f64`, or ",
        (_, "boolean") => "make the field a `bool`, or ",
        (_, "text" | "varchar" | "character varying") => "make the field a `String`, or ",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::FloatScheme;

    const COLUMNS: &[ColumnSpec] = &[
        ColumnSpec::new("n", ColumnKind::BigInt, false, ColumnRole::Identity, false, FloatScheme::Decimal12),
        ColumnSpec::new("x", ColumnKind::Double, true, ColumnRole::Identity, false, FloatScheme::Decimal12),
    ];
    const TABLE: TableSpec = TableSpec::new("runs", COLUMNS, 1);

    fn found(name: &str, declared: &str, nullable: bool) -> FoundColumn {
        FoundColumn {
            name: name.to_owned(),
            declared: declared.to_owned(),
            nullable,
            key: name == "id",
            has_default: false,
        }
    }

    fn reserved() -> Vec<FoundColumn> {
        vec![
            found("id", "VARCHAR", false),
            found("result_file", "VARCHAR", false),
            found("created_at", "DATETIME", false),
            found("custom_data", "JSON", false),
        ]
    }

    #[test]
    fn what_sqlalchemy_declares_is_no_difference() {
        let mut columns = vec![found("n", "INTEGER", false), found("x", "FLOAT", true)];
        columns.extend(reserved());
        assert_eq!(differences(Backend::Sqlite, &TABLE, &columns), []);
    }

    #[test]
    fn each_difference_is_listed_with_its_cure() {
        let mut columns = vec![found("n", "VARCHAR", true), found("y", "INTEGER", true)];
        columns.extend(reserved());
        columns[2].key = false;
        let all = differences(Backend::Sqlite, &TABLE, &columns);
        let shown: Vec<String> = all.iter().map(ToString::to_string).collect();
        assert_eq!(shown.len(), 5, "{shown:?}");
        assert!(
            shown[0].contains("`n` is VARCHAR where the record wants INTEGER: make the field a `String`")
        );
        assert!(shown[1].contains("`n` may be NULL"));
        assert!(shown[2].contains("`x` (DOUBLE) is missing"));
        assert!(shown[3].contains("`y` (INTEGER) has no field"));
        assert!(shown[4].contains("there is none"));
    }

    #[test]
    fn an_int4_of_postgres_is_no_i64() {
        let all = differences(Backend::Postgres, &TABLE, &[found("n", "integer", false)]);
        assert!(all[0].to_string().contains("make the field an `i32`, or alter the column"), "{all:?}");
    }
}
