//! What can go wrong with a database.

use std::error::Error;
use std::path::PathBuf;

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::Backend;
use super::signs::{is_busy, is_damaged, is_full, is_lost, is_read_only};
use crate::ErrorKind;
use crate::record::RecordError;
use crate::schema::Difference;

/// An error of a database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DbError {
    /// Text that is not the URL of a database.
    #[error(
        "cannot read `{url}` as a database: {reason}; give `sqlite://path`, a bare path, `sqlite::memory:` or \
         `postgres://user@host/name`"
    )]
    #[non_exhaustive]
    Url {
        /// What of it can be no secret: its scheme, if nothing else is sure.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The database is of a kind that was not compiled in.
    #[error("cannot open `{url}`: {backend} is not compiled in; turn on the feature `{feature}` of entropic")]
    #[non_exhaustive]
    NotCompiledIn {
        /// The URL, without its password.
        url: String,
        /// The kind of database.
        backend: Backend,
        /// The feature that brings it.
        feature: &'static str,
    },
    /// A path with three slashes, of which the other reading is more likely to be meant.
    #[error(
        "cannot open `sqlite://{}`: the file `{}` is not there; write `sqlite://{}` for `{}` in the current directory (as \
         SQLAlchemy reads three slashes), or `sqlite:///{}` for `{}`",
        path.display(), path.display(), relative.display(), relative.display(), path.display(), path.display()
    )]
    #[non_exhaustive]
    Slashes {
        /// The path as it was written.
        path: PathBuf,
        /// The path as SQLAlchemy reads it.
        relative: PathBuf,
    },
    /// The directories of a database file are not there.
    #[error(
        "there is no directory `{}` for the database `{}`; create it, or correct the path (entropic creates only the last \
         directory of a path, and none in the root directory)",
        missing.display(), path.display()
    )]
    #[non_exhaustive]
    MissingDirectory {
        /// The first directory that is missing.
        missing: PathBuf,
        /// The database file.
        path: PathBuf,
    },
    /// The directory of a database file is not there and cannot be created.
    #[error("cannot create the directory `{}` of the database `{}`", directory.display(), path.display())]
    #[non_exhaustive]
    NoDirectory {
        /// The directory.
        directory: PathBuf,
        /// The database file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A database that is opened only for reading is not there.
    #[error("there is no database at `{}`, and a read-only store creates none; correct the path", path.display())]
    #[non_exhaustive]
    NoDatabase {
        /// The database file.
        path: PathBuf,
    },
    /// The table is not there, and the store may not create it.
    #[error(
        "there is no table `{table}` in `{url}`, and a read-only store creates none; open it once for writing"
    )]
    #[non_exhaustive]
    NoTable {
        /// The table.
        table: &'static str,
        /// The URL, without its password.
        url: String,
    },
    /// The database took no connection in time. Another attempt may succeed.
    #[error("cannot connect to `{url}` within {seconds:.1} s")]
    #[non_exhaustive]
    Connect {
        /// The URL, without its password.
        url: String,
        /// How long was waited.
        seconds: f64,
        /// What the database said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The database refuses the connection, and will do so again: a wrong user, password or name.
    #[error("cannot open `{url}`: {reason}")]
    #[non_exhaustive]
    Refused {
        /// The URL, without its password.
        url: String,
        /// What the database said.
        reason: String,
        /// Whether the server has no database of that name.
        missing: bool,
    },
    /// The database takes no writes: its disk or its server is read-only, or this user may not.
    #[error(
        "cannot write to `{url}`: {reason}; to write, {cure}; to read, open the store with `.read_only(true)`"
    )]
    #[non_exhaustive]
    ReadOnly {
        /// The URL, without its password.
        url: String,
        /// What the system or the database said.
        reason: String,
        /// What to do about it.
        cure: &'static str,
    },
    /// The disk of the database is full.
    #[error("cannot {what}: the disk of `{url}` is full; make room (what is stored can still be read)")]
    #[non_exhaustive]
    Full {
        /// The URL, without its password.
        url: String,
        /// What was tried.
        what: &'static str,
        /// What the database said.
        source: DieselError,
    },
    /// No connection came free in time.
    #[error(
        "cannot get a connection to `{url}`: none came free within {seconds:.1} s; keep them for a shorter time, or make the \
         pool larger"
    )]
    #[non_exhaustive]
    Exhausted {
        /// The URL, without its password.
        url: String,
        /// How long was waited.
        seconds: f64,
    },
    /// The table differs from the struct.
    #[error(
        "cannot use table `{table}` in `{url}`: it differs from its record:{}{}",
        listed(differences),
        way_out(differences)
    )]
    #[non_exhaustive]
    Drift {
        /// The table.
        table: &'static str,
        /// The URL, without its password.
        url: String,
        /// Each difference.
        differences: Vec<Difference>,
    },
    /// Something in the database, or in a migration, was made by a newer version of entropic.
    #[error(
        "{what} was made by a newer version of entropic (format {format}, this one reads up to {known}); upgrade entropic"
    )]
    #[non_exhaustive]
    Newer {
        /// What it is: entropic's own tables, or what they say of a table.
        what: String,
        /// Its format.
        format: String,
        /// The newest format that this version reads.
        known: String,
    },
    /// Entropic's own tables could not be created.
    #[error("cannot create entropic's own tables in `{url}`")]
    #[non_exhaustive]
    OwnTables {
        /// The URL, without its password.
        url: String,
        /// What the database said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// A file of a migration cannot be read or written.
    #[error("cannot {what} `{}` of a migration", path.display())]
    #[non_exhaustive]
    MigrationFile {
        /// What was tried.
        what: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// What is remembered about a table cannot be read.
    #[error(
        "cannot read the row of `{table}` in `entropic_schemas`; restore it, or delete it if the ids of the table were made \
         by this very struct"
    )]
    #[non_exhaustive]
    WrittenSchema {
        /// The table.
        table: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Another process kept the database busy for longer than the budget.
    #[error(
        "cannot {what}: `{url}` stayed busy for {seconds:.1} s; try again, or find the process that holds it"
    )]
    #[non_exhaustive]
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
    #[error("cannot read `{url}`: it is not a database, or is damaged; restore it from a backup")]
    #[non_exhaustive]
    Damaged {
        /// The URL, without its password.
        url: String,
        /// What the database said.
        source: DieselError,
    },
    /// A statement failed.
    #[error("cannot {what} in `{url}`")]
    #[non_exhaustive]
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
    let values = |difference: &Difference| {
        matches!(difference, Difference::NoVariant { .. } | Difference::OtherJson { .. })
    };
    if differences.iter().all(Difference::is_additive) {
        "\nThese changes leave existing data untouched: open the store with `.schema(Schema::Evolve)`."
    } else if differences.iter().all(rehash) {
        "\nIf you mean that, open the store with `.schema(Schema::Trust)`, and either give the runs their new ids with \
         `rehash`, or give them up with `accept_schema`."
    } else if differences.iter().all(values) {
        "\nTo give those runs up, open the store with `.schema(Schema::Trust)` and call `accept_schema`."
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

    /// What a caller can do about it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Url { .. }
            | Self::Slashes { .. }
            | Self::MissingDirectory { .. }
            | Self::NoDirectory { .. }
            | Self::Refused { missing: false, .. } => ErrorKind::InvalidInput,
            Self::NoDatabase { .. } | Self::NoTable { .. } | Self::Refused { missing: true, .. } => {
                ErrorKind::NotFound
            }
            Self::NotCompiledIn { .. } | Self::ReadOnly { .. } | Self::Newer { .. } => ErrorKind::Unsupported,
            Self::Connect { .. } | Self::Full { .. } | Self::Exhausted { .. } | Self::Busy { .. } => {
                ErrorKind::Transient
            }
            Self::Drift { .. } => ErrorKind::Conflict,
            Self::OwnTables { .. } => ErrorKind::System,
            Self::MigrationFile { source, .. } => crate::kind::of_io(source),
            Self::WrittenSchema { .. } | Self::Damaged { .. } => ErrorKind::Corrupt,
            Self::Query { source, .. } => of_statement(source),
            Self::Record(error) => error.kind(),
        }
    }

    pub(crate) fn is_transient(&self) -> bool {
        self.kind() == ErrorKind::Transient
    }
}

/// The kind of a statement that failed.
fn of_statement(error: &DieselError) -> ErrorKind {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => ErrorKind::Conflict,
        DieselError::DeserializationError(_) => ErrorKind::Corrupt,
        error if is_damaged(error) => ErrorKind::Corrupt,
        error if is_read_only(error) => ErrorKind::Unsupported,
        error if is_lost(error) || is_busy(error) || is_full(error) => ErrorKind::Transient,
        _ => ErrorKind::System,
    }
}

/// A URL or path that was none in the first place cannot fail to be one; for `TryInto<DbUrl>`.
impl From<std::convert::Infallible> for DbError {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
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
