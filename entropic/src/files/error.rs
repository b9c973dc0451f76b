//! What can go wrong with files.

use std::io;
use std::path::{Path, PathBuf};

use crate::params::RunId;
use crate::words::count;

/// An error of the results folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The system refused.
    #[error("failed to {what} `{}`", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// With which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A finished result could not be noted, and is kept.
    #[error("the run is finished, but could not be noted; its result is kept as `{}`: `register` it", path.display())]
    Kept {
        /// Where the result is.
        path: PathBuf,
        /// Why it could not be noted.
        source: Box<FileError>,
    },
    /// The results directory is no longer the one that was opened.
    #[error(
        "the results directory `{}` is gone, or is another one than was opened: was it moved, removed or unmounted? \
         Nothing was made in its place; put it back, or open the store again", path.display()
    )]
    Gone {
        /// The directory.
        path: PathBuf,
    },
    /// The store has its results in another directory.
    #[error(
        "the results directory `{}` is not that of this store, which is `{}`: give that one as `results_dir`, or, if it was \
         lost, take this one with `.adopt_results_dir()`", path.display(), known.display()
    )]
    OtherDirectory {
        /// The directory that was given.
        path: PathBuf,
        /// The one that the database knows.
        known: PathBuf,
    },
    /// The results directory belongs to a database that this one is a copy of.
    #[error(
        "the results directory `{}` belongs to the database `{}`, of which `{}` is a copy: give the copy a `results_dir` of \
         its own, open it with `.read_only(true)`, or take the directory over for good with `.adopt_results_dir()`",
        path.display(), original.display(), copy.display()
    )]
    CopiedDatabase {
        /// The directory.
        path: PathBuf,
        /// The database that the directory was opened with before.
        original: PathBuf,
        /// The database that it was opened with now.
        copy: PathBuf,
    },
    /// There is a symbolic link where a file or directory of entropic is to be.
    #[error(
        "`{}` is a symbolic link, which entropic does not follow in a directory of its own: remove it; the results \
         directory as a whole may be one", path.display()
    )]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// A file of ours was written by a later version.
    #[error("`{}` was written by a newer version of entropic (format {format}): use that one", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u32,
    },
    /// Nothing can be written where the results are.
    #[error(
        "the results directory cannot be written to (`{}`): hits can be had, runs cannot be made; mount it for writing, or \
         say `.read_only(true)`", path.display()
    )]
    ReadOnly {
        /// What was to be written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process holds the recovery lock for too long.
    #[error(
        "`{}` is still locked by another process after {seconds:.1} s: is one stopped?", path.display()
    )]
    HeldUp {
        /// The file.
        path: PathBuf,
        /// How long it was waited for.
        seconds: f64,
    },
    /// The runner came back and there is no result.
    #[error(
        "the runner wrote nothing to `{}`{}: write the result to `run.result_file()`, or declare `.without_results()` on the \
         builder if the outputs say everything", path.display(), beside(found)
    )]
    NothingWritten {
        /// Where the result was expected.
        path: PathBuf,
        /// What the runner wrote beside it, if anything.
        found: Vec<String>,
    },
    /// The result is an empty file or folder.
    #[error("the result `{}` is empty", path.display())]
    Empty {
        /// The result.
        path: PathBuf,
    },
    /// The result is neither a file nor a folder.
    #[error("the result `{}` is neither a file nor a folder", path.display())]
    Odd {
        /// The result.
        path: PathBuf,
    },
    /// The folder belongs to another store.
    #[error(
        "the results folder `{}` belongs to another store (table `{table}`, store {found}); this one is {wanted}: \
         is `database` the right one (a path is seen from the working folder)? Each store needs a `results_dir` of \
         its own; `.adopt_results_dir()` takes this one over with what is in it", path.display()
    )]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// The table it belongs to.
        table: String,
        /// The store it belongs to.
        found: String,
        /// The store that was opened.
        wanted: String,
    },
    /// There is something in the place of the results folder.
    #[error("`{}` is to be the results folder, and is no folder: give another `results_dir`", path.display())]
    NoFolder {
        /// What is there.
        path: PathBuf,
    },
    /// The path in a row cannot be that of its result.
    #[error(
        "the result of `{id}`, `{}`, is not removed: {why}; `delete_id` removes the row alone", path.display()
    )]
    NotItsResult {
        /// The run.
        id: RunId,
        /// What its row says.
        path: PathBuf,
        /// What speaks against it.
        why: &'static str,
    },
    /// The store has runs, and the folder is not the one they are in.
    #[error(
        "the results folder `{}` does not bear the mark of this store, which has {} already: is it not mounted, \
         or is the working directory another? Give the right `results_dir`, or take this one with \
         `.adopt_results_dir()`", path.display(), count(usize::try_from(*rows).unwrap_or(usize::MAX), "run")
    )]
    Unmarked {
        /// The folder.
        path: PathBuf,
        /// How many runs the store has.
        rows: u64,
    },
    /// The mark of the folder cannot be read.
    #[error("the mark `{}` is damaged; restore it, or renew it with `.adopt_results_dir()`", path.display())]
    DamagedMark {
        /// The file.
        path: PathBuf,
    },
    /// A line of a journal says what cannot be.
    #[error("the journal of the results folder cannot be used: {why}")]
    Journal {
        /// What is wrong.
        why: String,
    },
    /// A runner asks for the very run it is making.
    #[error("run `{id}` is being made by this thread: its runner cannot ask for it")]
    Recursive {
        /// The run.
        id: RunId,
    },
    /// A path that the database cannot hold.
    #[error("the path `{}` is not UTF-8, and the database keeps paths as text", path.display())]
    NotUtf8 {
        /// The path.
        path: PathBuf,
    },
    /// A suffix that cannot end a file name.
    #[error(
        "`{suffix}` cannot be a file suffix: it must not contain `/`, `\\` or control characters, nor be longer than 64 bytes"
    )]
    Suffix {
        /// The suffix.
        suffix: String,
    },
    /// A suffix that would run into the id.
    #[error("the file suffix `{suffix}` would run into the id before it: write `.{suffix}`")]
    BareSuffix {
        /// The suffix.
        suffix: String,
    },
    /// The file to be registered is not there.
    #[error("there is no result to register at `{}`", path.display())]
    NotThere {
        /// The path.
        path: PathBuf,
    },
    /// A result is no longer what was written.
    #[error("the result `{}` has changed since it was written: its SHA-256 is {found}, not {expected}", path.display())]
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
            ", but `{}` beside it (is it another suffix? `.file_suffix(…)` on the builder sets that of the results)",
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

    pub(crate) fn journal(error: &serde_json::Error) -> Self {
        Self::Journal { why: error.to_string() }
    }

    /// The runner came back, and left no result.
    pub(crate) fn is_bad_result(&self) -> bool {
        matches!(self, Self::NothingWritten { .. } | Self::Empty { .. } | Self::Odd { .. })
    }

    pub(crate) fn is_conflict(&self) -> bool {
        matches!(
            self,
            Self::Foreign { .. }
                | Self::Unmarked { .. }
                | Self::OtherDirectory { .. }
                | Self::CopiedDatabase { .. }
                | Self::Gone { .. }
                | Self::Link { .. }
                | Self::NotItsResult { .. }
        )
    }

    pub(crate) fn is_corrupt(&self) -> bool {
        matches!(self, Self::Changed { .. } | Self::DamagedMark { .. } | Self::Journal { .. })
    }

    pub(crate) fn is_transient(&self) -> bool {
        matches!(self, Self::HeldUp { .. })
    }

    pub(crate) fn is_unsupported(&self) -> bool {
        matches!(self, Self::Newer { .. } | Self::ReadOnly { .. })
    }

    pub(crate) fn is_not_found(&self) -> bool {
        match self {
            Self::NotThere { .. } => true,
            Self::Io { source, .. } => source.kind() == io::ErrorKind::NotFound,
            _ => false,
        }
    }

    pub(crate) fn is_invalid_input(&self) -> bool {
        matches!(
            self,
            Self::NotUtf8 { .. }
                | Self::NoFolder { .. }
                | Self::Suffix { .. }
                | Self::BareSuffix { .. }
                | Self::Recursive { .. }
        )
    }
}
