//! The call of a runner: what it returns, its panic, and what is noted about it.

use std::any::Any;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use super::{CancelToken, FailureKind, RunContext, RunOutput};
use crate::files::{Attempt, Folder};
use crate::params::{ParamsError, RunId};
use crate::record::{ColumnError, CustomData, SimRecord, Timestamp};
use crate::words::with_causes;

/// The key of `custom_data` that holds how long the runner took.
const ELAPSED: &str = "elapsed_seconds";

/// The key of `custom_data` that says which outputs no column could hold.
const UNSTORED: &str = "unstored_outputs";

/// What makes a run, with the type of its error erased.
pub(crate) type Runner<T> =
    Arc<dyn Fn(&T, &mut RunContext<T>) -> Result<(), Box<dyn Error + Send + Sync>> + Send + Sync>;

/// Why a call made no run.
#[derive(Debug)]
pub(crate) enum CallError {
    /// The runner failed after it was asked to stop.
    Cancelled,
    /// The runner panicked.
    Panicked { message: String },
    /// The runner returned an error.
    Failed { source: Box<dyn Error + Send + Sync> },
}

impl CallError {
    /// How the run failed and what the runner said, with its causes; `None` if it was asked to stop.
    pub(crate) fn failure(self) -> Option<(FailureKind, String)> {
        match self {
            Self::Cancelled => None,
            Self::Panicked { message } => Some((FailureKind::Panic, message)),
            Self::Failed { source } => Some((FailureKind::Error, with_causes(source.as_ref()))),
        }
    }
}

/// What is needed to call a runner.
pub(crate) struct Call<'a, T: SimRecord> {
    pub(crate) runner: &'a Runner<T>,
    pub(crate) folder: &'a Folder,
    pub(crate) cancel: &'a CancelToken,
}

impl<T: SimRecord> Call<'_, T> {
    /// Calls the runner in a private place.
    pub(crate) fn make(
        &self,
        params: &T,
        id: &RunId,
        replicate: Option<u32>,
        mut custom_data: CustomData,
        attempt: Attempt,
    ) -> Result<RunOutput<T>, CallError> {
        let checkpoints = self.folder.checkpoints(id);
        if let Some(number) = replicate {
            custom_data.insert("replicate".to_owned(), number.into());
            custom_data.insert("seed".to_owned(), id.seed().into());
        }
        let mut run =
            RunContext::new(id.clone(), replicate, attempt, checkpoints, custom_data, self.cancel.clone());
        let start = Instant::now();
        let returned = catch_unwind(AssertUnwindSafe(|| (self.runner)(params, &mut run)));
        let elapsed = start.elapsed().as_secs_f64();
        match returned {
            Err(panic) => return Err(CallError::Panicked { message: panic_message(panic.as_ref()) }),
            Ok(Err(_)) if self.cancel.is_cancelled() => return Err(CallError::Cancelled),
            Ok(Err(source)) => return Err(CallError::Failed { source }),
            Ok(Ok(())) => {}
        }
        let (mut output, attempt, mut custom_data, mut unstored) = run.finish();
        // Four digits, as the reference rounds it.
        let elapsed = (elapsed * 1e4).round() / 1e4;
        custom_data.entry(ELAPSED).or_insert_with(|| elapsed.into());
        tracing::info!(table = T::TABLE.name, %id, elapsed, "run completed");
        for (column, why) in T::clean_output(&mut output) {
            tracing::warn!(table = T::TABLE.name, %id, column, why = %with_causes(&why), "an output is stored as NULL");
            let why = match why {
                ColumnError::Canonical(ParamsError::NotANumber) => "NaN".to_owned(),
                other => with_causes(&other),
            };
            unstored.insert(column.to_owned(), why.into());
        }
        if !unstored.is_empty() {
            custom_data.insert(UNSTORED.to_owned(), unstored.into());
        }
        Ok(RunOutput { output, attempt, custom_data, created_at: Timestamp::now() })
    }
}

/// What a panic said.
fn panic_message(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "it said nothing".to_owned())
}
