//! What a sweep did.

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

use super::SweepError;
use super::progress::short;
use crate::params::RunId;
use crate::record::{Record, SimRecord};
use crate::runner::FailureKind;
use crate::words::count;
use crate::{Error, Result};

/// How many failures a report tells of one by one.
const TOLD: usize = 10;

/// What is known of a run that failed.
#[derive(Debug, Default)]
pub(super) struct AttemptInfo {
    pub(super) attempts: u32,
    pub(super) elapsed: Duration,
    pub(super) node: Option<String>,
    pub(super) log: Option<String>,
}

/// A point of a sweep that has no record, and why.
#[non_exhaustive]
pub struct SweepFailure<T> {
    /// The parameters.
    pub params: T,
    /// The key of the run; none when the parameters themselves were refused.
    pub id: Option<RunId>,
    /// What went wrong.
    pub error: Error,
    /// How the run failed; none where it was not the run: its parameters were refused, the database was gone.
    pub kind: Option<FailureKind>,
    /// How often it was tried.
    pub attempts: u32,
    /// How long it took, all attempts together.
    pub elapsed: Duration,
    /// The machine, if it was not this process that ran it.
    pub node: Option<String>,
    /// The end of what the run printed, if it was not this process that ran it.
    pub log: Option<String>,
}

impl<T> SweepFailure<T> {
    pub(super) fn new(
        params: T,
        id: Option<RunId>,
        error: Error,
        kind: Option<FailureKind>,
        info: AttemptInfo,
    ) -> Self {
        let AttemptInfo { attempts, elapsed, node, log } = info;
        Self { params, id, error, kind, attempts, elapsed, node, log }
    }

    /// What the runner said, with its causes.
    #[must_use]
    pub fn message(&self) -> String {
        self.error.said()
    }
}

impl<T> fmt::Debug for SweepFailure<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SweepFailure")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Display for SweepFailure<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(id) = &self.id {
            write!(f, "run `{id}`: ")?;
        }
        if let Some(kind) = self.kind {
            write!(f, "{kind}: ")?;
        }
        write!(f, "{}", self.message())?;
        if let Some(node) = &self.node {
            write!(f, " (on {node})")?;
        }
        Ok(())
    }
}

/// What a sweep did. `Display` is a summary that fits a screen.
#[derive(Debug)]
#[must_use = "points may have failed, or be left: see `is_complete`"]
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
    /// Whether the sweep was asked to stop before it was done. What was finished is stored; the same sweep again does the
    /// rest.
    pub interrupted: bool,
    /// How many points were not tried, for it was interrupted. Points that were not looked up are counted too, be they
    /// hits or duplicates, as far as their iterator knows how many there are.
    pub remaining: usize,
    /// How many finished runs of processes that died were taken over since the store was opened, or since the last
    /// report: where they are points of this sweep, they are among the hits.
    pub recovered: usize,
    /// How long the sweep took.
    pub elapsed: Duration,
    /// How long the hits took when they were run: what the store has saved.
    pub time_saved: Duration,
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
            interrupted: false,
            remaining: 0,
            recovered: 0,
            elapsed: Duration::ZERO,
            time_saved: Duration::ZERO,
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
        self.failures.is_empty() && self.remaining == 0
    }

    /// The records, if every point has one.
    ///
    /// # Errors
    /// The first failure; [`SweepError::Interrupted`] (`is_cancelled`) when points are left.
    ///
    /// ```
    /// # mod sim {
    /// #     use entropic::prelude::*;
    /// #     #[derive(SimRecord)]
    /// #     #[sim(table = "decays")]
    /// #     pub struct Decay { pub rate: f64 }
    /// # }
    /// # use sim::Decay;
    /// # let dir = tempfile::tempdir()?;
    /// # let store = entropic::Store::<Decay>::builder()
    /// #     .database(format!("sqlite://{}", dir.path().join("runs.db").display()))
    /// #     .results_dir(dir.path().join("results"))
    /// #     .runner(|decay: &Decay, run| std::fs::write(run.result_file(), decay.rate.to_string()))
    /// #     .open()?;
    /// let records = store.sweep([Decay { rate: 0.1 }, Decay { rate: 0.2 }]).run()?.complete()?;
    /// assert_eq!(records.len(), 2);
    ///
    /// let report = store.sweep([Decay { rate: 0.3 }, Decay { rate: f64::NAN }]).run()?;
    /// assert!(report.complete().unwrap_err().is_invalid_input());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn complete(self) -> Result<Vec<Record<T>>> {
        if let Some(failure) = self.failures.into_iter().next() {
            return Err(failure.error);
        }
        if self.remaining > 0 {
            return Err(
                SweepError::Interrupted { done: self.hits + self.misses, remaining: self.remaining }.into()
            );
        }
        Ok(self.records)
    }
}

impl<T: SimRecord> fmt::Display for SweepReport<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}, {}, {} in {}",
            count(self.hits + self.misses + self.failures.len(), "run"),
            count(self.hits, "hit"),
            count(self.misses, "miss"),
            count(self.failures.len(), "failure"),
            short(self.elapsed),
        )?;
        // Of runs that were registered nobody knows how long they took.
        if !self.time_saved.is_zero() {
            let hits = if self.hits == 1 { "the hit" } else { "the hits" };
            write!(f, "; {hits} saved {}", short(self.time_saved))?;
        }
        if self.recovered > 0 {
            let were =
                if self.recovered == 1 { "a process that died was" } else { "processes that died were" };
            write!(f, "\n  {} of {were} taken over", count(self.recovered, "finished run"))?;
        }
        if self.duplicates > 0 {
            let were = if self.duplicates == 1 { "was" } else { "were" };
            write!(f, "\n  {} came again and {were} counted once", count(self.duplicates, "point"))?;
        }
        if self.remaining > 0 {
            let (are, them) = if self.remaining == 1 { ("is", "it") } else { ("are", "them") };
            let left = count(self.remaining, "point");
            write!(f, "\n  interrupted: {left} {are} left; the same sweep again does {them}")?;
        }
        for failure in self.failures.iter().take(TOLD) {
            write!(f, "\n  {}", one_line(&failure.to_string()))?;
        }
        if self.failures.len() > TOLD {
            write!(f, "\n  … and {}", count(self.failures.len() - TOLD, "more failure"))?;
        }
        Ok(())
    }
}

/// The beginning of a text, where it is longer than a line or two of a screen.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 200;
    let line = text.lines().next().unwrap_or_default();
    let short: String = line.chars().take(LONGEST).collect();
    if short.len() < text.trim_end().len() { short + " …" } else { short }
}
