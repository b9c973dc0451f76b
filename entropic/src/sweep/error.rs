//! What can be wrong with a sweep.

use crate::words::count;

/// An error of a grid, a sampling, or a sweep as a whole.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SweepError {
    /// The lists of a grid that is zipped have different lengths.
    #[error(
        "the lists of a grid that is zipped are as long as each other, or hold one value for all; these have {}",
        sides.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    )]
    Sides {
        /// How many values each field has, in the order of the struct.
        sides: Vec<usize>,
    },
    /// A range that nothing can be drawn from.
    #[error("nothing can be drawn from the range {start} to {end}: it begins below its end, both finite")]
    Range {
        /// Where it begins.
        start: f64,
        /// Where it ends.
        end: f64,
    },
    /// A sweep was ended before all its points were tried.
    #[error(
        "the sweep was interrupted, with {} done and {remaining} left; the same sweep again does the rest", count(*done, "point")
    )]
    Interrupted {
        /// How many have a record.
        done: usize,
        /// How many were not tried.
        remaining: usize,
    },
    /// Ctrl-C cannot be listened to.
    #[error("cannot listen to Ctrl-C")]
    Signals {
        /// What the system said.
        source: std::io::Error,
    },
    /// The program cannot be started again as a worker.
    #[error("cannot start this program again as a worker")]
    Program {
        /// What the system said.
        source: std::io::Error,
    },
    /// Workers end before they have made a run.
    #[error(
        "a worker ended ({status}) without a run: a worker is this program with the same arguments, and must come to \
         `.open()` of the same store{}{}",
        if log.is_empty() { "; it printed nothing (or the disk is full)" } else { "; it printed:\n" },
        log
    )]
    NoWorker {
        /// How it ended.
        status: String,
        /// The end of what it printed.
        log: String,
    },
    /// A program of the batch system cannot be run.
    #[error(
        "cannot run `{program}`: is the batch system installed on this machine? `.bin_dir(…)` says where its programs are"
    )]
    Scheduler {
        /// Which.
        program: &'static str,
        /// What the system said.
        source: std::io::Error,
    },
    /// A program of the batch system refused what it was told.
    #[error("`{program}` says: {said}")]
    Refused {
        /// Which.
        program: &'static str,
        /// In its own words.
        said: String,
    },
    /// Jobs end, and leave no info.
    #[error(
        "jobs end ({status}) and leave neither a log nor a journal in `{}`: is it on a file system that the nodes share, under \
         the same path?",
        dir.display()
    )]
    NoTrace {
        /// How they end.
        status: String,
        /// Where they should leave something.
        dir: std::path::PathBuf,
    },
}

impl SweepError {
    pub(super) fn program(source: std::io::Error) -> Self {
        Self::Program { source }
    }

    pub(crate) fn is_invalid_input(&self) -> bool {
        matches!(self, Self::Sides { .. } | Self::Range { .. })
    }
}
