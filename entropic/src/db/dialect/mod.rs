//! Where the SQL of the two backends truly differs. Nothing outside this directory does.

mod catalog;
mod migrations;
mod statements;
mod types;

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::{Connection, QueryableByName, RunQueryDsl, sql_query};

#[cfg(feature = "sqlite")]
use serde_json::Value;

use super::{Backend, Conn};

pub(crate) use catalog::{FoundColumn, attached_to, columns_of, indexes_of, place_of};
pub(crate) use migrations::{Scripts, scripts};
pub(crate) use statements::{
    REBUILT, alter_collation, alter_null, alter_type, hides_float_width, hides_integer_width,
    implied_collation, rebuilds_tables,
};
pub(crate) use types::{as_text, declared, float_bits, holds, literal, text, widens};

/// `id` is one of these: one bind, however many there are.
#[doc(hidden)]
#[derive(Debug, Clone)]
pub struct IdIn {
    #[cfg(feature = "postgres")]
    ids: Vec<String>,
    #[cfg(feature = "sqlite")]
    json: String,
}

impl IdIn {
    pub(crate) fn new(ids: Vec<String>) -> Self {
        Self {
            #[cfg(feature = "sqlite")]
            json: serde_json::Value::from(ids.as_slice()).to_string(),
            #[cfg(feature = "postgres")]
            ids,
        }
    }
}

impl Expression for IdIn {
    type SqlType = Bool;
}

impl<QS> AppearsOnTable<QS> for IdIn {}
impl<QS> SelectableExpression<QS> for IdIn {}
impl<GB> ValidGrouping<GB> for IdIn {
    type IsAggregate = is_aggregate::No;
}

impl QueryId for IdIn {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

#[cfg(feature = "sqlite")]
impl QueryFragment<diesel::sqlite::Sqlite> for IdIn {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, diesel::sqlite::Sqlite>) -> QueryResult<()> {
        out.push_sql("\"id\" IN (SELECT value FROM json_each(");
        out.push_bind_param::<Text, _>(&self.json)?;
        out.push_sql("))");
        Ok(())
    }
}

#[cfg(feature = "postgres")]
impl QueryFragment<diesel::pg::Pg> for IdIn {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, diesel::pg::Pg>) -> QueryResult<()> {
        out.push_sql("\"id\" = ANY(");
        out.push_bind_param::<diesel::sql_types::Array<Text>, _>(&self.ids)?;
        out.push_sql(")");
        Ok(())
    }
}

/// Executes a statement on one table's rows of some ids: `statement` ends where the condition on `column` is to follow.
pub(crate) fn with_ids(
    conn: &mut Conn,
    statement: &str,
    column: &str,
    table: &str,
    ids: &[&str],
) -> QueryResult<()> {
    match conn {
        #[cfg(feature = "sqlite")]
        Conn::Sqlite(conn) => sql_query(format!("{statement}{column} IN (SELECT value FROM json_each(?))"))
            .bind::<Text, _>(table)
            .bind::<Text, _>(Value::from(ids).to_string())
            .execute(conn),
        #[cfg(feature = "postgres")]
        Conn::Postgres(conn) => sql_query(format!("{statement}{column} = ANY($2)"))
            .bind::<Text, _>(table)
            .bind::<diesel::sql_types::Array<Text>, _>(ids)
            .execute(conn),
    }
    .map(drop)
}

/// A row, as far as it says which result it has.
#[derive(Debug, QueryableByName)]
pub(in crate::db) struct Version {
    #[diesel(sql_type = Text)]
    pub(in crate::db) id: String,
    #[diesel(sql_type = Text)]
    pub(in crate::db) result_file: String,
}

/// The versions of the rows of some ids.
pub(super) fn versions_of(conn: &mut Conn, table: &str, texts: &[String]) -> QueryResult<Vec<Version>> {
    let query = format!("SELECT \"id\", \"result_file\" FROM {} WHERE \"id\"", quoted(table));
    match conn {
        #[cfg(feature = "sqlite")]
        Conn::Sqlite(conn) => sql_query(format!("{query} IN (SELECT value FROM json_each(?))"))
            .bind::<Text, _>(Value::from(texts).to_string())
            .load(conn),
        #[cfg(feature = "postgres")]
        Conn::Postgres(conn) => sql_query(format!("{query} = ANY($1)"))
            .bind::<diesel::sql_types::Array<Text>, _>(texts)
            .load(conn),
    }
}

#[derive(QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = BigInt)]
    log: i64,
    #[diesel(sql_type = BigInt)]
    checkpointed: i64,
}

/// Makes sure that what was committed is on the disk; whether it could be made sure now.
pub(super) fn flushed(conn: &mut Conn) -> QueryResult<bool> {
    match backend_of(conn) {
        // <https://www.sqlite.org/pragma.html#pragma_wal_checkpoint>: it syncs the log, then the database. Readers may
        // keep it from coming to the end. Without a write-ahead log both numbers are -1.
        Backend::Sqlite => {
            let done = sql_query("PRAGMA wal_checkpoint(PASSIVE)").get_result::<Checkpoint>(conn)?;
            Ok(done.log == done.checkpointed)
        }
        // A commit that is synced syncs all before it, but only if its transaction has written to the log itself: one that has
        // nothing but a number is not waited for.
        Backend::Postgres => conn.transaction(|conn| {
            sql_query("SET LOCAL synchronous_commit TO on").execute(conn)?;
            sql_query("SELECT pg_logical_emit_message(true, 'entropic', '')").execute(conn)?;
            Ok(true)
        }),
    }
}

/// Runs a job that writes in a transaction whose commit survives a crash of the server, whatever the session is set to.
pub(crate) fn writing_durably<R, E: From<diesel::result::Error>>(
    conn: &mut Conn,
    job: impl FnOnce(&mut Conn) -> Result<R, E>,
) -> Result<R, E> {
    writing(conn, |conn| {
        if backend_of(conn) == Backend::Postgres {
            sql_query("SET LOCAL synchronous_commit TO on").execute(conn)?;
        }
        job(conn)
    })
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

/// The backend of a connection.
pub(crate) fn backend_of(conn: &Conn) -> Backend {
    match conn {
        #[cfg(feature = "sqlite")]
        Conn::Sqlite(_) => Backend::Sqlite,
        #[cfg(feature = "postgres")]
        Conn::Postgres(_) => Backend::Postgres,
    }
}

/// Runs a job in a transaction that nobody else who makes tables overlaps with.
pub(crate) fn exclusively<R, E: From<diesel::result::Error>>(
    conn: &mut Conn,
    job: impl FnOnce(&mut Conn) -> Result<R, E>,
) -> Result<R, E> {
    // What is made once is there for good, however runs are committed.
    writing_durably(conn, |conn| {
        if backend_of(conn) == Backend::Postgres {
            // `CREATE TABLE IF NOT EXISTS` by two sessions at once fails in the catalogue of PostgreSQL; a lock that
            // ends with the transaction keeps them apart.
            sql_query(format!("SELECT pg_advisory_xact_lock({MAKING_TABLES})")).execute(conn)?;
        }
        job(conn)
    })
}

/// Whether a database that was seen to take no writes still takes none. SQLite says so with an error.
pub(super) fn refuses_writes(conn: &mut Conn) -> QueryResult<bool> {
    match backend_of(conn) {
        Backend::Postgres => {
            let question = "SELECT current_setting('transaction_read_only') = 'on' AS yes";
            Ok(sql_query(question).get_result::<Answer>(conn)?.yes)
        }
        Backend::Sqlite => writing(conn, |_| Ok(false)),
    }
}

/// Runs a job that writes in a transaction.
pub(crate) fn writing<R, E: From<diesel::result::Error>>(
    conn: &mut Conn,
    job: impl FnOnce(&mut Conn) -> Result<R, E>,
) -> Result<R, E> {
    match backend_of(conn) {
        Backend::Postgres => conn.transaction(job),
        Backend::Sqlite => {
            // Diesel's transactions begin deferred on the multi connection, and one that reads before it writes
            // cannot wait for another writer.
            use diesel::connection::SimpleConnection;
            conn.batch_execute("BEGIN IMMEDIATE")?;
            let done = job(conn).and_then(|value| {
                conn.batch_execute("COMMIT")?;
                Ok(value)
            });
            if done.is_err() {
                // The first error is the one to tell.
                let _ = conn.batch_execute("ROLLBACK");
            }
            done
        }
    }
}

/// "entropic", as eight bytes.
const MAKING_TABLES: i64 = i64::from_be_bytes(*b"entropic");

/// The place of the `n`th bind, counted from 1.
pub(crate) fn bind(conn: &Conn, n: usize) -> String {
    match backend_of(conn) {
        Backend::Sqlite => "?".to_owned(),
        Backend::Postgres => format!("${n}"),
    }
}

/// A name as it stands in SQL.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
