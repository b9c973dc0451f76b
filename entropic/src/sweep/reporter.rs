//! The thread that calls the closures of a sweep's caller.
//!
//! Those who run points and the one who commits them hand records over and go on: a closure that takes its time, or waits for
//! another run, stops none of them.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::collector::{Collector, Placed, Reports};
use super::progress::Watch;
use super::queue::{Closes, Limits, Queue};
use crate::db::Stored;
use crate::record::Record;

/// How many records are taken at a time.
const GROUP: usize = 100;

/// How many records may wait for the closure where none are kept: memory need not hold all of them.
const WAITING: usize = 10_000;

/// Is called with each record.
pub(super) type OnRecord<'a, T> = Box<dyn FnMut(&Record<T>) + Send + 'a>;

/// Who calls the closures.
pub(super) struct Reporter<'a, T: Stored> {
    on_record: Option<OnRecord<'a, T>>,
    watch: Watch<'a>,
    keep_records: bool,
    records: Vec<Placed<T>>,
    reports: Reports<T>,
}

impl<'a, T: Stored> Reporter<'a, T> {
    pub(super) fn new(on_record: Option<OnRecord<'a, T>>, watch: Watch<'a>, keep_records: bool) -> Self {
        // What is kept in the end may as well wait here.
        let room = if keep_records { usize::MAX } else { WAITING };
        let reports = Arc::new(Queue::new(Limits { group: GROUP, room, linger: Duration::ZERO }));
        Self { on_record, watch, keep_records, records: Vec::new(), reports }
    }

    /// The queue that ends this thread when it is closed.
    pub(super) fn queue(&self) -> &Reports<T> {
        &self.reports
    }

    /// Where records go, if there is a closure that sees each of them.
    pub(super) fn reports(&self) -> Option<Reports<T>> {
        self.on_record.is_some().then(|| Arc::clone(&self.reports))
    }

    /// Calls the closures until no more records come. A panic of theirs ends the sweep.
    pub(super) fn report_all(mut self, collector: &Collector<T>) -> Self {
        let reports = Arc::clone(&self.reports);
        let _closes = Closes(&reports);
        let _ends = EndsWithPanic(collector);
        while let Some(group) = reports.take(self.watch.tick()) {
            for placed in group {
                if let Some(on_record) = &mut self.on_record {
                    on_record(&placed.record);
                }
                if self.keep_records {
                    self.records.push(placed);
                }
                self.tell(collector);
            }
            self.tell(collector);
        }
        self
    }

    fn tell(&mut self, collector: &Collector<T>) {
        if self.watch.is_due() {
            self.watch.tell(collector.counts(), collector.store.is_cancelled());
        }
    }

    /// Tells where the sweep ended, and gives back the records that the closure has seen.
    pub(super) fn end(mut self, collector: &Collector<T>) -> Vec<Placed<T>> {
        self.watch.end(&collector.counts());
        self.records
    }
}

/// Ends a sweep when it is dropped by a panic.
struct EndsWithPanic<'c, T: Stored>(&'c Collector<T>);

impl<T: Stored> Drop for EndsWithPanic<'_, T> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.end_early();
        }
    }
}
