//! Looking runs up: the only reader of a row's truth.
//!
//! A row is a hit when its parameters are those asked, field by field in canonical form, and the result that it names is
//! there and its own. The row is read first, then the result; as results never change, a result that is gone may mean that
//! the row has moved on in between, so it is read again, once, before anything is said.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::{Store, StoreError};
use crate::Result;
use crate::db::Stored;
use crate::files::{FileError, sha256};
use crate::params::{Canonical, RunId, canonical_eq};
use crate::record::{CustomData, Record};
use crate::runner::{CHECKSUM, Results};
use crate::words::with_causes;

/// What a look-up found.
pub(crate) enum Found<T: Stored> {
    /// No row.
    Nothing,
    /// A row that is no hit.
    Broken(Box<Broken<T>>),
    /// A run.
    Hit(Record<T>),
}

/// A row whose result cannot be had.
pub(crate) struct Broken<T: Stored> {
    pub(crate) record: Record<T>,
    /// What the row says about its result.
    pub(crate) version: String,
    pub(crate) loss: Loss,
}

/// Why a row has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Loss {
    /// It is gone, or there never was one.
    Gone,
    /// It is the result of another run.
    OfAnother(RunId),
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
            Found::Broken(broken) => {
                let (id, path) = (broken.record.id, broken.record.result_file);
                Err(match broken.loss {
                    Loss::Gone => StoreError::ResultMissing { id, path },
                    Loss::OfAnother(other) => StoreError::ResultOfAnother { id, path, other },
                }
                .into())
            }
        }
    }

    /// Looks parameters up: a row counts only if it holds these very parameters.
    pub(super) fn look_up(&self, asked: &Asked) -> Result<Found<T>> {
        let row = self.find_row(&asked.id)?;
        // The database answers.
        self.inner.flush_if_due();
        self.judge_for(asked, row)
    }

    /// What a row is to the one who asked for these parameters.
    pub(crate) fn judge_for(&self, asked: &Asked, row: Option<Record<T>>) -> Result<Found<T>> {
        if let Some(record) = &row {
            same_params(asked, record)?;
        }
        self.judge(row)
    }

    pub(super) fn find_row(&self, id: &RunId) -> Result<Option<Record<T>>> {
        Ok(self.db().with("look a run up", |conn| Ok(T::find(conn, id.as_str())?))?)
    }

    /// Whether the result of a row is there, and what it was.
    fn judge(&self, row: Option<Record<T>>) -> Result<Found<T>> {
        let Some(record) = row else { return Ok(Found::Nothing) };
        // A result whose checksum differs takes the record with it.
        let read = self.inner.checksum.then(|| (record.id.clone(), version_of(&record)));
        let judged = self.judge_once(record);
        let (id, version) = match (&judged, read) {
            (Ok(Found::Broken(broken)), _) => (broken.record.id.clone(), broken.version.clone()),
            (Err(crate::Error::File(FileError::Changed { .. })), Some(read)) => read,
            _ => return judged,
        };
        match self.find_row(&id)? {
            None => Ok(Found::Nothing),
            Some(record) if version_of(&record) != version => self.judge_once(record),
            Some(_) => judged,
        }
    }

    fn judge_once(&self, mut record: Record<T>) -> Result<Found<T>> {
        let stored = self.find_result(&mut record);
        let broken = |record: Record<T>, loss| {
            let version = stored.as_deref().unwrap_or(&record.result_file).to_string_lossy().into_owned();
            Ok(Found::Broken(Box::new(Broken { record, version, loss })))
        };
        if record.result_file.as_os_str().is_empty() {
            // A row without a result, in a store whose runs have them, has lost it.
            return match self.inner.results {
                Results::None => Ok(Found::Hit(record)),
                Results::Written => broken(record, Loss::Gone),
            };
        }
        if !self.folder().exists(&record.result_file)? {
            return broken(record, Loss::Gone);
        }
        if let Some(other) = self.owner(&record.id, &record.result_file)? {
            return broken(record, Loss::OfAnother(other));
        }
        if self.inner.checksum {
            match self.check_sum(&record) {
                Err(error) if error.is_not_found() => return broken(record, Loss::Gone),
                other => other?,
            }
        }
        Ok(Found::Hit(record))
    }

    /// The other run whose result lies at a path, if its name says so and the row of that run as well.
    pub(super) fn owner(&self, id: &RunId, resolved: &Path) -> Result<Option<RunId>> {
        if self.folder().is_named_for(id, resolved) {
            return Ok(None);
        }
        let Some((other, name)) = self.folder().result_name(resolved).filter(|(other, _)| other != id) else {
            return Ok(None);
        };
        let version = self.db().version(&T::TABLE, other.as_str())?;
        let theirs = version.map(|version| self.folder().resolve(Path::new(&version)).into_owned());
        let is_theirs =
            theirs.is_some_and(|theirs| self.folder().result_name(&theirs).is_some_and(|(_, n)| n == name));
        Ok(is_theirs.then_some(other))
    }

    fn check_sum(&self, record: &Record<T>) -> Result<()> {
        let Some(expected) = checksum_of(&record.custom_data) else { return Ok(()) };
        let found = sha256(&self.folder().absolute(&record.result_file))?;
        if found == expected {
            return Ok(());
        }
        Err(FileError::Changed { path: record.result_file.clone(), expected: expected.to_owned(), found }
            .into())
    }

    /// The record with its result where this store finds it.
    pub(crate) fn resolved(&self, mut record: Record<T>) -> Record<T> {
        self.find_result(&mut record);
        record
    }

    /// Makes a record say where this store finds its result; what the row says, if that is something else.
    fn find_result(&self, record: &mut Record<T>) -> Option<PathBuf> {
        let elsewhere = match self.folder().resolve(&record.result_file) {
            Cow::Owned(elsewhere) if !record.result_file.as_os_str().is_empty() => elsewhere,
            _ => return None,
        };
        Some(std::mem::replace(&mut record.result_file, elsewhere))
    }

    /// The row that was just written.
    pub(super) fn stored(&self, id: &RunId) -> Result<Record<T>> {
        let found =
            self.find_row(id)?.ok_or_else(|| StoreError::NoRun { table: T::TABLE.name, id: id.clone() })?;
        Ok(self.resolved(found))
    }
}

/// What a row says about its result: its version.
pub(super) fn version_of<T: Stored>(row: &Record<T>) -> String {
    row.result_file.to_string_lossy().into_owned()
}

/// The SHA-256 that the result of a run had.
pub(super) fn checksum_of(custom_data: &CustomData) -> Option<&str> {
    custom_data.get(CHECKSUM).and_then(|sum| sum.as_str())
}

/// Whether a row holds the very parameters that were asked. A zero that has lost its sign in the database is the
/// same zero.
pub(super) fn same_params<T: Stored>(asked: &Asked, record: &Record<T>) -> Result<()> {
    let stored = match record.params.canonical_text() {
        Ok(stored) if record.as_retired && canonical_eq(&asked.text, &stored) => return Ok(()),
        Ok(stored) if !record.as_retired => format!("{stored}, and another value of a retired parameter"),
        Ok(stored) => stored,
        // Another program stored what a record refuses, such as a float that loses all its digits.
        Err(error) => format!("what has no canonical text ({})", with_causes(&error)),
    };
    Err(StoreError::Collision { id: record.id.clone(), asked: asked.text.clone(), stored }.into())
}
