//! The name a store goes by, and what can be asked of any table.

use diesel::sql_types::{BigInt, Text};
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl, sql_query};

use super::ddl::quoted;
use super::dialect::{bind, columns_of, exclusively};
use super::{Conn, Db, DbError, RowError};
use crate::record::{TableSpec, Timestamp};

#[derive(QueryableByName)]
struct StoreId {
    #[diesel(sql_type = Text)]
    store_id: String,
}

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

/// What a store is called, and whether it was new.
#[derive(Debug, Clone)]
pub(crate) struct StoreName {
    /// Told apart from every other (database, table).
    pub(crate) id: String,
    /// Whether the name was given just now.
    pub(crate) fresh: bool,
}

impl Db {
    /// The name that this (database, table) goes by; given once, by whoever comes first. A read-only database
    /// that has none gives none.
    pub(crate) fn store_name(&self, table: &TableSpec) -> Result<Option<StoreName>, DbError> {
        let known = |conn: &mut Conn| -> Result<Option<String>, RowError> {
            if columns_of(conn, "entropic_stores")?.is_empty() {
                return Ok(None);
            }
            let query = format!("SELECT store_id FROM entropic_stores WHERE table_name = {}", bind(conn, 1));
            let found =
                sql_query(query).bind::<Text, _>(table.name).get_result::<StoreId>(conn).optional()?;
            Ok(found.map(|found| found.store_id))
        };
        if let Some(id) = self.with("read the store's name", known)? {
            return Ok(Some(StoreName { id, fresh: false }));
        }
        if self.is_read_only() {
            return Ok(None);
        }
        let name = self.with("name the store", |conn| {
            exclusively(conn, |conn| {
                if let Some(id) = known(conn)? {
                    return Ok(StoreName { id, fresh: false });
                }
                let id = uuid::Uuid::new_v4().to_string();
                let places: Vec<String> = (1..=3).map(|n| bind(conn, n)).collect();
                let query = format!(
                    "INSERT INTO entropic_stores (table_name, store_id, created_at) VALUES ({})",
                    places.join(", ")
                );
                sql_query(query)
                    .bind::<Text, _>(table.name)
                    .bind::<Text, _>(&id)
                    .bind::<Text, _>(Timestamp::now().to_string())
                    .execute(conn)?;
                Ok::<_, RowError>(StoreName { id, fresh: true })
            })
        })?;
        Ok(Some(name))
    }

    /// How many rows a table has.
    pub(crate) fn count(&self, table: &TableSpec) -> Result<u64, DbError> {
        let query = format!("SELECT count(*) AS n FROM {}", quoted(table.name));
        self.with("count the rows", |conn| {
            let counted = sql_query(&query).get_result::<Counted>(conn)?;
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
