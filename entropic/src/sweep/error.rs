//! What can be wrong with a sweep.

use std::io;
use std::path::PathBuf;

use crate::ErrorKind;
use crate::words::count;

/// An error of a grid, a sampling, or a sweep as a whole.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SweepError {
    /// The lists of a grid that is zipped have different lengths.
    #[error(
        "cannot zip lists of {} values; give lists of one length, or a single value for all points",
        sides.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    )]
    #[non_exhaustive]
    Sides {
        /// How many values each field has, in the order of the struct.
        sides: Vec<usize>,
    },
    /// A range that nothing can be drawn from.
    #[error(
        "cannot draw from the range {start} to {end}; a range must begin below its end, and both must be finite"
    )]
    #[non_exhaustive]
    Range {
        /// Where it begins.
        start: f64,
        /// Where it ends.
        end: f64,
    },
    /// A sweep was ended before all its points were tried.
    #[error(
        "the sweep was interrupted with {} done and {remaining} left; run the same sweep again to do the rest",
        count(*done, "point")
    )]
    #[non_exhaustive]
    Interrupted {
        /// How many have a record.
        done: usize,
        /// How many were not tried.
        remaining: usize,
    },
    /// Ctrl-C cannot be listened to.
    #[error("cannot listen for Ctrl-C")]
    #[non_exhaustive]
    Signals {
        /// What the system said.
        source: io::Error,
    },
    /// The program cannot be started again as a worker.
    #[error("cannot start this program again as a worker")]
    #[non_exhaustive]
    Program {
        /// What the system said.
        source: io::Error,
    },
    /// Workers end before they have made a run.
    #[error(
        "a worker ended ({status}) without a run; a worker is this program, started again with the same arguments, and must \
         come to `.open()` of the same store{}{}",
        if log.is_empty() { "; it printed nothing (or the disk is full)" } else { "; it printed:\n" },
        log
    )]
    #[non_exhaustive]
    NoWorker {
        /// How it ended.
        status: String,
        /// The end of what it printed.
        log: String,
    },
    /// A program of the batch system cannot be run.
    #[error(
        "cannot run `{program}`; install the batch system on this machine, or say with `.bin_dir(…)` where its programs are"
    )]
    #[non_exhaustive]
    Scheduler {
        /// Which.
        program: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A program of the batch system refused what it was given.
    #[error("`{program}` refused: {said}")]
    #[non_exhaustive]
    Refused {
        /// Which.
        program: &'static str,
        /// In its own words.
        said: String,
    },
    /// Jobs end, and leave no trace.
    #[error(
        "jobs end ({status}) and leave neither a log nor a journal in `{}`; the directory must be on a file system that all \
         nodes share, under the same path",
        directory.display()
    )]
    #[non_exhaustive]
    NoTrace {
        /// How they end.
        status: String,
        /// Where they should leave something.
        directory: PathBuf,
    },
}

impl SweepError {
    pub(super) fn program(source: io::Error) -> Self {
        Self::Program { source }
    }

    /// What a caller can do about it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Sides { .. } | Self::Range { .. } => ErrorKind::InvalidInput,
            Self::Interrupted { .. } => ErrorKind::Cancelled,
            Self::Signals { .. } | Self::Program { .. } | Self::Refused { .. } => ErrorKind::System,
            // The program or the machine is not one that such a sweep can use.
            Self::NoWorker { .. } | Self::NoTrace { .. } => ErrorKind::Unsupported,
            Self::Scheduler { source, .. } => match crate::kind::of_io(source) {
                ErrorKind::NotFound => ErrorKind::Unsupported,
                kind => kind,
            },
        }
    }
}
