//! The work of a sweep: where points come from. Any number of threads take a point, run it, and hand in what came of it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::iter::Fuse;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::collector::{Collector, Ended};
use super::queue::Queue;
use super::report::AttemptInfo;
use crate::db::Stored;
use crate::files::FileError;
use crate::params::RunId;
use crate::record::Record;
use crate::runner::{FailureKind, RunOutput};
use crate::store::{Asked, Basis, Found, IfMovedOn, Lease, Seen, StoreError, Unreadable, Waiting};
use crate::words::with_causes;
use crate::{Error, Result};

/// How many points are looked up at a time; at first, and as long as some of them are to be run: nobody should wait for
/// the first run until many others are looked up.
const CHUNK: usize = 1_000;

/// How many at a time as long as all are there: looked up in order, many of them share the pages of an index.
const LONG_CHUNK: usize = 5_000;

/// How long points are gathered at most: an iterator may have to work for each of them.
const GATHER: Duration = Duration::from_millis(20);

/// What is shared by those who work.
pub struct Work<'w, T: Stored, P> {
    pub(super) collector: &'w Collector<T>,
    ended: Arc<Queue<Ended<'w, T>>>,
    source: Mutex<Source<T, P>>,
}

/// A point that is to be run.
pub(super) struct Task<T: Stored> {
    /// Its place among the points.
    pub(super) at: usize,
    pub(super) params: T,
    pub(super) asked: Asked,
    /// Another process runs it: now it is waited for.
    pub(super) waits: bool,
    /// How often it was tried.
    pub(super) attempts: u32,
}

/// A point whose id is leased, and that is to be run.
pub(super) struct Held<'w> {
    pub(super) lease: Lease<'w>,
    /// What its row says, if there is one whose result is lost.
    pub(super) version: Option<String>,
}

/// A point that was looked up.
struct LookedUp<T: Stored> {
    at: usize,
    params: T,
    asked: Asked,
    found: Result<Found<T>>,
}

struct Source<T: Stored, P> {
    points: Fuse<P>,
    /// The keys that came already: those of parameters are eight bytes.
    seen: HashSet<i64>,
    /// How many points were taken.
    taken: usize,
    /// How many are taken next.
    chunk: usize,
    next: usize,
    ready: VecDeque<Task<T>>,
    contended: VecDeque<Task<T>>,
    exhausted: bool,
}

impl<'w, T: Stored, P: Iterator<Item = T>> Work<'w, T, P> {
    pub(super) fn new(collector: &'w Collector<T>, points: P, ended: Arc<Queue<Ended<'w, T>>>) -> Self {
        let source = Source {
            points: points.fuse(),
            seen: HashSet::new(),
            taken: 0,
            chunk: CHUNK,
            next: 0,
            ready: VecDeque::new(),
            contended: VecDeque::new(),
            exhausted: false,
        };
        Self { collector, ended, source: Mutex::new(source) }
    }

    /// Runs points in this thread until there are none.
    pub(super) fn work(&self) {
        while let Some(task) = self.take() {
            self.run(task);
        }
    }

    fn run(&self, mut task: Task<T>) {
        let claimed = if task.waits {
            self.collector.store.claim_run(&task.asked.id).map(Some)
        } else {
            self.collector.store.claim_run_if_free(&task.asked.id)
        };
        let held = match claimed.map(|lease| lease.map(|lease| self.look_again(&task, lease))) {
            Ok(None) => return self.wait_for(task),
            Ok(Some(Ok(Some(held)))) => held,
            Ok(Some(Ok(None))) => return,
            Ok(Some(Err(error))) | Err(error) => return self.fail(task, error, AttemptInfo::default()),
        };
        let start = Instant::now();
        loop {
            task.attempts += 1;
            let Asked { id, replicate, .. } = &task.asked;
            let custom_data = self.collector.policy.custom_data.clone();
            match self.collector.store.attempt(&task.params, id, *replicate, custom_data) {
                Ok(finished) => return self.end(task, held, finished),
                Err(error) if self.tries_again(&task, &error) => {
                    tracing::info!(table = T::TABLE.name, %id, error = %with_causes(&error), attempts = task.attempts, "trying again");
                }
                Err(error) => {
                    return self.fail(
                        task,
                        error,
                        AttemptInfo { elapsed: start.elapsed(), ..AttemptInfo::default() },
                    );
                }
            }
        }
    }

    /// Looks a leased point up: the one who had the lease before may have made it. `None` if so.
    pub(super) fn look_again(&self, task: &Task<T>, lease: Lease<'w>) -> Result<Option<Held<'w>>> {
        Ok(match self.collector.store.look_under(&task.asked)? {
            Seen::Made(record) => {
                self.collector.hit(task.at, record);
                None
            }
            Seen::ToRun { version } => Some(Held { lease, version }),
        })
    }

    /// Whether a failed attempt is not the last.
    pub(super) fn tries_again(&self, task: &Task<T>, error: &Error) -> bool {
        FailureKind::of(error).is_some()
            && task.attempts <= self.collector.policy.retries
            && !self.collector.is_over()
    }

    /// Hands in a run that has come to its end.
    pub(super) fn end(&self, task: Task<T>, held: Held<'w>, finished: RunOutput<T>) {
        let Held { lease, version } = held;
        let basis = Basis { version, if_moved_on: IfMovedOn::GiveWay };
        let ready = self.collector.store.ready(lease, &task.params, &task.asked.id, finished, basis);
        match ready {
            Ok(ready) => {
                ready.hand_over();
                let id = task.asked.id.clone();
                if self.ended.push(Ended { at: task.at, params: task.params, ready }).is_err() {
                    // The committer is gone only when a closure that it called has panicked, which the caller will hear.
                    self.collector.stop(StoreError::Cancelled { id }.into());
                }
            }
            Err(error) => {
                self.collector.unstored();
                self.fail(task, error, AttemptInfo::default());
            }
        }
    }

    /// Hands in what went wrong with a point.
    pub(super) fn fail(&self, task: Task<T>, error: Error, info: AttemptInfo) {
        if matches!(error, Error::File(FileError::Gone { .. })) {
            // Every other point would go the same way.
            return self.collector.stop(error);
        }
        let Task { at, params, asked, attempts, .. } = task;
        self.collector.failed(at, params, Some(asked.id), error, AttemptInfo { attempts, ..info });
    }

    /// Gives points up that somebody else runs, once they were waited for as long as the store waits. `since` remembers when
    /// there was nothing else to do.
    pub(super) fn give_up_waiting(
        &self,
        since: &mut Option<Waiting>,
        only_waits: bool,
        contended: &mut Vec<Task<T>>,
    ) {
        if !only_waits {
            *since = None;
            return;
        }
        let Some(first) = contended.first() else { return };
        let waiting = since.get_or_insert_with(Waiting::new);
        waiting.note(T::TABLE.name, &first.asked.id, || self.collector.store.holder(&first.asked.id));
        let waited = waiting.elapsed();
        if self.collector.store.wait_timeout().is_some_and(|longest| waited >= longest) {
            for task in contended.drain(..) {
                let (id, seconds) = (task.asked.id.clone(), waited.as_secs_f64());
                self.fail(task, StoreError::StillRunning { id, seconds }.into(), AttemptInfo::default());
            }
        }
    }

    /// Leaves a point to whoever runs it just now, and asks again at the end.
    pub(super) fn wait_for(&self, task: Task<T>) {
        self.source().contended.push_back(Task { waits: true, ..task });
    }

    /// The next point that is to be run.
    pub(super) fn take(&self) -> Option<Task<T>> {
        if self.collector.is_over() {
            return None;
        }
        // A panic of the iterator is the caller's to hear, and no reason to go on with what is left of it.
        let Ok(mut source) = self.source.lock() else { return None };
        loop {
            if let Some(task) = source.ready.pop_front() {
                return Some(task);
            }
            if source.exhausted {
                return source.contended.pop_front();
            }
            // Points that came before, or that are refused, may come for ever.
            if self.collector.is_over() {
                return None;
            }
            if let Err(error) = self.plan(&mut source) {
                self.collector.stop(error);
                return None;
            }
        }
    }

    /// Takes some points, and looks which of them are there.
    fn plan(&self, source: &mut Source<T, P>) -> Result<()> {
        let points = source.gather();
        let planned = points.len();
        let judged: Vec<_> = points.into_par_iter().map(|params| (Asked::of(&params), params)).collect();
        let (mut asked, mut duplicates): (Vec<(usize, T, Asked)>, usize) =
            (Vec::with_capacity(judged.len()), 0);
        for (ask, params) in judged {
            let replicate = self.collector.policy.numbers.get(source.taken).copied().flatten();
            source.taken += 1;
            match ask.map(|ask| match replicate {
                Some(number) => ask.replicate(number),
                None => ask,
            }) {
                Ok(ask) if !source.seen.insert(ask.id.lock_key()) => duplicates += 1,
                Ok(ask) => self.number(source, params, ask, &mut asked)?,
                Err(error) => {
                    self.collector.failed(source.next, params, None, error, AttemptInfo::default());
                    source.next += 1;
                }
            }
        }
        if duplicates > 0 {
            self.collector.duplicate(duplicates);
        }
        if self.collector.is_over() {
            // Nothing of it is to be run.
            source.ready.extend(asked.into_iter().map(|(at, params, asked)| Task::new(at, params, asked)));
            return Ok(());
        }
        let before = source.ready.len();
        for LookedUp { at, params, asked, found } in self.look_up(asked)? {
            match found {
                Ok(Found::Hit(record)) => self.collector.hit(at, record),
                Ok(Found::Broken(_) | Found::Nothing) => {
                    source.ready.push_back(Task::new(at, params, asked));
                }
                Err(error) => {
                    self.collector.failed(at, params, Some(asked.id), error, AttemptInfo::default())
                }
            }
        }
        source.chunk = if source.ready.len() > before { CHUNK } else { LONG_CHUNK };
        self.collector.planned(planned, source.ready.len() - before);
        Ok(())
    }

    /// Gives a point its place, or several to its replicates.
    fn number(
        &self,
        source: &mut Source<T, P>,
        params: T,
        ask: Asked,
        asked: &mut Vec<(usize, T, Asked)>,
    ) -> Result<()> {
        let Some(replicates) = self.collector.policy.replicates else {
            asked.push((source.next, params, ask));
            source.next += 1;
            return Ok(());
        };
        for number in 0..replicates {
            asked.push((source.next, self.collector.store.copied(&params)?, ask.replicate(number)));
            source.next += 1;
        }
        Ok(())
    }

    /// Looks points up, and whether the results are there.
    fn look_up(&self, asked: Vec<(usize, T, Asked)>) -> Result<Vec<LookedUp<T>>> {
        let store = &self.collector.store;
        let mut ids: Vec<String> = asked.iter().map(|(_, _, ask)| ask.id.to_string()).collect();
        ids.sort_unstable();
        let id = |row: &Result<Record<T>, Unreadable>| match row {
            Ok(record) => record.id.clone(),
            Err(row) => row.id.clone(),
        };
        let mut rows: HashMap<RunId, Result<Record<T>, Unreadable>> =
            store.find_rows(ids)?.into_iter().map(|row| (id(&row), row)).collect();
        let found: Vec<_> = asked
            .into_iter()
            .map(|(at, params, ask)| {
                let row = rows.remove(&ask.id);
                (at, params, ask, row)
            })
            .collect();
        // What is there need not wait for a worker.
        Ok(found
            .into_par_iter()
            .map(|(at, params, asked, row)| {
                // One row that is no record fails one point.
                let row = row.transpose().map_err(|row: Unreadable| Error::from(*row.error));
                let found = row.and_then(|row| store.judge_for(&asked, row));
                LookedUp { at, params, asked, found }
            })
            .collect())
    }

    /// How many points were not tried. Those not looked at are counted as their iterator counts them.
    pub(super) fn remaining(self) -> usize {
        let source = self.source.into_inner().unwrap_or_else(PoisonError::into_inner);
        let replicates = self.collector.policy.replicates.map_or(1, |n| n as usize);
        source.ready.len() + source.contended.len() + source.points.size_hint().0.saturating_mul(replicates)
    }

    fn source(&self) -> MutexGuard<'_, Source<T, P>> {
        self.source.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Stored, P: Iterator<Item = T>> Source<T, P> {
    /// The next points; none if there are no more.
    fn gather(&mut self) -> Vec<T> {
        let (start, mut points) = (Instant::now(), Vec::new());
        while points.len() < self.chunk && (points.is_empty() || start.elapsed() < GATHER) {
            let Some(point) = self.points.next() else {
                self.exhausted = true;
                break;
            };
            points.push(point);
        }
        points
    }
}

impl<T: Stored> Task<T> {
    fn new(at: usize, params: T, asked: Asked) -> Self {
        Self { at, params, asked, waits: false, attempts: 0 }
    }
}
