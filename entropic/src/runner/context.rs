//! What a runner is given beside its parameters.

use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::{Map, Value};

use super::CancelToken;
use crate::Result;
use crate::files::{Attempt, FileError};
use crate::params::{MAX_NESTING, ParamsError, RunId};
use crate::record::{CustomData, SimRecord};
use crate::words::with_causes;

/// One run, as its runner sees it. A runner returns any error that can go to another thread;
/// [`RunResult`](crate::RunResult) is short for `Result<(), Box<dyn Error + Send + Sync>>`, and what a closure says whose
/// error Rust cannot guess.
///
/// ```
/// # mod sim {
/// #     use entropic::prelude::*;
/// #     #[derive(SimRecord)]
/// #     #[sim(table = "decays", output(half_life: f64))]
/// #     pub struct Decay { pub rate: f64 }
/// # }
/// # use sim::Decay;
/// use entropic::{RunContext, RunResult};
///
/// fn simulate(decay: &Decay, run: &mut RunContext<Decay>) -> RunResult {
///     std::fs::write(run.result_file(), format!("{}\n", (-decay.rate).exp()))?;
///     run.output.half_life = Some(std::f64::consts::LN_2 / decay.rate);   // a column
///     run.set("solver", "closed form");                                   // a key of `custom_data`
///     Ok(())
/// }
/// ```
#[non_exhaustive]
pub struct RunContext<T: SimRecord> {
    /// The outputs, a column each; what is left `None` is NULL.
    pub output: T::Output,
    id: RunId,
    replicate: Option<u32>,
    attempt: Attempt,
    checkpoints: PathBuf,
    custom_data: CustomData,
    /// Why values of custom data are null, by their keys.
    unstored: Map<String, Value>,
    cancel: CancelToken,
}

impl<T: SimRecord> RunContext<T> {
    pub(crate) fn new(
        id: RunId,
        replicate: Option<u32>,
        attempt: Attempt,
        checkpoints: PathBuf,
        custom_data: CustomData,
        cancel: CancelToken,
    ) -> Self {
        let unstored = Map::new();
        Self {
            output: T::Output::default(),
            id,
            replicate,
            attempt,
            checkpoints,
            custom_data,
            unstored,
            cancel,
        }
    }

    /// What is left of it; last, why values that were set are null.
    pub(crate) fn finish(self) -> (T::Output, Attempt, CustomData, Map<String, Value>) {
        (self.output, self.attempt, self.custom_data, self.unstored)
    }

    /// The key of the run.
    #[must_use]
    pub fn id(&self) -> &RunId {
        &self.id
    }

    /// Which of several runs of the same parameters it is, from 0 on; none unless
    /// [replicates](crate::Store::replicates) were asked for.
    #[must_use]
    pub fn replicate(&self) -> Option<u32> {
        self.replicate
    }

    /// A seed for random numbers: the same for the same run, another one for each other run and replicate. The first 63
    /// bits of the SHA-256 of the run's [key](Self::id), so that other languages can have it too.
    ///
    /// ```
    /// # mod sim {
    /// #     use entropic::prelude::*;
    /// #     #[derive(SimRecord)]
    /// #     #[sim(table = "walks", output(end: i64))]
    /// #     pub struct Walk { pub steps: i64 }
    /// # }
    /// # fn walk(seed: u64, steps: i64) -> i64 { (seed % 7) as i64 * steps }
    /// # fn simulate(walk_of: &sim::Walk, run: &mut entropic::RunContext<sim::Walk>) {
    /// run.output.end = Some(walk(run.seed(), walk_of.steps));
    /// # }
    /// ```
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.id.seed()
    }

    /// Where to write the result: a file, or a directory to be made there. A private path with the right name and
    /// suffix; it gets its final place once the run has succeeded.
    #[must_use]
    pub fn result_file(&self) -> &Path {
        self.attempt.result()
    }

    /// What the caller said about the run, and what was [`set`](Self::set) since.
    #[must_use]
    pub fn custom_data(&self) -> &CustomData {
        &self.custom_data
    }

    /// Adds a key to the run's `custom_data`, or overwrites it.
    ///
    /// Never fails, since a run shall not be lost for a remark about it: NaN and infinities, which JSON does not
    /// have, become null, and so does a value that cannot be made into JSON at all, or that could not be read back
    /// (more than 99 arrays and objects in each other, NUL in text); `unstored_outputs` in the custom data says why, and
    /// a warning is logged.
    ///
    /// ```
    /// # mod sim {
    /// #     use entropic::prelude::*;
    /// #     #[derive(SimRecord)]
    /// #     #[sim(table = "decays")]
    /// #     pub struct Decay { pub rate: f64 }
    /// # }
    /// # fn example(run: &mut entropic::RunContext<sim::Decay>) {
    /// run.set("seed_used", 42);
    /// run.set("residuals", [1e-3, 1e-6]);
    /// # }
    /// ```
    pub fn set(&mut self, key: impl Into<String>, value: impl Serialize) {
        let key = key.into();
        // The value is one level below the custom data.
        let limit = MAX_NESTING - 1;
        let value = crate::record::to_json(&value, limit).or_else(|why| {
            tracing::warn!(id = %self.id, key, why = %with_causes(&why), "a value of custom data has no JSON of its own");
            if matches!(why, ParamsError::TooDeep { .. }) {
                return Err(why);
            }
            let other = serde_json::to_value(&value).map_err(|_| why)?;
            crate::record::to_json(&other, limit)
        });
        let value = value.unwrap_or_else(|why| {
            self.unstored.insert(key.clone(), with_causes(&why).into());
            Value::Null
        });
        if !value.is_null() {
            self.unstored.remove(&key);
        }
        self.custom_data.insert(key, value);
    }

    /// A directory for temporary files; it is removed after the run.
    ///
    /// # Errors
    /// [`FileError::Io`] when it cannot be made.
    pub fn scratch_dir(&self) -> Result<&Path> {
        Ok(self.attempt.scratch()?)
    }

    /// A directory that survives the attempt if it fails or is killed, and is there again in the next attempt at the
    /// same parameters; gone once one has succeeded.
    ///
    /// # Errors
    /// [`FileError::Io`] when it cannot be made.
    pub fn checkpoint_dir(&self) -> Result<&Path> {
        std::fs::create_dir_all(&self.checkpoints).map_err(FileError::io("make", &self.checkpoints))?;
        Ok(&self.checkpoints)
    }

    /// Whether the run was asked to stop; a runner that sees it returns early, with any error.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}
