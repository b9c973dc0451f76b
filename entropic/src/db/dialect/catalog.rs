//! What tables and indexes there are.

use diesel::sql_types::{Bool, Text};
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::super::{Backend, Conn};
use super::backend_of;

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
    /// The collation of text that is not ordered by its bytes.
    pub(crate) collation: Option<String>,
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
pub(crate) fn columns_of(conn: &mut Conn, table: &str) -> QueryResult<Vec<FoundColumn>> {
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
pub(crate) fn indexes_of(conn: &mut Conn, table: &str) -> QueryResult<Vec<(String, Vec<String>)>> {
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
pub(crate) fn attached_to(conn: &mut Conn, table: &str) -> QueryResult<Vec<String>> {
    if backend_of(conn) == Backend::Postgres {
        return Ok(Vec::new());
    }
    let query = "SELECT name FROM sqlite_master WHERE tbl_name = ?1 AND sql IS NOT NULL \
                 AND (type = 'trigger' OR (type = 'index' AND name NOT LIKE 'ix@_' || ?1 || '@_%' ESCAPE '@'))";
    let found = sql_query(query).bind::<Text, _>(table).load::<Named>(conn)?;
    Ok(found.into_iter().map(|found| found.name).collect())
}

#[derive(QueryableByName)]
struct Placed {
    #[diesel(sql_type = Text)]
    database: String,
    #[diesel(sql_type = Text)]
    id: String,
}

/// The name of a database on a server, and what it has in common with no other: the server, the database, and the schema in
/// which entropic's tables are.
pub(crate) fn place_of(conn: &mut Conn) -> QueryResult<Option<(String, String)>> {
    if backend_of(conn) == Backend::Sqlite {
        return Ok(None);
    }
    let query = "SELECT d.datname::text AS database, \
                 concat_ws('/', s.system_identifier, d.oid, \
                           (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('entropic_stores'))) AS id \
                 FROM pg_database d, pg_control_system() s WHERE d.datname = current_database()";
    let placed = sql_query(query).get_result::<Placed>(conn)?;
    Ok(Some((placed.database, placed.id)))
}
