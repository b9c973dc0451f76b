//! The name a store goes by.

use diesel::prelude::*;

use super::tables::entropic_stores;
use crate::db::dialect::{columns_of, exclusively};
use crate::db::{Conn, Db, DbError, RowError};
use crate::record::{TableSpec, Timestamp};

/// What a store is called, and since when.
#[derive(Debug, Clone)]
pub(crate) struct StoreName {
    /// Told apart from every other (database, table).
    pub(crate) id: String,
    /// When it was given.
    pub(crate) given_at: String,
}

impl Db {
    /// The name that this (database, table) goes by; given once, by whoever comes first. A read-only database
    /// that has none gives none.
    pub(crate) fn store_name(&self, table: &TableSpec) -> Result<Option<StoreName>, DbError> {
        let known = |conn: &mut Conn| -> Result<Option<StoreName>, RowError> {
            if columns_of(conn, "entropic_stores")?.is_empty() {
                return Ok(None);
            }
            let named = entropic_stores::table.find(table.name);
            let named = named.select((entropic_stores::store_id, entropic_stores::created_at));
            let named: Option<(String, String)> = named.first(conn).optional()?;
            Ok(named.map(|(id, given_at)| StoreName { id, given_at }))
        };
        if let Some(name) = self.with("read the store's name", known)? {
            return Ok(Some(name));
        }
        if self.is_read_only() {
            return Ok(None);
        }
        let name = self.with("name the store", |conn| {
            exclusively(conn, |conn| {
                if let Some(name) = known(conn)? {
                    return Ok(name);
                }
                let name = StoreName {
                    id: uuid::Uuid::new_v4().to_string(),
                    given_at: Timestamp::now().to_string(),
                };
                let named = (
                    entropic_stores::table_name.eq(table.name),
                    entropic_stores::store_id.eq(&name.id),
                    entropic_stores::created_at.eq(&name.given_at),
                );
                diesel::insert_into(entropic_stores::table).values(named).execute(conn)?;
                Ok::<_, RowError>(name)
            })
        })?;
        Ok(Some(name))
    }
}
