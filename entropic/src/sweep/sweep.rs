//! Saying what a sweep shall do.

use std::time::Instant;

use serde::Serialize;

use super::work::{Each, Work};
use super::{Executor, Serial, SweepReport};
use crate::Result;
use crate::db::Stored;
use crate::record::{CustomData, Record, RecordError};
use crate::store::Store;

/// A sweep that has not begun; made by [`Store::sweep`].
#[must_use = "a sweep does nothing until `.run()`"]
pub struct Sweep<'a, T: Stored, I, E = Serial> {
    store: &'a Store<T>,
    points: I,
    executor: E,
    custom_data: Result<CustomData, RecordError>,
    fail_fast: bool,
    keep_records: bool,
    each: Option<Each<'a, T>>,
}

impl<T: Stored> Store<T> {
    /// Runs or retrieves every point of an iterator, consumed once: a grid's
    /// [`expand`](crate::GridPoints), a zip, a filter, a list.
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
    /// let grid = || DecayGrid { rate: vec![0.1, 0.2], steps: vec![10, 20, 30] }.expand();
    /// let report = store.sweep(grid()).run()?;
    /// assert_eq!((report.records.len(), report.misses), (6, 6));
    /// let report = store.sweep(grid()).run()?;
    /// assert_eq!((report.records.len(), report.hits), (6, 6));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sweep<I: IntoIterator<Item = T>>(&self, points: I) -> Sweep<'_, T, I> {
        Sweep {
            store: self,
            points,
            executor: Serial,
            custom_data: Ok(CustomData::new()),
            fail_fast: false,
            keep_records: true,
            each: None,
        }
    }

    /// Runs or retrieves every point, then applies a function to each record; stops at the first failure.
    ///
    /// # Errors
    /// As [`Sweep::run`] with [`fail_fast`](Sweep::fail_fast).
    ///
    /// ```
    /// # mod sim {
    /// #     use entropic::prelude::*;
    /// #     #[derive(SimRecord)]
    /// #     #[sim(table = "decays", output(left: f64))]
    /// #     pub struct Decay { pub rate: f64 }
    /// # }
    /// # use sim::Decay;
    /// # let dir = tempfile::tempdir()?;
    /// # let store = entropic::Store::<Decay>::builder()
    /// #     .database(format!("sqlite://{}", dir.path().join("runs.db").display()))
    /// #     .results_dir(dir.path().join("results"))
    /// #     .runner(|decay: &Decay, run| std::fs::write(run.result_file(), decay.rate.to_string()))
    /// #     .open()?;
    /// let texts = store.map([Decay { rate: 0.1 }, Decay { rate: 0.2 }], |run| {
    ///     std::fs::read_to_string(&run.result_file).unwrap_or_default()
    /// })?;
    /// assert_eq!(texts, ["0.1", "0.2"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn map<R>(
        &self,
        points: impl IntoIterator<Item = T>,
        apply: impl FnMut(&Record<T>) -> R,
    ) -> Result<Vec<R>> {
        let report = self.sweep(points).fail_fast().run()?;
        Ok(report.records.iter().map(apply).collect())
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
        let Self { store, points, executor: _, custom_data, fail_fast, keep_records, each } = self;
        Sweep { store, points, executor, custom_data, fail_fast, keep_records, each }
    }

    /// Custom data for the runs that are made: a `json!` object, or anything that serialises to one.
    pub fn custom_data(mut self, custom_data: &(impl Serialize + ?Sized)) -> Self {
        self.custom_data = CustomData::from_serialize(custom_data);
        self
    }

    /// Stops at the first failure and returns it, instead of going on and reporting. Parameters that cannot be stored
    /// are found when they are looked up, a thousand at a time, before any of those is run.
    pub fn fail_fast(mut self) -> Self {
        self.fail_fast = true;
        self
    }

    /// Keeps no records in the report, only what can be counted: for sweeps of more points than memory holds.
    pub fn discard_records(mut self) -> Self {
        self.keep_records = false;
        self
    }

    /// Shows each record to a closure as soon as it is there, hits first or not: in no order, one at a time.
    pub fn each(mut self, each: impl FnMut(&Record<T>) + Send + 'a) -> Self {
        self.each = Some(Box::new(each));
        self
    }

    /// Does it. What is finished when a run fails, or when the process dies, is stored. A point that another process
    /// is running just now is left to that one, and asked for again at the end.
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
        let work = Work::new(
            self.store,
            self.points.into_iter(),
            self.custom_data?,
            self.fail_fast,
            self.keep_records,
            self.each,
        );
        self.executor.execute(&work);
        let mut report = work.finish()?;
        report.elapsed = start.elapsed();
        tracing::info!(
            table = T::TABLE.name,
            hits = report.hits,
            misses = report.misses,
            failures = report.failures.len(),
            "sweep completed"
        );
        Ok(report)
    }
}
