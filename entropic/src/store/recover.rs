//! Holding an id, and finishing what dead processes have begun.

use std::sync::PoisonError;
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Store, StoreError};
use crate::db::{NewRow, RunLock, Stored};
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

/// The right to work on an id.
pub(super) struct Hold<'a> {
    // Given back in this order: the outer one last.
    db: RunLock<'a>,
    pub(super) file: IdLock,
}

/// Whether an id was held all the time.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Renewed {
    /// It was.
    Held,
    /// It is again; somebody else may have held it in between.
    Anew,
}

impl<T: Stored> Store<T> {
    /// Waits until nobody else works on an id, and finishes what anybody has begun of it.
    pub(super) fn hold(&self, id: &RunId) -> Result<Hold<'_>> {
        let cancelled = || StoreError::Cancelled { id: id.clone() };
        let cancel = &self.inner.cancel;
        let file = self.folder().lock(id, || cancel.is_cancelled())?.ok_or_else(cancelled)?;
        let db = self.db_lock(id)?.ok_or_else(cancelled)?;
        let recovered = self.folder().recover_id(&file, id, &mut |id, row| self.commit_kept(id, row))?;
        self.note(recovered);
        Ok(Hold { db, file })
    }

    /// The lock that processes on other hosts see. `None` once the store is cancelled.
    fn db_lock(&self, id: &RunId) -> Result<Option<RunLock<'_>>> {
        let mut pause = Duration::from_millis(2);
        loop {
            if let Some(lock) = self.inner.locks.try_take(id)? {
                return Ok(Some(lock));
            }
            if self.inner.cancel.is_cancelled() {
                return Ok(None);
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(100));
        }
    }

    /// Makes sure that an id is still held before its row is written. A lost session is taken anew; whether
    /// somebody else has made the run in between is for the caller to see.
    pub(super) fn renew<'a>(&'a self, id: &RunId, hold: &mut Hold<'a>) -> Result<Renewed> {
        if hold.db.is_held() {
            return Ok(Renewed::Held);
        }
        tracing::warn!(table = T::TABLE.name, %id, "the lock session was lost; locking again");
        hold.db = self.db_lock(id)?.ok_or_else(|| StoreError::Cancelled { id: id.clone() })?;
        Ok(Renewed::Anew)
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
                why: format!(
                    "the row of run `{id}` was written by a record of another shape than `{}`",
                    T::TABLE.name
                ),
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
