//! Saying what a sweep shall do.

use std::sync::Arc;
use std::thread::{self, ScopedJoinHandle};
use std::time::Instant;

use serde::Serialize;

use super::collector::{Collector, SweepPolicy};
use super::interrupt::Interrupt;
use super::progress::{OnProgress, Progress, Watch};
use super::queue::Closes;
use super::reporter::{OnRecord, Reporter};
use super::work::Work;
use super::{Executor, Serial, SweepError, SweepReport};
use crate::Result;
use crate::db::Stored;
use crate::record::{CustomData, Record, RecordError};
use crate::runner::CancelToken;
use crate::store::Store;

/// A sweep that has not begun; made by [`Store::sweep`].
#[must_use = "a sweep does nothing until `.run()`"]
pub struct Sweep<'a, T: Stored, I, E = Serial> {
    store: Store<T>,
    points: I,
    executor: E,
    options: Options<'a, T>,
}

/// What can be said about a sweep, whatever its points and its executor are.
struct Options<'a, T: Stored> {
    custom_data: Result<CustomData, RecordError>,
    fail_fast: bool,
    keep_records: bool,
    retries: u32,
    replicates: Option<u32>,
    numbers: Vec<Option<u32>>,
    on_record: Option<OnRecord<'a, T>>,
    shown: bool,
    on_progress: Option<OnProgress<'a>>,
    cancel: CancelToken,
    stops_on_ctrl_c: bool,
}

impl<T: Stored> Options<'_, T> {
    fn new() -> Self {
        Self {
            custom_data: Ok(CustomData::new()),
            fail_fast: false,
            keep_records: true,
            retries: 0,
            replicates: None,
            numbers: Vec::new(),
            on_record: None,
            shown: false,
            on_progress: None,
            cancel: CancelToken::new(),
            stops_on_ctrl_c: false,
        }
    }
}

impl<T: Stored, I> Sweep<'_, T, I> {
    pub(super) fn new(store: Store<T>, points: I) -> Self {
        Self { store, points, executor: Serial, options: Options::new() }
    }

    /// Says which replicate each of the first points is, where they are some.
    pub(super) fn numbered(mut self, numbers: Vec<Option<u32>>) -> Self {
        self.options.numbers = numbers;
        self
    }
}

impl<'a, T: Stored, I: IntoIterator<Item = T>, E> Sweep<'a, T, I, E> {
    /// Who makes the runs: [`Serial`], unless something else is said, or [`Threads`](super::Threads).
    ///
    /// ```
    /// # mod sim {
    /// #     use entropic::prelude::*;
    /// #     #[derive(SimRecord)]
    /// #     #[sim(table = "decays")]
    /// #     pub struct Decay { pub rate: f64, pub steps: i64 }
    /// # }
    /// # use sim::{Decay, DecayGrid};
    /// # let dir = tempfile::tempdir()?;
    /// # let store = entropic::Store::<Decay>::builder()
    /// #     .database(format!("sqlite://{}", dir.path().join("runs.db").display()))
    /// #     .results_dir(dir.path().join("results"))
    /// #     .runner(|decay: &Decay, run| std::fs::write(run.result_file(), decay.rate.to_string()))
    /// #     .open()?;
    /// use entropic::Threads;
    ///
    /// let grid = DecayGrid { rate: vec![0.1, 0.2], steps: (0..50).collect() };
    /// let report = store.sweep(grid.expand()).executor(Threads::available()).run()?;
    /// assert_eq!(report.misses, 100);
    /// assert_eq!((report.records[1].rate, report.records[1].steps), (0.1, 1), "in the order of the points");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn executor<F>(self, executor: F) -> Sweep<'a, T, I, F> {
        let Self { store, points, executor: _, options } = self;
        Sweep { store, points, executor, options }
    }

    /// Custom data for the runs that are made: a `json!` object, or anything that serialises to one.
    pub fn custom_data(mut self, custom_data: &(impl Serialize + ?Sized)) -> Self {
        self.options.custom_data = CustomData::from_serialize(custom_data);
        self
    }

    /// Stops at the first failure and returns it, instead of going on and reporting. Parameters that cannot be stored
    /// are found when they are looked up, a thousand at a time, before any of those is run.
    pub fn fail_fast(mut self) -> Self {
        self.options.fail_fast = true;
        self
    }

    /// Tries a run that fails so many times more, before it counts as failed. (What is refused before it runs is not
    /// tried again.)
    pub fn retries(mut self, retries: u32) -> Self {
        self.options.retries = retries;
        self
    }

    /// So many runs of each point, told apart by a number: see [`Store::replicates`].
    pub fn replicates(mut self, n: u32) -> Self {
        self.options.replicates = Some(n);
        self
    }

    /// Keeps no records in the report, only what can be counted: for sweeps of more points than memory holds.
    pub fn discard_records(mut self) -> Self {
        self.options.keep_records = false;
        self
    }

    /// Calls a closure with each record once it is stored or found: one record at a time, hits and new runs in no order.
    ///
    /// The closure runs in a thread of its own, so a slow one stops no runs: records that it has not seen yet wait in memory.
    /// Only with [`discard_records`](Self::discard_records) runs wait too, while 10,000 records do. [`run`](Self::run)
    /// returns once the closure has seen the last record. If the closure panics, the sweep begins no more runs, stores those
    /// that are finished, and passes the panic on.
    ///
    /// The closure may retrieve other runs. It must not ask the store to *run* other points of the same sweep if the sweep
    /// discards its records or uses `Slurm`: it could wait for them without end.
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
    /// let mut fastest = f64::MIN;
    /// let points = (0..1_000).map(|n| Decay { rate: f64::from(n) / 1_000.0 });
    /// # let points = points.take(20);
    /// let report = store
    ///     .sweep(points)
    ///     .discard_records()                              // they need not fit into memory
    ///     .on_record(|record| fastest = fastest.max(record.rate))
    ///     .run()?;
    /// assert!(report.records.is_empty() && fastest > 0.0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_record(mut self, see: impl FnMut(&Record<T>) + Send + 'a) -> Self {
        self.options.on_record = Some(Box::new(see));
        self
    }

    /// Shows how far it is, on standard error: a bar on a terminal, a line every few seconds elsewhere.
    pub fn progress(mut self) -> Self {
        self.options.shown = true;
        self
    }

    /// Calls a closure with how far the sweep is: ten times a second at most, at least once a second, and at the end. It runs
    /// in the thread of [`on_record`](Self::on_record), one call after the other, and stops no runs either.
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
    /// let mut last = String::new();
    /// let report = store
    ///     .sweep([0.1, 0.2, 0.3].map(|rate| Decay { rate }))
    ///     .on_progress(|progress| last = progress.to_string())
    ///     .run()?;
    /// assert!(report.is_complete());
    /// assert!(last.starts_with("3 of 3 points: 0 hits, 3 misses, 0 failures"), "{last}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_progress(mut self, tell: impl FnMut(&Progress) + Send + 'a) -> Self {
        self.options.on_progress = Some(Box::new(tell));
        self
    }

    /// A token that ends this sweep gracefully, as the token of its store does: what is finished is stored, runs that are being
    /// made [see it](crate::RunContext::is_cancelled), and the report says how many points remain.
    pub fn cancel_token(mut self, token: &CancelToken) -> Self {
        self.options.cancel = token.clone();
        self
    }

    /// Ends the sweep gracefully at the first Ctrl-C (or the signal by which batch systems end a job): what is finished is
    /// stored, runs that are being made [see it](crate::RunContext::is_cancelled), and the report says how many points remain.
    /// A second Ctrl-C ends the process at once. So does the first one while no sweep listens.
    ///
    /// Without this, signals do what they always do.
    pub fn stop_on_ctrl_c(mut self) -> Self {
        self.options.stops_on_ctrl_c = true;
        self
    }

    /// Does it. What is finished when a run fails, or when the process dies, is stored. A point that another process
    /// is running just now is left to that one, and asked for again at the end.
    ///
    /// To cancel it is no error: [`SweepReport::interrupted`] tells.
    ///
    /// # Errors
    /// `is_invalid_input` for custom data that is no object; `is_transient` when the database cannot be reached;
    /// with [`fail_fast`](Self::fail_fast) the first failure of a run. Otherwise failing runs are in
    /// [`SweepReport::failures`].
    pub fn run(self) -> Result<SweepReport<T>>
    where
        E: Executor<I::IntoIter>,
    {
        let start = Instant::now();
        let Self { store, points, executor, options } = self;
        let points = points.into_iter();
        // What signals set is this sweep's alone.
        let signalled = CancelToken::new();
        let store = store.cancelled_by(&options.cancel).cancelled_by(&signalled);
        let _listening = options
            .stops_on_ctrl_c
            .then(|| Interrupt::cancels(&signalled))
            .transpose()
            .map_err(|source| SweepError::Signals { source })?;
        let policy = SweepPolicy {
            custom_data: options.custom_data?,
            fail_fast: options.fail_fast,
            keep_records: options.keep_records,
            retries: options.retries,
            replicates: options.replicates,
            numbers: options.numbers,
        };
        let (least, most) = points.size_hint();
        let total = most.filter(|most| *most == least);
        let total = total.map(|total| total.saturating_mul(policy.replicates.map_or(1, |n| n as usize)));
        let watch = Watch::new(total, executor.at_once(), options.shown, options.on_progress);
        let reporter = Reporter::new(options.on_record, watch, policy.keep_records);
        store.recover_now()?;
        let collector = Collector::new(store.clone(), policy, reporter.reports())?;
        let (remaining, reporter) = thread::scope(|scope| {
            let (collector, ended) = (&collector, Arc::new(Collector::queue()));
            let (reports, taken) = (Arc::clone(reporter.queue()), Arc::clone(&ended));
            let reporter = scope.spawn(move || reporter.report_all(collector));
            let remaining = {
                // After the committer has ended, or on a panic.
                let _closes = Closes(&reports);
                let committer = scope.spawn(move || collector.commit_all(&taken));
                let remaining = {
                    let _closes = Closes(&ended);
                    let work = Work::new(collector, points, Arc::clone(&ended));
                    executor.execute(&work);
                    work.remaining()
                };
                joined(committer);
                remaining
            };
            (remaining, joined(reporter))
        });
        let reported = reporter.end(&collector);
        let mut report = collector.finish(remaining, reported)?;
        report.recovered = store.newly_recovered();
        report.elapsed = start.elapsed();
        tracing::info!(
            table = T::TABLE.name,
            hits = report.hits,
            misses = report.misses,
            failures = report.failures.len(),
            remaining = report.remaining,
            "sweep completed"
        );
        Ok(report)
    }
}

/// What a thread has returned; its panic is passed on.
fn joined<R>(thread: ScopedJoinHandle<'_, R>) -> R {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
