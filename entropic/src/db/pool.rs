//! Connections, set up in one place.

use std::ops::{Deref, DerefMut};

use diesel::ConnectionError;
use diesel::connection::SimpleConnection;
use diesel::r2d2::{ManageConnection, Pool, PooledConnection};

use super::{Conn, DbError, DbOptions, DbUrl, Synchronous};

/// A connection of the pool; goes back when dropped. Derefs to [`Conn`].
pub struct PooledConn(pub(super) PooledConnection<Manager>);

impl Deref for PooledConn {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.0.conn
    }
}

impl DerefMut for PooledConn {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0.conn
    }
}

/// A connection and whether it was seen to be gone.
pub(super) struct Managed {
    pub(super) conn: Conn,
    pub(super) lost: bool,
}

/// Makes connections for the pool.
#[derive(Debug)]
pub(super) struct Manager {
    url: DbUrl,
    options: DbOptions,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum ManagerError {
    #[error(transparent)]
    Connect(#[from] ConnectionError),
    #[error(transparent)]
    Setup(#[from] diesel::result::Error),
}

impl ManageConnection for Manager {
    type Connection = Managed;
    type Error = ManagerError;

    fn connect(&self) -> Result<Managed, ManagerError> {
        connect(&self.url, &self.options).map(|conn| Managed { conn, lost: false })
    }

    fn is_valid(&self, managed: &mut Managed) -> Result<(), ManagerError> {
        Ok(managed.conn.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, managed: &mut Managed) -> bool {
        managed.lost || std::thread::panicking()
    }
}

/// A new connection, set up.
pub(super) fn connect(url: &DbUrl, options: &DbOptions) -> Result<Conn, ManagerError> {
    #[cfg(feature = "postgres")]
    if let Some(url) = url.postgres() {
        use diesel::Connection;
        let mut conn = diesel::PgConnection::establish(url)?;
        // Rows are compared as text in places; the session's own settings must not change how they look.
        conn.batch_execute("SET TIME ZONE 'UTC'; SET client_min_messages TO warning")?;
        if options.synchronous == Synchronous::Normal {
            conn.batch_execute("SET synchronous_commit TO off")?;
        }
        return Ok(Conn::Postgres(conn));
    }
    #[cfg(feature = "sqlite")]
    {
        Ok(Conn::Sqlite(sqlite::connect(url, options)?))
    }
    #[cfg(not(feature = "sqlite"))]
    {
        let _ = options;
        Err(ConnectionError::BadConnection(format!("`{url}` needs the feature `sqlite`")).into())
    }
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use std::path::Path;
    use std::time::{Duration, Instant};

    use diesel::connection::SimpleConnection;
    use diesel::{Connection, ConnectionError, SqliteConnection};

    use super::{DbOptions, DbUrl, ManagerError, Synchronous};
    use crate::db::error::is_busy;

    pub(super) fn connect(url: &DbUrl, options: &DbOptions) -> Result<SqliteConnection, ManagerError> {
        let Some(path) = url.path() else {
            return set_up(SqliteConnection::establish(":memory:")?, "memory", options);
        };
        if options.read_only { read_only(path, options) } else { read_write(path, options) }
    }

    fn read_write(path: &Path, options: &DbOptions) -> Result<SqliteConnection, ManagerError> {
        // The write-ahead log needs memory that all its users share, which no two hosts do.
        let journal = if options.network == Some(true) { "delete" } else { "wal" };
        set_up(SqliteConnection::establish(&text(path)?)?, journal, options)
    }

    /// A database in WAL mode wants to make files beside it even to be read. Where the folder forbids that, and
    /// no log waits to be read, the file is opened as one that nobody changes.
    fn read_only(path: &Path, options: &DbOptions) -> Result<SqliteConnection, ManagerError> {
        let uri = format!("file:{}?mode=ro", percent_encoded(&text(path)?));
        let opened = SqliteConnection::establish(&uri)
            .map_err(ManagerError::from)
            .and_then(|conn| set_up(conn, "", options))
            .and_then(|mut conn| {
                conn.batch_execute("SELECT count(*) FROM sqlite_master")?;
                Ok(conn)
            });
        let log = std::fs::metadata(format!("{}-wal", text(path)?)).map_or(0, |meta| meta.len());
        match opened {
            Err(_) if log == 0 => {
                let conn = SqliteConnection::establish(&format!("{uri}&immutable=1"))?;
                set_up(conn, "", options)
            }
            other => other,
        }
    }

    /// How much of a database a connection remembers at most, in KiB. With SQLite's own 2 MB a sweep over a hundred thousand
    /// runs in no order asks the system for nearly each page again and again.
    const CACHE: u32 = 16 << 10;

    fn set_up(
        mut conn: SqliteConnection,
        journal: &str,
        options: &DbOptions,
    ) -> Result<SqliteConnection, ManagerError> {
        let synchronous = match options.synchronous {
            Synchronous::Full => "FULL",
            Synchronous::Normal => "NORMAL",
        };
        conn.batch_execute(&format!(
            "PRAGMA busy_timeout = {}; PRAGMA foreign_keys = ON; PRAGMA synchronous = {synchronous}; \
             PRAGMA cache_size = -{CACHE};",
            options.patience.as_millis(),
        ))?;
        if !journal.is_empty() {
            change_journal(&mut conn, journal, options)?;
        }
        Ok(conn)
    }

    /// SQLite does not wait for others when the journal mode changes, so the waiting is done here.
    fn change_journal(
        conn: &mut SqliteConnection,
        journal: &str,
        options: &DbOptions,
    ) -> Result<(), ManagerError> {
        let deadline = Instant::now() + options.patience;
        loop {
            match conn.batch_execute(&format!("PRAGMA journal_mode = {journal}")) {
                Err(error) if is_busy(&error) && Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                other => return Ok(other?),
            }
        }
    }

    fn text(path: &Path) -> Result<String, ManagerError> {
        path.to_str().map(str::to_owned).ok_or_else(|| {
            ConnectionError::BadConnection(format!("the path `{}` is not UTF-8", path.display())).into()
        })
    }

    /// A path as it stands in a `file:` URI.
    fn percent_encoded(path: &str) -> String {
        path.bytes().fold(String::new(), |mut out, byte| {
            if byte.is_ascii_alphanumeric() || b"/-._~:\\".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out.push_str(&format!("%{byte:02X}"));
            }
            out
        })
    }
}

/// A pool that opens its connections when they are wanted.
pub(super) fn pool(url: &DbUrl, options: &DbOptions) -> Result<Pool<Manager>, DbError> {
    // Every connection to `:memory:` is a database of its own, gone when it closes: there is one, for ever.
    let builder = if url.is_memory() {
        Pool::builder().max_size(1).idle_timeout(None).max_lifetime(None)
    } else {
        Pool::builder().max_size(options.pool_size.max(1)).min_idle(Some(0))
    };
    builder
        .test_on_check_out(false)
        .connection_timeout(options.patience.max(std::time::Duration::from_millis(1)))
        .error_handler(Box::new(Silent))
        .build(Manager { url: url.clone(), options: options.clone() })
        .map_err(|error| DbError::Connect { url: url.to_string(), reason: error.to_string() })
}

/// Errors of connecting reach the caller through the check-out; r2d2 would print them to the log as well.
#[derive(Debug)]
struct Silent;

impl<E: std::error::Error> diesel::r2d2::HandleError<E> for Silent {
    fn handle_error(&self, error: E) {
        tracing::debug!(%error, "could not connect");
    }
}
