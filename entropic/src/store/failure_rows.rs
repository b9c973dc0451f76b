//! Entropic's own table of runs that failed.

use diesel::sql_types::{BigInt, Double, Text};
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};

use crate::db::dialect::{bind, columns_of, quoted, with_ids};
use crate::db::{Conn, Db, DbError};
use crate::record::TableSpec;

/// What is kept of a run that failed.
#[derive(Debug, Clone, PartialEq, QueryableByName)]
pub(crate) struct FailureRow {
    #[diesel(sql_type = Text)]
    pub(crate) run_id: String,
    /// The parameters, by column, as JSON.
    #[diesel(sql_type = Text)]
    pub(crate) params: String,
    #[diesel(sql_type = Text)]
    pub(crate) kind: String,
    #[diesel(sql_type = Text)]
    pub(crate) message: String,
    #[diesel(sql_type = BigInt)]
    pub(crate) attempts: i64,
    #[diesel(sql_type = Text)]
    pub(crate) node: String,
    #[diesel(sql_type = Text)]
    pub(crate) log: String,
    #[diesel(sql_type = Double)]
    pub(crate) elapsed_seconds: f64,
    #[diesel(sql_type = Text)]
    pub(crate) failed_at: String,
}

#[derive(QueryableByName)]
struct AnyRow {
    #[diesel(sql_type = Text)]
    #[expect(dead_code, reason = "that it is there says it")]
    run_id: String,
}

const COLUMNS: &str = "run_id, params, kind, message, attempts, node, log, elapsed_seconds, failed_at";

impl Db {
    /// Keeps a failure in the place of an older one of the same run; the attempts add up.
    ///
    /// # Errors
    /// [`DbError::Busy`], [`DbError::Connect`] (`is_transient`).
    pub(crate) fn keep_failure(&self, table: &TableSpec, row: &FailureRow) -> Result<(), DbError> {
        // PostgreSQL has no NUL in text, and what a runner said may be anything.
        let text = |text: &str| text.replace('\0', "\u{fffd}");
        self.with("keep a failure", |conn| {
            let places = (1..=10).map(|n| bind(conn, n)).collect::<Vec<_>>().join(", ");
            sql_query(format!(
                "INSERT INTO entropic_failures (table_name, {COLUMNS}) VALUES ({places})
                 ON CONFLICT (table_name, run_id) DO UPDATE SET params = excluded.params, kind = excluded.kind,
                 message = excluded.message, attempts = entropic_failures.attempts + excluded.attempts,
                 node = excluded.node, log = excluded.log, elapsed_seconds = excluded.elapsed_seconds,
                 failed_at = excluded.failed_at"
            ))
            .bind::<Text, _>(table.name)
            .bind::<Text, _>(&row.run_id)
            .bind::<Text, _>(&row.params)
            .bind::<Text, _>(&row.kind)
            .bind::<Text, _>(text(&row.message))
            .bind::<BigInt, _>(row.attempts)
            .bind::<Text, _>(text(&row.node))
            .bind::<Text, _>(text(&row.log))
            .bind::<Double, _>(row.elapsed_seconds)
            .bind::<Text, _>(&row.failed_at)
            .execute(conn)?;
            Ok(())
        })
    }

    /// Whether there are any of a table.
    ///
    /// # Errors
    /// [`DbError::Busy`], [`DbError::Connect`] (`is_transient`).
    pub(crate) fn has_failures(&self, table: &TableSpec) -> Result<bool, DbError> {
        self.with("look for failures", |conn| {
            if columns_of(conn, "entropic_failures")?.is_empty() {
                return Ok(false);
            }
            let query =
                format!("SELECT run_id FROM entropic_failures WHERE table_name = {} LIMIT 1", bind(conn, 1));
            Ok(!sql_query(query).bind::<Text, _>(table.name).load::<AnyRow>(conn)?.is_empty())
        })
    }

    /// The failures of a table whose runs have not been made since, the oldest first.
    ///
    /// # Errors
    /// [`DbError::Busy`], [`DbError::Connect`] (`is_transient`).
    pub(crate) fn failures(&self, table: &TableSpec) -> Result<Vec<FailureRow>, DbError> {
        self.with("list the failures", |conn| {
            if columns_of(conn, "entropic_failures")?.is_empty() {
                // Read-only, and last used by an older entropic.
                return Ok(Vec::new());
            }
            let query = format!(
                "SELECT {COLUMNS} FROM entropic_failures WHERE table_name = {} AND NOT {} \
                 ORDER BY failed_at, run_id",
                bind(conn, 1),
                made_since(table)
            );
            Ok(sql_query(query).bind::<Text, _>(table.name).load(conn)?)
        })
    }

    /// Forgets the failures of a table whose runs have been made since.
    ///
    /// # Errors
    /// [`DbError::Busy`], [`DbError::Connect`] (`is_transient`).
    pub(crate) fn forget_made(&self, table: &TableSpec) -> Result<(), DbError> {
        self.with("forget failures", |conn| {
            let query = format!(
                "DELETE FROM entropic_failures WHERE table_name = {} AND {}",
                bind(conn, 1),
                made_since(table)
            );
            sql_query(query).bind::<Text, _>(table.name).execute(conn)?;
            Ok(())
        })
    }
}

/// Whether a failure's run is in its table.
fn made_since(table: &TableSpec) -> String {
    format!("EXISTS (SELECT 1 FROM {} made WHERE made.\"id\" = entropic_failures.run_id)", quoted(table.name))
}

/// Forgets the failures of some runs.
pub(crate) fn forget_failures(conn: &mut Conn, table: &str, ids: &[&str]) -> QueryResult<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let query = format!("DELETE FROM entropic_failures WHERE table_name = {} AND ", bind(conn, 1));
    with_ids(conn, &query, "run_id", table, ids)
}
