//! Where the outcomes of a sweep go: ended runs are committed in groups by one thread, and everything is counted.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::progress::Counts;
use super::queue::{Closes, Limits, Queue};
use super::report::{AttemptInfo, SweepFailure, SweepReport};
use crate::db::Stored;
use crate::params::RunId;
use crate::record::{CustomData, Record};
use crate::runner::FailureKind;
use crate::store::{NewFailure, Ready, Store};
use crate::words::with_causes;
use crate::worker::{Manifest, Owner, SweepDir};
use crate::{Error, Result};

/// How runs are committed: so many at once, whose ids are held until then; half as many more may wait meanwhile.
const COMMITS: Limits = Limits { group: 100, room: 150, linger: Duration::from_millis(5) };

/// How often the committer looks up although nothing ends.
const TICK: Duration = Duration::from_secs(1);

/// What is to be done with each point.
#[derive(Debug)]
pub(super) struct SweepPolicy {
    pub(super) custom_data: CustomData,
    pub(super) fail_fast: bool,
    pub(super) keep_records: bool,
    /// How often a failing run is tried again.
    pub(super) retries: u32,
    /// How many runs there are of each point, if they are told apart by number.
    pub(super) replicates: Option<u32>,
    /// Which replicate each of the first points is, where they are some.
    pub(super) numbers: Vec<Option<u32>>,
}

/// A run that has come to its end.
pub(super) struct Ended<'w, T: Stored> {
    pub(super) at: usize,
    pub(super) params: T,
    pub(super) ready: Ready<'w, T>,
}

/// A record and its place among the points.
pub(super) struct Placed<T: Stored> {
    pub(super) at: usize,
    pub(super) record: Record<T>,
}

/// Records on their way to the closure that sees each of them.
pub(super) type Reports<T> = Arc<Queue<Placed<T>>>;

/// The outcomes of a sweep.
pub(super) struct Collector<T: Stored> {
    pub(super) store: Store<T>,
    pub(super) policy: SweepPolicy,
    totals: Mutex<Totals<T>>,
    /// Where records go if a closure of the caller sees each of them.
    reports: Option<Reports<T>>,
    /// Whether nothing more is to be begun.
    is_over: AtomicBool,
    /// Whether there may be failures to be forgotten.
    failed_before: AtomicBool,
    /// Whether anything could not be stored: it is where it was made, for the next one to take over.
    unstored: AtomicBool,
    /// The directories of workers, given up once all is stored.
    dirs: Mutex<Vec<(SweepDir, Owner)>>,
}

/// What all who work on a sweep add to; nothing of the caller's is called under its lock.
struct Totals<T: Stored> {
    report: SweepReport<T>,
    records: Vec<Placed<T>>,
    failures: Vec<(usize, SweepFailure<T>)>,
    counts: Counts,
    /// What ended the sweep before its time.
    stopped: Option<Error>,
}

impl<T: Stored> Collector<T> {
    pub(super) fn new(store: Store<T>, policy: SweepPolicy, reports: Option<Reports<T>>) -> Result<Self> {
        let failed_before = AtomicBool::new(store.has_failures()?);
        let totals = Totals {
            report: SweepReport::new(),
            records: Vec::new(),
            failures: Vec::new(),
            counts: Counts::default(),
            stopped: None,
        };
        Ok(Self {
            store,
            policy,
            totals: Mutex::new(totals),
            reports,
            is_over: AtomicBool::new(false),
            failed_before,
            unstored: AtomicBool::new(false),
            dirs: Mutex::default(),
        })
    }

    /// What waits to be committed.
    pub(super) fn queue<'w>() -> Queue<Ended<'w, T>> {
        Queue::new(COMMITS)
    }

    /// Commits what ends, until nothing more will.
    pub(super) fn commit_all<'w>(&'w self, ended: &Queue<Ended<'w, T>>) {
        // Should anything panic here, those who run hear of it.
        let _closes = Closes(ended);
        while let Some(group) = ended.take(TICK) {
            if group.is_empty() {
                self.store.flush();
            } else {
                self.commit(group);
            }
        }
        self.store.flush();
    }

    fn commit<'w>(&'w self, group: Vec<Ended<'w, T>>) {
        let (places, rest): (Vec<_>, Vec<_>) =
            group.into_iter().map(|ended| (ended.at, (ended.params, ended.ready))).unzip();
        let (params, readies): (Vec<T>, Vec<Ready<'w, T>>) = rest.into_iter().unzip();
        let mut pairs: Vec<(&T, Ready<'w, T>)> = params.iter().zip(readies).collect();
        let outcomes = self.store.commit(&mut pairs, self.failed_before.load(Ordering::Relaxed));
        let ids: Vec<(RunId, Option<f64>)> =
            pairs.iter().map(|(_, ready)| (ready.id().clone(), ready.elapsed_seconds())).collect();
        let mut rows = self.read_back(&ids).unwrap_or_else(|error| {
            self.stop(error);
            HashMap::new()
        });
        // Given back once the rows are read: what was made is what is shown.
        drop(pairs);
        for ((at, params), ((id, elapsed), outcome)) in
            places.into_iter().zip(params).zip(ids.into_iter().zip(outcomes))
        {
            match outcome {
                Ok(()) => self.took(at, rows.remove(&id), &id, elapsed, false),
                Err(error) => {
                    self.unstored();
                    self.failed(
                        at,
                        params,
                        Some(id),
                        error,
                        AttemptInfo { attempts: 1, ..AttemptInfo::default() },
                    )
                }
            }
        }
    }

    /// The rows as they are stored now, where anybody wants them.
    fn read_back(&self, ids: &[(RunId, Option<f64>)]) -> Result<HashMap<RunId, Record<T>>> {
        if !self.policy.keep_records && self.reports.is_none() {
            return Ok(HashMap::new());
        }
        let rows = self.store.find_rows(ids.iter().map(|(id, _)| id.to_string()).collect())?;
        // Whatever cannot be read was changed by somebody else since.
        Ok(rows.into_iter().flatten().map(|row| (row.id.clone(), self.store.resolved(row))).collect())
    }

    /// A point whose run was there.
    pub(super) fn hit(&self, at: usize, record: Record<T>) {
        let elapsed = record.elapsed_seconds();
        let id = record.id.clone();
        self.took(at, Some(record), &id, elapsed, true);
    }

    /// Counts a run, and hands its record over to the closure that sees each of them.
    fn took(&self, at: usize, record: Option<Record<T>>, id: &RunId, elapsed: Option<f64>, hit: bool) {
        let elapsed =
            elapsed.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or_default();
        let mut totals = self.totals();
        if hit {
            totals.report.hits += 1;
            totals.report.time_saved += elapsed;
        } else {
            totals.report.misses += 1;
        }
        totals.counts.took(hit, elapsed);
        let Some(record) = record else { return };
        if self.policy.keep_records && !hit {
            totals.report.made.insert(id.clone());
        }
        let placed = Placed { at, record };
        match &self.reports {
            Some(reports) => {
                drop(totals);
                // Refused only after a closure has panicked, which the caller will hear.
                let _ = reports.push(placed);
            }
            None if self.policy.keep_records => totals.records.push(placed),
            None => {}
        }
    }

    /// A point that has no run, and why.
    pub(super) fn failed(&self, at: usize, params: T, id: Option<RunId>, error: Error, info: AttemptInfo) {
        if error.is_cancelled() {
            self.totals().report.remaining += 1;
            return;
        }
        let kind = FailureKind::of(&error);
        tracing::warn!(table = T::TABLE.name, ?id, error = %with_causes(&error), "a point of the sweep failed");
        let failure = SweepFailure::new(params, id, error, kind, info);
        if let (Some(kind), Some(id)) = (kind, &failure.id) {
            self.failed_before.store(true, Ordering::Relaxed);
            self.store.keep_failure(&NewFailure {
                params: &failure.params,
                id,
                kind,
                message: &failure.message(),
                attempts: failure.attempts,
                node: failure.node.as_deref().unwrap_or(crate::machine::name()),
                log: failure.log.as_deref().unwrap_or_default(),
                elapsed: failure.elapsed,
            });
        }
        let mut totals = self.totals();
        totals.counts.failures += 1;
        if self.policy.fail_fast {
            totals.stopped.get_or_insert(failure.error);
            self.end_early();
        } else {
            totals.failures.push((at, failure));
        }
    }

    /// Says that something finished could not be stored, and lies where it was made.
    pub(super) fn unstored(&self) {
        self.unstored.store(true, Ordering::Relaxed);
    }

    /// Whether anything finished lies where it was made.
    pub(super) fn has_unstored(&self) -> bool {
        self.unstored.load(Ordering::Relaxed)
    }

    /// Removes the directory of workers when all that they have made is stored.
    pub(super) fn give_up(&self, dir: SweepDir, owner: Owner) {
        self.dirs.lock().unwrap_or_else(PoisonError::into_inner).push((dir, owner));
    }

    /// Points that were not tried.
    pub(super) fn remaining(&self, how_many: usize) {
        self.totals().report.remaining += how_many;
    }

    /// What workers are told about all their runs.
    pub(super) fn manifest(&self, longest: Option<Duration>, dies_with_parent: bool) -> Result<Manifest> {
        Ok(Manifest {
            run_timeout_seconds: longest.map(|longest| longest.as_secs_f64()),
            dies_with_parent,
            custom_data: self.policy.custom_data.clone(),
            ..self.store.manifest()?
        })
    }

    /// Points that came again.
    pub(super) fn duplicate(&self, how_many: usize) {
        let mut totals = self.totals();
        totals.report.duplicates += how_many;
        totals.counts.duplicates += how_many;
    }

    /// Ends the sweep before its time.
    pub(super) fn stop(&self, error: Error) {
        self.totals().stopped.get_or_insert(error);
        self.end_early();
    }

    /// Says that nothing more is to be begun.
    pub(super) fn end_early(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// Whether nothing more is to be begun.
    pub(super) fn is_over(&self) -> bool {
        self.store.is_cancelled() || self.is_over.load(Ordering::Relaxed)
    }

    /// Says how many points were looked up, and how many of them are to be run.
    pub(super) fn planned(&self, points: usize, to_run: usize) {
        let mut totals = self.totals();
        totals.counts.planned += points;
        totals.counts.to_run += to_run;
    }

    /// What was counted so far.
    pub(super) fn counts(&self) -> Counts {
        self.totals().counts.clone()
    }

    /// What came of it all. `remaining` points were not tried; the closure of the caller has seen `reported`.
    pub(super) fn finish(self, remaining: usize, reported: Vec<Placed<T>>) -> Result<SweepReport<T>> {
        let interrupted = self.store.is_cancelled();
        if !self.has_unstored() {
            for (dir, _owner) in self.dirs.into_inner().unwrap_or_else(PoisonError::into_inner) {
                dir.remove();
            }
        }
        let mut totals = self.totals.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = totals.stopped {
            return Err(error);
        }
        totals.failures.sort_by_key(|(at, _)| *at);
        totals.report.remaining += remaining;
        totals.report.interrupted = interrupted && totals.report.remaining > 0;
        totals.report.records = in_order(if self.reports.is_some() { reported } else { totals.records });
        totals.report.failures = totals.failures.into_iter().map(|(_, failure)| failure).collect();
        Ok(totals.report)
    }

    fn totals(&self) -> MutexGuard<'_, Totals<T>> {
        self.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Records by their places.
fn in_order<T: Stored>(mut records: Vec<Placed<T>>) -> Vec<Record<T>> {
    if !records.is_sorted_by_key(|placed| placed.at) {
        records.sort_by_key(|placed| placed.at);
    }
    records.into_iter().map(|placed| placed.record).collect()
}
