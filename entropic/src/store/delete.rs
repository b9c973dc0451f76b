//! Forgetting runs.

use super::Store;
use super::read::{Asked, same_params};
use crate::Result;
use crate::db::Stored;
use crate::params::RunId;
use crate::record::Record;

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

    /// Forgets the run of these parameters and removes its result, wherever that is. Whether there was one.
    ///
    /// # Errors
    /// As [`delete`](Self::delete); `is_conflict` for a row whose path is not that of a result: the results folder, what
    /// is in its `.entropic`, or a result of another run; and when the result cannot be removed, the row being gone
    /// then.
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

    /// Forgets the run of that key and removes its result, wherever that is. Whether there was one.
    ///
    /// # Errors
    /// As [`delete_id`](Self::delete_id), and when the result cannot be removed; the row is gone then.
    pub fn delete_id_with_file(&self, id: &RunId) -> Result<bool> {
        self.forget_id(id, true)
    }

    fn forget_id(&self, id: &RunId, with_file: bool) -> Result<bool> {
        self.writable("delete")?;
        let _lock = self.hold(id)?;
        let row = self.find_row(id)?;
        self.forget(id, row, with_file)
    }

    fn forget_asked(&self, params: &T, with_file: bool) -> Result<bool> {
        self.writable("delete")?;
        let asked = Asked::of(params)?;
        let _lock = self.hold(&asked.id)?;
        let row = self.find_row(&asked.id)?;
        if let Some(row) = &row {
            same_params(&asked, row)?;
        }
        self.forget(&asked.id, row, with_file)
    }

    fn forget(&self, id: &RunId, row: Option<Record<T>>, with_file: bool) -> Result<bool> {
        let Some(row) = row else { return Ok(false) };
        let record = self.resolved(row);
        if with_file && !record.result_file.as_os_str().is_empty() {
            self.folder().check_removable(id, &record.result_file)?;
        }
        // The row first: a result without a row is untidy, a row without its result is a lie.
        let gone = self.db().delete(&T::TABLE, id.as_str())?;
        if with_file && !record.result_file.as_os_str().is_empty() {
            self.folder().remove(&record.result_file)?;
            tracing::info!(table = T::TABLE.name, %id, path = %record.result_file.display(), "result removed");
        }
        Ok(gone)
    }
}
