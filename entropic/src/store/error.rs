//! What the rules of a store refuse.

use std::path::PathBuf;
use std::sync::Arc;

use crate::ErrorKind;
use crate::params::RunId;
use crate::record::RecordError;

/// An error of the store itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A run is wanted, and the store has no runner.
    #[error(
        "cannot make a run of `{table}`: the store has no runner; give one with `.runner(…)` on the builder or \
         `.with_runner(…)`"
    )]
    #[non_exhaustive]
    NoRunner {
        /// The table.
        table: &'static str,
    },
    /// The store was opened to be read.
    #[error(
        "cannot {what}: the store of `{table}` is read-only; open it without `.read_only(true)` (workers of a sweep open all stores so)"
    )]
    #[non_exhaustive]
    ReadOnly {
        /// The table.
        table: &'static str,
        /// What was asked.
        what: &'static str,
    },
    /// There is no such run.
    #[error("there is no run `{id}` in `{table}`")]
    #[non_exhaustive]
    NoRun {
        /// The table.
        table: &'static str,
        /// The key.
        id: RunId,
    },
    /// The row of a run is there, its result is not.
    #[error(
        "cannot find the result `{}` of run `{id}`: it is gone; `run_or_retrieve` makes the run again, `delete` deletes its \
         row",
        path.display()
    )]
    #[non_exhaustive]
    ResultMissing {
        /// The key.
        id: RunId,
        /// Where the result should be.
        path: PathBuf,
    },
    /// The row names the result of another run.
    #[error(
        "cannot use the row of run `{id}`: it names `{}`, which is the result of run `{other}` (was the row edited?); \
         `run_or_retrieve` makes the run again, `delete_id` deletes the row", path.display()
    )]
    #[non_exhaustive]
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
    #[error(
        "cannot use the row of run `{id}`: it has other parameters than were asked for (asked {asked}, stored {stored}); \
         `delete_id` deletes the row"
    )]
    #[non_exhaustive]
    Collision {
        /// The key.
        id: RunId,
        /// The canonical text of what was asked.
        asked: String,
        /// The canonical text of what is stored.
        stored: String,
    },
    /// A run to register is stored already.
    #[error("cannot register run `{id}`: it is stored already; use `register_or_replace` to overwrite it")]
    #[non_exhaustive]
    Exists {
        /// The key.
        id: RunId,
    },
    /// One row of many is no record.
    #[error(
        "cannot read run `{id}`; `{readable}` gives the runs that can be read, and says why the others cannot"
    )]
    #[non_exhaustive]
    Unreadable {
        /// The run.
        id: RunId,
        /// What to call instead.
        readable: &'static str,
        /// The column and the value.
        source: Box<RecordError>,
    },
    /// The runner panicked.
    #[error("the runner panicked for run `{id}`: {message}")]
    #[non_exhaustive]
    Panicked {
        /// The key.
        id: RunId,
        /// What it said.
        message: String,
    },
    /// The runner took longer than it may, and its process was killed.
    #[error("run `{id}` was stopped after {seconds:.1} s, the longest that it may take; raise `run_timeout`")]
    #[non_exhaustive]
    TimedOut {
        /// The key.
        id: RunId,
        /// How long it may take.
        seconds: f64,
    },
    /// The process or the machine that made the run is gone.
    #[error("the process of run `{id}` is lost: {how}")]
    #[non_exhaustive]
    Lost {
        /// The key.
        id: RunId,
        /// What is known about it.
        how: String,
    },
    /// Another process has been making the run for longer than this store waits.
    #[error(
        "cannot wait longer for run `{id}`: another process is still making it after {seconds:.1} s; ask again later"
    )]
    #[non_exhaustive]
    StillRunning {
        /// The key.
        id: RunId,
        /// How long was waited.
        seconds: f64,
    },
    /// The run has finished, and its result could not be put in place or its row could not be written. The next call that
    /// asks for the run, or the next opening of the store, stores it.
    #[error(
        "cannot store run `{id}`, which has finished; its result is kept as `{}`, and the next call that asks for the run, or \
         the next opening of the store, stores it", path.display()
    )]
    #[non_exhaustive]
    NotStored {
        /// The key.
        id: RunId,
        /// Where its result is.
        path: PathBuf,
        /// Why.
        source: Arc<crate::Error>,
    },
    /// The database did not answer a moment ago, and is not asked again yet.
    #[error("cannot ask the database of `{table}`: it did not answer a moment ago; try again")]
    #[non_exhaustive]
    NotNow {
        /// The table.
        table: &'static str,
    },
    /// A custom column type loses something: parameters are not the same after they were written and read.
    #[error(
        "cannot copy parameters of `{table}`: they change when they are written and read; `from_repr(to_repr(x))` of each \
         custom column type must be `x`"
    )]
    #[non_exhaustive]
    NotCopied {
        /// The table.
        table: &'static str,
    },
    /// The run was cancelled.
    #[error("run `{id}` was cancelled")]
    #[non_exhaustive]
    Cancelled {
        /// The key.
        id: RunId,
    },
}

impl StoreError {
    /// What a caller can do about it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NoRunner { .. } | Self::ReadOnly { .. } => ErrorKind::Unsupported,
            Self::NoRun { .. } | Self::ResultMissing { .. } => ErrorKind::NotFound,
            Self::ResultOfAnother { .. } | Self::Unreadable { .. } => ErrorKind::Corrupt,
            Self::Collision { .. } | Self::Exists { .. } => ErrorKind::Conflict,
            Self::Panicked { .. } | Self::TimedOut { .. } | Self::Lost { .. } => ErrorKind::RunFailed,
            Self::StillRunning { .. } | Self::NotNow { .. } => ErrorKind::Transient,
            Self::NotStored { source, .. } => crate::kind::of_kept(source.kind()),
            Self::NotCopied { .. } => ErrorKind::InvalidInput,
            Self::Cancelled { .. } => ErrorKind::Cancelled,
        }
    }
}
