//! The work of a sweep: where points come from. Any number of threads take a point, run it, and hand in what came of it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::iter::Fuse;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::ledger::{Ended, Ledger, Trace};
use super::queue::Queue;
use crate::db::Stored;
use crate::params::RunId;
use crate::record::Record;
use crate::store::{Asked, FailureKind, Finished, Hold, StoreError, Unreadable};
use crate::{Error, Result};

/// How many points are looked up at a time; at first, and as long as some of them are to be run: nobody should wait for
/// the first run until many others are looked up.
const CHUNK: usize = 1_000;

/// How many at a time as long as all are there: looked up in order, many of them share the pages of an index.
const LONG_CHUNK: usize = 5_000;

/// How long points are gathered at most: an iterator may have to work for each of them.
const GATHER: Duration = Duration::from_millis(20);

/// How long a place for a result is taken to be free that was so when its point was looked up. Many are looked at in
/// little time together; one alone waits for those that are being put in place. That it is free when its own turn has come
/// is seen to in any case.
const FREE: Duration = Duration::from_secs(1);

/// What is shared by those who work.
pub struct Work<'w, 'a, T: Stored, P> {
    pub(super) ledger: &'w Ledger<'a, T>,
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
    /// When there was nothing in the place of its result.
    free: Option<Instant>,
}

/// A hit, or a row that is none.
type Judged<T> = Result<Record<T>, Box<Record<T>>>;

/// A point that was looked up.
struct LookedUp<T: Stored> {
    at: usize,
    params: T,
    asked: Asked,
    /// Its row, if there is one; whether that is a hit.
    found: Result<Option<Judged<T>>>,
    free: Option<Instant>,
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
    elsewhere: VecDeque<Task<T>>,
    exhausted: bool,
}

impl<'w, 'a, T: Stored, P: Iterator<Item = T>> Work<'w, 'a, T, P> {
    pub(super) fn new(ledger: &'w Ledger<'a, T>, points: P, ended: Arc<Queue<Ended<'w, T>>>) -> Self {
        let source = Source {
            points: points.fuse(),
            seen: HashSet::new(),
            taken: 0,
            chunk: CHUNK,
            next: 0,
            ready: VecDeque::new(),
            elsewhere: VecDeque::new(),
            exhausted: false,
        };
        Self { ledger, ended, source: Mutex::new(source) }
    }

    /// Runs points in this thread until there are none.
    pub(super) fn work(&self) {
        while let Some(task) = self.take() {
            self.run(task);
        }
    }

    fn run(&self, mut task: Task<T>) {
        let claimed = if task.waits {
            self.ledger.store.claim_run(&task.asked.id).map(Some)
        } else {
            self.ledger.store.claim_run_if_free(&task.asked.id)
        };
        let (hold, known) = match claimed.map(|hold| hold.map(|hold| self.look_again(&task, hold))) {
            Ok(None) => return self.wait_for(task),
            Ok(Some(Ok(Some(held)))) => held,
            Ok(Some(Ok(None))) => return,
            Ok(Some(Err(error))) | Err(error) => return self.fail(task, error, Trace::default()),
        };
        if task.free.is_none_or(|then| then.elapsed() >= FREE)
            && let Err(error) = self.ledger.store.check_target(&task.asked.id, known)
        {
            return self.fail(task, error, Trace::default());
        }
        let start = Instant::now();
        loop {
            task.attempts += 1;
            let Asked { id, replicate, .. } = &task.asked;
            let custom_data = self.ledger.rules.custom_data.clone();
            match self.ledger.store.attempt(&task.params, id, *replicate, custom_data) {
                Ok(finished) => return self.end(task, hold, finished, known),
                Err(error) if self.tries_again(&task, &error) => {
                    tracing::info!(table = T::TABLE.name, %id, %error, attempts = task.attempts, "trying again");
                }
                Err(error) => {
                    return self.fail(task, error, Trace { elapsed: start.elapsed(), ..Trace::default() });
                }
            }
        }
    }

    /// Looks a held point up: the one who held it before may have made it. `None` if so; otherwise whether there is a
    /// row.
    pub(super) fn look_again(&self, task: &Task<T>, hold: Hold<'w>) -> Result<Option<(Hold<'w>, bool)>> {
        Ok(match self.ledger.store.held_hit(&task.asked)? {
            Ok(record) => {
                self.ledger.hit(task.at, record);
                None
            }
            Err(known) => Some((hold, known)),
        })
    }

    /// Whether a failed attempt is not the last.
    pub(super) fn tries_again(&self, task: &Task<T>, error: &Error) -> bool {
        FailureKind::of(error).is_some()
            && task.attempts <= self.ledger.rules.retries
            && !self.ledger.is_over()
    }

    /// Hands in a run that has come to its end.
    pub(super) fn end(&self, task: Task<T>, hold: Hold<'w>, finished: Finished<T>, known: bool) {
        let ready = self.ledger.store.ready(hold, &task.params, &task.asked.id, finished, known);
        match ready {
            Ok(ready) => {
                ready.hand_over();
                let id = task.asked.id.clone();
                if self.ended.push(Ended { at: task.at, params: task.params, ready }).is_err() {
                    // The committer is gone only when a closure that it called has panicked, which the caller will hear.
                    self.ledger.stop(StoreError::Cancelled { id }.into());
                }
            }
            Err(error) => {
                self.ledger.unstored();
                self.fail(task, error, Trace::default());
            }
        }
    }

    /// Hands in what went wrong with a point.
    pub(super) fn fail(&self, task: Task<T>, error: Error, trace: Trace) {
        let Task { at, params, asked, attempts, .. } = task;
        self.ledger.failed(at, params, Some(asked.id), error, Trace { attempts, ..trace });
    }

    /// Gives points up that somebody else runs, once they were waited for as long as the store waits. `since` remembers when
    /// there was nothing else to do.
    pub(super) fn give_up_waiting(
        &self,
        since: &mut Option<Instant>,
        only_waits: bool,
        elsewhere: &mut Vec<Task<T>>,
    ) {
        if !only_waits {
            *since = None;
            return;
        }
        let waited = since.get_or_insert_with(Instant::now).elapsed();
        if self.ledger.store.waits_at_most().is_some_and(|longest| waited >= longest) {
            for task in elsewhere.drain(..) {
                let (id, seconds) = (task.asked.id.clone(), waited.as_secs_f64());
                self.fail(task, StoreError::StillRunning { id, seconds }.into(), Trace::default());
            }
        }
    }

    /// Leaves a point to whoever runs it just now, and asks again at the end.
    pub(super) fn wait_for(&self, task: Task<T>) {
        self.source().elsewhere.push_back(Task { waits: true, ..task });
    }

    /// The next point that is to be run.
    pub(super) fn take(&self) -> Option<Task<T>> {
        if self.ledger.is_over() {
            return None;
        }
        // A panic of the iterator is the caller's to hear, and no reason to go on with what is left of it.
        let Ok(mut source) = self.source.lock() else { return None };
        loop {
            if let Some(task) = source.ready.pop_front() {
                return Some(task);
            }
            if source.exhausted {
                return source.elsewhere.pop_front();
            }
            // Points that came before, or that are refused, may come for ever.
            if self.ledger.is_over() {
                return None;
            }
            if let Err(error) = self.plan(&mut source) {
                self.ledger.stop(error);
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
            let replicate = self.ledger.rules.numbers.get(source.taken).copied().flatten();
            source.taken += 1;
            match ask.map(|ask| match replicate {
                Some(number) => ask.replicate(number),
                None => ask,
            }) {
                Ok(ask) if !source.seen.insert(ask.id.lock_key()) => duplicates += 1,
                Ok(ask) => self.number(source, params, ask, &mut asked)?,
                Err(error) => {
                    self.ledger.failed(source.next, params, None, error, Trace::default());
                    source.next += 1;
                }
            }
        }
        if duplicates > 0 {
            self.ledger.duplicate(duplicates);
        }
        if self.ledger.is_over() {
            // Nothing of it is to be run.
            source
                .ready
                .extend(asked.into_iter().map(|(at, params, asked)| Task::new(at, params, asked, None)));
            return Ok(());
        }
        let before = source.ready.len();
        for LookedUp { at, params, asked, found, free } in self.look_up(asked)? {
            match found {
                Ok(Some(Ok(record))) => self.ledger.hit(at, record),
                Ok(Some(Err(_)) | None) => source.ready.push_back(Task::new(at, params, asked, free)),
                Err(error) => self.ledger.failed(at, params, Some(asked.id), error, Trace::default()),
            }
        }
        source.chunk = if source.ready.len() > before { CHUNK } else { LONG_CHUNK };
        self.ledger.planned(planned, source.ready.len() - before);
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
        let Some(replicates) = self.ledger.rules.replicates else {
            asked.push((source.next, params, ask));
            source.next += 1;
            return Ok(());
        };
        for number in 0..replicates {
            asked.push((source.next, self.ledger.store.copied(&params)?, ask.replicate(number)));
            source.next += 1;
        }
        Ok(())
    }

    /// Looks points up, and whether the results are there.
    fn look_up(&self, asked: Vec<(usize, T, Asked)>) -> Result<Vec<LookedUp<T>>> {
        let store = &self.ledger.store;
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
                let found = row.map(|row| store.hit(&asked, row.map_err(|row| *row.error)?)).transpose();
                let free = matches!(found, Ok(None)) && store.check_target(&asked.id, false).is_ok();
                LookedUp { at, params, asked, found, free: free.then(Instant::now) }
            })
            .collect())
    }

    /// How many points were not tried. Those not looked at are counted as their iterator counts them.
    pub(super) fn left(self) -> usize {
        let source = self.source.into_inner().unwrap_or_else(PoisonError::into_inner);
        let replicates = self.ledger.rules.replicates.map_or(1, |n| n as usize);
        source.ready.len() + source.elsewhere.len() + source.points.size_hint().0.saturating_mul(replicates)
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
    fn new(at: usize, params: T, asked: Asked, free: Option<Instant>) -> Self {
        Self { at, params, asked, waits: false, attempts: 0, free }
    }
}
