//! Forgetting runs.

use std::path::Path;

use super::Store;
use super::lease::Lease;
use super::lookup::{Asked, same_params};
use crate::Result;
use crate::db::Stored;
use crate::fault;
use crate::files::{Durability, FileError};
use crate::params::RunId;
use crate::runner::Results;

impl<T: Stored> Store<T> {
    /// Forgets the run of these parameters; its result stays where it is. Whether there was one.
    ///
    /// # Errors
    /// `is_invalid_input` for parameters that cannot be stored; `is_conflict` when the row holds other parameters;
    /// `is_unsupported` in a read-only store.
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
    /// let run = store.run(&Decay { rate: 0.5 })?;
    /// assert!(store.delete_with_file(&Decay { rate: 0.5 })?);
    /// assert!(!run.result_file.exists());
    /// assert!(!store.delete(&Decay { rate: 0.5 })?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn delete(&self, params: &T) -> Result<bool> {
        self.forget_asked(params, false)
    }

    /// Deletes the run of these parameters and its result. Returns whether there was one.
    ///
    /// A result in the results directory is removed. A [registered](Self::register) file outside of it is removed only if it
    /// is still the one that was registered, which `.entropic/registered/<id>.json` says; a directory outside never is.
    ///
    /// # Errors
    /// As [`delete`](Self::delete); `is_conflict` for a result that must not be removed: what lies outside and was not
    /// registered, has changed since, or was registered by a version that did not note it; what is in `.entropic`; another
    /// run's result. Nothing is deleted then. When the result cannot be removed, the row is gone, and the next opening
    /// removes the result.
    pub fn delete_with_file(&self, params: &T) -> Result<bool> {
        self.forget_asked(params, true)
    }

    /// Forgets the run of that key; its result stays where it is. Whether there was one.
    ///
    /// # Errors
    /// `is_unsupported` in a read-only store.
    pub fn delete_id(&self, id: &RunId) -> Result<bool> {
        self.forget_id(id, false)
    }

    /// Deletes the run of that key and its result. Returns whether there was one.
    ///
    /// # Errors
    /// As [`delete_id`](Self::delete_id), and as [`delete_with_file`](Self::delete_with_file) for the result.
    pub fn delete_id_with_file(&self, id: &RunId) -> Result<bool> {
        self.forget_id(id, true)
    }

    fn forget_id(&self, id: &RunId, with_file: bool) -> Result<bool> {
        self.writable("delete")?;
        let lease = self.lease(id)?;
        self.forget(&lease, id, with_file)
    }

    fn forget_asked(&self, params: &T, with_file: bool) -> Result<bool> {
        self.writable("delete")?;
        let asked = Asked::of(params)?;
        let lease = self.lease(&asked.id)?;
        match self.find_row(&asked.id) {
            Ok(Some(row)) => same_params(&asked, &row)?,
            Ok(None) => {}
            // A row that cannot be read is to be got rid of all the same.
            Err(error) if error.is_corrupt() => {}
            Err(error) => return Err(error),
        }
        self.forget(&lease, &asked.id, with_file)
    }

    /// The row goes by comparison, and then its result: a result without a row is untidy, a row without its result a lie.
    fn forget(&self, lease: &Lease<'_>, id: &RunId, with_file: bool) -> Result<bool> {
        while let Some(version) = self.db().version(&T::TABLE, id.as_str())? {
            let resolved = self.folder().resolve(Path::new(&version)).into_owned();
            let deletion = if with_file && !version.is_empty() {
                if self.owner(id, &resolved)?.is_some() {
                    let why = "it is another run's";
                    return Err(FileError::NotItsResult { id: id.clone(), path: resolved, why }.into());
                }
                self.folder().begin_delete(&lease.file, id, &resolved, &version)?
            } else {
                None
            };
            // First: from then on the row may be gone.
            let noted = self.note_gone(lease, id)?;
            let gone = self.db().delete(&T::TABLE, id.as_str(), &version)?;
            fault::at("deleted");
            if gone {
                self.folder().forget_registered(id);
            } else {
                self.is_not_gone(&noted)?;
            }
            // What was said to be deleted does not come back with a crash of the server.
            let for_good = match &deletion {
                Some(_) if gone => self.removed_for_good()?,
                None if gone && self.db().may_lose_commits() => self.removed_for_good()?,
                _ => true,
            };
            match (deletion, gone) {
                // A row that comes back with a crash must find its result: the next opening removes it.
                (Some(_), true) if !for_good => {}
                (Some(deletion), true) => {
                    self.folder().finish_delete(&deletion)?;
                    tracing::info!(table = T::TABLE.name, %id, path = %resolved.display(), "result removed");
                }
                (Some(deletion), false) => self.folder().end_delete(&deletion)?,
                (None, _) => {}
            }
            if gone {
                self.folder().forget_set_aside(id);
                return Ok(true);
            }
        }
        // A living process may have stored runs whose rows a crash of the server has lost.
        Ok(!self.note_gone(lease, id)?.is_empty())
    }

    /// Notes that the row of an id is about to go, wherever another process may still have to make sure that its runs of it
    /// are stored; the names of their results.
    pub(super) fn note_gone(&self, lease: &Lease<'_>, id: &RunId) -> Result<Vec<String>> {
        if !self.db().is_server() || self.inner.results == Results::None {
            return Ok(Vec::new());
        }
        Ok(self.folder().note_deleted(&lease.file, id)?)
    }

    /// The row is still there.
    pub(super) fn is_not_gone(&self, noted: &[String]) -> Result<()> {
        noted.iter().try_for_each(|name| Ok(self.folder().forget_deleted(name)?))
    }

    /// Whether the removal of a row survives a crash.
    fn removed_for_good(&self) -> Result<bool> {
        Ok(self.folder().durability() == Durability::Full || self.db().flush()?)
    }
}
