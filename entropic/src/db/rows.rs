//! What can be asked of the rows of any table, and changed in them.
//!
//! The version of a row is what its `result_file` says. Every change of a row that another process could have made meanwhile
//! names the version that it saw, and does nothing if the row has another one.

use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::path::Path;

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl, sql_query};

use super::dialect::{Version, bind, flushed, quoted, text, versions_of};
use super::{Backend, Conn, Db, DbError, MultiBackend, Synchronous};
use crate::record::TableSpec;

/// How many rows are read together.
const PAGE: usize = 10_000;

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = Text)]
    id: String,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// The version of one row. SQL that Diesel is given as text is prepared again each time; this is kept prepared.
#[derive(Debug)]
struct VersionOf<'a> {
    table: &'a str,
    id: &'a str,
}

impl QueryFragment<MultiBackend> for VersionOf<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        out.push_sql("SELECT ");
        out.push_identifier("result_file")?;
        out.push_sql(" FROM ");
        out.push_identifier(self.table)?;
        out.push_sql(" WHERE ");
        out.push_identifier("id")?;
        out.push_sql(" = ");
        out.push_bind_param::<Text, _>(self.id)
    }
}

/// None that holds for all tables.
impl QueryId for VersionOf<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for VersionOf<'_> {
    type SqlType = Text;
}

impl RunQueryDsl<Conn> for VersionOf<'_> {}

impl Db {
    /// What the row of an id says about its result, whether or not the rest of it can be read.
    pub(crate) fn version(&self, table: &TableSpec, id: &str) -> Result<Option<String>, DbError> {
        self.with("look a run up", |conn| {
            Ok(VersionOf { table: table.name, id }.get_result::<String>(conn).optional()?)
        })
    }

    /// The same for many ids.
    pub(crate) fn versions(
        &self,
        table: &TableSpec,
        ids: &[String],
    ) -> Result<HashMap<String, String>, DbError> {
        let found = self.with("look runs up", |conn| Ok(versions_of(conn, table.name, ids)?))?;
        Ok(found.into_iter().map(|found| (found.id, found.result_file)).collect())
    }

    /// What the rows say that name a result of one of some file names, whatever directory they name. Reads the whole table.
    pub(crate) fn naming(&self, table: &TableSpec, names: &HashSet<&OsStr>) -> Result<Vec<String>, DbError> {
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.with("look for results", |conn| {
                let query = format!(
                    "SELECT \"id\", \"result_file\" FROM {} WHERE \"id\" > {} ORDER BY \"id\" LIMIT {PAGE}",
                    quoted(table.name),
                    bind(conn, 1)
                );
                Ok(sql_query(query).bind::<Text, _>(&after).load::<Version>(conn)?)
            })?;
            let Some(last) = page.last() else { return Ok(found) };
            last.id.clone_into(&mut after);
            let versions = page.into_iter().map(|row| row.result_file);
            found.extend(
                versions.filter(|version| {
                    Path::new(version).file_name().is_some_and(|name| names.contains(name))
                }),
            );
        }
    }

    /// Removes a row of that version; whether there was one.
    pub(crate) fn delete(&self, table: &TableSpec, id: &str, seen: &str) -> Result<bool, DbError> {
        self.with("delete the row", |conn| {
            let [a, b] = [1, 2].map(|n| bind(conn, n));
            let table = quoted(table.name);
            let query = format!("DELETE FROM {table} WHERE \"id\" = {a} AND \"result_file\" = {b}");
            Ok(sql_query(query).bind::<Text, _>(id).bind::<Text, _>(seen).execute(conn)? > 0)
        })
    }

    /// Gives a row of that version another key, and the path that goes with it; whether there was one.
    pub(crate) fn rekey(
        &self,
        table: &TableSpec,
        (from, to): (&str, &str),
        (seen, path): (&str, &str),
    ) -> Result<bool, DbError> {
        self.with("give a run another key", |conn| {
            let [a, b, c, d] = [1, 2, 3, 4].map(|n| bind(conn, n));
            let table = quoted(table.name);
            let query = format!(
                "UPDATE {table} SET \"id\" = {a}, \"result_file\" = {b} WHERE \"id\" = {c} AND \"result_file\" = {d}"
            );
            let changed = sql_query(query).bind::<Text, _>(to).bind::<Text, _>(path);
            Ok(changed.bind::<Text, _>(from).bind::<Text, _>(seen).execute(conn)? > 0)
        })
    }

    /// Whether it can crash while this process lives, and with it lose what another process has committed.
    pub(crate) fn is_server(&self) -> bool {
        self.backend() == Backend::Postgres
    }

    /// Whether a commit may be lost with a crash of the server.
    pub(crate) fn may_lose_commits(&self) -> bool {
        self.is_server() && self.options().synchronous == Synchronous::Normal
    }

    /// Makes sure that what was committed survives a crash of the server, or a power cut; whether it could be made sure
    /// now.
    pub(crate) fn flush(&self) -> Result<bool, DbError> {
        self.with("make sure that rows are on the disk", |conn| Ok(flushed(conn)?))
    }

    /// How many rows a table has.
    pub(crate) fn count(&self, table: &TableSpec) -> Result<u64, DbError> {
        self.count_with(&format!("SELECT count(*) AS n FROM {}", quoted(table.name)))
    }

    /// How many rows a table has that were made at a moment or later.
    pub(crate) fn count_since(&self, table: &TableSpec, moment: &str) -> Result<u64, DbError> {
        let (table, moment) = (quoted(table.name), text(moment));
        self.count_with(&format!("SELECT count(*) AS n FROM {table} WHERE \"created_at\" >= {moment}"))
    }

    fn count_with(&self, query: &str) -> Result<u64, DbError> {
        self.with("count the rows", |conn| {
            let counted = sql_query(query).get_result::<Counted>(conn)?;
            Ok(u64::try_from(counted.n).unwrap_or(0))
        })
    }

    /// The keys of all rows, in the order of (created_at, id).
    pub(crate) fn ids(&self, table: &TableSpec) -> Result<Vec<String>, DbError> {
        let query = format!("SELECT \"id\" FROM {} ORDER BY \"created_at\", \"id\"", quoted(table.name));
        self.with("list the keys", |conn| {
            Ok(sql_query(&query).load::<Key>(conn)?.into_iter().map(|key| key.id).collect())
        })
    }
}
