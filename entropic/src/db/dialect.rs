//! Where the SQL of the two backends truly differs. Nothing outside this file does.

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::{Connection, QueryableByName, RunQueryDsl, sql_query};

use serde_json::Value;

use super::ddl::quoted;
use super::shape::FoundColumn;
use super::versions::Version;
use super::{Backend, Conn};
use crate::record::{ColumnKind, ColumnSpec, TimeOfDay};

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
pub(super) fn with_ids(
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

/// The versions of the rows of a table of which a column is one of some texts.
pub(super) fn versions_among(
    conn: &mut Conn,
    table: &str,
    column: &str,
    texts: &[String],
) -> QueryResult<Vec<Version>> {
    let query = format!("SELECT \"id\", \"result_file\" FROM {} WHERE \"{column}\"", quoted(table));
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
        // A commit that is synced syncs all before it; only a transaction with a number is one that leaves a trace.
        Backend::Postgres => conn.transaction(|conn| {
            sql_query("SET LOCAL synchronous_commit TO on").execute(conn)?;
            sql_query("SELECT txid_current()").execute(conn)?;
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
pub(super) fn backend_of(conn: &Conn) -> Backend {
    match conn {
        #[cfg(feature = "sqlite")]
        Conn::Sqlite(_) => Backend::Sqlite,
        #[cfg(feature = "postgres")]
        Conn::Postgres(_) => Backend::Postgres,
    }
}

/// Runs a job in a transaction that nobody else who makes tables overlaps with.
pub(super) fn exclusively<R, E: From<diesel::result::Error>>(
    conn: &mut Conn,
    job: impl FnOnce(&mut Conn) -> Result<R, E>,
) -> Result<R, E> {
    writing(conn, |conn| {
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

/// How a column is declared.
pub(super) fn declared(backend: Backend, column: &ColumnSpec) -> &'static str {
    use ColumnKind as Kind;
    match (column.kind, backend) {
        (Kind::Json, Backend::Postgres) => "JSON",
        // SQLite gives what is declared JSON the affinity of numbers: fine for objects, which is what custom
        // data is, but a bare `1.50` would come back as 1.5.
        (Kind::Json, Backend::Sqlite) if column.name == "custom_data" => "JSON",
        (Kind::Json, Backend::Sqlite) => "TEXT",
        // 64 bits are what SQLite's INTEGER has, and the name SQLAlchemy gives it.
        (Kind::SmallInt | Kind::Integer | Kind::BigInt, Backend::Sqlite) => "INTEGER",
        (Kind::SmallInt, Backend::Postgres) => "SMALLINT",
        (Kind::Integer, Backend::Postgres) => "INTEGER",
        (Kind::BigInt, Backend::Postgres) => "BIGINT",
        (Kind::Float, Backend::Sqlite) => "FLOAT",
        (Kind::Float, Backend::Postgres) => "REAL",
        (Kind::Double, Backend::Sqlite) => "DOUBLE",
        (Kind::Double, Backend::Postgres) => "DOUBLE PRECISION",
        (Kind::Bool, _) => "BOOLEAN",
        // Text is compared by its bytes on SQLite; neither what a query finds nor its order shall depend on the
        // server's locale.
        (Kind::Text, Backend::Postgres) => "VARCHAR COLLATE \"C\"",
        (Kind::Text, Backend::Sqlite) => "VARCHAR",
        (Kind::Timestamp, Backend::Sqlite) => "DATETIME",
        (Kind::Timestamp, Backend::Postgres) => "TIMESTAMP WITHOUT TIME ZONE",
        (Kind::Date, _) => "DATE",
        (Kind::Time, Backend::Sqlite) => "TIME",
        (Kind::Time, Backend::Postgres) => "TIME WITHOUT TIME ZONE",
    }
}

/// Text as it stands in a statement.
pub(super) fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// A value as it stands in a statement; `value` as [`Repr`](crate::record::Repr) writes it.
pub(super) fn literal(backend: Backend, kind: ColumnKind, value: &Value) -> String {
    match (kind, value) {
        (_, Value::Null) => "NULL".to_owned(),
        (_, Value::Bool(truth)) => match backend {
            Backend::Sqlite => i32::from(*truth).to_string(),
            Backend::Postgres => truth.to_string().to_uppercase(),
        },
        // JSON has no infinities; text stands for them.
        (ColumnKind::Float | ColumnKind::Double, Value::String(infinite)) => match backend {
            Backend::Sqlite => format!("{}9e999", if infinite.starts_with('-') { "-" } else { "" }),
            Backend::Postgres => text(if infinite.starts_with('-') { "-Infinity" } else { "Infinity" }),
        },
        // Rows have six digits always.
        (ColumnKind::Time, Value::String(_)) => {
            let time = serde_json::from_value::<TimeOfDay>(value.clone());
            text(&time.map(|time| time.to_string()).unwrap_or_default())
        }
        (_, Value::String(value)) => text(value),
        (_, value) => value.to_string(),
    }
}

/// Whether every value of a declared type is one of a column's, and the same.
pub(super) fn widens(backend: Backend, declared: &str, kind: ColumnKind) -> bool {
    use ColumnKind as Kind;
    backend == Backend::Postgres
        && matches!(
            (declared, kind),
            ("smallint", Kind::Integer | Kind::BigInt) | ("integer", Kind::BigInt) | ("real", Kind::Double)
        )
}

/// The width of the floats in a column: SQLite has one, and what is declared says another if it is a name that only
/// one of them has. SQLAlchemy says FLOAT of any.
pub(super) fn float_bits(declared: &str, remembered: Option<u8>) -> Option<u8> {
    if declared.to_lowercase().contains("doub") { Some(64) } else { remembered }
}

/// A column as text.
pub(super) fn as_text(conn: &Conn, column: &str) -> String {
    match backend_of(conn) {
        Backend::Sqlite => format!("CAST({column} AS TEXT)"),
        Backend::Postgres => format!("{column}::text"),
    }
}

/// Whether a declared type can hold a column's values and give them back.
pub(super) fn holds(backend: Backend, declared: &str, kind: ColumnKind) -> bool {
    use ColumnKind as Kind;
    let declared = declared.to_lowercase();
    match backend {
        // Diesel reads PostgreSQL's types by their width, so they must be the very ones.
        Backend::Postgres => match kind {
            Kind::SmallInt => declared == "smallint",
            Kind::Integer => declared == "integer",
            Kind::BigInt => declared == "bigint",
            Kind::Float => declared == "real",
            Kind::Double => declared == "double precision",
            Kind::Bool => declared == "boolean",
            Kind::Text => {
                declared == "text"
                    || ["character varying", "varchar"].iter().any(|name| declared.starts_with(name))
            }
            Kind::Timestamp => {
                declared.starts_with("timestamp")
                    && declared.ends_with("without time zone")
                    && !declared.contains('(')
            }
            Kind::Date => declared == "date",
            Kind::Time => declared == "time without time zone",
            Kind::Json => declared == "json",
        },
        // SQLite's columns hold anything; what counts is that their affinity changes nothing.
        Backend::Sqlite => {
            let integer = declared.contains("int");
            let text = ["char", "clob", "text"].iter().any(|part| declared.contains(part));
            let real = ["real", "floa", "doub"].iter().any(|part| declared.contains(part));
            match kind {
                Kind::SmallInt | Kind::Integer | Kind::BigInt => integer,
                Kind::Float | Kind::Double => real && !integer && !text,
                Kind::Bool => declared.starts_with("bool"),
                Kind::Text => text && !integer,
                Kind::Timestamp => declared.starts_with("datetime") || declared.starts_with("timestamp"),
                Kind::Date => declared == "date",
                Kind::Time => declared == "time",
                Kind::Json => declared == "json" || (text && !integer),
            }
        }
    }
}

#[derive(QueryableByName)]
struct Introspected {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    declared: String,
    #[diesel(sql_type = Bool)]
    nullable: bool,
    #[diesel(sql_type = Bool)]
    key: bool,
    #[diesel(sql_type = Text)]
    collation: String,
}

#[derive(QueryableByName)]
struct Indexed {
    #[diesel(sql_type = Text)]
    index_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
}

/// The columns of a table as they are, in order; none if there is no such table.
pub(super) fn columns_of(conn: &mut Conn, table: &str) -> QueryResult<Vec<FoundColumn>> {
    // A key of SQLite that is not an integer may be NULL unless told otherwise; SQLAlchemy does tell.
    let query = match backend_of(conn) {
        Backend::Sqlite => {
            "SELECT name, type AS declared, (\"notnull\" = 0 AND pk = 0) AS nullable, pk > 0 AS key, '' AS collation \
             FROM pragma_table_info(?) ORDER BY cid"
        }
        Backend::Postgres => {
            "SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod)::text AS declared, \
             NOT a.attnotnull AS nullable, \
             EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary \
                     AND a.attnum = ANY(i.indkey)) AS key, \
             CASE WHEN o.collname IS NULL OR o.collname IN ('C', 'POSIX', 'ucs_basic', 'pg_c_utf8') \
                       OR lower(o.collname) LIKE 'c.utf%' \
                       OR (o.collname = 'default' AND 'B' < 'a' AND 'a b' < 'ab') \
                  THEN '' ELSE o.collname::text END AS collation \
             FROM pg_attribute a LEFT JOIN pg_collation o ON o.oid = a.attcollation \
             WHERE a.attrelid = to_regclass(quote_ident($1)) AND a.attnum > 0 AND NOT a.attisdropped \
             ORDER BY a.attnum"
        }
    };
    let found = sql_query(query).bind::<Text, _>(table).load::<Introspected>(conn)?;
    Ok(found
        .into_iter()
        .map(|column| FoundColumn {
            name: column.name,
            declared: column.declared,
            nullable: column.nullable,
            key: column.key,
            collation: Some(column.collation).filter(|name| !name.is_empty()),
        })
        .collect())
}

/// The name and columns of each index of a table, but for indexes over some of the rows or over expressions.
pub(super) fn indexes_of(conn: &mut Conn, table: &str) -> QueryResult<Vec<(String, Vec<String>)>> {
    let query = match backend_of(conn) {
        Backend::Sqlite => {
            "SELECT list.name AS index_name, info.name AS column_name FROM pragma_index_list(?) AS list \
             JOIN pragma_index_info(list.name) AS info WHERE list.partial = 0 AND info.name IS NOT NULL \
             ORDER BY list.name, info.seqno"
        }
        Backend::Postgres => {
            "SELECT c.relname::text AS index_name, a.attname::text AS column_name FROM pg_index i \
             JOIN pg_class c ON c.oid = i.indexrelid \
             CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, place) \
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum \
             WHERE i.indrelid = to_regclass(quote_ident($1)) AND i.indpred IS NULL AND i.indexprs IS NULL \
             ORDER BY c.relname, k.place"
        }
    };
    let mut indexes: Vec<(String, Vec<String>)> = Vec::new();
    for Indexed { index_name, column_name } in
        sql_query(query).bind::<Text, _>(table).load::<Indexed>(conn)?
    {
        match indexes.last_mut() {
            Some((name, columns)) if *name == index_name => columns.push(column_name),
            _ => indexes.push((index_name, vec![column_name])),
        }
    }
    Ok(indexes)
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

/// What somebody else made on a table, and SQLite would drop with it.
pub(super) fn attached_to(conn: &mut Conn, table: &str) -> QueryResult<Vec<String>> {
    if backend_of(conn) == Backend::Postgres {
        return Ok(Vec::new());
    }
    let query = "SELECT name FROM sqlite_master WHERE tbl_name = ?1 AND sql IS NOT NULL \
                 AND (type = 'trigger' OR (type = 'index' AND name NOT LIKE 'ix@_' || ?1 || '@_%' ESCAPE '@'))";
    let found = sql_query(query).bind::<Text, _>(table).load::<Named>(conn)?;
    Ok(found.into_iter().map(|found| found.name).collect())
}

/// The place of the `n`th bind, counted from 1.
pub(super) fn bind(conn: &Conn, n: usize) -> String {
    match backend_of(conn) {
        Backend::Sqlite => "?".to_owned(),
        Backend::Postgres => format!("${n}"),
    }
}
