//! Migrations as files, for those who change their databases with Diesel's command line.
//!
//! Beside `up.sql` and `down.sql` lies `schema.json`: the table as it is after the migration. The next one is the
//! difference between that and the struct, so that no database is needed to write it.

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

/// Writes the migration that makes the table of a record, or changes it from what the last one left: a folder
/// `YYYY-MM-DD-HHMMSS_<what>` with `up.sql` and `down.sql`, as Diesel's command line takes them, below
/// `<dir>/sqlite` and `<dir>/postgres`. The folders that were written; none if nothing has changed.
///
/// Diesel's command line is told which of the two it shall take, since it refuses a folder of anything but migrations:
///
/// ```sh
/// diesel migration run --migration-dir migrations/sqlite --database-url runs.db
/// ```
///
/// or with `dir = "migrations/sqlite"` below `[migrations_directory]` in its `diesel.toml`. With migrations of your own
/// in one folder, which is that of one database, use [`write_migration_for`].
///
/// Where a table is made by migrations, run them before a store is opened: `open()` makes a table that is missing, and
/// the migration that was to make it fails ever after with `table "decays" already exists`. (Then either drop the table
/// while it is empty, or tell Diesel that the migration was run: `INSERT INTO __diesel_schema_migrations (version) VALUES
/// ('20261120235028')`, the time in its folder's name.)
///
/// `diesel print-schema`, which `diesel migration run` calls if `diesel.toml` names a file for it, does not know the type
/// `json` on SQLite, and ends with ``Unsupported type: `json` `` after the migrations are through. The derive has made the
/// module of the table already, so leave the table out, and those of entropic itself:
///
/// ```toml
/// [print_schema]
/// file = "src/schema.rs"
/// filter = { except_tables = ["decays", "entropic_stores", "entropic_schemas", "entropic_failures", "entropic_directories", "entropic_migrations"] }
/// ```
///
/// StrayKind would destroy something is written as a comment, with the reason. A table that was changed by a migration is
/// opened as usual; [`Schema::Evolve`](crate::Schema::Evolve) does the same without files.
///
/// # Errors
/// [`DbError::MigrationFile`] when a file cannot be read or written; `is_invalid_input` for a default that cannot be
/// stored.
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

/// As [`write_migration`], for one kind of database and straight into the folder, beside migrations of your own: what
/// `diesel migration run` takes without more being said. The folder that was written; none if nothing has changed.
///
/// # Errors
/// As `write_migration`.
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
    let wanted = ExpectedTable::of::<T>()?;
    let mut planned = Vec::new();
    for (backend, place) in places {
        if let Some(plan) = Plan::of(*backend, &wanted, last(*backend, place, wanted.table.name)?) {
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

/// A migration in the making.
struct Plan {
    what: String,
    up: Vec<String>,
    down: Vec<String>,
    after: Snapshot,
}

impl Plan {
    fn of(backend: Backend, wanted: &ExpectedTable, before: Option<Snapshot>) -> Option<Self> {
        let table = wanted.table.name;
        let Some(before) = before else {
            let after = after(backend, wanted, None, &[]);
            let mut up = ddl::create(backend, wanted);
            up.extend(remembering(&after));
            let forgetting = format!("DELETE FROM entropic_schemas WHERE table_name = {}", text(table));
            let down = vec![format!("DROP TABLE {}", quoted(table)), forgetting];
            return Some(Self { what: format!("create_{table}"), up, down, after });
        };
        let all = differences(backend, wanted, &before.found());
        let mut after = after(backend, wanted, Some(&before), &all);
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
        up.extend(other.then(|| remembering(&after)).into_iter().flatten());
        up.extend(said.iter().cloned());
        after.said = said;
        let mut down = if rebuilt { before.rebuild(&after) } else { inverse(table, &before, &after, &all) };
        down.extend(other.then(|| remembering(&before)).into_iter().flatten());
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

/// The table as it is after the migration: as wanted, with what has no field, and without what nothing can fill.
fn after(
    backend: Backend,
    wanted: &ExpectedTable,
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
    let mut written = wanted.written(before.map(|before| &before.written), &[]);
    written.keep_columns(|name| columns.iter().any(|column| column.name == name) || is_unknown(name));
    if let Some(before) = before {
        // StrayKind is not done is not remembered; whether rows are fit for another type in JSON only a database can tell,
        // when it is opened.
        let is_open = |column: &ColumnSpec| column.kind == ColumnKind::Json || is_undone(all, column.name);
        for column in wanted.table.columns.iter().filter(|column| is_open(column)) {
            let held = before.written.held(column.key).cloned();
            if held.is_some() || is_undone(all, column.name) {
                written.hold(column.key, held);
            }
        }
        columns.extend(before.columns.iter().filter(|column| is_unknown(&column.name)).cloned());
        if all.iter().any(|difference| comment(wanted.table.name, difference).is_some()) {
            written.identity = identity_meanwhile(wanted, &before.written.identity, all);
        }
    }
    Snapshot {
        table: wanted.table.name.to_owned(),
        columns,
        indexes,
        written,
        said: Vec::new(),
        backend: Some(backend),
    }
}

/// Whether a column stays as it is, or is not made.
fn is_undone(all: &[Difference], name: &str) -> bool {
    all.iter().any(|difference| match difference {
        Difference::Missing { column, fillable: false, .. } => column == name,
        Difference::Type { column, sql, .. } => column == name && sql.is_empty(),
        _ => false,
    })
}

/// How ids are made after a migration that does not do everything: rows keep theirs until they are given others.
fn identity_meanwhile(wanted: &ExpectedTable, before: &Identity, all: &[Difference]) -> Identity {
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

/// The statements that remember what a table is written with, as entropic does itself.
fn remembering(snapshot: &Snapshot) -> [String; 2] {
    let written = serde_json::to_string(&snapshot.written).unwrap_or_default();
    let values = [&snapshot.table, &written, &Timestamp::now().to_string()].map(|value| text(value));
    [remembered::schemas_table(), remembered::remembering(values)]
}

/// StrayKind is not done, and why.
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
    text.extend(statement.map(|statement| format!("-- To lose what is in it: {statement};")));
    if matches!(difference, Difference::Identity(_)) {
        text.push("-- The rows get their new ids from `Store::rehash`.".to_owned());
    }
    Some(text.join("\n"))
}

/// The statements that undo a migration, the last one first.
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

/// StrayKind a migration is called.
fn what(table: &str, all: &[Difference]) -> String {
    let name = match all {
        [Difference::Missing { column, .. }] => format!("add_{column}_to_{table}"),
        [Difference::Renamed { from, to, .. }] => format!("rename_{from}_to_{to}_in_{table}"),
        [Difference::NoIndex { columns, .. }] => format!("index_{table}_by_{}", columns.join("_")),
        _ => format!("change_{table}"),
    };
    // A folder on any system.
    name.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect()
}

fn script(statements: &[String]) -> String {
    if statements.is_empty() {
        return "-- Nothing to be done.\nSELECT 1;\n".to_owned();
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

/// The present second, or the one after the last migration: Diesel knows them, and their order, by it.
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
