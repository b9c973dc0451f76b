//! Writes migrations as files, for users who change their databases with Diesel's command line.
//!
//! Next to `up.sql` and `down.sql`, each migration has a `schema.json` that describes the table after the migration. The
//! next migration is the difference between that description and the struct, so writing it needs no database.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{NaiveDateTime, TimeDelta};

use super::drift::{differences, rename_statements};
use super::shape::ExpectedTable;
use super::snapshot::{Column, SNAPSHOT, Snapshot, failed, last};
use super::table::{is_rebuilding, statements};
use super::{Difference, ddl, remembered};
use crate::db::dialect::{REBUILT, alter_collation, alter_null, alter_type, declared, quoted, text};
use crate::db::{Backend, DbError};
use crate::record::{ColumnKind, ColumnSpec, Identity, SimRecord, Timestamp};

/// Writes the migration that creates the table of a record, or that changes the table from its state after the last
/// migration.
///
/// Writes one directory `YYYY-MM-DD-HHMMSS_<what>` below `<dir>/sqlite` and one below `<dir>/postgres`, each with the
/// `up.sql` and `down.sql` of Diesel's command line. Returns the directories that it wrote, or none if the table has not
/// changed.
///
/// Diesel's command line refuses a directory that contains anything other than migrations. Therefore pass it the
/// directory of your database:
///
/// ```sh
/// diesel migration run --migration-dir migrations/sqlite --database-url runs.db
/// ```
///
/// Alternatively, set `dir = "migrations/sqlite"` below `[migrations_directory]` in `diesel.toml`. To keep your own
/// migrations in the same directory, which then serves one database, use [`write_migration_for`].
///
/// If migrations create the table, run them before you open a store. `open()` creates a missing table, and then the
/// migration fails with `table "decays" already exists`. In this case, either drop the table while it is empty, or record
/// the migration as applied: `INSERT INTO __diesel_schema_migrations (version) VALUES ('20261120235028')`, with the time
/// in the name of its directory.
///
/// `diesel migration run` calls `diesel print-schema` if `diesel.toml` names a file for it. On SQLite, `print-schema` does
/// not know the type `json` and fails with ``Unsupported type: `json` ``, after the migrations have been applied. The
/// derive already generates the table's module, so exclude the table and entropic's own tables:
///
/// ```toml
/// [print_schema]
/// file = "src/schema.rs"
/// filter = { except_tables = ["decays", "entropic_stores", "entropic_schemas", "entropic_failures", "entropic_directories", "entropic_migrations"] }
/// ```
///
/// A statement that would destroy data is written as a comment, with the reason. After the migration, open the store as
/// usual. [`Schema::Evolve`](crate::Schema::Evolve) makes the same changes without files.
///
/// # Errors
/// [`DbError::MigrationFile`] if a file cannot be read or written; [`RecordError`](crate::RecordError)
/// (`is_invalid_input`) if a default cannot be stored.
///
/// ```
/// # mod sim {
/// #     use entropic::prelude::*;
/// #     #[derive(SimRecord)]
/// #     #[sim(table = "decays")]
/// #     pub struct Decay { pub rate: f64 }
/// # }
/// # let dir = tempfile::tempdir()?;
/// # let dir = dir.path();
/// let written = entropic::write_migration::<sim::Decay>(dir.join("migrations"))?;
/// assert!(written[0].join("up.sql").exists() && written[0].join("down.sql").exists());
/// assert!(entropic::write_migration::<sim::Decay>(dir.join("migrations"))?.is_empty(), "nothing has changed");
///
/// std::fs::write(dir.join("file"), "")?;
/// assert!(entropic::write_migration::<sim::Decay>(dir.join("file")).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_migration<T: SimRecord>(dir: impl AsRef<Path>) -> Result<Vec<PathBuf>, crate::Error> {
    write::<T>(&Backend::ALL.map(|backend| (backend, dir.as_ref().join(backend.name()))))
}

/// Writes a migration for one kind of database directly into `dir`, next to your own migrations.
///
/// `diesel migration run` finds it there without further options. Otherwise this function works like
/// [`write_migration`]. Returns the directory that it wrote, or `None` if the table has not changed.
///
/// # Errors
/// Those of `write_migration`.
///
/// ```
/// # mod sim {
/// #     use entropic::prelude::*;
/// #     #[derive(SimRecord)]
/// #     #[sim(table = "decays")]
/// #     pub struct Decay { pub rate: f64 }
/// # }
/// # let dir = tempfile::tempdir()?;
/// # let dir = dir.path();
/// use entropic::{Backend, write_migration_for};
///
/// let written = write_migration_for::<sim::Decay>(Backend::Sqlite, dir.join("migrations"))?;
/// assert!(written.is_some_and(|written| written.parent() == Some(&dir.join("migrations"))));
///
/// std::fs::write(dir.join("file"), "")?;
/// assert!(write_migration_for::<sim::Decay>(Backend::Sqlite, dir.join("file")).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_migration_for<T: SimRecord>(
    backend: Backend,
    dir: impl AsRef<Path>,
) -> Result<Option<PathBuf>, crate::Error> {
    Ok(write::<T>(&[(backend, dir.as_ref().to_owned())])?.pop())
}

fn write<T: SimRecord>(places: &[(Backend, PathBuf)]) -> Result<Vec<PathBuf>, crate::Error> {
    let expected = ExpectedTable::of::<T>()?;
    let mut planned = Vec::new();
    for (backend, place) in places {
        if let Some(plan) = Plan::of(*backend, &expected, last(*backend, place, expected.table.name)?) {
            planned.push((place, plan));
        }
    }
    let stamp = free_stamp(places);
    let mut written = Vec::new();
    for (place, plan) in planned {
        written.push(plan.write(place, &stamp)?);
    }
    Ok(written)
}

/// A migration before it is written.
struct Plan {
    what: String,
    up: Vec<String>,
    down: Vec<String>,
    after: Snapshot,
}

impl Plan {
    fn of(backend: Backend, expected: &ExpectedTable, before: Option<Snapshot>) -> Option<Self> {
        let table = expected.table.name;
        let Some(before) = before else {
            let after = after(backend, expected, None, &[]);
            let mut up = ddl::create(backend, expected);
            up.extend(record_statements(&after));
            let delete_record = format!("DELETE FROM entropic_schemas WHERE table_name = {}", text(table));
            let down = vec![format!("DROP TABLE {}", quoted(table)), delete_record];
            return Some(Self { what: format!("create_{table}"), up, down, after });
        };
        let all = differences(backend, expected, &before.to_actual());
        let mut after = after(backend, expected, Some(&before), &all);
        let said: Vec<String> = all.iter().filter_map(|difference| comment(table, difference)).collect();
        let mut up: Vec<String> = statements(&all).into_iter().map(str::to_owned).collect();
        if up.is_empty() && after.written == before.written && said == before.said {
            return None;
        }
        let rebuilt = is_rebuilding(&up);
        if rebuilt {
            up.splice(0..0, REBUILT.map(str::to_owned));
        }
        let other = after.written != before.written;
        up.extend(other.then(|| record_statements(&after)).into_iter().flatten());
        up.extend(said.iter().cloned());
        after.said = said;
        let mut down = if rebuilt { before.rebuild(&after) } else { inverse(table, &before, &after, &all) };
        down.extend(other.then(|| record_statements(&before)).into_iter().flatten());
        Some(Self { what: what(table, &all), up, down, after })
    }

    fn write(&self, place: &Path, stamp: &str) -> Result<PathBuf, DbError> {
        let dir = place.join(format!("{stamp}_{}", self.what));
        fs::create_dir_all(&dir).map_err(failed("make", &dir))?;
        let snapshot = serde_json::to_string_pretty(&self.after).unwrap_or_default();
        for (name, text) in
            [("up.sql", script(&self.up)), ("down.sql", script(&self.down)), (SNAPSHOT, snapshot + "\n")]
        {
            let path = dir.join(name);
            fs::write(&path, text).map_err(failed("write", &path))?;
        }
        Ok(dir)
    }
}

/// Returns the table after the migration: the table that the record expects, plus the columns without a field, and without
/// the columns that cannot be filled.
fn after(
    backend: Backend,
    expected: &ExpectedTable,
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
    let mut columns: Vec<Column> = expected
        .table
        .all_columns()
        .filter(|column| !unfillable(column.name))
        .map(|column| Column {
            name: column.name.to_owned(),
            declared: declared(backend, column).to_owned(),
            nullable: column.nullable,
            definition: ddl::definition(backend, expected, column),
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
    for index in ddl::indexes(&expected.table) {
        if indexes.iter().all(|(_, columns)| *columns != index) {
            let taken: Vec<String> = indexes.iter().map(|(name, _)| name.clone()).collect();
            indexes.push((ddl::free_index_name(expected.table.name, &index, &taken), index));
        }
    }
    let mut written = expected.to_record(before.map(|before| &before.written), &[]);
    written.keep_columns(|name| columns.iter().any(|column| column.name == name) || is_unknown(name));
    if let Some(before) = before {
        // Do not record what the migration does not do. Whether rows fit another JSON type is only known when a store
        // opens the database.
        let is_open = |column: &ColumnSpec| column.kind == ColumnKind::Json || is_undone(all, column.name);
        for column in expected.table.columns.iter().filter(|column| is_open(column)) {
            let values = before.written.values_of(column.key).cloned();
            if values.is_some() || is_undone(all, column.name) {
                written.set_values(column.key, values);
            }
        }
        columns.extend(before.columns.iter().filter(|column| is_unknown(&column.name)).cloned());
        if all.iter().any(|difference| comment(expected.table.name, difference).is_some()) {
            written.identity = identity_meanwhile(expected, &before.written.identity, all);
        }
    }
    Snapshot {
        table: expected.table.name.to_owned(),
        columns,
        indexes,
        written,
        said: Vec::new(),
        backend: Some(backend),
    }
}

/// Returns whether the migration leaves a column unchanged or does not create it.
fn is_undone(all: &[Difference], name: &str) -> bool {
    all.iter().any(|difference| match difference {
        Difference::Missing { column, fillable: false, .. } => column == name,
        Difference::Type { column, sql, .. } => column == name && sql.is_empty(),
        _ => false,
    })
}

/// Returns the identity after a migration that leaves changes undone: rows keep their ids until they are rehashed.
fn identity_meanwhile(expected: &ExpectedTable, before: &Identity, all: &[Difference]) -> Identity {
    let is_added = |name: &str| {
        all.iter().any(
            |difference| matches!(difference, Difference::Missing { column, fillable: true, .. } if column == name),
        )
    };
    let mut identity = before.clone();
    identity.fields.extend(expected.identity.fields.iter().filter(|field| is_added(&field.column)).cloned());
    identity.fields.sort_by(|a, b| a.key.cmp(&b.key));
    identity
}

/// Returns the statements that record the schema in `entropic_schemas`, as a store does when it opens.
fn record_statements(snapshot: &Snapshot) -> [String; 2] {
    let written = serde_json::to_string(&snapshot.written).unwrap_or_default();
    let values = [&snapshot.table, &written, &Timestamp::now().to_string()].map(|value| text(value));
    [remembered::schemas_table(), remembered::record_statement(values)]
}

/// Returns a comment that says what the migration does not do and why, or `None` if it cures the difference.
fn comment(table: &str, difference: &Difference) -> Option<String> {
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
    text.extend(statement.map(|statement| format!("-- This statement would lose its data: {statement};")));
    if matches!(difference, Difference::Identity(_)) {
        text.push("-- The rows get their new ids from `Store::rehash`.".to_owned());
    }
    Some(text.join("\n"))
}

/// Returns the statements that undo a migration, in reverse order.
fn inverse(table: &str, before: &Snapshot, after: &Snapshot, all: &[Difference]) -> Vec<String> {
    let mut statements = Vec::new();
    let column = |name: &str| before.columns.iter().find(|column| column.name == name);
    for difference in all.iter().rev() {
        match difference {
            Difference::NoIndex { columns, .. } => {
                let made = after.indexes.iter().find(|(_, index)| index == columns);
                statements.extend(made.map(|(name, _)| ddl::drop_index(name)));
            }
            Difference::Missing { column, fillable: true, .. } => {
                statements.push(ddl::drop_column(table, column));
            }
            Difference::Type { column: name, found, sql, .. } if !sql.is_empty() => {
                statements.push(alter_type(table, name, found));
            }
            Difference::Order { column: name, collation, .. } => {
                let declared = column(name).map_or("VARCHAR", |column| column.declared.as_str());
                statements.push(alter_collation(table, name, declared, collation));
            }
            Difference::Nullability { column: name, .. } => {
                let nullable = column(name).is_some_and(|column| column.nullable);
                statements.push(alter_null(table, name, nullable));
            }
            _ => {}
        }
    }
    let back: Vec<(&str, &str)> = all
        .iter()
        .filter_map(|difference| match difference {
            Difference::Renamed { from, to, .. } => Some((to.as_str(), from.as_str())),
            _ => None,
        })
        .collect();
    statements.extend(rename_statements(table, &back).into_iter().flatten());
    statements
}

/// Returns the name of a migration, without its time.
fn what(table: &str, all: &[Difference]) -> String {
    let name = match all {
        [Difference::Missing { column, .. }] => format!("add_{column}_to_{table}"),
        [Difference::Renamed { from, to, .. }] => format!("rename_{from}_to_{to}_in_{table}"),
        [Difference::NoIndex { columns, .. }] => format!("index_{table}_by_{}", columns.join("_")),
        _ => format!("change_{table}"),
    };
    // The name must be valid for a directory on every system.
    name.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect()
}

fn script(statements: &[String]) -> String {
    if statements.is_empty() {
        return "-- Nothing to do.\nSELECT 1;\n".to_owned();
    }
    let ended = |statement: &String| if statement.starts_with("--") { "\n" } else { ";\n" };
    let mut text: String =
        statements.iter().map(|statement| format!("{statement}{}", ended(statement))).collect();
    if statements.iter().all(|statement| statement.starts_with("--")) {
        // Diesel refuses a script without a statement.
        text.push_str("SELECT 1;\n");
    }
    text
}

/// Returns the current second, or the second after the last migration if that is later: Diesel identifies and orders
/// migrations by this time.
fn free_stamp(places: &[(Backend, PathBuf)]) -> String {
    const FORM: &str = "%Y-%m-%d-%H%M%S";
    let names = places.iter().flat_map(|(_, place)| fs::read_dir(place).into_iter().flatten().flatten());
    let stamps = names.filter_map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        NaiveDateTime::parse_from_str(name.split('_').next()?, FORM).ok()
    });
    let next = stamps.max().map(|last| last + TimeDelta::seconds(1));
    let now = Timestamp::now().naive_utc();
    next.map_or(now, |next| next.max(now)).format(FORM).to_string()
}
