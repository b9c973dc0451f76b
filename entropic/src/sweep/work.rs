//! The work of a sweep: where points come from, and where their records go. Any number of threads take a point, run it,
//! and hand the record in.

use std::collections::{HashMap, HashSet, VecDeque};
use std::iter::Fuse;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rayon::prelude::*;

use super::{SweepFailure, SweepReport};
use crate::db::Stored;
use crate::params::RunId;
use crate::record::{CustomData, Record};
use crate::store::{Asked, Store};
use crate::{Error, Result};

/// How many points are looked up at a time.
const CHUNK: usize = 1_000;

/// Sees each record.
pub(super) type Each<'a, T> = Box<dyn FnMut(&Record<T>) + Send + 'a>;

/// What is shared by those who work.
pub struct Work<'a, T: Stored, P> {
    store: &'a Store<T>,
    custom_data: CustomData,
    /// Where points come from.
    source: Mutex<Source<T, P>>,
    /// Where records go.
    sink: Mutex<Sink<'a, T>>,
}

/// A point that is to be run, with the row that it may have.
struct Task<T: Stored> {
    /// Its place among the points.
    at: usize,
    params: T,
    asked: Asked,
    row: Option<Record<T>>,
    /// Another process runs it: now it is waited for.
    waits: bool,
}

struct Source<T: Stored, P> {
    points: Fuse<P>,
    /// The keys that came already: those of parameters are eight bytes.
    seen: HashSet<i64>,
    next: usize,
    ready: VecDeque<Task<T>>,
    elsewhere: VecDeque<Task<T>>,
    exhausted: bool,
}

struct Sink<'a, T: Stored> {
    report: SweepReport<T>,
    records: Vec<Record<T>>,
    /// Their places among the points.
    places: Vec<usize>,
    failures: Vec<(usize, SweepFailure<T>)>,
    fail_fast: bool,
    keep_records: bool,
    each: Option<Each<'a, T>>,
    /// What ended the sweep before its time.
    stopped: Option<Error>,
}

impl<'a, T: Stored, P: Iterator<Item = T>> Work<'a, T, P> {
    pub(super) fn new(
        store: &'a Store<T>,
        points: P,
        custom_data: CustomData,
        fail_fast: bool,
        keep_records: bool,
        each: Option<Each<'a, T>>,
    ) -> Self {
        let source = Source {
            points: points.fuse(),
            seen: HashSet::new(),
            next: 0,
            ready: VecDeque::new(),
            elsewhere: VecDeque::new(),
            exhausted: false,
        };
        let sink = Sink {
            report: SweepReport::new(),
            records: Vec::new(),
            places: Vec::new(),
            failures: Vec::new(),
            fail_fast,
            keep_records,
            each,
            stopped: None,
        };
        Self { store, custom_data, source: Mutex::new(source), sink: Mutex::new(sink) }
    }

    /// Runs points until there are none.
    pub(super) fn work(&self) {
        while let Some(task) = self.take() {
            self.run(task);
        }
    }

    fn run(&self, task: Task<T>) {
        let Task { at, params, asked, row, waits } = task;
        let made = if waits {
            self.store.run_unless(&params, &asked, row, &self.custom_data).map(Some)
        } else {
            self.store.run_unless_busy(&params, &asked, row, &self.custom_data)
        };
        match made {
            Ok(Some((record, hit))) => self.sink().took(at, record, hit),
            Ok(None) => {
                let task = Task { at, params, asked, row: None, waits: true };
                self.source().elsewhere.push_back(task);
            }
            Err(error) => self.sink().failed(at, params, Some(asked.id), error),
        }
    }

    /// The next point that is to be run.
    fn take(&self) -> Option<Task<T>> {
        if self.sink().stopped.is_some() {
            return None;
        }
        let mut source = self.source();
        loop {
            if let Some(task) = source.ready.pop_front() {
                return Some(task);
            }
            if source.exhausted {
                return source.elsewhere.pop_front();
            }
            if let Err(error) = self.plan(&mut source) {
                self.sink().stopped.get_or_insert(error);
                return None;
            }
        }
    }

    /// Takes some points, and looks which of them are there.
    fn plan(&self, source: &mut Source<T, P>) -> Result<()> {
        let points: Vec<T> = source.points.by_ref().take(CHUNK).collect();
        source.exhausted = points.len() < CHUNK;
        let judged: Vec<_> = points.into_par_iter().map(|params| (Asked::of(&params), params)).collect();
        let mut asked: Vec<(usize, T, Asked)> = Vec::with_capacity(judged.len());
        for (ask, params) in judged {
            match ask {
                Ok(ask) if !source.seen.insert(ask.id.lock_key()) => {
                    self.sink().report.duplicates += 1;
                    continue;
                }
                Ok(ask) => asked.push((source.next, params, ask)),
                Err(error) => self.sink().failed(source.next, params, None, error),
            }
            source.next += 1;
        }
        if self.sink().stopped.is_some() {
            // Nothing of it is to be run.
            source.exhausted = true;
            return Ok(());
        }
        let ids = asked.iter().map(|(_, _, ask)| ask.id.to_string()).collect();
        let mut rows: HashMap<RunId, Record<T>> =
            self.store.find_rows(ids)?.into_iter().map(|record| (record.id.clone(), record)).collect();
        let found: Vec<_> = asked
            .into_iter()
            .map(|(at, params, ask)| {
                let row = rows.remove(&ask.id);
                (at, params, ask, row)
            })
            .collect();
        // What is there need not wait for a worker.
        let looked: Vec<_> = found
            .into_par_iter()
            .map(|(at, params, ask, row)| {
                let hit = row.map(|row| self.store.hit(&ask, row)).transpose();
                (at, params, ask, hit)
            })
            .collect();
        let mut sink = self.sink();
        for (at, params, asked, hit) in looked {
            match hit {
                Ok(Some(Ok(record))) => sink.took(at, record, true),
                Ok(None) => source.ready.push_back(Task { at, params, asked, row: None, waits: false }),
                Ok(Some(Err(row))) => {
                    source.ready.push_back(Task { at, params, asked, row: Some(*row), waits: false });
                }
                Err(error) => sink.failed(at, params, Some(asked.id), error),
            }
        }
        Ok(())
    }

    /// What came of it.
    pub(super) fn finish(self) -> Result<SweepReport<T>> {
        let mut sink = self.sink.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = sink.stopped {
            return Err(error);
        }
        sink.failures.sort_by_key(|(at, _)| *at);
        sink.report.records = in_order(sink.places, sink.records);
        sink.report.failures = sink.failures.into_iter().map(|(_, failure)| failure).collect();
        Ok(sink.report)
    }

    fn source(&self) -> MutexGuard<'_, Source<T, P>> {
        self.source.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sink(&self) -> MutexGuard<'_, Sink<'a, T>> {
        self.sink.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Stored> Sink<'_, T> {
    fn took(&mut self, at: usize, record: Record<T>, hit: bool) {
        if let Some(each) = &mut self.each {
            each(&record);
        }
        if hit {
            self.report.hits += 1;
            self.report.saved += record
                .elapsed_seconds()
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
                .unwrap_or_default();
        } else {
            self.report.misses += 1;
        }
        if self.keep_records {
            if !hit {
                self.report.made.insert(record.id.clone());
            }
            self.places.push(at);
            self.records.push(record);
        }
    }

    fn failed(&mut self, at: usize, params: T, id: Option<RunId>, error: Error) {
        if self.fail_fast || error.is_cancelled() {
            self.stopped.get_or_insert(error);
            return;
        }
        tracing::warn!(table = T::TABLE.name, ?id, %error, "a point of the sweep failed");
        self.failures.push((at, SweepFailure::new(params, id, error)));
    }
}

/// Records by their places.
fn in_order<R>(places: Vec<usize>, records: Vec<R>) -> Vec<R> {
    if places.is_sorted() {
        return records;
    }
    let mut placed: Vec<(usize, R)> = places.into_iter().zip(records).collect();
    placed.sort_by_key(|(at, _)| *at);
    placed.into_iter().map(|(_, record)| record).collect()
}
