//! The name a store goes by.

use diesel::prelude::*;

use super::tables::entropic_stores;
use crate::db::dialect::{columns_of, exclusively};
use crate::db::{Conn, Db, DbError, RowError};
use crate::record::{TableSpec, Timestamp};

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
            let named = entropic_stores::table.find(table.name).select(entropic_stores::store_id);
            Ok(named.first(conn).optional()?)
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
                let named = (
                    entropic_stores::table_name.eq(table.name),
                    entropic_stores::store_id.eq(&id),
                    entropic_stores::created_at.eq(Timestamp::now().to_string()),
                );
                diesel::insert_into(entropic_stores::table).values(named).execute(conn)?;
                Ok::<_, RowError>(StoreName { id, fresh: true })
            })
        })?;
        Ok(Some(name))
    }
}
