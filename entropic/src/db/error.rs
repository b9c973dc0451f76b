//! What can go wrong with a database.

use std::path::PathBuf;

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::{Backend, Difference};
use crate::record::RecordError;

/// An error of the database handle.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DbError {
    /// A URL that is none.
    #[error(
        "`{url}` is not a database entropic can open: {reason}; the forms are `sqlite://path`, a bare path, \
         `sqlite::memory:` and `postgres://user@host/name`"
    )]
    Url {
        /// The URL, without its password.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The database is of a kind that was not compiled in.
    #[error("`{url}` needs {backend}, which is not compiled in: turn on the feature `{feature}` of entropic")]
    NotCompiledIn {
        /// The URL, without its password.
        url: String,
        /// The kind of database.
        backend: Backend,
        /// The feature that brings it.
        feature: &'static str,
    },
    /// The folder of a database file is not there and cannot be made.
    #[error("the folder `{}` of the database `{}` cannot be made", folder.display(), path.display())]
    NoFolder {
        /// The folder.
        folder: PathBuf,
        /// The database file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A database that shall only be read is not there.
    #[error("there is no database at `{}`, and a read-only store makes none", path.display())]
    NoDatabase {
        /// The database file.
        path: PathBuf,
    },
    /// The table is not there, and the store may not make it.
    #[error("there is no table `{table}` in `{url}`, and a read-only store makes none")]
    NoTable {
        /// The table.
        table: &'static str,
        /// The URL, without its password.
        url: String,
    },
    /// No connection could be had.
    #[error("failed to connect to `{url}`: {reason}")]
    Connect {
        /// The URL, without its password.
        url: String,
        /// What the database said.
        reason: String,
    },
    /// No connection came free in time.
    #[error(
        "no connection to `{url}` came free within {seconds:.1} s; is one kept too long, or the pool too small?"
    )]
    Exhausted {
        /// The URL, without its password.
        url: String,
        /// How long was waited.
        seconds: f64,
    },
    /// The table differs from the struct.
    #[error(
        "table `{table}` in `{url}` differs from its record:{}{}",
        listed(differences),
        way_out(differences)
    )]
    Drift {
        /// The table.
        table: &'static str,
        /// The URL, without its password.
        url: String,
        /// Each difference.
        differences: Vec<Difference>,
    },
    /// A later version of entropic has used the database.
    #[error(
        "`{url}` was used by a later entropic (its tables have the version {version}, which this one does not know): \
         use that one"
    )]
    Newer {
        /// The URL, without its password.
        url: String,
        /// The first version that is not known.
        version: String,
    },
    /// Entropic's own tables could not be made.
    #[error("entropic's own tables cannot be made in `{url}`: {reason}")]
    OwnTables {
        /// The URL, without its password.
        url: String,
        /// What the database said.
        reason: String,
    },
    /// A file of a migration cannot be read or written.
    #[error("failed to {what} `{}` of a migration", path.display())]
    MigrationFile {
        /// What was tried.
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// What is remembered about a table cannot be read.
    #[error(
        "the row of `{table}` in `entropic_schemas` cannot be read ({reason}): restore it, or remove it if the ids of \
         the table were made by this very struct"
    )]
    WrittenSchema {
        /// The table.
        table: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Another process kept the database busy for longer than the budget.
    #[error("`{url}` stayed busy for {seconds:.1} s while trying to {what}; try again, or find who holds it")]
    Busy {
        /// The URL, without its password.
        url: String,
        /// What was tried.
        what: &'static str,
        /// How long.
        seconds: f64,
        /// What the database said last.
        source: DieselError,
    },
    /// The file is no database, or a broken one.
    #[error("`{url}` is not a database, or is damaged: {reason}")]
    Damaged {
        /// The URL, without its password.
        url: String,
        /// What the database said.
        reason: String,
    },
    /// A statement failed.
    #[error("failed to {what} in `{url}`")]
    Query {
        /// The URL, without its password.
        url: String,
        /// What was tried.
        what: &'static str,
        /// What the database said.
        source: DieselError,
    },
    /// A row cannot be the record.
    #[error(transparent)]
    Record(#[from] RecordError),
}

fn listed(differences: &[Difference]) -> String {
    differences.iter().map(|difference| format!("\n  - {difference}")).collect()
}

/// What to do about them all.
fn way_out(differences: &[Difference]) -> &'static str {
    let rehash = |difference: &Difference| match difference {
        Difference::Identity(change) => !matches!(change, crate::record::IdentityChange::Kind { .. }),
        _ => false,
    };
    if differences.iter().all(Difference::is_additive) {
        "\nNothing that is there need be touched: open it with `.schema(Schema::Evolve)`."
    } else if differences.iter().all(rehash) {
        "\nIf that is meant, open it with `.schema(Schema::Trust)` and either give the runs their new ids with `rehash`, \
         or, if they are not to be found any more, say so with `accept_schema`."
    } else {
        ""
    }
}

impl DbError {
    /// Whether the very row that was inserted is there already.
    #[must_use]
    pub fn is_duplicate(&self) -> bool {
        matches!(
            self,
            Self::Query { source: DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _), .. }
        )
    }

    pub(crate) fn is_invalid_input(&self) -> bool {
        match self {
            Self::Url { .. } | Self::NoFolder { .. } => true,
            Self::Record(error) => !error.is_corrupt(),
            _ => false,
        }
    }

    pub(crate) fn is_corrupt(&self) -> bool {
        match self {
            Self::Damaged { .. } | Self::WrittenSchema { .. } => true,
            Self::Query { source: DieselError::DeserializationError(_), .. } => true,
            Self::Record(error) => error.is_corrupt(),
            _ => false,
        }
    }

    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Busy { .. } | Self::Exhausted { .. } | Self::Connect { .. } => true,
            Self::Query { source, .. } => is_lost(source),
            _ => false,
        }
    }

    pub(crate) fn is_unsupported(&self) -> bool {
        matches!(self, Self::NotCompiledIn { .. } | Self::Newer { .. })
    }

    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::NoDatabase { .. } | Self::NoTable { .. })
    }
}

/// What writing or reading a row can give; [`DbError`] once it is known where and what for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// A value does not fit its column.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The statement failed.
    #[error(transparent)]
    Diesel(DieselError),
    /// An error that names its place already.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<DieselError> for RowError {
    /// A row that is no record says so itself.
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DeserializationError(inner) => match inner.downcast::<RecordError>() {
                Ok(error) => Self::Record(*error),
                Err(inner) => Self::Diesel(DieselError::DeserializationError(inner)),
            },
            other => Self::Diesel(other),
        }
    }
}

/// Whether the database is kept busy by somebody else and the statement did nothing.
pub(super) fn is_busy(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        DieselError::DatabaseError(_, info) => {
            let message = info.message();
            // SQLite's SQLITE_BUSY and SQLITE_LOCKED, PostgreSQL's deadlock_detected and lock_not_available:
            // Diesel gives them no kind of their own.
            message.contains("database is locked")
                || message.contains("database table is locked")
                || message.contains("deadlock detected")
                || message.contains("lock timeout")
        }
        _ => false,
    }
}

/// Whether the connection is gone.
pub(super) fn is_lost(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, _)
        | DieselError::BrokenTransactionManager => true,
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, info) => {
            let message = info.message();
            [
                "server closed the connection",
                "terminating connection",
                "no connection to the server",
                "connection to server",
                "could not receive data",
                "could not send data",
                "the database system is",
            ]
            .iter()
            .any(|sign| message.contains(sign))
        }
        _ => false,
    }
}

/// Whether the file is no database, or a broken one.
pub(super) fn is_damaged(error: &DieselError) -> bool {
    matches!(error, DieselError::DatabaseError(_, info)
        if info.message().contains("file is not a database") || info.message().contains("malformed"))
}
