//! The handle, and the one place where busy databases and lost connections are dealt with.

use std::thread;
use std::time::{Duration, Instant};

use diesel::RunQueryDsl;
use diesel::r2d2::Pool;

use super::error::{is_busy, is_damaged, is_lost};
use super::network::on_network;
use super::pool::{self, Manager};
use super::{Backend, Conn, DbError, DbUrl, PooledConn, RowError};

/// When a commit counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// When it survives a power cut.
    Full,
    /// When it survives the process.
    Normal,
}

/// How a database is opened.
#[derive(Debug, Clone)]
pub struct DbOptions {
    /// Nothing is written, nothing is made.
    pub read_only: bool,
    /// When a commit counts as done.
    pub synchronous: Synchronous,
    /// The most connections at a time.
    pub pool_size: u32,
    /// How long a busy or vanished database is tried again before the caller hears of it.
    pub patience: Duration,
    /// Whether the database file lies on a network file system; found out if not said.
    pub network: Option<bool>,
}

impl Default for DbOptions {
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(4, |cores| cores.get());
        Self {
            read_only: false,
            synchronous: Synchronous::Full,
            pool_size: u32::try_from(cores.saturating_add(1)).unwrap_or(16),
            patience: Duration::from_secs(30),
            network: None,
        }
    }
}

/// An open database.
pub struct Db {
    pool: Pool<Manager>,
    url: DbUrl,
    options: DbOptions,
}

impl Db {
    /// Opens a database. Makes the file of an embedded one if it is missing; makes no tables.
    ///
    /// # Errors
    /// [`DbError::NotCompiledIn`] (`is_unsupported`), [`DbError::NoFolder`] (`is_invalid_input`),
    /// [`DbError::NoDatabase`] (`is_not_found`), [`DbError::Connect`] (`is_transient`), [`DbError::Damaged`]
    /// (`is_corrupt`).
    pub fn open(url: DbUrl, options: DbOptions) -> Result<Self, DbError> {
        compiled_in(&url)?;
        let url = url
            .clone()
            .absolute()
            .map_err(|error| DbError::Url { url: url.to_string(), reason: error.to_string() })?;
        if let Some(path) = url.path() {
            let folder = path.parent().unwrap_or(path);
            if options.read_only && !path.is_file() {
                return Err(DbError::NoDatabase { path: path.to_owned() });
            }
            if !options.read_only
                && let Err(source) = std::fs::create_dir_all(folder)
            {
                return Err(DbError::NoFolder { folder: folder.to_owned(), path: path.to_owned(), source });
            }
        }
        let network = options.network.unwrap_or_else(|| url.path().is_some_and(on_network));
        if network && url.path().is_some() {
            tracing::warn!(%url, "SQLite on a network file system is for one host; for several use PostgreSQL");
        }
        let options = DbOptions { network: Some(network), ..options };
        let pool = pool::pool(&url, &options)?;
        let db = Self { pool, url, options };
        db.greet()?;
        Ok(db)
    }

    /// Finds out at once whether there is a database; the pool would try for its whole time-out and keep the
    /// reason to itself.
    fn greet(&self) -> Result<(), DbError> {
        if self.url.is_memory() {
            return Ok(());
        }
        pool::connect(&self.url, &self.options).map(drop).map_err(|error| match error {
            pool::ManagerError::Setup(error) if is_damaged(&error) => {
                DbError::Damaged { url: self.url.to_string(), reason: error.to_string() }
            }
            other => DbError::Connect { url: self.url.to_string(), reason: other.to_string() },
        })
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> &DbUrl {
        &self.url
    }

    /// The kind of database.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.url.backend()
    }

    /// Whether nothing may be written.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.options.read_only
    }

    pub(super) fn options(&self) -> &DbOptions {
        &self.options
    }

    fn checkout(&self) -> Result<PooledConn, DbError> {
        self.pool.get().map(PooledConn).map_err(|_| {
            // The pool only knows that time ran out; a connection of our own tells why.
            match self.greet() {
                Err(error) => error,
                Ok(()) => DbError::Exhausted {
                    url: self.url.to_string(),
                    seconds: self.options.patience.as_secs_f64(),
                },
            }
        })
    }

    /// A connection that is alive.
    ///
    /// # Errors
    /// [`DbError::Connect`] or [`DbError::Exhausted`] (`is_transient`).
    pub fn connection(&self) -> Result<PooledConn, DbError> {
        loop {
            let mut pooled = self.checkout()?;
            if self.backend() == Backend::Sqlite
                || diesel::sql_query("SELECT 1").execute(&mut *pooled).is_ok()
            {
                return Ok(pooled);
            }
            pooled.0.lost = true;
        }
    }

    /// Runs a job on a connection. When the database is busy or the connection was lost the job is run again,
    /// so it must be one that may be run twice.
    ///
    /// # Errors
    /// [`DbError::Busy`] (`is_transient`) after the budget, or what the job gave.
    pub fn with<R>(
        &self,
        what: &'static str,
        mut job: impl FnMut(&mut Conn) -> Result<R, RowError>,
    ) -> Result<R, DbError> {
        let start = Instant::now();
        let mut pause = Duration::from_millis(2);
        loop {
            let mut pooled = self.checkout()?;
            let error = match job(&mut pooled) {
                Ok(value) => return Ok(value),
                Err(RowError::Record(error)) => return Err(error.into()),
                Err(RowError::Db(error)) => return Err(error),
                Err(RowError::Diesel(error)) => error,
            };
            let lost = is_lost(&error);
            pooled.0.lost = lost;
            let url = || self.url.to_string();
            if is_damaged(&error) {
                return Err(DbError::Damaged { url: url(), reason: error.to_string() });
            }
            if !lost && !is_busy(&error) {
                return Err(DbError::Query { url: url(), what, source: error });
            }
            if start.elapsed() >= self.options.patience {
                return Err(DbError::Busy {
                    url: url(),
                    what,
                    seconds: start.elapsed().as_secs_f64(),
                    source: error,
                });
            }
            tracing::debug!(what, %error, "trying again");
            drop(pooled);
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    }
}

impl Drop for Db {
    /// Leaves the rows of an embedded database in its own file, as far as nobody else reads just now: whoever copies
    /// the file alone shall have them.
    fn drop(&mut self) {
        if self.backend() == Backend::Sqlite && !self.options.read_only && !self.url.is_memory() {
            use diesel::connection::SimpleConnection;
            if let Some(mut pooled) = self.pool.try_get() {
                // It is only tidiness.
                let _ = pooled.conn.batch_execute("PRAGMA wal_checkpoint(PASSIVE)");
            }
        }
    }
}

fn compiled_in(url: &DbUrl) -> Result<(), DbError> {
    let (there, feature) = match url.backend() {
        Backend::Sqlite => (cfg!(feature = "sqlite"), "sqlite"),
        Backend::Postgres => (cfg!(feature = "postgres"), "postgres"),
    };
    if there {
        Ok(())
    } else {
        Err(DbError::NotCompiledIn { url: url.to_string(), backend: url.backend(), feature })
    }
}
