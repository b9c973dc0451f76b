//! How sweeps are begun: what a [`Store`] offers for many runs.

use super::Sweep;
use crate::Result;
use crate::db::Stored;
use crate::record::Record;
use crate::store::Store;

impl<T: Stored> Store<T> {
    /// Runs or retrieves every point of an iterator, consumed once: a grid's
    /// [`expand`](crate::GridPoints), a zip, a filter, a list.
    ///
    /// Points are taken ahead of their runs: as many as come within some milliseconds, some thousand at most. So an
    /// iterator must not wait for what its own sweep makes.
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
    pub fn sweep<'a, I: IntoIterator<Item = T>>(&self, points: I) -> Sweep<'a, T, I> {
        Sweep::new(self.clone(), points)
    }

    /// A sweep over the parameters of all known [failures](Self::failures).
    ///
    /// # Errors
    /// As [`failures`](Self::failures), where an example is.
    pub fn retry_failures<'a>(&self) -> Result<Sweep<'a, T, Vec<T>>> {
        let failures = self.failures()?;
        let numbers =
            failures.iter().map(|failure| failure.id.replicated().map(|(_, number)| number)).collect();
        let points = failures.into_iter().map(|failure| failure.params).collect();
        Ok(Sweep::new(self.clone(), points).numbered(numbers))
    }

    /// Several runs of the same parameters, told apart by a number, from 0 on: for simulations that draw random numbers.
    /// Each is cached by itself; to ask for more of them later runs only those that are new.
    ///
    /// The runner sees which one it makes as [`run.replicate()`](crate::RunContext::replicate), and has a
    /// [`run.seed()`](crate::RunContext::seed) of its own for each. The key of a replicate is that of the parameters,
    /// `-r` and the number; `custom_data` holds `replicate` and `seed`. `retrieve` and `run_or_retrieve` know nothing of
    /// replicates: theirs is the one run without a number. [`Sweep::replicates`] does the same for many points, with an
    /// executor.
    ///
    /// # Errors
    /// As [`run_or_retrieve`](Self::run_or_retrieve); the first failure of a run.
    ///
    /// ```
    /// # mod sim {
    /// #     use entropic::prelude::*;
    /// #     #[derive(SimRecord)]
    /// #     #[sim(table = "walks", output(end: f64))]
    /// #     pub struct Walk { pub steps: i64 }
    /// # }
    /// # use sim::Walk;
    /// # let dir = tempfile::tempdir()?;
    /// let store = entropic::Store::<Walk>::builder()
    ///     .database(format!("sqlite://{}", dir.path().join("runs.db").display()))
    ///     .results_dir(dir.path().join("results"))
    ///     .runner(|walk: &Walk, run| std::fs::write(run.result_file(), format!("{} {}", walk.steps, run.seed())))
    ///     .open()?;
    /// let three = store.replicates(&Walk { steps: 100 }, 3)?;
    /// let five = store.replicates(&Walk { steps: 100 }, 5)?;          // runs two
    /// assert_eq!((&three[2].id, five.len()), (&five[2].id, 5));
    /// assert_eq!(five[4].custom_data["replicate"], 4);
    /// assert!(store.replicates(&Walk { steps: i64::MAX }, 0)?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn replicates(&self, params: &T, n: u32) -> Result<Vec<Record<T>>> {
        params.id()?;
        self.sweep([self.copied(params)?]).replicates(n).fail_fast().run()?.complete()
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
        Ok(self.sweep(points).fail_fast().run()?.complete()?.iter().map(apply).collect())
    }
}
