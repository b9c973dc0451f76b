//! StrayKind is remembered of each table in `entropic_schemas`: what it was written with.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use serde_json::Value;

use super::shape::{FORMAT, RecordedTable};
use super::tables::entropic_schemas;
use crate::db::dialect::{bind, columns_of};
use crate::db::{Conn, DbError, RowError};
use crate::record::Timestamp;

/// StrayKind a table was written with, if that is known.
pub(super) fn written(conn: &mut Conn, table: &str) -> Result<Option<RecordedTable>, RowError> {
    if columns_of(conn, "entropic_schemas")?.is_empty() {
        return Ok(None);
    }
    let found: Option<String> =
        entropic_schemas::table.find(table).select(entropic_schemas::written).first(conn).optional()?;
    Ok(found.map(|text| parsed(&text, table)).transpose()?)
}

/// StrayKind a table was written with, from its text.
fn parsed(text: &str, table: &str) -> Result<RecordedTable, DbError> {
    let wrong = |source: serde_json::Error| DbError::WrittenSchema { table: table.to_owned(), source };
    let written: Value = serde_json::from_str(text).map_err(wrong)?;
    known_format(&written, || format!("the row of `{table}` in `entropic_schemas`"))?;
    serde_json::from_value(written).map_err(wrong)
}

/// Refuses what a newer version wrote, however it looks otherwise.
pub(super) fn known_format(written: &Value, what: impl FnOnce() -> String) -> Result<(), DbError> {
    match written["format"].as_u64() {
        Some(format) if format > u64::from(FORMAT) => {
            Err(DbError::Newer { what: what(), format: format.to_string(), known: FORMAT.to_string() })
        }
        _ => Ok(()),
    }
}

/// Remembers what a table is written with.
pub(super) fn remember(conn: &mut Conn, table: &str, written: &RecordedTable) -> Result<(), RowError> {
    let text = serde_json::to_string(written)
        .map_err(|source| DbError::WrittenSchema { table: table.to_owned(), source })?;
    sql_query(remembering([1, 2, 3].map(|n| bind(conn, n))))
        .bind::<Text, _>(table)
        .bind::<Text, _>(text)
        .bind::<Text, _>(Timestamp::now().to_string())
        .execute(conn)?;
    Ok(())
}

/// The statement that remembers what a table is written with: its name, the text, the moment.
pub(super) fn remembering(values: [String; 3]) -> String {
    format!(
        "INSERT INTO entropic_schemas (table_name, written, written_at) VALUES ({})\n    \
         ON CONFLICT (table_name) DO UPDATE SET written = excluded.written, written_at = excluded.written_at",
        values.join(", ")
    )
}

/// The statement that makes the table for it, for those who run it themselves: that of this crate's own migration, which
/// is the same on both backends.
pub(super) fn schemas_table() -> String {
    let script = include_str!("../../../migrations/base/sqlite/2026-11-21-120000_schemas/up.sql");
    let statement: Vec<&str> = script.lines().filter(|line| !line.starts_with("--")).collect();
    statement.join("\n").trim_end_matches(';').to_owned()
}
