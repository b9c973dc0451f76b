//! How a table differs from its record.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ddl;
use super::dialect::{declared, holds};
use super::{Backend, Difference};
use crate::params::FloatScheme;
use crate::record::{ColumnDefault, ColumnKind, ColumnRole, ColumnSpec, Identity, IdentityChange, TableSpec};

/// A table as a record wants it.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub(crate) table: TableSpec,
    pub(crate) defaults: Vec<ColumnDefault>,
    pub(crate) identity: Identity,
}

impl Wanted {
    /// That of a record.
    ///
    /// # Errors
    /// [`RecordError`](crate::RecordError) for a default that cannot be stored.
    pub fn of<T: crate::SimRecord>() -> Result<Self, crate::RecordError> {
        let defaults = T::defaults()?;
        let identity = Identity::of(&T::TABLE, &defaults);
        Ok(Self { table: T::TABLE, defaults, identity })
    }

    /// What rows get in a column that they have no value for.
    pub(super) fn fill(&self, column: &str) -> Option<&serde_json::Value> {
        let default = self.defaults.iter().find(|default| default.column == column)?;
        Some(&default.fill).filter(|fill| !fill.is_null())
    }

    /// What is to be remembered about a table that is as it should be.
    pub(crate) fn written(&self) -> Written {
        let keys = self.table.columns.iter().map(|column| (column.name.to_owned(), column.key.to_owned()));
        Written { format: 1, identity: self.identity.clone(), keys: keys.collect() }
    }
}

/// What a table was written with; kept in `entropic_schemas`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Written {
    /// Of this text.
    format: u32,
    /// How its ids were made.
    pub(crate) identity: Identity,
    /// The name that each column had at first.
    keys: BTreeMap<String, String>,
}

impl Written {
    /// The name that a column had at first.
    pub(super) fn key_of<'a>(&'a self, column: &'a str) -> &'a str {
        self.keys.get(column).map_or(column, String::as_str)
    }
}

/// A table as it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Found {
    pub(crate) columns: Vec<FoundColumn>,
    /// The columns of each index.
    pub(crate) indexes: Vec<Vec<String>>,
    /// Nothing for a table that another program made.
    pub(crate) written: Option<Written>,
    /// Whether there are rows.
    pub(crate) rows: bool,
}

impl Found {
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
}

/// Each difference between a record and what was found, those first that others build on.
pub(super) fn differences(backend: Backend, wanted: &Wanted, found: &Found) -> Vec<Difference> {
    let mut all = renamed(wanted, found);
    let now = |name: &str| -> String {
        let renamed = all.iter().find_map(|difference| match difference {
            Difference::Renamed { from, to, .. } if from == name => Some(to.clone()),
            _ => None,
        });
        renamed.unwrap_or_else(|| name.to_owned())
    };
    let columns: Vec<FoundColumn> = found
        .columns
        .iter()
        .map(|column| FoundColumn { name: now(&column.name), ..column.clone() })
        .collect();
    let indexes: Vec<Vec<String>> =
        found.indexes.iter().map(|index| index.iter().map(|name| now(name)).collect()).collect();

    for column in wanted.table.all_columns() {
        match columns.iter().find(|found| found.name == column.name) {
            None => all.push(missing(backend, wanted, column, &columns, found.rows)),
            Some(found) => compare(backend, wanted, column, found, &columns, &mut all),
        }
    }
    for index in ddl::indexes(&wanted.table) {
        if !indexes.contains(&index) {
            let sql = vec![ddl::create_index(wanted.table.name, &index)];
            all.push(Difference::NoIndex { columns: index, sql });
        }
    }
    for found in columns.iter().filter(|found| wanted.table.column(&found.name).is_none()) {
        all.push(Difference::Unknown { column: found.name.clone(), declared: found.declared.clone() });
    }
    let key: Vec<String> = columns.iter().filter(|found| found.key).map(|found| found.name.clone()).collect();
    if key != ["id"] {
        all.push(Difference::Key { found: key });
    }
    if found.rows {
        for change in wanted.identity.changes(&found.identity(wanted)) {
            if !is_told(&change, &all) {
                all.push(Difference::Identity(change));
            }
        }
    }
    all
}

/// A column that is missing, has no field, or is of another type, is one difference.
fn is_told(change: &IdentityChange, all: &[Difference]) -> bool {
    all.iter().any(|difference| match (change, difference) {
        (IdentityChange::Added { column }, Difference::Missing { column: missing, .. }) => column == missing,
        (IdentityChange::Removed { column }, Difference::Unknown { column: unknown, .. }) => {
            column == unknown
        }
        (IdentityChange::Kind { column }, Difference::Type { column: other, .. }) => column == other,
        _ => false,
    })
}

/// The columns that have another name in the record. A column is known by the name that it had at first.
fn renamed(wanted: &Wanted, found: &Found) -> Vec<Difference> {
    let written = found.written.as_ref();
    let there = |name: &str| found.columns.iter().any(|column| column.name == name);
    let pairs: Vec<(&str, &str)> = wanted
        .table
        .columns
        .iter()
        // Of a table that another program made only the names are known.
        .filter(|column| written.is_some() || !there(column.name))
        .filter_map(|column| {
            let is_it = |name: &str| written.map_or(name, |written| written.key_of(name)) == column.key;
            let of_key = found.columns.iter().find(|found| is_it(&found.name))?;
            (of_key.name != column.name).then_some((of_key.name.as_str(), column.name))
        })
        .collect();
    let statements = rename_statements(wanted.table.name, &pairs);
    pairs
        .iter()
        .zip(statements)
        .map(|((from, to), sql)| Difference::Renamed { from: (*from).to_owned(), to: (*to).to_owned(), sql })
        .collect()
}

/// The statements of each renaming. A name that another column takes over is freed first, by way of a third one.
pub(super) fn rename_statements(table: &str, pairs: &[(&str, &str)]) -> Vec<Vec<String>> {
    let between = |n: usize| format!("entropic_renaming_{n}");
    let is_taken_over = |name: &str| pairs.iter().any(|(_, to)| *to == name);
    let mut statements: Vec<Vec<String>> = vec![Vec::new(); pairs.len()];
    for (n, (from, _)) in pairs.iter().enumerate().filter(|(_, (from, _))| is_taken_over(from)) {
        statements[0].push(ddl::rename_column(table, from, &between(n)));
    }
    for (n, (from, to)) in pairs.iter().enumerate() {
        let from = if is_taken_over(from) { between(n) } else { (*from).to_owned() };
        statements[n].push(ddl::rename_column(table, &from, to));
    }
    statements
}

fn missing(
    backend: Backend,
    wanted: &Wanted,
    column: &ColumnSpec,
    columns: &[FoundColumn],
    rows: bool,
) -> Difference {
    let fillable = !rows || column.nullable || wanted.fill(column.name).is_some();
    let unfilled = !column.nullable && wanted.fill(column.name).is_none();
    let sql = if !fillable {
        Vec::new()
    } else if unfilled && backend == Backend::Sqlite {
        // SQLite adds no column that must not be NULL and has no default, not even to an empty table.
        ddl::rebuild(backend, wanted, columns)
    } else {
        vec![ddl::add_column(backend, wanted, column)]
    };
    Difference::Missing {
        column: column.name.to_owned(),
        declared: declared(backend, column).to_owned(),
        fillable,
        sql,
    }
}

fn compare(
    backend: Backend,
    wanted: &Wanted,
    column: &ColumnSpec,
    found: &FoundColumn,
    columns: &[FoundColumn],
    all: &mut Vec<Difference>,
) {
    if !holds(backend, &found.declared, column.kind) {
        all.push(Difference::Type {
            column: column.name.to_owned(),
            found: found.declared.clone(),
            wanted: declared(backend, column),
            cure: other_field(column.kind, &found.declared),
            sql: ddl::alter_type(backend, wanted, column, columns),
        });
    }
    // A key is never NULL; `id` of a table made elsewhere need not say so.
    if column.nullable != found.nullable && column.role != ColumnRole::Reserved {
        all.push(Difference::Nullability {
            column: column.name.to_owned(),
            nullable: found.nullable,
            sql: ddl::alter_null(backend, wanted, column, columns),
        });
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

    fn wanted() -> Wanted {
        Wanted { table: TABLE, defaults: Vec::new(), identity: Identity::of(&TABLE, &[]) }
    }

    fn of(columns: Vec<FoundColumn>) -> Found {
        Found { columns, rows: true, ..Found::default() }
    }

    fn found(name: &str, declared: &str, nullable: bool) -> FoundColumn {
        FoundColumn { name: name.to_owned(), declared: declared.to_owned(), nullable, key: name == "id" }
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
        assert_eq!(differences(Backend::Sqlite, &wanted(), &of(columns)), []);
    }

    #[test]
    fn each_difference_is_listed_with_its_cure() {
        let mut columns = vec![found("n", "VARCHAR", true), found("y", "INTEGER", true)];
        columns.extend(reserved());
        columns[2].key = false;
        let all = differences(Backend::Sqlite, &wanted(), &of(columns));
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
        let all = differences(Backend::Postgres, &wanted(), &of(vec![found("n", "integer", false)]));
        assert!(all[0].to_string().contains("make the field an `i32`, or alter the column"), "{all:?}");
    }
}
