//! Storing runs that have come to their end: one alone, or many that share the syncs and the transaction.
//!
//! [`Store::ready`] notes an ended run in the journal: from then on a dead process loses nothing. [`Store::commit`] puts
//! results in place and switches the rows to them, each only if its row still is what the run saw. Whatever happens in it,
//! what was ready is stored, has given way to another run, or is handed over to the next one who wants the point.

use std::path::Path;
use std::sync::{Arc, PoisonError};

use super::lease::Lease;
use super::lookup::{CHECKSUM, Found};
use super::row::Kept;
use super::run::Finished;
use super::store::{Results, Unflushed};
use super::{Asked, Store, StoreError};
use crate::db::{Changes, DbError, NewRow, RowError, Stored, writing};
use crate::files::{Attempt, Durability, FileError, Publishing, sha256};
use crate::params::RunId;
use crate::record::{CustomData, Record, Timestamp};
use crate::{Error, Result};

/// How often a row is looked at again that changes between the look and the write.
const TRIES: usize = 8;

/// After how many commits it is made sure that they survive a crash of the server, where commits are not synced.
const FLUSH: usize = 256;

/// What a run goes by when its row is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Basis {
    /// The `result_file` of the row that the run saw under its lease; `None` if there was no row.
    pub(crate) version: Option<String>,
    /// What it does if the row is another one by then, although it held the lease: the lock session may have been lost, or
    /// another program have written.
    pub(crate) if_moved_on: IfMovedOn,
}

/// Which of two runs of an id counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IfMovedOn {
    /// The one whose row is there.
    GiveWay,
    /// This one: it was asked to run whatever there is.
    Overwrite,
}

/// A point that was looked up under its lease.
pub(crate) enum Seen<T: Stored> {
    /// The one who had the lease before has made it.
    Made(Record<T>),
    /// It is to be run.
    ToRun {
        /// What its row says, if there is one whose result is lost.
        version: Option<String>,
    },
}

/// A run that has come to its end, noted in the journal and not stored; its id is leased until this is dropped.
pub(crate) struct Ready<'a, T: Stored> {
    id: RunId,
    output: T::Output,
    custom_data: CustomData,
    /// The name of its result; empty if there is none.
    name: String,
    result_file: String,
    created_at: Timestamp,
    // Given back before the lease.
    attempt: Attempt,
    basis: Basis,
    lease: Lease<'a>,
}

/// What came of writing a row.
enum Written {
    /// It is written.
    Stored,
    /// Another run is stored, and this one has given way.
    GaveWay,
}

impl<T: Stored> Ready<'_, T> {
    /// Lets another thread store it.
    pub(crate) fn hand_over(&self) {
        self.lease.file.hand_over();
    }

    pub(crate) fn id(&self) -> &RunId {
        &self.id
    }

    pub(crate) fn elapsed_seconds(&self) -> Option<f64> {
        self.custom_data.elapsed_seconds()
    }

    fn row<'r>(&'r self, params: &'r T) -> NewRow<'r, T> {
        NewRow {
            params,
            output: &self.output,
            id: self.id.as_str(),
            result_file: &self.result_file,
            created_at: self.created_at,
            custom_data: &self.custom_data,
        }
    }
}

impl<T: Stored> Store<T> {
    /// Looks a run up under its lease.
    pub(crate) fn look_under(&self, asked: &Asked) -> Result<Seen<T>> {
        Ok(match self.look_up(asked)? {
            Found::Hit(record) => Seen::Made(record),
            Found::Broken(broken) => Seen::ToRun { version: Some(broken.version) },
            Found::Nothing => Seen::ToRun { version: None },
        })
    }

    /// Notes in the journal that a run has come to its end. What was made here was looked at already.
    pub(crate) fn ready<'a>(
        &self,
        lease: Lease<'a>,
        params: &T,
        id: &RunId,
        finished: Finished<T>,
        basis: Basis,
    ) -> Result<Ready<'a, T>> {
        let Finished { output, mut attempt, mut custom_data, created_at } = finished;
        let mut name = String::new();
        if self.inner.results == Results::Written {
            if attempt.received().is_some() {
                attempt.inspect()?;
            }
            if self.inner.checksum && !custom_data.contains_key(CHECKSUM) {
                let sum =
                    sha256(attempt.result()).map_err(|error| self.folder().keep(&mut attempt, id, error))?;
                custom_data.insert(CHECKSUM.to_owned(), sum.into());
            }
            name = self.folder().new_name(id, basis.version.as_deref());
        }
        let result_file = self.result_file(&name)?;
        let mut ready = Ready {
            id: id.clone(),
            output,
            custom_data,
            name,
            result_file,
            created_at,
            attempt,
            basis,
            lease,
        };
        if self.inner.results == Results::Written {
            let kept = Kept::of(&ready.row(params))?;
            let Ready { lease, attempt, name, basis, .. } = &mut ready;
            self.folder().announce(&lease.file, id, attempt, name, basis.version.as_deref(), kept)?;
        }
        Ok(ready)
    }

    /// What a row says about a result of that name.
    fn result_file(&self, name: &str) -> Result<String> {
        if name.is_empty() { Ok(String::new()) } else { Self::row_text(&self.folder().row_path(name)) }
    }

    /// Stores runs, each with its parameters. What came of each, in the same order. `forget_failures` says that some of
    /// them may be known to have failed before.
    pub(crate) fn commit<'a>(
        &'a self,
        group: &mut [(&T, Ready<'a, T>)],
        forget_failures: bool,
    ) -> Vec<Result<()>> {
        let mut outcomes: Vec<Option<Result<Written>>> = group.iter().map(|_| None).collect();
        if self.inner.results == Results::Written {
            self.publish(group, &mut outcomes);
        }
        self.renew_all(group, &mut outcomes);
        self.write_rows(group, &mut outcomes, forget_failures);
        let mut done = Vec::new();
        let mut results = Vec::with_capacity(group.len());
        for ((_, ready), outcome) in group.iter_mut().zip(outcomes) {
            let outcome = outcome.unwrap_or(Ok(Written::Stored));
            results.push(match outcome {
                Ok(written) => {
                    self.folder().forget_checkpoints(&ready.id);
                    self.leave_behind(ready, &written);
                    done.push(ready);
                    Ok(())
                }
                Err(error) => Err(self.not_stored(ready, error)),
            });
        }
        self.settle_done(done);
        results
    }

    fn publish(&self, group: &mut [(&T, Ready<'_, T>)], outcomes: &mut [Option<Result<Written>>]) {
        let mut publishing: Vec<Publishing<'_>> = group
            .iter_mut()
            .map(|(_, Ready { id, attempt, name, .. })| Publishing { id, attempt, name })
            .collect();
        let published = self.folder().publish(&mut publishing);
        for (((_, ready), outcome), published) in group.iter_mut().zip(outcomes).zip(published) {
            let named = published.map_err(Error::from).and_then(|()| self.result_file(&ready.name));
            match named {
                Ok(result_file) => ready.result_file = result_file,
                Err(error) => *outcome = Some(Err(error)),
            }
        }
    }

    /// Makes sure that all ids are still leased.
    fn renew_all<'a>(&'a self, group: &mut [(&T, Ready<'a, T>)], outcomes: &mut [Option<Result<Written>>]) {
        let session = group.first().map(|(_, first)| (first.lease.db.is_held(), first.lease.db.session()));
        for ((_, ready), outcome) in group.iter_mut().zip(outcomes) {
            // One session has them all: it is asked once.
            let held = session.is_some_and(|(held, of)| held && ready.lease.db.session() == of);
            if outcome.is_none() && !held {
                *outcome = self.renew(&ready.id, &mut ready.lease).err().map(Err);
            }
        }
    }

    /// Writes the rows that nothing has stopped, in one transaction. A row that the database refuses takes no other
    /// with it.
    fn write_rows(
        &self,
        group: &mut [(&T, Ready<'_, T>)],
        outcomes: &mut [Option<Result<Written>>],
        forget_failures: bool,
    ) {
        let going: Vec<usize> = (0..group.len()).filter(|at| outcomes[*at].is_none()).collect();
        let forget: Vec<String> = if forget_failures {
            going.iter().map(|at| group[*at].1.id.to_string()).collect()
        } else {
            Vec::new()
        };
        let shared = match &going[..] {
            [] => return,
            [_] if forget.is_empty() => None,
            _ => match self.write_together(group, &going, &forget) {
                Ok(written) => {
                    for (at, written) in going.iter().zip(written) {
                        if written {
                            outcomes[*at] = Some(Ok(Written::Stored));
                        }
                    }
                    None
                }
                // To ask again for each of them would take the patience of each.
                Err(error) if error.is_transient() => Some(Arc::new(Error::from(error))),
                Err(_) => None,
            },
        };
        for at in going {
            if outcomes[at].is_some() {
                continue;
            }
            outcomes[at] = Some(match &shared {
                Some(source) => {
                    let (id, path) = (group[at].1.id.clone(), Path::new(&group[at].1.result_file).to_owned());
                    Err(StoreError::NotStored { id, path, source: Arc::clone(source) }.into())
                }
                None => {
                    let (params, ready) = &mut group[at];
                    self.write_alone(params, ready)
                }
            });
        }
    }

    /// Writes rows in one transaction; which of them were what their runs saw.
    fn write_together(
        &self,
        group: &[(&T, Ready<'_, T>)],
        going: &[usize],
        forget: &[String],
    ) -> Result<Vec<bool>, DbError> {
        let rows: Vec<(NewRow<'_, T>, Option<&str>)> = going
            .iter()
            .map(|at| (group[*at].1.row(group[*at].0), group[*at].1.basis.version.as_deref()))
            .collect();
        let forget: Vec<&str> = forget.iter().map(String::as_str).collect();
        self.db().with("store runs", |conn| {
            writing(conn, |conn| {
                let mut written = Vec::with_capacity(rows.len());
                for (row, seen) in &rows {
                    written.push(match seen {
                        // A plain insert is a statement that is kept prepared. One that finds a row ends the transaction.
                        None => T::insert(conn, row)? > 0,
                        Some(seen) => T::update(conn, row, seen, Changes::All)? > 0,
                    });
                }
                crate::db::forget_failures(conn, T::TABLE.name, &forget)?;
                Ok::<_, RowError>(written)
            })
        })
    }

    /// Writes a row, or sees which other one is there and gives way to it or overwrites it.
    fn write_alone(&self, params: &T, ready: &mut Ready<'_, T>) -> Result<Written> {
        for _ in 0..TRIES {
            let row = ready.row(params);
            let seen = ready.basis.version.as_deref();
            let written = self.db().with("store a run", |conn| match seen {
                None => T::insert(conn, &row),
                Some(seen) => T::update(conn, &row, seen, Changes::All),
            });
            match written {
                Ok(0) => {}
                Err(error) if error.is_duplicate() => {}
                Ok(_) => return Ok(Written::Stored),
                Err(error) => return Err(error.into()),
            }
            let current = self.db().version(&T::TABLE, ready.id.as_str())?;
            match (&current, ready.basis.if_moved_on) {
                // A statement whose answer was lost with its connection had come through.
                (Some(current), _) if !ready.name.is_empty() && *current == ready.result_file => {
                    return Ok(Written::Stored);
                }
                (Some(_), IfMovedOn::GiveWay) => return Ok(Written::GaveWay),
                _ => ready.basis.version = current,
            }
        }
        Err(StoreError::StillRunning { id: ready.id.clone(), seconds: 0.0 }.into())
    }

    /// Sees to the result that no row names now: the older one, or that of a run which has given way.
    fn leave_behind(&self, ready: &Ready<'_, T>, written: &Written) {
        match (written, &ready.basis.version) {
            (Written::Stored, Some(older)) => {
                tracing::info!(table = T::TABLE.name, id = %ready.id, "overwritten");
                self.note_replaced(&ready.id, older);
            }
            (Written::Stored, None) => {}
            (Written::GaveWay, _) => {
                tracing::info!(table = T::TABLE.name, id = %ready.id, "another run was stored meanwhile; this one gives way");
                if !ready.name.is_empty() {
                    self.note_replaced(&ready.id, &ready.result_file);
                }
            }
        }
    }

    /// Leaves a run whose row was not written to the next one who wants it.
    fn not_stored(&self, ready: &mut Ready<'_, T>, error: Error) -> Error {
        if self.inner.results == Results::None {
            return error;
        }
        if matches!(error, Error::File(FileError::Io { .. })) && attempt_is_staged(&ready.attempt) {
            // It was not put in place, and stays in the journal of this process.
            return error;
        }
        match self.folder().hand_over(ready.attempt.entry()) {
            Ok(()) => ready.attempt.over(),
            Err(error) => {
                tracing::warn!(id = %ready.id, %error, "a finished run stays with this process until that ends");
            }
        }
        match error {
            Error::Store(StoreError::NotStored { .. }) => error,
            source => {
                let (id, path) = (ready.id.clone(), Path::new(&ready.result_file).to_owned());
                StoreError::NotStored { id, path, source: Arc::new(source) }.into()
            }
        }
    }

    /// Notes in the journal that runs are stored, once they are so for good.
    fn settle_done(&self, done: Vec<&mut Ready<'_, T>>) {
        if self.inner.results == Results::None || done.is_empty() {
            return;
        }
        if self.folder().durability() == Durability::Full || !self.db().may_lose_commits() {
            return self.folder().settle(done.into_iter().map(|ready| &mut ready.attempt));
        }
        let done = done.into_iter().map(|ready| (ready.attempt.over_but_open(), ready.id.to_string()));
        let (entries, ids): (Vec<String>, Vec<String>) = done.unzip();
        self.folder().note_committed(&entries);
        let mut waiting = self.inner.unflushed.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.extend(entries.into_iter().zip(ids).map(|(entry, id)| Unflushed { entry, id }));
        let full = waiting.len() >= FLUSH;
        drop(waiting);
        if full {
            self.inner.flush();
        }
    }
}

fn attempt_is_staged(attempt: &Attempt) -> bool {
    std::fs::symlink_metadata(attempt.result()).is_ok()
}
