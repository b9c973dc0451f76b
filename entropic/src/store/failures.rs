//! Runs that failed: remembered, never taken for runs.

use std::fmt;
use std::time::Duration;

use serde_json::{Map, Value};

use super::failure_rows::FailureRow;
use super::{Store, StoreError};
use crate::db::Stored;
use crate::params::RunId;
use crate::record::{SimRecord, Timestamp, to_current_columns, to_stable_columns};
use crate::runner::FailureKind;
use crate::words::with_causes;
use crate::{Error, Result};

impl FailureKind {
    /// How a run failed that has this error; `None` for what is no fault of the run: parameters that are refused, a
    /// name that is taken, a database that is gone.
    #[must_use]
    pub fn of(error: &Error) -> Option<Self> {
        match error {
            Error::Runner { .. } => Some(Self::Error),
            Error::File(error) if error.is_bad_result() => Some(Self::Error),
            Error::Store(StoreError::Panicked { .. }) => Some(Self::Panic),
            Error::Store(StoreError::TimedOut { .. }) => Some(Self::Timeout),
            Error::Store(StoreError::Lost { .. }) => Some(Self::WorkerLost),
            _ => None,
        }
    }
}

/// A run of a sweep that failed, and has not been made since; from [`Store::failures`].
#[non_exhaustive]
pub struct Failure<T> {
    /// The parameters.
    pub params: T,
    /// The key that the run would have.
    pub id: RunId,
    /// How it failed.
    pub kind: FailureKind,
    /// What the runner said, with its causes; the first 64 KiB of it.
    pub message: String,
    /// How often it was tried, in all sweeps.
    pub attempts: u32,
    /// The name of the machine.
    pub node: String,
    /// The end of what the run printed, where that was kept: by workers in processes of their own.
    pub log: String,
    /// How long the last attempt took.
    pub elapsed: Duration,
    /// When the last attempt failed.
    pub failed_at: Timestamp,
}

impl<T: SimRecord> fmt::Debug for Failure<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("id", &self.id)
            .field("params", &format_args!("{}", self.params.canonical_text().unwrap_or_default()))
            .field("kind", &self.kind)
            .field("message", &self.message)
            .field("attempts", &self.attempts)
            .field("node", &self.node)
            .field("elapsed", &self.elapsed)
            .field("failed_at", &self.failed_at)
            .finish_non_exhaustive()
    }
}

/// A failure that is to be remembered.
pub(crate) struct NewFailure<'a, T> {
    pub(crate) params: &'a T,
    pub(crate) id: &'a RunId,
    pub(crate) kind: FailureKind,
    pub(crate) message: &'a str,
    pub(crate) attempts: u32,
    pub(crate) node: &'a str,
    pub(crate) log: &'a str,
    pub(crate) elapsed: Duration,
}

impl<T: Stored> Store<T> {
    /// The runs of sweeps that failed, and have not been made since: the oldest failure first, each run once.
    ///
    /// A failure is no run: `retrieve` does not find it, and the next sweep over its parameters tries again.
    /// [`retry_failures`](Self::retry_failures) tries all of them.
    ///
    /// # Errors
    /// `is_transient` when the database cannot be reached.
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
    /// use entropic::{FailureKind, Store};
    ///
    /// let store = Store::<Decay>::builder()
    ///     .database(format!("sqlite://{}", dir.path().join("runs.db").display()))
    ///     .results_dir(dir.path().join("results"))
    ///     .runner(|decay: &Decay, run| {
    ///         if decay.rate > 1.0 { return Err(std::io::Error::other("too fast")) }
    ///         std::fs::write(run.result_file(), decay.rate.to_string())
    ///     })
    ///     .open()?;
    /// let report = store.sweep([Decay { rate: 0.5 }, Decay { rate: 2.0 }]).run()?;
    /// assert_eq!((report.misses, report.failures.len()), (1, 1));
    ///
    /// let failures = store.failures()?;
    /// assert_eq!(failures[0].params.rate, 2.0);
    /// assert_eq!((failures[0].kind, failures[0].attempts), (FailureKind::Error, 1));
    /// assert!(failures[0].message.contains("too fast"));
    ///
    /// let again = store.with_runner(|_, run| std::fs::write(run.result_file(), "mended")).retry_failures()?.run()?;
    /// assert_eq!(again.misses, 1);
    /// assert!(store.failures()?.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn failures(&self) -> Result<Vec<Failure<T>>> {
        if !self.db().is_read_only() {
            // So that none comes back when its run is deleted later.
            self.db().forget_made(&T::TABLE)?;
        }
        let mut failures = Vec::new();
        for row in self.db().failures(&T::TABLE)? {
            match Self::failure(&row)? {
                Some(failure) => failures.push(failure),
                None => {
                    tracing::warn!(
                        table = T::TABLE.name,
                        id = row.run_id,
                        "a failure of a record of another shape"
                    );
                }
            }
        }
        Ok(failures)
    }

    /// Whether any are remembered.
    pub(crate) fn has_failures(&self) -> Result<bool> {
        Ok(self.db().has_failures(&T::TABLE)?)
    }

    /// The same parameters once more.
    pub(crate) fn copied(&self, params: &T) -> Result<T> {
        let values = params.to_values(&T::Output::default())?;
        let copied = T::from_values(values).map(|(params, _)| params);
        copied.ok_or_else(|| StoreError::NotCopied { table: T::TABLE.name }.into())
    }

    fn failure(row: &FailureRow) -> Result<Option<Failure<T>>> {
        let Ok(columns) = serde_json::from_str::<Map<String, Value>>(&row.params) else { return Ok(None) };
        let values = to_current_columns::<T>(columns)?;
        let (Some((params, _)), Some(kind), Ok(failed_at)) =
            (values.and_then(T::from_values), FailureKind::from_word(&row.kind), row.failed_at.parse())
        else {
            return Ok(None);
        };
        Ok(Some(Failure {
            params,
            id: RunId::from_stored(row.run_id.clone()),
            kind,
            message: row.message.clone(),
            attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
            node: row.node.clone(),
            log: row.log.clone(),
            elapsed: Duration::try_from_secs_f64(row.elapsed_seconds).unwrap_or_default(),
            failed_at,
        }))
    }

    /// Remembers a failure. One that cannot be remembered is no reason to fail.
    pub(crate) fn keep_failure(&self, failure: &NewFailure<'_, T>) {
        if self.db().is_read_only() {
            return;
        }
        let kept = to_stable_columns(failure.params, &T::Output::default()).map_err(Error::from).and_then(
            |columns| {
                let row = FailureRow {
                    run_id: failure.id.to_string(),
                    params: Value::from(columns).to_string(),
                    kind: failure.kind.as_str().to_owned(),
                    message: shortened(failure.message),
                    attempts: failure.attempts.into(),
                    node: failure.node.to_owned(),
                    log: failure.log.to_owned(),
                    elapsed_seconds: failure.elapsed.as_secs_f64(),
                    failed_at: Timestamp::now().to_string(),
                };
                Ok(self.db().keep_failure(&T::TABLE, &row)?)
            },
        );
        if let Err(error) = kept {
            tracing::warn!(table = T::TABLE.name, id = %failure.id, error = %with_causes(&error), "a failure could not be remembered");
        }
    }
}

/// The beginning of a text that is longer than anybody reads.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 1 << 16;
    let Some(end) =
        (0..=LONGEST).rev().find(|end| text.is_char_boundary(*end)).filter(|end| *end < text.len())
    else {
        return text.to_owned();
    };
    format!("{}… ({} bytes in all)", &text[..end], text.len())
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn only_a_text_that_nobody_reads_is_shortened() {
        for short in ["", "it failed", &"x".repeat(1 << 16)] {
            assert_eq!(shortened(short), short);
        }
        let long = shortened(&"ä".repeat(100_000).replacen('ä', "x", 1));
        assert_eq!(long.len(), (1 << 16) - 1 + "… (199999 bytes in all)".len());
        assert!(long.starts_with("xää") && long.ends_with("ä… (199999 bytes in all)"), "{}", &long[65_000..]);
    }
}
