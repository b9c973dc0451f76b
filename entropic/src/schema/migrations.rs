//! entropic's own migrations: a named set for each module that has tables.
//!
//! The table `entropic_migrations` lists the applied migrations: `<version>` for the base set, `<set>/<version>` for any
//! other. A program applies the sets that it uses, and refuses a database only if one of these sets is newer than the
//! program. A program that was built without a module, or before the module existed, still opens its store.

use diesel::prelude::*;

use super::tables::entropic_migrations;
use crate::db::dialect::{Scripts, columns_of, exclusively, scripts};
use crate::db::{Conn, Db, DbError, RowError};
use crate::fault;
use crate::record::Timestamp;

/// The migrations of a module.
pub(crate) struct MigrationSet {
    /// The name of the set; `None` for the base set.
    name: Option<&'static str>,
    scripts: Scripts,
}

/// The tables that every store needs: applied migrations, names of stores, schemas, failures, results directories.
pub(crate) const BASE: MigrationSet =
    MigrationSet { name: None, scripts: scripts!("migrations/base/sqlite", "migrations/base/postgres") };

impl MigrationSet {
    /// Returns a version in the form of `entropic_migrations`.
    fn qualified(&self, version: &str) -> String {
        self.name.map_or_else(|| version.to_owned(), |name| format!("{name}/{version}"))
    }

    /// Returns whether an applied version belongs to this set.
    fn owns(&self, applied: &str) -> bool {
        applied.split_once('/').map(|(name, _)| name) == self.name
    }
}

impl Db {
    /// Applies the missing migrations of a set, once even if several processes call it. Apply the base set first.
    ///
    /// # Errors
    /// [`DbError::Newer`] (`is_unsupported`) if a newer version of entropic has changed these tables. Nothing is changed
    /// in this case.
    pub(crate) fn migrate(&self, set: &MigrationSet) -> Result<(), DbError> {
        if self.with("look for entropic's tables", |conn| Ok(self.pending(conn, set)?.is_empty()))?
            || self.is_read_only()
        {
            return Ok(());
        }
        self.with("make entropic's tables", |conn| {
            exclusively(conn, |conn| {
                let migrations = set.scripts.of(conn).map_err(|error| self.migration_failed(error))?;
                let versions = migrations.versions();
                for at in self.pending(conn, set)? {
                    migrations.run(at, conn).map_err(|error| self.migration_failed(error))?;
                    let applied = (
                        entropic_migrations::version.eq(set.qualified(&versions[at])),
                        entropic_migrations::run_at.eq(Timestamp::now().to_string()),
                    );
                    diesel::insert_into(entropic_migrations::table).values(applied).execute(conn)?;
                    fault::at("own-table");
                }
                Ok::<_, RowError>(())
            })
        })
    }

    /// Returns the indexes of the set's migrations that have not been applied.
    fn pending(&self, conn: &mut Conn, set: &MigrationSet) -> Result<Vec<usize>, RowError> {
        let applied: Vec<String> = if columns_of(conn, "entropic_migrations")?.is_empty() {
            Vec::new()
        } else {
            entropic_migrations::table
                .select(entropic_migrations::version)
                .order(entropic_migrations::version)
                .load(conn)?
        };
        let migrations = set.scripts.of(conn).map_err(|error| self.migration_failed(error))?;
        let versions: Vec<String> =
            migrations.versions().iter().map(|version| set.qualified(version)).collect();
        if let Some(unknown) = applied.iter().find(|version| set.owns(version) && !versions.contains(version))
        {
            let known = versions.last().cloned().unwrap_or_default();
            let what = format!("the database `{}`", self.url());
            return Err(DbError::Newer { what, format: unknown.clone(), known }.into());
        }
        Ok((0..versions.len()).filter(|at| !applied.contains(&versions[*at])).collect())
    }

    fn migration_failed(&self, source: Box<dyn std::error::Error + Send + Sync>) -> DbError {
        DbError::OwnTables { url: self.url().to_string(), source }
    }
}

#[cfg(all(test, feature = "sqlite"))]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::db::DbOptions;

    const NOTES: MigrationSet = MigrationSet {
        name: Some("notes"),
        scripts: scripts!("tests/golden/migrations/sqlite", "tests/golden/migrations/postgres"),
    };

    fn applied(db: &Db) -> Vec<String> {
        let versions = entropic_migrations::table.select(entropic_migrations::version);
        db.with("list", |conn| Ok(versions.order(entropic_migrations::version).load(conn)?)).unwrap()
    }

    #[test]
    fn each_module_has_its_own_set() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(dir.path().join("runs.db").into(), DbOptions::default()).unwrap();
        db.migrate(&BASE).unwrap();
        let base = applied(&db);
        db.migrate(&NOTES).unwrap();
        db.migrate(&NOTES).unwrap();
        assert_eq!(applied(&db), [base, vec!["notes/20260101000000".to_owned()]].concat());

        // A later version of the module only affects programs that use the module.
        let later = (entropic_migrations::version.eq("notes/2099"), entropic_migrations::run_at.eq("2099"));
        let insert = diesel::insert_into(entropic_migrations::table).values(later);
        db.with("insert", |conn| Ok(insert.execute(conn)?)).unwrap();
        db.migrate(&BASE).unwrap();
        let error = db.migrate(&NOTES).unwrap_err();
        assert!(matches!(&error, DbError::Newer { format, .. } if format == "notes/2099"), "{error}");
    }
}
