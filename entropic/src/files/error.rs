//! What can go wrong with files.

use std::io;
use std::path::{Path, PathBuf};

use crate::ErrorKind;
use crate::params::RunId;
use crate::words::count;

/// An error of the results directory.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The system refused.
    #[error("cannot {what} `{}`", path.display())]
    #[non_exhaustive]
    Io {
        /// What was tried.
        what: &'static str,
        /// With which file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A finished run could not be noted in the journal; its result is kept.
    #[error("cannot note the finished run in the journal; its result is kept as `{}`; `register` it", path.display())]
    #[non_exhaustive]
    Kept {
        /// Where the result is.
        path: PathBuf,
        /// Why it could not be noted.
        source: Box<FileError>,
    },
    /// A finished result could be neither put in place nor handed over to other processes.
    #[error(
        "cannot put the result of the finished run in place; it is kept as `{}`; this process stores it when the run is asked \
         for again, or, after its end, the next opening of the store does", path.display()
    )]
    #[non_exhaustive]
    Staged {
        /// Where the result is.
        path: PathBuf,
        /// Why it cannot be put in place.
        source: Box<FileError>,
    },
    /// The results directory is no longer the one that was opened.
    #[error(
        "cannot use the results directory `{}`: it is gone, or is not the one that was opened (moved, removed, unmounted?); \
         nothing was created in its place; put it back, or open the store again", path.display()
    )]
    #[non_exhaustive]
    Gone {
        /// The directory.
        path: PathBuf,
    },
    /// The store has its results in another directory.
    #[error("cannot use the results directory `{}`: {}", path.display(), other_cure(path, known))]
    #[non_exhaustive]
    OtherDirectory {
        /// The directory that was given.
        path: PathBuf,
        /// The one that the database knows.
        known: PathBuf,
    },
    /// The results directory belongs to a database that this one is a copy of.
    #[error(
        "cannot use the results directory `{}`: it belongs to the database `{original}`, of which `{copy}` is a copy; give the copy a \
         `results_dir` of its own, open it with `.read_only(true)`, or take the directory over for good with \
         `.adopt_results_dir()`",
        path.display()
    )]
    #[non_exhaustive]
    CopiedDatabase {
        /// The directory.
        path: PathBuf,
        /// The database that the directory was opened with before.
        original: String,
        /// The database that it was opened with now.
        copy: String,
    },
    /// There is a symbolic link where a file or directory of entropic is to be.
    #[error(
        "cannot use `{}`: it is a symbolic link, which entropic does not follow in its own directories; remove it (the \
         results directory itself may be one)", path.display()
    )]
    #[non_exhaustive]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// A file of ours was made by a newer version of entropic.
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
    /// Nothing can be written where the results are.
    #[error(
        "cannot write `{}` in the results directory: stored runs can still be read, new ones cannot be made; make the \
         directory writable, or open the store with `.read_only(true)`", path.display()
    )]
    #[non_exhaustive]
    ReadOnly {
        /// What was to be written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process holds the recovery lock for too long.
    #[error(
        "cannot lock `{}`: another process still has it after {seconds:.1} s; try again, or look for one that is stopped",
        path.display()
    )]
    #[non_exhaustive]
    HeldUp {
        /// The file.
        path: PathBuf,
        /// How long it was waited for.
        seconds: f64,
    },
    /// The runner came back and there is no result.
    #[error(
        "the runner wrote nothing to `{}`{}; write the result to `run.result_file()`, or declare `.without_results()` on the \
         builder if the outputs are all there is", path.display(), beside(found)
    )]
    #[non_exhaustive]
    NothingWritten {
        /// Where the result was expected.
        path: PathBuf,
        /// What the runner wrote beside it, if anything.
        found: Vec<String>,
    },
    /// The result is an empty file or directory.
    #[error(
        "the result `{}` is empty; write something to it, or declare `.without_results()` on the builder if the outputs \
         are all there is", path.display()
    )]
    #[non_exhaustive]
    Empty {
        /// The result.
        path: PathBuf,
    },
    /// The result is neither a file nor a directory.
    #[error(
        "the result `{}` is neither a file nor a directory; write one of them to `run.result_file()`", path.display()
    )]
    #[non_exhaustive]
    Odd {
        /// The result.
        path: PathBuf,
    },
    /// The directory belongs to another store.
    #[error(
        "cannot use the results directory `{}`: it belongs to another store (table `{table}`, store {found}; this one is \
         {wanted}); correct `database` (relative paths are resolved against the current directory), give each store a \
         `results_dir` of its own, or take this one over, with what is in it, with `.adopt_results_dir()`", path.display()
    )]
    #[non_exhaustive]
    Foreign {
        /// The directory.
        path: PathBuf,
        /// The table it belongs to.
        table: String,
        /// The store it belongs to.
        found: String,
        /// The store that was opened.
        wanted: String,
    },
    /// What is in the place of the results directory is not a directory.
    #[error("cannot use `{}` as `results_dir`: it is not a directory; give another one", path.display())]
    #[non_exhaustive]
    NotADirectory {
        /// What is there.
        path: PathBuf,
    },
    /// The path in a row cannot be that of its result.
    #[error(
        "cannot remove `{}`, the result of run `{id}`: {why}; `delete_id` deletes the row alone", path.display()
    )]
    #[non_exhaustive]
    NotItsResult {
        /// The run.
        id: RunId,
        /// What its row says.
        path: PathBuf,
        /// What speaks against it.
        why: &'static str,
    },
    /// The store has runs, and the directory is not the one they are in.
    #[error(
        "cannot use the results directory `{}`: it does not bear the mark of this store, which has {} already (not mounted, \
         or another current directory?); give the right `results_dir`, or take this one with `.adopt_results_dir()`", path.display(), count(usize::try_from(*rows).unwrap_or(usize::MAX), "run")
    )]
    #[non_exhaustive]
    Unmarked {
        /// The directory.
        path: PathBuf,
        /// How many runs the store has.
        rows: u64,
    },
    /// The mark of the directory cannot be read.
    #[error(
        "cannot read `{}`, the mark of the results directory; restore it, or renew it with `.adopt_results_dir()`",
        path.display()
    )]
    #[non_exhaustive]
    DamagedMark {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A runner asks for the very run it is making.
    #[error(
        "cannot ask for run `{id}` here: this thread is making it; a runner must not ask for its own run"
    )]
    #[non_exhaustive]
    Recursive {
        /// The run.
        id: RunId,
    },
    /// A path that the database cannot hold.
    #[error("cannot store the path `{}`: it is not UTF-8; give one that is", path.display())]
    #[non_exhaustive]
    NotUtf8 {
        /// The path.
        path: PathBuf,
    },
    /// A suffix that cannot end a file name.
    #[error(
        "cannot use `{suffix}` as a file suffix: it must not contain `/`, `\\` or control characters, nor be longer than 64 \
         bytes"
    )]
    #[non_exhaustive]
    Suffix {
        /// The suffix.
        suffix: String,
    },
    /// A suffix that would run into the id.
    #[error("cannot use `{suffix}` as a file suffix: it would run into the id before it; write `.{suffix}`")]
    #[non_exhaustive]
    BareSuffix {
        /// The suffix.
        suffix: String,
    },
    /// The file to be registered is not there.
    #[error("cannot register `{}`: there is no file or directory of that name", path.display())]
    #[non_exhaustive]
    NotThere {
        /// The path.
        path: PathBuf,
    },
    /// A result is no longer what was written.
    #[error(
        "the result `{}` has changed since it was written: its SHA-256 is {found}, not {expected}; restore it, or make the \
         run again with `run`", path.display()
    )]
    #[non_exhaustive]
    Changed {
        /// The result.
        path: PathBuf,
        /// What it was.
        expected: String,
        /// What it is.
        found: String,
    },
}

/// What a runner wrote in the wrong place.
fn beside(found: &[String]) -> String {
    match found {
        [] => String::new(),
        names => format!(
            ", but `{}` beside it (another suffix? `.file_suffix(…)` on the builder sets that of the results)",
            names.join("`, `")
        ),
    }
}

impl FileError {
    /// An error of writing where entropic keeps its own files.
    pub(crate) fn own(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
                Self::ReadOnly { path, source }
            }
            _ => Self::Io { what, path, source },
        }
    }

    /// Why a text cannot be a suffix.
    pub(super) fn of_suffix(suffix: &str) -> Option<Self> {
        let shown = || suffix.escape_debug().to_string();
        if suffix.len() > 64 || suffix.contains(['/', '\\']) || suffix.chars().any(char::is_control) {
            return Some(Self::Suffix { suffix: shown() });
        }
        suffix.starts_with(char::is_alphanumeric).then(|| Self::BareSuffix { suffix: shown() })
    }

    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { what, path, source }
    }

    /// The runner came back, and left no result.
    pub(crate) fn is_bad_result(&self) -> bool {
        self.kind() == ErrorKind::RunFailed
    }

    /// What a caller can do about it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Io { source, .. } => crate::kind::of_io(source),
            Self::Kept { source, .. } | Self::Staged { source, .. } => crate::kind::of_kept(source.kind()),
            Self::Gone { .. }
            | Self::OtherDirectory { .. }
            | Self::CopiedDatabase { .. }
            | Self::Link { .. }
            | Self::Foreign { .. }
            | Self::NotItsResult { .. }
            | Self::Unmarked { .. } => ErrorKind::Conflict,
            Self::Newer { .. } | Self::ReadOnly { .. } => ErrorKind::Unsupported,
            Self::HeldUp { .. } => ErrorKind::Transient,
            Self::NothingWritten { .. } | Self::Empty { .. } | Self::Odd { .. } => ErrorKind::RunFailed,
            Self::NotADirectory { .. }
            | Self::Recursive { .. }
            | Self::NotUtf8 { .. }
            | Self::Suffix { .. }
            | Self::BareSuffix { .. } => ErrorKind::InvalidInput,
            Self::NotThere { .. } => ErrorKind::NotFound,
            Self::DamagedMark { .. } | Self::Changed { .. } => ErrorKind::Corrupt,
        }
    }

    pub(crate) fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }
}

/// Which directory a store has, and what to do. Another one lies at the same path where a process died while it took the
/// directory over, or where another host has a file system of its own.
fn other_cure(path: &Path, known: &Path) -> String {
    if path == known {
        return "this store had another one at the same path; if this one is meant, take it with `.adopt_results_dir()`"
            .to_owned();
    }
    format!(
        "that of this store is `{}`; give that one as `results_dir`, or, if it is lost, take this one with \
         `.adopt_results_dir()`",
        known.display()
    )
}
