//! The error of the crate.

use std::fmt;

use crate::db::DbError;
use crate::files::FileError;
use crate::params::ParamsError;
use crate::record::RecordError;
use crate::store::StoreError;
use crate::sweep::SweepError;
use crate::worker::WorkerError;

/// What a call of the crate can fail with.
///
/// A variant for each room, so that a `match` can be as fine as it likes; most callers only ask of which kind an
/// error is, with the predicates. Messages name the thing and the cure, and leave the cause to
/// [`source`](std::error::Error::source).
///
/// ```
/// mod sim {
///     use entropic::prelude::*;
///     #[derive(SimRecord)]
///     #[sim(table = "decays")]
///     pub struct Decay { pub rate: f64 }
/// }
/// use entropic::Store;
///
/// let error = Store::<sim::Decay>::builder().database("mysql://host/runs").open().unwrap_err();
/// assert!(error.is_invalid_input());
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Parameters or ids that cannot be.
    #[error(transparent)]
    Params(#[from] ParamsError),
    /// A record that cannot be stored or read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The results folder.
    #[error(transparent)]
    File(#[from] FileError),
    /// The rules of a store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A sweep and its workers.
    #[error(transparent)]
    Worker(#[from] WorkerError),
    /// The points of a sweep.
    #[error(transparent)]
    Sweep(#[from] SweepError),
    /// The runner's own error, whole: [`source`](std::error::Error::source) is what it returned.
    #[error("the runner failed for run `{id}`")]
    Runner {
        /// The run.
        id: crate::params::RunId,
        /// What the runner returned.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The message and its causes: what `fn main() -> entropic::Result<()>` prints shall be read by people.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            write!(f, "\n  because: {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// A result with the error of the crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Something that was asked for is not there: a row, a result, a database, a file to register.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::Db(error) => error.is_not_found(),
            Self::File(error) => error.is_not_found(),
            Self::Store(error) => error.is_not_found(),
            _ => false,
        }
    }

    /// Something is there that must not be overwritten or mixed up: a foreign file, another store's folder, a run
    /// registered twice, a table that differs from its struct.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        match self {
            Self::Db(error) => matches!(error, DbError::Drift { .. }) || error.is_duplicate(),
            Self::File(error) => error.is_conflict(),
            Self::Worker(error) => error.is_conflict(),
            Self::Store(error) => error.is_conflict(),
            _ => false,
        }
    }

    /// What is stored is not what was stored: a changed result, a damaged database, a row that cannot be read.
    #[must_use]
    pub fn is_corrupt(&self) -> bool {
        match self {
            Self::Record(error) => error.is_corrupt(),
            Self::Db(error) => error.is_corrupt(),
            Self::File(error) => error.is_corrupt(),
            Self::Store(error) => error.is_corrupt(),
            Self::Worker(error) => error.is_corrupt(),
            _ => false,
        }
    }

    /// The caller gave something that cannot be: parameters, ids, URLs, patches. Nothing was done.
    #[must_use]
    pub fn is_invalid_input(&self) -> bool {
        match self {
            Self::Params(_) => true,
            Self::Sweep(error) => error.is_invalid_input(),
            Self::Record(error) => !error.is_corrupt(),
            Self::Db(error) => error.is_invalid_input(),
            Self::File(error) => error.is_invalid_input(),
            _ => false,
        }
    }

    /// The same call may succeed later: a busy database, a lost connection, a run that somebody
    /// else is still making.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Db(error) => error.is_transient(),
            Self::File(error) => error.is_transient(),
            Self::Store(error) => error.is_transient(),
            _ => false,
        }
    }

    /// The store cannot do that as it was opened: it is read-only, has no runner, or lacks a feature.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        match self {
            Self::Db(error) => error.is_unsupported(),
            Self::File(error) => error.is_unsupported(),
            Self::Store(error) => error.is_unsupported(),
            Self::Worker(error) => error.is_unsupported(),
            _ => false,
        }
    }

    /// The call was cancelled by its [`CancelToken`](crate::CancelToken).
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(
            self,
            Self::Store(StoreError::Cancelled { .. }) | Self::Sweep(SweepError::Interrupted { .. })
        )
    }

    /// What the runner said, with its causes; or what went wrong, with its causes.
    pub(crate) fn said(&self) -> String {
        match self {
            Self::Runner { source, .. } => with_causes(source.as_ref()),
            Self::Store(StoreError::Panicked { message, .. }) => message.clone(),
            other => with_causes(other),
        }
    }
}

/// An error with its causes.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}
