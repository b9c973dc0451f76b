//! What the rules of a store refuse.

use std::path::PathBuf;

use crate::params::RunId;

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
    /// The runner panicked.
    #[error("the runner panicked for run `{id}`: {message}")]
    Panicked {
        /// The key.
        id: RunId,
        /// What it said.
        message: String,
    },
    /// Somebody else has been making the run for longer than this store waits.
    #[error("run `{id}` is still being made by somebody else after {seconds:.1} s")]
    StillRunning {
        /// The key.
        id: RunId,
        /// How long was waited.
        seconds: f64,
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

    pub(crate) fn is_conflict(&self) -> bool {
        matches!(self, Self::Collision { .. } | Self::Exists { .. })
    }

    pub(crate) fn is_unsupported(&self) -> bool {
        matches!(self, Self::NoRunner { .. } | Self::ReadOnly { .. })
    }
}
