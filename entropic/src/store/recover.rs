//! Holding an id, and finishing what dead processes have begun.

use std::sync::PoisonError;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Store, StoreError};
use crate::db::{NewRow, Stored};
use crate::files::{FileError, IdLock, Recovered};
use crate::params::RunId;
use crate::record::{CustomData, Timestamp};
use crate::{Error, Result};

/// A row in a line of the journal.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Parameters and outputs, by column.
    columns: Map<String, Value>,
    result_file: String,
    created_at: Timestamp,
    custom_data: CustomData,
}

impl Kept {
    pub(super) fn of<T: Stored>(row: &NewRow<'_, T>) -> Result<Value> {
        let kept = Self {
            columns: row.params.to_values(row.output)?,
            result_file: row.result_file.to_owned(),
            created_at: row.created_at,
            custom_data: row.custom_data.clone(),
        };
        serde_json::to_value(kept).map_err(|error| FileError::journal(&error).into())
    }
}

impl<T: Stored> Store<T> {
    /// Waits until nobody else works on an id, and finishes what anybody has begun of it.
    pub(super) fn hold(&self, id: &RunId) -> Result<IdLock> {
        let cancel = &self.inner.cancel;
        let lock = self
            .folder()
            .lock(id, || cancel.is_cancelled())?
            .ok_or_else(|| StoreError::Cancelled { id: id.clone() })?;
        let recovered = self.folder().recover_id(&lock, id, &mut |id, row| self.commit_kept(id, row))?;
        self.note(recovered);
        Ok(lock)
    }

    /// Finishes what dead processes have begun, at open.
    pub(super) fn recover(&self) -> Result<()> {
        let recovered = self.folder().recover(&mut |id, row| self.commit_kept(id, row))?;
        self.note(recovered);
        Ok(())
    }

    /// What was found half done and finished, at open and since.
    ///
    /// A process that dies between the end of a runner and its row leaves a finished result; the next one that
    /// opens the store, or asks for the same run, writes the row in its place.
    #[must_use]
    pub fn recovered(&self) -> Recovered {
        self.inner.recovered.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, recovered: Recovered) {
        if recovered.is_empty() {
            return;
        }
        tracing::info!(
            table = T::TABLE.name,
            adopted = recovered.adopted.len(),
            blocked = recovered.blocked.len(),
            leftovers = recovered.leftovers,
            "recovered"
        );
        self.inner.recovered.lock().unwrap_or_else(PoisonError::into_inner).add(recovered);
    }

    /// Writes a row that a journal kept.
    fn commit_kept(&self, id: &RunId, row: Value) -> Result<()> {
        let kept = serde_json::from_value::<Kept>(row).ok();
        let parts = kept.and_then(|kept| {
            let (params, output) = T::from_values(kept.columns)?;
            Some((params, output, kept.result_file, kept.created_at, kept.custom_data))
        });
        let Some((params, output, result_file, created_at, custom_data)) = parts else {
            return Err(Error::from(FileError::Journal {
                why: format!("the row of run `{id}` was written by a record of another shape than `{}`", T::TABLE.name),
            }));
        };
        let row = NewRow {
            params: &params,
            output: &output,
            id: id.as_str(),
            result_file: &result_file,
            created_at,
            custom_data: &custom_data,
        };
        self.db().with("store a recovered run", |conn| T::upsert(conn, &row))?;
        Ok(())
    }
}
