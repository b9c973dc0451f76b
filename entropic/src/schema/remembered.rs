//! Reads and writes `entropic_schemas`, which records how each table was written.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use serde_json::Value;

use super::shape::{FORMAT, RecordedTable};
use super::tables::entropic_schemas;
use crate::db::dialect::{bind, columns_of};
use crate::db::{Conn, DbError, RowError};
use crate::record::Timestamp;

/// Reads how a table was written. Returns `None` if nothing is recorded about it.
pub(super) fn recorded(conn: &mut Conn, table: &str) -> Result<Option<RecordedTable>, RowError> {
    if columns_of(conn, "entropic_schemas")?.is_empty() {
        return Ok(None);
    }
    let found: Option<String> =
        entropic_schemas::table.find(table).select(entropic_schemas::written).first(conn).optional()?;
    Ok(found.map(|text| parsed(&text, table)).transpose()?)
}

/// Parses the recorded text of a table.
fn parsed(text: &str, table: &str) -> Result<RecordedTable, DbError> {
    let wrong = |source: serde_json::Error| DbError::WrittenSchema { table: table.to_owned(), source };
    let written: Value = serde_json::from_str(text).map_err(wrong)?;
    known_format(&written, || format!("the row of `{table}` in `entropic_schemas`"))?;
    serde_json::from_value(written).map_err(wrong)
}

/// Refuses the format of a newer version before anything else is parsed. `what` names the text in the error.
pub(super) fn known_format(written: &Value, what: impl FnOnce() -> String) -> Result<(), DbError> {
    match written["format"].as_u64() {
        Some(format) if format > u64::from(FORMAT) => {
            Err(DbError::Newer { what: what(), format: format.to_string(), known: FORMAT.to_string() })
        }
        _ => Ok(()),
    }
}

/// Records how a table is written.
pub(super) fn record(conn: &mut Conn, table: &str, written: &RecordedTable) -> Result<(), RowError> {
    let text = serde_json::to_string(written)
        .map_err(|source| DbError::WrittenSchema { table: table.to_owned(), source })?;
    sql_query(record_statement([1, 2, 3].map(|n| bind(conn, n))))
        .bind::<Text, _>(table)
        .bind::<Text, _>(text)
        .bind::<Text, _>(Timestamp::now().to_string())
        .execute(conn)?;
    Ok(())
}

/// Returns the statement that records how a table is written. `values` are the table's name, the text and the time.
pub(super) fn record_statement(values: [String; 3]) -> String {
    format!(
        "INSERT INTO entropic_schemas (table_name, written, written_at) VALUES ({})\n    \
         ON CONFLICT (table_name) DO UPDATE SET written = excluded.written, written_at = excluded.written_at",
        values.join(", ")
    )
}

/// Returns the statement that creates `entropic_schemas`, for migration files that users run themselves. It comes from
/// this crate's own migration, which is identical on both backends.
pub(super) fn schemas_table() -> String {
    let script = include_str!("../../../migrations/base/sqlite/2026-11-21-120000_schemas/up.sql");
    let statement: Vec<&str> = script.lines().filter(|line| !line.starts_with("--")).collect();
    statement.join("\n").trim_end_matches(';').to_owned()
}
