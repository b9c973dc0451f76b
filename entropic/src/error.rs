//! The error of the crate.

use std::error::Error as StdError;
use std::fmt;

use crate::ErrorKind;
use crate::db::DbError;
use crate::files::FileError;
use crate::params::{ParamsError, RunId};
use crate::record::RecordError;
use crate::store::StoreError;
use crate::sweep::SweepError;
use crate::words::with_causes;
use crate::worker::WorkerError;

/// What a call of the crate can fail with.
///
/// Most callers ask [`kind`](Self::kind), or one of the predicates. Each variant is the error of one module, for a finer
/// `match`. [`guide::errors`](crate::guide::errors) lists the kinds with causes and cures.
///
/// A message names the thing and the cure, and leaves the cause to [`source`](StdError::source). `{}` prints the message,
/// `{:#}` the message and its causes on one line, `{:?}` each cause on a line of its own.
///
/// ```
/// mod sim {
///     use entropic::prelude::*;
///     #[derive(SimRecord)]
///     #[sim(table = "decays")]
///     pub struct Decay { pub rate: f64 }
/// }
/// use entropic::{ErrorKind, Store};
///
/// let error = Store::<sim::Decay>::builder().database("mysql://host/runs").open().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidInput);
/// assert!(error.is_invalid_input());
/// ```
#[non_exhaustive]
pub enum Error {
    /// Parameters or ids that cannot be.
    Params(ParamsError),
    /// A record that cannot be stored or read.
    Record(RecordError),
    /// The database.
    Db(DbError),
    /// The results directory.
    File(FileError),
    /// The rules of a store.
    Store(StoreError),
    /// The workers of a sweep.
    Worker(WorkerError),
    /// A sweep, its grid or its executor.
    Sweep(SweepError),
    /// The runner's own error, whole: [`source`](StdError::source) is what it returned.
    #[non_exhaustive]
    Runner {
        /// The run.
        id: RunId,
        /// What the runner returned.
        source: Box<dyn StdError + Send + Sync>,
    },
}

macro_rules! from {
    ($($variant:ident($error:ty)),+ $(,)?) => { $(
        impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::$variant(error)
            }
        }
    )+ };
}

from!(
    Params(ParamsError),
    Record(RecordError),
    Db(DbError),
    File(FileError),
    Store(StoreError),
    Worker(WorkerError),
    Sweep(SweepError),
);

impl Error {
    /// The error of the module that it comes from, which speaks for it.
    fn inner(&self) -> Option<&(dyn StdError + 'static)> {
        Some(match self {
            Self::Params(error) => error,
            Self::Record(error) => error,
            Self::Db(error) => error,
            Self::File(error) => error,
            Self::Store(error) => error,
            Self::Worker(error) => error,
            Self::Sweep(error) => error,
            Self::Runner { .. } => return None,
        })
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Runner { source, .. } => Some(source.as_ref()),
            other => other.inner()?.source(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.inner()) {
            _ if f.alternate() => f.write_str(&with_causes(self)),
            (_, Some(error)) => fmt::Display::fmt(error, f),
            (Self::Runner { id, .. }, _) => write!(f, "the runner failed for run `{id}`"),
            (_, None) => Ok(()),
        }
    }
}

/// The message and its causes: `fn main() -> entropic::Result<()>` prints it.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")?;
        let mut cause = StdError::source(self);
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
    /// What a caller can do about it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Params(error) => error.kind(),
            Self::Record(error) => error.kind(),
            Self::Db(error) => error.kind(),
            Self::File(error) => error.kind(),
            Self::Store(error) => error.kind(),
            Self::Worker(error) => error.kind(),
            Self::Sweep(error) => error.kind(),
            Self::Runner { .. } => ErrorKind::RunFailed,
        }
    }

    /// Whether its kind is [`ErrorKind::NotFound`]: a run, a result, a database or a file to register is not there.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }

    /// Whether its kind is [`ErrorKind::Conflict`]: something is there that must not be overwritten or mixed up.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.kind() == ErrorKind::Conflict
    }

    /// Whether its kind is [`ErrorKind::Corrupt`]: what is stored is not what was stored.
    #[must_use]
    pub fn is_corrupt(&self) -> bool {
        self.kind() == ErrorKind::Corrupt
    }

    /// Whether its kind is [`ErrorKind::InvalidInput`]: the caller gave something that cannot be, and nothing was done.
    #[must_use]
    pub fn is_invalid_input(&self) -> bool {
        self.kind() == ErrorKind::InvalidInput
    }

    /// Whether its kind is [`ErrorKind::Transient`]: the same call may succeed later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.kind() == ErrorKind::Transient
    }

    /// Whether its kind is [`ErrorKind::Unsupported`]: not with this program, this store or this machine.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        self.kind() == ErrorKind::Unsupported
    }

    /// Whether its kind is [`ErrorKind::Cancelled`]: a [`CancelToken`](crate::CancelToken) or Ctrl-C ended the call.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.kind() == ErrorKind::Cancelled
    }

    /// Whether its kind is [`ErrorKind::RunFailed`]: the runner failed, or left no result.
    #[must_use]
    pub fn is_run_failure(&self) -> bool {
        self.kind() == ErrorKind::RunFailed
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
