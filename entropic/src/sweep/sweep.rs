//! Running what is not there yet.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::{SweepFailure, SweepReport};
use crate::Result;
use crate::db::Stored;
use crate::params::RunId;
use crate::record::{CustomData, Record, RecordError};
use crate::store::{Asked, Store};

/// How many points are looked up at a time.
const CHUNK: usize = 1_000;

/// A sweep that has not begun; made by [`Store::sweep`].
#[must_use = "a sweep does nothing until `.run()`"]
pub struct Sweep<'a, T: Stored, I> {
    store: &'a Store<T>,
    points: I,
    custom_data: Result<CustomData, RecordError>,
    fail_fast: bool,
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
        Sweep { store: self, points, custom_data: Ok(CustomData::new()), fail_fast: false }
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

impl<T: Stored, I: IntoIterator<Item = T>> Sweep<'_, T, I> {
    /// Custom data for the runs that are made: a `json!` object, or anything that serialises to one.
    pub fn custom_data(mut self, custom_data: &(impl Serialize + ?Sized)) -> Self {
        self.custom_data = CustomData::from_serialize(custom_data);
        self
    }

    /// Stops at the first failure and returns it, instead of going on and reporting.
    pub fn fail_fast(mut self) -> Self {
        self.fail_fast = true;
        self
    }

    /// Does it, one run after the other. What is finished when a run fails, or when the process dies, is stored.
    ///
    /// # Errors
    /// `is_invalid_input` for custom data that is no object; `is_transient` when the database cannot be reached;
    /// with [`fail_fast`](Self::fail_fast) the first failure of a run. Otherwise failing runs are in
    /// [`SweepReport::failures`].
    pub fn run(self) -> Result<SweepReport<T>> {
        let start = Instant::now();
        let custom_data = self.custom_data?;
        let mut report = SweepReport::new();
        let mut seen = HashSet::new();
        let mut points = self.points.into_iter().fuse();
        loop {
            let chunk: Vec<T> = points.by_ref().take(CHUNK).collect();
            if chunk.is_empty() {
                break;
            }
            let mut work =
                Chunk { store: self.store, seen: &mut seen, report: &mut report, fail_fast: self.fail_fast };
            work.run(chunk, &custom_data)?;
        }
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

/// Some points, looked up together.
struct Chunk<'a, T: Stored> {
    store: &'a Store<T>,
    seen: &'a mut HashSet<RunId>,
    report: &'a mut SweepReport<T>,
    fail_fast: bool,
}

impl<T: Stored> Chunk<'_, T> {
    fn run(&mut self, chunk: Vec<T>, custom_data: &CustomData) -> Result<()> {
        // What is refused keeps its place, so that failures too come in the order of the points.
        let mut planned = Vec::with_capacity(chunk.len());
        for params in chunk {
            let asked = Asked::of(&params);
            match &asked {
                Ok(asked) if !self.seen.insert(asked.id.clone()) => self.report.duplicates += 1,
                _ => planned.push((asked, params)),
            }
        }
        let ids = planned.iter().filter_map(|(asked, _)| Some(asked.as_ref().ok()?.id.to_string())).collect();
        let mut rows: HashMap<RunId, Record<T>> =
            self.store.find_rows(ids)?.into_iter().map(|record| (record.id.clone(), record)).collect();
        for (asked, params) in planned {
            let asked = match asked {
                Ok(asked) => asked,
                Err(error) => {
                    self.failed(params, None, error)?;
                    continue;
                }
            };
            let row = rows.remove(&asked.id);
            match self.store.run_unless(&params, &asked, row, custom_data) {
                Ok((record, hit)) => self.counted(record, hit),
                Err(error) => self.failed(params, Some(asked.id), error)?,
            }
        }
        Ok(())
    }

    fn counted(&mut self, record: Record<T>, hit: bool) {
        if hit {
            self.report.hits += 1;
            self.report.saved += record
                .elapsed_seconds()
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
                .unwrap_or_default();
        } else {
            self.report.misses += 1;
            self.report.made.insert(record.id.clone());
        }
        self.report.records.push(record);
    }

    fn failed(&mut self, params: T, id: Option<RunId>, error: crate::Error) -> Result<()> {
        if self.fail_fast || error.is_cancelled() {
            return Err(error);
        }
        tracing::warn!(table = T::TABLE.name, ?id, %error, "a point of the sweep failed");
        self.report.failures.push(SweepFailure::new(params, id, error));
        Ok(())
    }
}
