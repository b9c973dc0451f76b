//! Entropic's own tables, beside the user's: `entropic_stores` and `entropic_schemas`, made by the migrations of this
//! crate, and `entropic_migrations`, which remembers those. (Diesel's own memory, `__diesel_schema_migrations`, is the
//! user's.)

use diesel::migration::{Migration, MigrationSource};
use diesel::sql_types::Text;
use diesel::{OptionalExtension, QueryableByName, RunQueryDsl, sql_query};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use serde_json::Value;

use super::dialect::{bind, columns_of, exclusively};
use super::shape::{FORMAT, Written};
use super::{Conn, Db, DbError, RowError};
use crate::record::Timestamp;

#[cfg(feature = "sqlite")]
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
#[cfg(feature = "postgres")]
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

#[derive(QueryableByName)]
struct SchemaText {
    #[diesel(sql_type = Text)]
    written: String,
}

/// A migration for one backend.
type Boxed<DB> = Box<dyn Migration<DB>>;

/// The migrations of a connection's backend, each with its version.
enum Migrations {
    #[cfg(feature = "sqlite")]
    Sqlite(Vec<Boxed<diesel::sqlite::Sqlite>>),
    #[cfg(feature = "postgres")]
    Postgres(Vec<Boxed<diesel::pg::Pg>>),
}

impl Migrations {
    fn of(conn: &Conn) -> diesel::migration::Result<Self> {
        Ok(match conn {
            #[cfg(feature = "sqlite")]
            Conn::Sqlite(_) => Self::Sqlite(SQLITE.migrations()?),
            #[cfg(feature = "postgres")]
            Conn::Postgres(_) => Self::Postgres(POSTGRES.migrations()?),
        })
    }

    fn versions(&self) -> Vec<String> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(all) => all.iter().map(|migration| migration.name().version().to_string()).collect(),
            #[cfg(feature = "postgres")]
            Self::Postgres(all) => {
                all.iter().map(|migration| migration.name().version().to_string()).collect()
            }
        }
    }

    fn run(&self, at: usize, conn: &mut Conn) -> diesel::migration::Result<()> {
        match (self, conn) {
            #[cfg(feature = "sqlite")]
            (Self::Sqlite(all), Conn::Sqlite(conn)) => all[at].run(conn),
            #[cfg(feature = "postgres")]
            (Self::Postgres(all), Conn::Postgres(conn)) => all[at].run(conn),
            #[cfg(all(feature = "sqlite", feature = "postgres"))]
            _ => Ok(()),
        }
    }
}

impl Db {
    /// Makes what is missing of entropic's own tables, once.
    ///
    /// # Errors
    /// [`DbError::Newer`] (`is_unsupported`) for a database that a later entropic has used; nothing is changed then.
    pub(crate) fn own_tables(&self) -> Result<(), DbError> {
        if self.with("look for entropic's tables", |conn| Ok(self.pending(conn)?.is_empty()))?
            || self.is_read_only()
        {
            return Ok(());
        }
        self.with("make entropic's tables", |conn| {
            exclusively(conn, |conn| {
                let pending = self.pending(conn)?;
                let migrations =
                    Migrations::of(conn).map_err(|error| self.migration_failed(error.as_ref()))?;
                let versions = migrations.versions();
                for at in pending {
                    migrations.run(at, conn).map_err(|error| self.migration_failed(error.as_ref()))?;
                    let places = [bind(conn, 1), bind(conn, 2)].join(", ");
                    sql_query(format!("INSERT INTO entropic_migrations (version, run_at) VALUES ({places})"))
                        .bind::<Text, _>(&versions[at])
                        .bind::<Text, _>(Timestamp::now().to_string())
                        .execute(conn)?;
                }
                Ok::<_, RowError>(())
            })
        })
    }

    /// The places of the migrations that were not applied yet.
    fn pending(&self, conn: &mut Conn) -> Result<Vec<usize>, RowError> {
        let applied: Vec<String> = if columns_of(conn, "entropic_migrations")?.is_empty() {
            Vec::new()
        } else {
            let query = "SELECT version FROM entropic_migrations ORDER BY version";
            sql_query(query).load::<Applied>(conn)?.into_iter().map(|applied| applied.version).collect()
        };
        let migrations = Migrations::of(conn).map_err(|error| self.migration_failed(error.as_ref()))?;
        let versions = migrations.versions();
        if let Some(unknown) = applied.iter().find(|version| !versions.contains(version)) {
            return Err(DbError::Newer { url: self.url().to_string(), version: unknown.clone() }.into());
        }
        Ok((0..versions.len()).filter(|at| !applied.contains(&versions[*at])).collect())
    }

    fn migration_failed(&self, error: &dyn std::error::Error) -> DbError {
        DbError::OwnTables { url: self.url().to_string(), reason: error.to_string() }
    }
}

/// What a table was written with, if that is known.
pub(super) fn written(conn: &mut Conn, table: &str) -> Result<Option<Written>, RowError> {
    if columns_of(conn, "entropic_schemas")?.is_empty() {
        return Ok(None);
    }
    let query = format!("SELECT written FROM entropic_schemas WHERE table_name = {}", bind(conn, 1));
    let found = sql_query(query).bind::<Text, _>(table).get_result::<SchemaText>(conn).optional()?;
    Ok(found.map(|found| parsed(&found.written, table)).transpose()?)
}

/// What a table was written with, from its text.
fn parsed(text: &str, table: &str) -> Result<Written, DbError> {
    let wrong = |error: serde_json::Error| DbError::WrittenSchema {
        table: table.to_owned(),
        reason: error.to_string(),
    };
    let written: Value = serde_json::from_str(text).map_err(wrong)?;
    known_format(&written, table)?;
    serde_json::from_value(written).map_err(wrong)
}

/// Refuses what a later version wrote, however it looks otherwise.
pub(super) fn known_format(written: &Value, table: &str) -> Result<(), DbError> {
    match written["format"].as_u64() {
        Some(format) if format > u64::from(FORMAT) => {
            Err(DbError::NewerSchema { table: table.to_owned(), format, known: FORMAT })
        }
        _ => Ok(()),
    }
}

/// Remembers what a table is written with.
pub(super) fn remember(conn: &mut Conn, table: &str, written: &Written) -> Result<(), RowError> {
    let text = serde_json::to_string(written)
        .map_err(|error| DbError::WrittenSchema { table: table.to_owned(), reason: error.to_string() })?;
    sql_query(remembering([1, 2, 3].map(|n| bind(conn, n))))
        .bind::<Text, _>(table)
        .bind::<Text, _>(text)
        .bind::<Text, _>(Timestamp::now().to_string())
        .execute(conn)?;
    Ok(())
}

/// The statement that remembers what a table is written with: its name, the text, the moment.
pub(super) fn remembering(values: [String; 3]) -> String {
    format!(
        "INSERT INTO entropic_schemas (table_name, written, written_at) VALUES ({})\n    \
         ON CONFLICT (table_name) DO UPDATE SET written = excluded.written, written_at = excluded.written_at",
        values.join(", ")
    )
}

/// The statement that makes the table for it, for those who run it themselves: that of this crate's own migration, which
/// is the same on both backends.
pub(super) fn schemas_table() -> String {
    let script = include_str!("../../../migrations/sqlite/2026-11-21-120000_schemas/up.sql");
    let statement: Vec<&str> = script.lines().filter(|line| !line.starts_with("--")).collect();
    statement.join("\n").trim_end_matches(';').to_owned()
}
