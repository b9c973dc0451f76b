//! What can go wrong with a database.

use std::path::PathBuf;

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use super::Backend;
use super::signs::is_lost;
use crate::record::RecordError;
use crate::schema::Difference;

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
        /// What of it can be no secret: its scheme, if nothing else is sure.
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
    /// A path with three slashes, of which the other reading is more likely to be meant.
    #[error(
        "`sqlite://{}` is the file `{}`, which is not there: write `sqlite://{}` for `{}` in the working directory (which is \
         how SQLAlchemy reads three slashes), or `sqlite:///{}` for `{}`",
        path.display(), path.display(), relative.display(), relative.display(), path.display(), path.display()
    )]
    Slashes {
        /// The path as it was written.
        path: PathBuf,
        /// The path as SQLAlchemy reads it.
        relative: PathBuf,
    },
    /// The directories of a database file are not there.
    #[error(
        "there is no directory `{}` for the database `{}`: make it, or mend the path; only the last directory of a path is \
         made, and none in the root directory",
        missing.display(), path.display()
    )]
    MissingFolder {
        /// The first directory that is missing.
        missing: PathBuf,
        /// The database file.
        path: PathBuf,
    },
    /// The directory of a database file is not there and cannot be made.
    #[error("the directory `{}` of the database `{}` cannot be made", folder.display(), path.display())]
    NoFolder {
        /// The directory.
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
    /// No connection could be had as long as was waited; another time may do.
    #[error("failed to connect to `{url}` within {seconds:.1} s: {reason}")]
    Connect {
        /// The URL, without its password.
        url: String,
        /// How long was waited.
        seconds: f64,
        /// What the database said.
        reason: String,
    },
    /// The database refuses the connection, and will do so another time: a wrong user, password or name.
    #[error("`{url}` cannot be opened: {reason}")]
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
        "`{url}` cannot be written ({reason}); what it holds can be read, also by a store that is opened with \
         `.read_only(true)`; to write, {cure}"
    )]
    ReadOnly {
        /// The URL, without its password.
        url: String,
        /// What the system or the database said.
        reason: String,
        /// What to do about it.
        cure: &'static str,
    },
    /// The disk of the database is full.
    #[error(
        "the disk of `{url}` is full, so it failed to {what}; what it holds can be read, and there is room to be made"
    )]
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
    /// What is remembered about a table was written by a later version of entropic.
    #[error(
        "what `entropic_schemas` remembers of table `{table}` was made by a newer version of entropic (format {format}, \
         this one knows {known}): use that one"
    )]
    NewerSchema {
        /// The table.
        table: String,
        /// The format that is not known.
        format: u64,
        /// The newest one that is.
        known: u32,
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
    let values = |difference: &Difference| {
        matches!(difference, Difference::NoVariant { .. } | Difference::OtherJson { .. })
    };
    if differences.iter().all(Difference::is_additive) {
        "\nNothing that is there need be touched: open it with `.schema(Schema::Evolve)`."
    } else if differences.iter().all(rehash) {
        "\nIf that is meant, open it with `.schema(Schema::Trust)` and either give the runs their new ids with `rehash`, \
         or, if they are not to be found any more, say so with `accept_schema`."
    } else if differences.iter().all(values) {
        "\nIf those runs are to be lost, open it with `.schema(Schema::Trust)` and say so with `accept_schema`."
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
            Self::Url { .. } | Self::Slashes { .. } | Self::MissingFolder { .. } | Self::NoFolder { .. } => {
                true
            }
            Self::Refused { missing, .. } => !missing,
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
            Self::Busy { .. } | Self::Exhausted { .. } | Self::Connect { .. } | Self::Full { .. } => true,
            Self::Query { source, .. } => is_lost(source),
            _ => false,
        }
    }

    pub(crate) fn is_unsupported(&self) -> bool {
        matches!(
            self,
            Self::NotCompiledIn { .. }
                | Self::Newer { .. }
                | Self::NewerSchema { .. }
                | Self::ReadOnly { .. }
        )
    }

    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::NoDatabase { .. } | Self::NoTable { .. } | Self::Refused { missing: true, .. })
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
