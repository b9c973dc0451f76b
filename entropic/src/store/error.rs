//! What the rules of a store refuse.

use std::path::PathBuf;
use std::sync::Arc;

use crate::params::RunId;
use crate::record::RecordError;

/// An error of the store itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A run is wanted and nobody said how.
    #[error(
        "the store of `{table}` has no runner: give one with `.runner(…)` on the builder or `.with_runner(…)`"
    )]
    NoRunner {
        /// The table.
        table: &'static str,
    },
    /// The store was opened to be read.
    #[error("the store of `{table}` is read-only: it cannot {what}")]
    ReadOnly {
        /// The table.
        table: &'static str,
        /// What was asked.
        what: &'static str,
    },
    /// There is no such run.
    #[error("there is no run `{id}` in `{table}`")]
    NoRun {
        /// The table.
        table: &'static str,
        /// The key.
        id: RunId,
    },
    /// The row of a run is there, its result is not.
    #[error(
        "run `{id}` is known, but its result `{}` is gone: `run_or_retrieve` makes it anew, `delete` forgets it",
        path.display()
    )]
    ResultMissing {
        /// The key.
        id: RunId,
        /// Where the result should be.
        path: PathBuf,
    },
    /// The row names the result of another run.
    #[error(
        "the row of run `{id}` names `{}`, which is the result of run `{other}`: was the row edited? `run_or_retrieve` makes \
         the run anew, `delete_id` deletes the row", path.display()
    )]
    ResultOfAnother {
        /// The key.
        id: RunId,
        /// The result.
        path: PathBuf,
        /// The run whose result it is.
        other: RunId,
    },
    /// Two sets of parameters have one key. With hashed keys this means that the row was made by a program that
    /// did not refuse what the hash cannot tell apart, or was changed by hand.
    #[error("run `{id}` is stored with other parameters than were asked: asked {asked}, stored {stored}")]
    Collision {
        /// The key.
        id: RunId,
        /// The canonical text of what was asked.
        asked: String,
        /// The canonical text of what is stored.
        stored: String,
    },
    /// A run that shall be registered is known already.
    #[error("run `{id}` is registered already: use `register_or_replace` to overwrite it")]
    Exists {
        /// The key.
        id: RunId,
    },
    /// One row of many is no record.
    #[error("{why}; `{readable}` gives the runs that can be read, and tells the others")]
    Unreadable {
        /// The run, the column and the value.
        why: Box<RecordError>,
        /// What to call instead.
        readable: &'static str,
    },
    /// The runner panicked.
    #[error("the runner panicked for run `{id}`: {message}")]
    Panicked {
        /// The key.
        id: RunId,
        /// What it said.
        message: String,
    },
    /// The runner took longer than it may, and its process was killed.
    #[error("run `{id}` was stopped after {seconds:.1} s, the longest that it may take")]
    TimedOut {
        /// The key.
        id: RunId,
        /// How long it may take.
        seconds: f64,
    },
    /// The process or the machine that made the run is gone.
    #[error("the process of run `{id}` is lost: {how}")]
    Lost {
        /// The key.
        id: RunId,
        /// What is known about it.
        how: String,
    },
    /// Somebody else has been making the run for longer than this store waits.
    #[error("run `{id}` is still being made by somebody else after {seconds:.1} s")]
    StillRunning {
        /// The key.
        id: RunId,
        /// How long was waited.
        seconds: f64,
    },
    /// The run has come to its end, and its row could not be written; the next one who wants the run, or opens the store, writes
    /// it.
    #[error(
        "run `{id}` is finished, and its row could not be written; its result is kept as `{}`, and the next one who wants the \
         run or opens the store writes the row", path.display()
    )]
    NotStored {
        /// The key.
        id: RunId,
        /// Where its result is.
        path: PathBuf,
        /// Why.
        source: Arc<crate::Error>,
    },
    /// The database could not be asked a moment ago, and is not asked again for now.
    #[error("the database of `{table}` cannot answer now")]
    NotNow {
        /// The table.
        table: &'static str,
    },
    /// Parameters do not come back from how their columns are written: an own column type whose two directions differ.
    #[error(
        "parameters of `{table}` are not the same after they were stored and read: a column type of its own loses something"
    )]
    NotCopied {
        /// The table.
        table: &'static str,
    },
    /// The run was cancelled.
    #[error("run `{id}` was cancelled")]
    Cancelled {
        /// The key.
        id: RunId,
    },
}

impl StoreError {
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(self, Self::NoRun { .. } | Self::ResultMissing { .. })
    }

    pub(crate) fn is_corrupt(&self) -> bool {
        matches!(self, Self::Unreadable { .. } | Self::ResultOfAnother { .. })
    }

    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::StillRunning { .. } | Self::NotNow { .. } => true,
            Self::NotStored { source, .. } => source.is_transient(),
            _ => false,
        }
    }

    pub(crate) fn is_conflict(&self) -> bool {
        matches!(self, Self::Collision { .. } | Self::Exists { .. })
    }

    pub(crate) fn is_unsupported(&self) -> bool {
        match self {
            Self::NoRunner { .. } | Self::ReadOnly { .. } => true,
            Self::NotStored { source, .. } => source.is_unsupported(),
            _ => false,
        }
    }
}
