//! Migrations that are compiled in, for each backend.

use diesel::migration::{Migration, MigrationSource, Result};
use diesel_migrations::EmbeddedMigrations;

use super::super::Conn;

/// The scripts of a set of migrations.
pub(crate) struct Scripts {
    #[cfg(feature = "sqlite")]
    pub(crate) sqlite: EmbeddedMigrations,
    #[cfg(feature = "postgres")]
    pub(crate) postgres: EmbeddedMigrations,
}

/// Embeds the scripts in two directories of this package.
macro_rules! scripts {
    ($sqlite:literal, $postgres:literal) => {
        $crate::db::dialect::Scripts {
            #[cfg(feature = "sqlite")]
            sqlite: diesel_migrations::embed_migrations!($sqlite),
            #[cfg(feature = "postgres")]
            postgres: diesel_migrations::embed_migrations!($postgres),
        }
    };
}

pub(crate) use scripts;

impl Scripts {
    /// The migrations for a connection's backend, in the order in which they are applied.
    pub(crate) fn of(&self, conn: &Conn) -> Result<Migrations> {
        Ok(match conn {
            #[cfg(feature = "sqlite")]
            Conn::Sqlite(_) => Migrations::Sqlite(self.sqlite.migrations()?),
            #[cfg(feature = "postgres")]
            Conn::Postgres(_) => Migrations::Postgres(self.postgres.migrations()?),
        })
    }
}

/// A migration for one backend.
type Boxed<DB> = Box<dyn Migration<DB>>;

/// The migrations of a set for one backend.
pub(crate) enum Migrations {
    #[cfg(feature = "sqlite")]
    Sqlite(Vec<Boxed<diesel::sqlite::Sqlite>>),
    #[cfg(feature = "postgres")]
    Postgres(Vec<Boxed<diesel::pg::Pg>>),
}

impl Migrations {
    /// The version of each.
    pub(crate) fn versions(&self) -> Vec<String> {
        fn of<DB: diesel::backend::Backend>(all: &[Boxed<DB>]) -> Vec<String> {
            all.iter().map(|migration| migration.name().version().to_string()).collect()
        }
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(all) => of(all),
            #[cfg(feature = "postgres")]
            Self::Postgres(all) => of(all),
        }
    }

    /// Runs the one at a place.
    pub(crate) fn run(&self, at: usize, conn: &mut Conn) -> Result<()> {
        match (self, conn) {
            #[cfg(feature = "sqlite")]
            (Self::Sqlite(all), Conn::Sqlite(conn)) => all[at].run(conn),
            #[cfg(feature = "postgres")]
            (Self::Postgres(all), Conn::Postgres(conn)) => all[at].run(conn),
            #[cfg(all(feature = "sqlite", feature = "postgres"))]
            _ => Err("the migrations are those of another backend".into()),
        }
    }
}
