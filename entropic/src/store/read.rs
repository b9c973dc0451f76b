//! Reading a run back.

use std::path::Path;

use super::store::Results;
use super::{Store, StoreError};
use crate::Result;
use crate::db::Stored;
use crate::files::{FileError, sha256};
use crate::params::{Canonical, RunId, canonical_eq};
use crate::record::Record;

/// What a look-up found.
pub(super) enum Found<T: Stored> {
    /// No row.
    Nothing,
    /// A row whose result is gone.
    Broken(Record<T>),
    /// A run.
    Hit(Record<T>),
}

/// Parameters that were judged: their canonical text, and the key that follows from it.
pub(crate) struct Asked {
    pub(crate) id: RunId,
    pub(crate) text: String,
    pub(crate) replicate: Option<u32>,
}

impl Asked {
    pub(crate) fn of<T: Stored>(params: &T) -> Result<Self> {
        params.check()?;
        let mut out = Canonical::new();
        params.write_canonical(&mut out)?;
        Ok(Self { id: out.finish_id(), text: out.into_string(), replicate: None })
    }

    /// One of several runs of the same parameters.
    pub(crate) fn replicate(&self, number: u32) -> Self {
        Self { id: self.id.replicate(number), text: self.text.clone(), replicate: Some(number) }
    }
}

impl<T: Stored> Store<T> {
    /// The run of these parameters, if there is one. Nothing runs.
    ///
    /// # Errors
    /// `is_invalid_input` for parameters that cannot be stored; `is_not_found` when the row is there and its result
    /// is gone; `is_conflict` when the row holds other parameters; `is_corrupt` when a checksum no longer fits.
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
    /// assert!(store.retrieve(&Decay { rate: 0.5 })?.is_none());
    /// let made = store.run(&Decay { rate: 0.5 })?;
    /// assert!(store.retrieve(&Decay { rate: 0.5 })?.is_some());
    ///
    /// std::fs::remove_file(&made.result_file)?;
    /// assert!(store.retrieve(&Decay { rate: 0.5 }).unwrap_err().is_not_found());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn retrieve(&self, params: &T) -> Result<Option<Record<T>>> {
        self.told(self.look_up(&Asked::of(params)?)?)
    }

    /// The run of that key, whatever its parameters are.
    ///
    /// # Errors
    /// `is_not_found` when the row is there and its result is gone; `is_corrupt` when a checksum no longer fits.
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
    /// #     .open()?;
    /// use entropic::params::RunId;
    ///
    /// assert!(store.get(&RunId::new("a3f8c1d2e4b6f7a8")?)?.is_none());
    /// assert!(RunId::new("../../evil").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get(&self, id: &RunId) -> Result<Option<Record<T>>> {
        let found = self.find_row(id)?;
        self.told(self.judge(found)?)
    }

    fn told(&self, found: Found<T>) -> Result<Option<Record<T>>> {
        match found {
            Found::Nothing => Ok(None),
            Found::Hit(record) => {
                tracing::info!(table = T::TABLE.name, id = %record.id, "hit");
                Ok(Some(record))
            }
            Found::Broken(record) => {
                Err(StoreError::ResultMissing { id: record.id, path: record.result_file }.into())
            }
        }
    }

    /// Looks parameters up: a row counts only if it holds these very parameters.
    pub(super) fn look_up(&self, asked: &Asked) -> Result<Found<T>> {
        self.judge_for(asked, self.find_row(&asked.id)?)
    }

    /// What a row is to whoever asked for these parameters.
    pub(super) fn judge_for(&self, asked: &Asked, row: Option<Record<T>>) -> Result<Found<T>> {
        if let Some(record) = &row {
            same_params(asked, record)?;
        }
        self.judge(row)
    }

    pub(super) fn find_row(&self, id: &RunId) -> Result<Option<Record<T>>> {
        Ok(self.db().with("look a run up", |conn| Ok(T::find(conn, id.as_str())?))?)
    }

    /// Whether the result of a row is there, and what it was.
    fn judge(&self, found: Option<Record<T>>) -> Result<Found<T>> {
        let Some(record) = found else { return Ok(Found::Nothing) };
        let record = self.resolved(record);
        if record.result_file.as_os_str().is_empty() {
            // A row without a result, in a store whose runs have them, has lost it.
            return Ok(match self.inner.results {
                Results::None => Found::Hit(record),
                Results::Written => Found::Broken(record),
            });
        }
        if !self.folder().exists(&record.result_file) {
            return Ok(Found::Broken(record));
        }
        if self.inner.checksum {
            self.check_sum(&record)?;
        }
        Ok(Found::Hit(record))
    }

    fn check_sum(&self, record: &Record<T>) -> Result<()> {
        let Some(expected) = record.custom_data.get(super::run::CHECKSUM).and_then(|sum| sum.as_str()) else {
            return Ok(());
        };
        let found = sha256(&self.folder().absolute(&record.result_file))?;
        if found == expected {
            return Ok(());
        }
        Err(FileError::Changed { path: record.result_file.clone(), expected: expected.to_owned(), found }
            .into())
    }

    /// The record with its result where this store finds it.
    pub(crate) fn resolved(&self, mut record: Record<T>) -> Record<T> {
        if record.result_file != Path::new("") {
            record.result_file = self.folder().resolve(&record.id, &record.result_file);
        }
        record
    }
}

/// Whether a row holds the very parameters that were asked. A zero that has lost its sign in the database is the
/// same zero.
pub(super) fn same_params<T: Stored>(asked: &Asked, record: &Record<T>) -> Result<()> {
    let stored = match record.params.canonical_text() {
        Ok(stored) if record.as_retired && canonical_eq(&asked.text, &stored) => return Ok(()),
        Ok(stored) if !record.as_retired => format!("{stored}, and another value of a retired parameter"),
        Ok(stored) => stored,
        // Another program stored what a record refuses, such as a float that loses all its digits.
        Err(error) => format!("what has no canonical text ({error})"),
    };
    Err(StoreError::Collision { id: record.id.clone(), asked: asked.text.clone(), stored }.into())
}
