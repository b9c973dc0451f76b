//! What can go wrong between a sweep and its workers.

use std::io;
use std::path::{Path, PathBuf};

use crate::ErrorKind;

/// An error of a sweep's directory, or of a worker that does not fit its sweep.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkerError {
    /// The directory of a sweep cannot be written or read.
    #[error("cannot {what} `{}`", path.display())]
    #[non_exhaustive]
    Io {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file in a sweep's directory is not what entropic wrote there.
    #[error("cannot read `{}`: {reason}; to go on without what that sweep has made, move its directory away", path.display())]
    #[non_exhaustive]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file in a sweep's directory was made by a newer version of entropic.
    #[error(
        "`{}` was made by a newer version of entropic (format {format}, this one reads up to {known}); upgrade entropic",
        path.display()
    )]
    #[non_exhaustive]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u32,
        /// The newest format that this version reads.
        known: u32,
    },
    /// The worker's program is not that of the sweep.
    #[error(
        "this worker does not fit its sweep: {reason}; the sweep and its workers must be the same program with the same \
         arguments"
    )]
    #[non_exhaustive]
    Mismatch {
        /// In which way.
        reason: String,
    },
    /// A worker was to begin a sweep with workers of its own.
    #[error(
        "cannot begin a sweep with workers inside a worker of another sweep; open the store of the outer sweep first, or \
         with the same arguments"
    )]
    Nested,
}

impl WorkerError {
    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { what, path, source }
    }

    /// Refuses a file of a newer version.
    pub(crate) fn refuse_newer(path: &Path, format: u32, known: u32) -> Result<(), Self> {
        if format > known { Err(Self::Newer { path: path.to_owned(), format, known }) } else { Ok(()) }
    }

    /// What a caller can do about it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Io { source, .. } => match crate::kind::of_io(source) {
                // A file of entropic's own, which the caller did not ask for.
                ErrorKind::NotFound => ErrorKind::System,
                kind => kind,
            },
            Self::Damaged { .. } => ErrorKind::Corrupt,
            Self::Newer { .. } | Self::Nested => ErrorKind::Unsupported,
            Self::Mismatch { .. } => ErrorKind::Conflict,
        }
    }
}
