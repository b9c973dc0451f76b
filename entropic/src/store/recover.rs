//! Holding an id, and finishing what dead processes have begun.

use std::borrow::Cow;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use super::store::Results;
use super::{Store, StoreError};
use crate::Result;
use crate::db::{NewRow, RunLock, Stored};
use crate::files::{FileError, IdLock, Recovered};
use crate::params::RunId;
use crate::record::{ColumnRole, ColumnSpec, CustomData, Timestamp};
use crate::worker::SweepFolder;

/// How long is waited between two looks at a run that a sweep of another process has claimed.
const CLAIMED: Duration = Duration::from_millis(200);

/// Whoever waits for longer than this has waited for somebody.
const WAITED: Duration = Duration::from_millis(1);

/// A row in a line of the journal.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept<'a> {
    /// Parameters and outputs, by the first name of their columns.
    columns: Map<String, Value>,
    result_file: Cow<'a, str>,
    created_at: Timestamp,
    custom_data: Cow<'a, CustomData>,
}

/// Parameters and outputs, by the first name of their columns: a program of a later schema finds them by it.
pub(super) fn by_first_name<T: Stored>(params: &T, output: &T::Output) -> Result<Map<String, Value>> {
    let mut values = params.to_values(output)?;
    if T::TABLE.columns.iter().all(|column| column.key == column.name) {
        return Ok(values);
    }
    let first = |column: &ColumnSpec| Some((column.key.to_owned(), values.remove(column.name)?));
    Ok(T::TABLE.columns.iter().filter_map(first).collect())
}

impl<'a> Kept<'a> {
    pub(super) fn of<T: Stored>(row: &NewRow<'a, T>) -> Result<Box<RawValue>> {
        let kept = Self {
            columns: by_first_name(row.params, row.output)?,
            result_file: row.result_file.into(),
            created_at: row.created_at,
            custom_data: Cow::Borrowed(row.custom_data),
        };
        to_raw_value(&kept).map_err(|error| FileError::journal(&error).into())
    }
}

/// A change of a key in a line of the journal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rekeyed {
    pub(super) moved_from: String,
    pub(super) result_file: String,
}

/// The right to work on an id.
pub(crate) struct Hold<'a> {
    // Given back in this order: the outer one last.
    pub(super) db: RunLock<'a>,
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
        let start = Instant::now();
        let mut looks = 0;
        loop {
            let asked = Instant::now();
            let file = self.folder().lock(id, || self.gives_up(start))?;
            let file = file.ok_or_else(|| self.gave_up(id, start))?;
            let db = self.db_lock(id, start)?;
            let hold = self.held(id, file, db)?;
            let sweeps = SweepFolder::all(&self.folder().sweeps())?;
            // Whoever held it may have died since the last look, and its worker have made the run.
            let looked = looks > 1 || (looks == 1 && asked.elapsed() <= WAITED);
            if looked || sweeps.iter().all(SweepFolder::is_alive) {
                if !self.is_claimed(&sweeps, id)? {
                    return Ok(hold);
                }
                drop(hold);
                if self.gives_up(start) {
                    return Err(self.gave_up(id, start).into());
                }
                thread::sleep(CLAIMED);
            } else {
                drop(hold);
            }
            self.take_over()?;
            looks += 1;
        }
    }

    /// The same, unless somebody else works on it.
    pub(super) fn hold_if_free(&self, id: &RunId) -> Result<Option<Hold<'_>>> {
        let Some(mut hold) = self.hold_only_if_free(id)? else { return Ok(None) };
        let mut sweeps = SweepFolder::all(&self.folder().sweeps())?;
        if !sweeps.iter().all(SweepFolder::is_alive) {
            // A run that is to be taken over must be free.
            drop(hold);
            self.take_over()?;
            let Some(again) = self.hold_only_if_free(id)? else { return Ok(None) };
            hold = again;
            // Another sweep may have begun meanwhile.
            sweeps = SweepFolder::all(&self.folder().sweeps())?;
        }
        Ok(if self.is_claimed(&sweeps, id)? { None } else { Some(hold) })
    }

    /// The same, whatever sweeps there are.
    pub(super) fn hold_only_if_free(&self, id: &RunId) -> Result<Option<Hold<'_>>> {
        let Some(file) = self.folder().lock(id, || true)? else { return Ok(None) };
        let Some(db) = self.inner.locks.try_take(id)? else { return Ok(None) };
        self.held(id, file, db).map(Some)
    }

    fn held<'a>(&'a self, id: &RunId, file: IdLock, db: RunLock<'a>) -> Result<Hold<'a>> {
        let recovered = self.folder().recover_id(&file, id, &mut |id, row| self.commit_kept(id, row))?;
        self.note(recovered);
        Ok(Hold { db, file })
    }

    /// Takes over what the workers of dead sweeps have made.
    fn take_over(&self) -> Result<()> {
        let adopted = self.adopt_sweeps()?;
        if !adopted.is_empty() {
            self.inner.recovered.lock().unwrap_or_else(PoisonError::into_inner).adopted.extend(adopted);
        }
        Ok(())
    }

    /// How long a run is waited for that somebody else makes.
    pub(crate) fn waits_at_most(&self) -> Option<Duration> {
        self.inner.wait
    }

    fn gives_up(&self, start: Instant) -> bool {
        self.cancel.is_cancelled() || self.inner.wait.is_some_and(|wait| start.elapsed() >= wait)
    }

    fn gave_up(&self, id: &RunId, start: Instant) -> StoreError {
        if self.cancel.is_cancelled() {
            StoreError::Cancelled { id: id.clone() }
        } else {
            StoreError::StillRunning { id: id.clone(), seconds: start.elapsed().as_secs_f64() }
        }
    }

    /// The lock that processes on other hosts see.
    fn db_lock(&self, id: &RunId, start: Instant) -> Result<RunLock<'_>> {
        let mut pause = Duration::from_millis(2);
        loop {
            if let Some(lock) = self.inner.locks.try_take(id)? {
                return Ok(lock);
            }
            if self.gives_up(start) {
                return Err(self.gave_up(id, start).into());
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
        hold.db = self.db_lock(id, Instant::now())?;
        Ok(Renewed::Anew)
    }

    /// Finishes what dead processes have begun, at open.
    pub(super) fn recover(&self) -> Result<()> {
        SweepFolder::remove_half_made(&self.folder().sweeps());
        let recovered = self.folder().recover(&mut |id, row| self.commit_kept(id, row))?;
        self.note(recovered);
        self.take_over()
    }

    /// The same whenever it is wanted.
    pub(crate) fn recover_now(&self) -> Result<()> {
        match self.inner.results {
            _ if self.db().is_read_only() => Ok(()),
            Results::None => {
                self.folder().tidy()?;
                self.take_over()
            }
            Results::Written => self.recover(),
        }
    }

    /// How many finished runs were taken over since this was asked last.
    pub(crate) fn newly_recovered(&self) -> usize {
        let all = self.recovered().adopted.len();
        all - self.inner.told_recovered.swap(all, Ordering::Relaxed).min(all)
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

    /// A row that a program of another schema may have written, by the columns that there are now. `None` where it has
    /// something that a row of this record cannot say.
    pub(super) fn as_now(mut columns: Map<String, Value>) -> Result<Option<Map<String, Value>>> {
        let defaults = T::defaults()?;
        let fill = |column: &ColumnSpec| {
            let default = defaults.iter().find(|default| default.column == column.name);
            default.map(|default| default.fill.clone())
        };
        let mut now = Map::new();
        for column in T::TABLE.columns {
            let value = columns.remove(column.key);
            if matches!(column.role, ColumnRole::Retired | ColumnRole::Former) {
                if value.is_some() && value != fill(column) {
                    return Ok(None);
                }
                continue;
            }
            let value = value.or_else(|| fill(column)).or(column.nullable.then_some(Value::Null));
            now.extend(value.map(|value| (column.name.to_owned(), value)));
        }
        Ok(columns.is_empty().then_some(now))
    }

    /// Writes a row that a journal kept, if it is one of this record.
    fn commit_kept(&self, id: &RunId, row: &RawValue) -> Result<bool> {
        if let Ok(Rekeyed { moved_from, result_file }) = serde_json::from_str(row.get()) {
            self.db().rekey(&T::TABLE, &moved_from, id.as_str(), &result_file)?;
            return Ok(true);
        }
        let kept = serde_json::from_str::<Kept<'_>>(row.get()).ok();
        let parts = kept.and_then(|kept| {
            let (params, output) = T::from_values(Self::as_now(kept.columns).ok()??)?;
            Some((params, output, kept.result_file, kept.created_at, kept.custom_data))
        });
        let Some((params, output, result_file, created_at, custom_data)) = parts else {
            tracing::warn!(table = T::TABLE.name, %id, "a journal holds a row of another shape");
            return Ok(false);
        };
        let row = NewRow {
            params: &params,
            output: &output,
            id: id.as_str(),
            result_file: &result_file,
            created_at,
            custom_data: custom_data.as_ref(),
        };
        self.db().with("store a recovered run", |conn| T::upsert(conn, &row))?;
        Ok(true)
    }
}
