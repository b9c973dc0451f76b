//! The handle, and the one place where busy databases and lost connections are dealt with.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use diesel::RunQueryDsl;
use diesel::r2d2::Pool;

use super::dialect::{flushed, refuses_writes};
use super::file;
use super::network::on_network;
use super::pool::{self, Manager};
use super::signs::{is_busy, is_damaged, is_full, is_lost, is_read_only};
use super::writes::{SERVER_READS_ONLY, Writes, read_only};
use super::{Backend, Conn, DbError, DbOptions, DbUrl, PooledConn, RowError};

/// An open database.
pub struct Db {
    pool: Pool<Manager>,
    url: DbUrl,
    options: DbOptions,
    /// Why it could not be written when it was opened, if it was to be.
    unwritable: Option<String>,
    writes: Arc<Writes>,
}

impl Db {
    /// Opens a database. Makes the file of an embedded one if it is missing, and its directory if that is all that is
    /// missing of its path; makes no tables. A server that cannot be reached, or takes no more connections, is tried again
    /// until the patience is over.
    ///
    /// A database that cannot be written is opened to be read: [`is_read_only`](Self::is_read_only), and
    /// [`refuse_if_unwritable`](Self::refuse_if_unwritable) says why.
    ///
    /// # Errors
    /// [`DbError::NotCompiledIn`] (`is_unsupported`); [`DbError::Slashes`], [`DbError::MissingDirectory`],
    /// [`DbError::NoDirectory`] (`is_invalid_input`), before anything is made; [`DbError::NoDatabase`] (`is_not_found`);
    /// [`DbError::Refused`] (`is_invalid_input`, or `is_not_found` for a name that the server does not have);
    /// [`DbError::Connect`] (`is_transient`); [`DbError::Damaged`] (`is_corrupt`).
    pub fn open(url: DbUrl, options: DbOptions) -> Result<Self, DbError> {
        compiled_in(&url)?;
        let url = url
            .clone()
            .absolute()
            .map_err(|error| DbError::Url { url: url.to_string(), reason: error.to_string() })?;
        file::prepare(&url, options.read_only)?;
        let network = options.network.unwrap_or_else(|| url.path().is_some_and(on_network));
        if network && url.path().is_some() {
            tracing::warn!(%url, "SQLite on a network file system is for one host; for several use PostgreSQL");
        }
        let asked_to_write = !options.read_only;
        let mut unwritable = url.path().filter(|_| asked_to_write).and_then(file::unwritable);
        let mut options = DbOptions {
            network: Some(network),
            read_only: !asked_to_write || unwritable.is_some(),
            ..options
        };
        let writes = Arc::new(Writes::default());
        if !url.is_memory() {
            greet(&url, &options, &writes)?;
        }
        unwritable = unwritable.or_else(|| writes.refused());
        options.read_only |= unwritable.is_some();
        if let Some(reason) = &unwritable {
            tracing::warn!(%url, reason, "the database cannot be written: it is only read");
        }
        let pool = pool::pool(&url, &options, &writes)?;
        Ok(Self { pool, url, options, unwritable, writes })
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

    /// Whether nothing may be written, or nothing could be when it was opened.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.options.read_only
    }

    /// Refuses what would have to be written to a database that takes no writes, before it costs anything. Asks the
    /// database only while the last write was refused, or a new connection could not write.
    ///
    /// # Errors
    /// [`DbError::ReadOnly`] (`is_unsupported`). Not for a database that was opened to be read.
    pub fn refuse_if_unwritable(&self) -> Result<(), DbError> {
        if let Some(reason) = &self.unwritable {
            return Err(read_only(&self.url, reason.clone()));
        }
        if self.writes.refused().is_none() {
            return Ok(());
        }
        if self.with("find out whether it can be written", |conn| Ok(refuses_writes(conn)?))? {
            self.writes.note(Some(SERVER_READS_ONLY.to_owned()));
            return Err(read_only(&self.url, SERVER_READS_ONLY.to_owned()));
        }
        self.writes.note(None);
        Ok(())
    }

    /// What is known of its being written.
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "only a session of its own needs them"))]
    pub(super) fn writes(&self) -> &Arc<Writes> {
        &self.writes
    }

    pub(super) fn options(&self) -> &DbOptions {
        &self.options
    }

    fn checkout(&self) -> Result<PooledConn, DbError> {
        self.pool.get().map(PooledConn).map_err(|_| {
            // The pool only knows that time ran out; a connection of our own tells why. In memory there is but one.
            let why = (!self.url.is_memory())
                .then(|| pool::connect(&self.url, &self.options, &self.writes).err())
                .flatten();
            match why {
                Some(error) => pool::failed(&self.url, error, self.options.patience),
                None => DbError::Exhausted {
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
        let start = Instant::now();
        loop {
            let mut pooled = self.checkout()?;
            if self.backend() == Backend::Sqlite {
                return Ok(pooled);
            }
            let Err(source) = diesel::sql_query("SELECT 1").execute(&mut *pooled) else { return Ok(pooled) };
            pooled.0.lost = true;
            let seconds = start.elapsed().as_secs_f64();
            if start.elapsed() >= self.options.patience {
                let what = "get a connection";
                return Err(DbError::Busy { url: self.url.to_string(), what, seconds, source });
            }
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
                return Err(DbError::Damaged { url: url(), source: error });
            }
            if is_read_only(&error) {
                // A connection that cannot write stays so when the file can be written again.
                pooled.0.lost = !self.url.is_memory();
                self.writes.note(Some(error.to_string()));
                return Err(read_only(&self.url, error.to_string()));
            }
            if is_full(&error) {
                return Err(DbError::Full { url: url(), what, source: error });
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
        if self.url.path().is_some()
            && !self.options.read_only
            && let Some(mut pooled) = self.pool.try_get()
        {
            // It is only tidiness.
            let _ = flushed(&mut pooled.conn);
        }
    }
}

/// Finds out at once whether there is a database; the pool would try for its whole time-out and keep the reason to itself.
fn greet(url: &DbUrl, options: &DbOptions, writes: &Writes) -> Result<(), DbError> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(20);
    loop {
        let error = match pool::connect(url, options, writes) {
            Ok(_) => return Ok(()),
            Err(error) => error,
        };
        let left = options.patience.saturating_sub(start.elapsed());
        if left.is_zero() || !pool::may_pass(url, &error) {
            return Err(pool::failed(url, error, start.elapsed()));
        }
        if pause < Duration::from_millis(30) {
            tracing::warn!(%url, %error, patience = ?options.patience, "no connection; trying again");
        }
        thread::sleep(pause.min(left));
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}

fn compiled_in(url: &DbUrl) -> Result<(), DbError> {
    let backend = url.backend();
    let there = match backend {
        Backend::Sqlite => cfg!(feature = "sqlite"),
        Backend::Postgres => cfg!(feature = "postgres"),
    };
    if there {
        Ok(())
    } else {
        Err(DbError::NotCompiledIn { url: url.to_string(), backend, feature: backend.name() })
    }
}
