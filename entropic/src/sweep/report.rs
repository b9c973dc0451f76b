//! What a sweep did.

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

use crate::Error;
use crate::params::RunId;
use crate::record::{Record, SimRecord};

/// A point of a sweep that has no record, and why.
#[non_exhaustive]
pub struct SweepFailure<T> {
    /// The parameters.
    pub params: T,
    /// The key of the run; none when the parameters themselves were refused.
    pub id: Option<RunId>,
    /// What went wrong.
    pub error: Error,
}

impl<T> SweepFailure<T> {
    pub(super) fn new(params: T, id: Option<RunId>, error: Error) -> Self {
        Self { params, id, error }
    }
}

impl<T> fmt::Debug for SweepFailure<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SweepFailure")
            .field("id", &self.id)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

/// What a sweep did. `Display` is a summary of a line, and a line for each failure.
#[derive(Debug)]
#[non_exhaustive]
pub struct SweepReport<T: SimRecord> {
    /// The records, in the order of the parameters; each once.
    pub records: Vec<Record<T>>,
    /// How many were there already.
    pub hits: usize,
    /// How many were run.
    pub misses: usize,
    /// How many of the parameters came again.
    pub duplicates: usize,
    /// The points that have no record.
    pub failures: Vec<SweepFailure<T>>,
    /// How long the sweep took.
    pub elapsed: Duration,
    /// How long the hits took when they were run: what the store has saved.
    pub saved: Duration,
    pub(super) made: HashSet<RunId>,
}

impl<T: SimRecord> SweepReport<T> {
    pub(super) fn new() -> Self {
        Self {
            records: Vec::new(),
            hits: 0,
            misses: 0,
            duplicates: 0,
            failures: Vec::new(),
            elapsed: Duration::ZERO,
            saved: Duration::ZERO,
            made: HashSet::new(),
        }
    }

    /// Whether a record of this sweep was there already.
    #[must_use]
    pub fn was_hit(&self, record: &Record<T>) -> bool {
        !self.made.contains(&record.id)
    }

    /// Whether every point has a record.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.failures.is_empty()
    }
}

impl<T: SimRecord> fmt::Display for SweepReport<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} runs: {} hits, {} misses, {} failures in {:.1?}",
            self.hits + self.misses + self.failures.len(),
            self.hits,
            self.misses,
            self.failures.len(),
            self.elapsed,
        )?;
        if self.hits > 0 {
            write!(f, "; the hits saved {:.1?}", self.saved)?;
        }
        for failure in &self.failures {
            match &failure.id {
                Some(id) => write!(f, "\n  run `{id}`: {}", failure.error)?,
                None => write!(f, "\n  {}", failure.error)?,
            }
            let mut cause = std::error::Error::source(&failure.error);
            while let Some(error) = cause {
                write!(f, ": {error}")?;
                cause = error.source();
            }
        }
        Ok(())
    }
}
