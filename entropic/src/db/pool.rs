//! Connections, set up in one place.

use std::sync::Arc;
use std::time::Duration;

use diesel::ConnectionError;
use diesel::connection::{SimpleConnection, TransactionManager};
use diesel::r2d2::{ManageConnection, Pool, R2D2Connection};

use super::signs::{is_busy, is_damaged, is_final, is_full, is_read_only};
use super::writes::{Writes, read_only};
use super::{Backend, Conn, DbError, DbOptions, DbUrl, Synchronous};

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
    writes: Arc<Writes>,
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
        connect(&self.url, &self.options, &self.writes).map(|conn| Managed { conn, lost: false })
    }

    fn is_valid(&self, managed: &mut Managed) -> Result<(), ManagerError> {
        Ok(managed.conn.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, managed: &mut Managed) -> bool {
        if self.url.is_memory() {
            // The one connection is the database.
            while managed.conn.is_broken()
                && <Conn as TransactionManager<Conn>>::rollback_transaction(&mut managed.conn).is_ok()
            {
            }
            return managed.lost;
        }
        // Whoever borrowed it may have left a transaction open.
        managed.lost || std::thread::panicking() || managed.conn.is_broken()
    }
}

/// A new connection, set up.
#[cfg_attr(not(feature = "postgres"), expect(unused_variables, reason = "only servers are asked"))]
pub(super) fn connect(url: &DbUrl, options: &DbOptions, writes: &Writes) -> Result<Conn, ManagerError> {
    #[cfg(feature = "postgres")]
    if let Some(server) = url.server() {
        return postgres::connect(server, options, writes);
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

/// What a failure to connect is to the caller.
pub(super) fn failed(url: &DbUrl, error: ManagerError, waited: Duration) -> DbError {
    let reason = error.to_string();
    let shown = url.to_string();
    match error {
        ManagerError::Setup(error) if is_damaged(&error) => DbError::Damaged { url: shown, source: error },
        ManagerError::Setup(error) if is_read_only(&error) => read_only(url, reason),
        ManagerError::Setup(error) if is_full(&error) => {
            DbError::Full { url: shown, what: "open it", source: error }
        }
        ManagerError::Connect(_) if url.backend() == Backend::Sqlite || is_final(&reason) => {
            let missing = reason.contains("database \"") && reason.contains("does not exist");
            DbError::Refused { url: shown, reason, missing }
        }
        error => DbError::Connect { url: shown, seconds: waited.as_secs_f64(), source: Box::new(error) },
    }
}

/// Whether another attempt to connect may do better.
pub(super) fn may_pass(url: &DbUrl, error: &ManagerError) -> bool {
    match error {
        ManagerError::Connect(error) => url.backend() == Backend::Postgres && !is_final(&error.to_string()),
        ManagerError::Setup(error) => is_busy(error) || super::signs::is_lost(error),
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use diesel::connection::SimpleConnection;
    use diesel::sql_types::Bool;
    use diesel::{Connection, ConnectionError, PgConnection, QueryableByName, RunQueryDsl, sql_query};

    use super::{Conn, DbOptions, ManagerError, Synchronous, Writes};
    use crate::db::server::ServerUrl;
    use crate::db::writes::SERVER_READS_ONLY;

    #[derive(QueryableByName)]
    struct State {
        #[diesel(sql_type = Bool)]
        read_only: bool,
    }

    pub(super) fn connect(
        server: &ServerUrl,
        options: &DbOptions,
        writes: &Writes,
    ) -> Result<Conn, ManagerError> {
        let url = server.within(options.patience.as_secs());
        let mut conn = PgConnection::establish(&url).map_err(|error| match error {
            ConnectionError::BadConnection(said) => ConnectionError::BadConnection(server.scrubbed(&said)),
            other => other,
        })?;
        // Rows are compared as text in places; the session's own settings must not change how they look. Nobody waits
        // for a lock for longer than the patience, as with SQLite.
        conn.batch_execute(&format!(
            "SET TIME ZONE 'UTC'; SET client_min_messages TO warning; SET lock_timeout TO {}",
            options.patience.as_millis().clamp(1, 2_000_000_000),
        ))?;
        if options.synchronous == Synchronous::Normal {
            conn.batch_execute("SET synchronous_commit TO off")?;
        }
        if !options.read_only {
            let question = "SELECT current_setting('transaction_read_only') = 'on' AS read_only";
            let state: State = sql_query(question).get_result(&mut conn)?;
            if state.read_only {
                writes.note(Some(SERVER_READS_ONLY.to_owned()));
            }
        }
        Ok(Conn::Postgres(conn))
    }
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use std::path::Path;
    use std::time::{Duration, Instant};

    use diesel::connection::SimpleConnection;
    use diesel::{Connection, ConnectionError, SqliteConnection};

    use super::{DbOptions, DbUrl, ManagerError, Synchronous};
    use crate::db::signs::is_busy;

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
pub(super) fn pool(url: &DbUrl, options: &DbOptions, writes: &Arc<Writes>) -> Result<Pool<Manager>, DbError> {
    // Every connection to `:memory:` is a database of its own, gone when it closes: there is one, for ever.
    let builder = if url.is_memory() {
        Pool::builder().max_size(1).idle_timeout(None).max_lifetime(None)
    } else {
        Pool::builder().max_size(options.pool_size.max(1)).min_idle(Some(0))
    };
    builder
        .test_on_check_out(false)
        .connection_timeout(options.patience.max(Duration::from_millis(1)))
        .error_handler(Box::new(Silent))
        .build(Manager { url: url.clone(), options: options.clone(), writes: Arc::clone(writes) })
        .map_err(|error| DbError::Connect {
            url: url.to_string(),
            seconds: options.patience.as_secs_f64(),
            source: Box::new(error),
        })
}

/// Errors of connecting reach the caller through the check-out; r2d2 would print them to the log as well.
#[derive(Debug)]
struct Silent;

impl<E: std::error::Error> diesel::r2d2::HandleError<E> for Silent {
    fn handle_error(&self, error: E) {
        tracing::debug!(%error, "could not connect");
    }
}
