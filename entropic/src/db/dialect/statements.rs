//! Statements that change a column in place, where the backend can.

use super::super::Backend;
use super::quoted;

/// The statement that gives a text column another collation. Only PostgreSQL's columns have one that matters.
pub(crate) fn alter_collation(table: &str, column: &str, declared: &str, collation: &str) -> String {
    let ty = declared.split(" COLLATE ").next().unwrap_or(declared);
    let (table, column, collation) = (quoted(table), quoted(column), quoted(collation));
    format!("ALTER TABLE {table} ALTER COLUMN {column} TYPE {ty} COLLATE {collation}")
}

/// The statement that gives a column of PostgreSQL another type.
pub(crate) fn alter_type(table: &str, column: &str, ty: &str) -> String {
    let (table, column) = (quoted(table), quoted(column));
    format!("ALTER TABLE {table} ALTER COLUMN {column} TYPE {ty} USING {column}::{ty}")
}

/// The statement that lets a column of PostgreSQL be NULL, or forbids it.
pub(crate) fn alter_null(table: &str, column: &str, nullable: bool) -> String {
    let (table, column) = (quoted(table), quoted(column));
    let what = if nullable { "DROP" } else { "SET" };
    format!("ALTER TABLE {table} ALTER COLUMN {column} {what} NOT NULL")
}

/// Whether a table must be made again for its columns to change: SQLite alters none in place, and adds none that must not
/// be NULL and has no default, not even to an empty table.
pub(crate) fn rebuilds_tables(backend: Backend) -> bool {
    backend == Backend::Sqlite
}

/// Whether a column's declared type does not say how wide its floats are: SQLite has one width.
pub(crate) fn hides_float_width(backend: Backend) -> bool {
    backend == Backend::Sqlite
}

/// Whether a column's declared type does not say how wide its integers are: SQLite has one width.
pub(crate) fn hides_integer_width(backend: Backend) -> bool {
    backend == Backend::Sqlite
}

/// The collation of a column whose declaration names none, where that matters: PostgreSQL takes the database's.
pub(crate) fn implied_collation(backend: Backend, declarations: [&str; 2]) -> Option<&'static str> {
    let named = declarations.iter().any(|declaration| declaration.contains("COLLATE"));
    (backend == Backend::Postgres && !named).then_some("default")
}

/// What is to be known of a table that is made anew.
pub(crate) const REBUILT: [&str; 2] = [
    "-- The table is made anew. Triggers, views and indexes of your own on it must be made again, and\n\
     -- `foreign_keys` must be off while tables refer to it with ON DELETE.",
    "PRAGMA defer_foreign_keys = ON",
];
