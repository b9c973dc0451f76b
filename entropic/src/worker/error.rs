//! What can go wrong between a sweep and its workers.

use std::io;
use std::path::{Path, PathBuf};

/// An error of a sweep's directory, or of a worker that does not fit its sweep.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// The directory of a sweep cannot be written or read.
    #[error("cannot {what} `{}`", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of a sweep's directory is not what entropic wrote there.
    #[error("`{}` is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The worker's program is not that of the sweep.
    #[error(
        "this worker does not fit its sweep: {reason}; sweep and workers must be the same program with the same arguments"
    )]
    Mismatch {
        /// In which way.
        reason: String,
    },
    /// A worker was to begin a sweep with workers of its own.
    #[error(
        "a sweep with workers is begun inside a worker of another one: open the store that the outer sweep is over first, \
         or with the same arguments"
    )]
    Nested,
}

impl WorkerError {
    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { what, path, source }
    }

    pub(crate) fn is_corrupt(&self) -> bool {
        matches!(self, Self::Damaged { .. })
    }

    pub(crate) fn is_conflict(&self) -> bool {
        matches!(self, Self::Mismatch { .. })
    }

    pub(crate) fn is_unsupported(&self) -> bool {
        matches!(self, Self::Nested)
    }
}
