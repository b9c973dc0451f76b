//! Making runs.

use serde::Serialize;

use super::lease::Lease;
use super::lookup::{Asked, Broken, Found, Loss, same_params, version_of};
use super::ready::{Basis, IfMovedOn, Seen};
use super::{Store, StoreError};
use crate::db::Stored;
use crate::files::FileError;
use crate::params::RunId;
use crate::record::{CustomData, Record};
use crate::runner::{Call, CallError, Results, RunOutput};
use crate::{Error, Result};

impl<T: Stored> Store<T> {
    /// The run of these parameters: the stored one, or a new one.
    ///
    /// # Errors
    /// `is_invalid_input` for parameters that cannot be stored, before the runner is called; [`Error::Runner`] with
    /// what the runner returned; [`StoreError::Panicked`]; `is_unsupported` without a runner or in a read-only
    /// store; `is_conflict` when the results directory is gone. Whatever the
    /// error, what was stored before is still there.
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
    /// let store = entropic::Store::<Decay>::builder()
    ///     .database(format!("sqlite://{}", dir.path().join("runs.db").display()))
    ///     .results_dir(dir.path().join("results"))
    ///     .runner(|decay: &Decay, run| std::fs::write(run.result_file(), decay.rate.to_string()))
    ///     .open()?;
    /// let record = store.run_or_retrieve(&Decay { rate: 0.5 })?;
    /// assert!(record.elapsed_seconds().is_some());
    ///
    /// let error = store.run_or_retrieve(&Decay { rate: f64::NAN }).unwrap_err();
    /// assert!(error.is_invalid_input());
    /// assert!(error.to_string().contains("`rate`"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn run_or_retrieve(&self, params: &T) -> Result<Record<T>> {
        self.run_or_retrieve_with(params, &())
    }

    /// The same with custom data for the case that it runs: a `json!` object, or anything that serialises to one.
    ///
    /// # Errors
    /// As [`run_or_retrieve`](Self::run_or_retrieve), and `is_invalid_input` for custom data that is no object.
    pub fn run_or_retrieve_with(
        &self,
        params: &T,
        custom_data: &(impl Serialize + ?Sized),
    ) -> Result<Record<T>> {
        let asked = Asked::of(params)?;
        let custom_data = CustomData::from_serialize(custom_data)?;
        let row = self.find_row(&asked.id)?;
        self.run_unless(params, &asked, row, custom_data)
    }

    /// The run that a row is, or a new one.
    fn run_unless(
        &self,
        params: &T,
        asked: &Asked,
        row: Option<Record<T>>,
        custom_data: CustomData,
    ) -> Result<Record<T>> {
        match self.judge_for(asked, row)? {
            Found::Hit(record) => {
                tracing::info!(table = T::TABLE.name, id = %record.id, "hit");
                return Ok(record);
            }
            Found::Broken(broken) => Self::tell_of_loss(&broken),
            Found::Nothing => {}
        }
        let lease = self.claim_run(&asked.id)?;
        match self.look_under(asked)? {
            Seen::Made(made_since) => Ok(made_since),
            Seen::ToRun { version } => {
                let basis = Basis { version, if_moved_on: IfMovedOn::GiveWay };
                self.make(lease, params, &asked.id, custom_data, basis)
            }
        }
    }

    fn tell_of_loss(broken: &Broken<T>) {
        let (id, path) = (&broken.record.id, broken.record.result_file.display());
        match &broken.loss {
            Loss::Gone => {
                tracing::warn!(table = T::TABLE.name, %id, %path, "the result is gone; running again");
            }
            Loss::OfAnother(other) => {
                tracing::warn!(table = T::TABLE.name, %id, %path, %other, "the row names another run's result; running again");
            }
        }
    }

    /// Runs, whether or not there is a run of these parameters; overwrites it once the new result is complete.
    ///
    /// # Errors
    /// As [`run_or_retrieve`](Self::run_or_retrieve); after an error the older run is still there.
    pub fn run(&self, params: &T) -> Result<Record<T>> {
        self.run_with(params, &())
    }

    /// The same with custom data: a `json!` object, or anything that serialises to one. The runner sees it.
    ///
    /// # Errors
    /// As [`run`](Self::run), and `is_invalid_input` for custom data that is no object.
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
    /// use serde_json::json;
    ///
    /// let record = store.run_with(&Decay { rate: 0.5 }, &json!({"git_sha": "abc123"}))?;
    /// assert_eq!(record.custom_data["git_sha"], "abc123");
    ///
    /// assert!(store.run_with(&Decay { rate: 0.5 }, &"a note").unwrap_err().is_invalid_input());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn run_with(&self, params: &T, custom_data: &(impl Serialize + ?Sized)) -> Result<Record<T>> {
        let asked = Asked::of(params)?;
        let custom_data = CustomData::from_serialize(custom_data)?;
        let lease = self.claim_run(&asked.id)?;
        let row = self.find_row(&asked.id)?;
        if let Some(row) = &row {
            same_params(&asked, row)?;
        }
        let basis = Basis { version: row.as_ref().map(version_of), if_moved_on: IfMovedOn::Overwrite };
        self.make(lease, params, &asked.id, custom_data, basis)
    }

    /// Runs under a key of the caller's choice instead of the hash. Such a run is found with [`get`](Self::get), not
    /// by its parameters.
    ///
    /// # Errors
    /// As [`run_with`](Self::run_with); a key that is no safe file name cannot be made at all ([`RunId::new`]).
    pub fn run_as(
        &self,
        id: &RunId,
        params: &T,
        custom_data: &(impl Serialize + ?Sized),
    ) -> Result<Record<T>> {
        params.id()?;
        // A key read from another program's row need not be one that can name a file.
        let id = RunId::new(id.as_str())?;
        let custom_data = CustomData::from_serialize(custom_data)?;
        let lease = self.claim_run(&id)?;
        let version = self.db().version(&T::TABLE, id.as_str())?;
        self.make(lease, params, &id, custom_data, Basis { version, if_moved_on: IfMovedOn::Overwrite })
    }

    /// Refuses what can be refused before a run, and waits until nobody else runs the id.
    pub(crate) fn claim_run(&self, id: &RunId) -> Result<Lease<'_>> {
        self.can_run()?;
        self.claimed(id, self.lease(id)?)
    }

    /// The same, unless somebody else holds it.
    pub(crate) fn claim_run_if_free(&self, id: &RunId) -> Result<Option<Lease<'_>>> {
        self.can_run()?;
        self.lease_if_free(id)?.map(|lease| self.claimed(id, lease)).transpose()
    }

    /// The right to store what another process has made, unless somebody else has a part in it; also when nothing more is
    /// to be run.
    pub(crate) fn claim_made(&self, id: &RunId) -> Result<Option<Lease<'_>>> {
        self.writable("store a run")?;
        self.lease_whoever_claims(id)
    }

    fn can_run(&self) -> Result<()> {
        self.db().refuse_if_unwritable()?;
        self.writable("run")?;
        if self.runner.is_none() {
            return Err(StoreError::NoRunner { table: T::TABLE.name }.into());
        }
        Ok(())
    }

    fn claimed<'a>(&self, id: &RunId, lease: Lease<'a>) -> Result<Lease<'a>> {
        if self.cancel.is_cancelled() {
            return Err(StoreError::Cancelled { id: id.clone() }.into());
        }
        Ok(lease)
    }

    /// Makes a run and stores it. The lease is kept until the row is written.
    fn make(
        &self,
        lease: Lease<'_>,
        params: &T,
        id: &RunId,
        custom_data: CustomData,
        basis: Basis,
    ) -> Result<Record<T>> {
        let finished = self.attempt(params, id, None, custom_data)?;
        let ready = self.ready(lease, params, id, finished, basis)?;
        let mut alone = [(params, ready)];
        self.commit(&mut alone, false).into_iter().collect::<Result<()>>()?;
        self.stored(id)
    }

    /// Calls the runner in a private place of this process.
    pub(crate) fn attempt(
        &self,
        params: &T,
        id: &RunId,
        replicate: Option<u32>,
        custom_data: CustomData,
    ) -> Result<RunOutput<T>> {
        let runner = self.runner.as_ref().ok_or(StoreError::NoRunner { table: T::TABLE.name })?;
        let attempt = self.folder().begin(id)?;
        let mut finished = Call { runner, folder: self.folder(), cancel: &self.cancel }
            .make(params, id, replicate, custom_data, attempt)
            .map_err(|error| call_failed(id, error))?;
        if self.inner.results == Results::Written {
            finished.attempt.inspect().map_err(|error| match error {
                // It may be whole: what cannot be looked at is not thrown away.
                FileError::Io { .. } => self.folder().keep(&mut finished.attempt, id, error),
                other => other,
            })?;
        }
        Ok(finished)
    }
}

/// What the caller of a store hears about a call that made no run.
fn call_failed(id: &RunId, error: CallError) -> Error {
    let id = id.clone();
    match error {
        CallError::Cancelled => StoreError::Cancelled { id }.into(),
        CallError::Panicked { message } => StoreError::Panicked { id, message }.into(),
        CallError::Failed { source } => Error::Runner { id, source },
    }
}
