//! Which results directory a store has: kept in the database from its first opening on.

use diesel::sql_types::Text;
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl, sql_query};

use crate::db::dialect::{bind, columns_of, exclusively};
use crate::db::{Conn, Db, DbError, RowError};
use crate::record::{TableSpec, Timestamp};

/// A results directory, as the database knows it.
#[derive(Debug, Clone, QueryableByName)]
pub(crate) struct KnownDirectory {
    /// What its mark says.
    #[diesel(sql_type = Text)]
    pub(crate) directory_id: String,
    /// The path under which it was opened when it became the store's.
    #[diesel(sql_type = Text)]
    pub(crate) path: String,
}

/// A directory that is to be the store's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Claiming<'a> {
    /// What its mark says.
    pub(crate) directory_id: &'a str,
    /// Its path.
    pub(crate) path: &'a str,
    /// Whether it takes the place of the one that is known.
    pub(crate) adopt: bool,
}

impl Db {
    /// The results directory of a store, if it has one.
    pub(crate) fn directory(&self, table: &TableSpec) -> Result<Option<KnownDirectory>, DbError> {
        self.with("look for the results directory", |conn| known(conn, table))
    }

    /// Makes a directory the store's unless it has one; the one that it has now.
    pub(crate) fn claim_directory(
        &self,
        table: &TableSpec,
        claiming: Claiming<'_>,
    ) -> Result<KnownDirectory, DbError> {
        self.with("note the results directory", |conn| {
            exclusively(conn, |conn| {
                match known(conn, table)? {
                    Some(known) if !claiming.adopt || known.directory_id == claiming.directory_id => {
                        return Ok(known);
                    }
                    Some(_) => {
                        let statement =
                            format!("DELETE FROM entropic_directories WHERE table_name = {}", bind(conn, 1));
                        sql_query(statement).bind::<Text, _>(table.name).execute(conn)?;
                    }
                    None => {}
                }
                let places: Vec<String> = (1..=4).map(|n| bind(conn, n)).collect();
                sql_query(format!(
                    "INSERT INTO entropic_directories (table_name, directory_id, path, noted_at) VALUES ({})",
                    places.join(", ")
                ))
                .bind::<Text, _>(table.name)
                .bind::<Text, _>(claiming.directory_id)
                .bind::<Text, _>(claiming.path)
                .bind::<Text, _>(Timestamp::now().to_string())
                .execute(conn)?;
                let (directory_id, path) = (claiming.directory_id.to_owned(), claiming.path.to_owned());
                Ok::<_, RowError>(KnownDirectory { directory_id, path })
            })
        })
    }

    /// Gives the store of a table a name of its own: the database is a copy, and takes the results directory over.
    pub(crate) fn rename_store(&self, table: &TableSpec) -> Result<String, DbError> {
        let id = uuid::Uuid::new_v4().to_string();
        self.with("name the store", |conn| {
            exclusively(conn, |conn| {
                let [a, b] = [1, 2].map(|n| bind(conn, n));
                sql_query(format!("UPDATE entropic_stores SET store_id = {a} WHERE table_name = {b}"))
                    .bind::<Text, _>(&id)
                    .bind::<Text, _>(table.name)
                    .execute(conn)?;
                Ok(())
            })
        })?;
        Ok(id)
    }
}

fn known(conn: &mut Conn, table: &TableSpec) -> Result<Option<KnownDirectory>, RowError> {
    if columns_of(conn, "entropic_directories")?.is_empty() {
        return Ok(None);
    }
    let query =
        format!("SELECT directory_id, path FROM entropic_directories WHERE table_name = {}", bind(conn, 1));
    Ok(sql_query(query).bind::<Text, _>(table.name).get_result::<KnownDirectory>(conn).optional()?)
}
