//! Storing runs that have come to their end: one alone, or many that share the syncs and the transaction.
//!
//! [`Store::commit`] puts
//! results in place and switches the rows to them, each only if its row still is what the run saw. Whatever happens in it,
//! what was ready is stored, has given way to another run, or is handed over to the next one who wants the point.

use std::path::Path;
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use super::ready::{IfMovedOn, Ready};
use super::store::Unflushed;
use super::{Store, StoreError};
use crate::db::{Changes, DbError, NewRow, RowError, Stored, writing};
use crate::files::{Durability, FileError, Publishing};
use crate::params::RunId;
use crate::runner::Results;
use crate::words::with_causes;
use crate::{Error, Result};

/// How often a row is looked at again that changes between the look and the write.
pub(super) const TRIES: usize = 8;

/// What came of writing a row.
enum Written {
    /// It is written.
    Stored,
    /// Another run is stored, and this one has given way.
    GaveWay,
}

impl<T: Stored> Store<T> {
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
                    let written = self.write_alone(params, ready);
                    if forget_failures && written.is_ok() {
                        self.forget_failure(&ready.id);
                    }
                    written
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
                super::failure_rows::forget_failures(conn, T::TABLE.name, &forget)?;
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
            let refused = match written {
                Ok(0) => None,
                Err(error) if error.is_duplicate() => Some(error),
                Ok(_) => return Ok(Written::Stored),
                Err(error) => return Err(error.into()),
            };
            let current = self.db().version(&T::TABLE, ready.id.as_str())?;
            // A constraint that is not that of the id.
            if let Some(error) = refused.filter(|_| current == ready.basis.version) {
                return Err(error.into());
            }
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

    /// Forgets that a run has failed before. It is stored: that it is still listed as failed is no reason to say otherwise.
    fn forget_failure(&self, id: &RunId) {
        let forgotten = self.db().with("forget a failure", |conn| {
            Ok::<_, RowError>(super::failure_rows::forget_failures(conn, T::TABLE.name, &[id.as_str()])?)
        });
        if let Err(error) = forgotten {
            tracing::warn!(%id, error = %with_causes(&error), "a failure of a run that is stored now could not be forgotten");
        }
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
        let staged = ready.attempt.is_staged();
        let handed_over = self.folder().hand_over(ready.attempt.entry());
        match &handed_over {
            // It stays where it is until the next one puts it in place.
            Ok(()) if staged => {}
            Ok(()) => ready.attempt.over(),
            Err(error) => {
                tracing::warn!(id = %ready.id, error = %with_causes(&error), "a finished run stays with this process until that ends");
            }
        }
        match error {
            Error::File(source) if staged && handed_over.is_err() => {
                let path = ready.attempt.result().to_owned();
                FileError::Staged { path, source: Box::new(source) }.into()
            }
            Error::Store(StoreError::NotStored { .. }) => error,
            source => {
                let path = if staged { ready.attempt.result() } else { Path::new(&ready.result_file) };
                let (id, path) = (ready.id.clone(), path.to_owned());
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
        let unflushed: Vec<Unflushed> = done
            .into_iter()
            .map(|ready| Unflushed {
                entry: ready.attempt.over_but_open(),
                id: ready.id.to_string(),
                result_file: ready.result_file.clone(),
                session: ready.lease.db.session(),
                since: Instant::now(),
            })
            .collect();
        self.folder().note_committed(&unflushed.iter().map(|one| one.entry.clone()).collect::<Vec<_>>());
        self.inner.unflushed.lock().unwrap_or_else(PoisonError::into_inner).extend(unflushed);
        self.inner.flush_if_due();
    }

    /// Makes sure that all runs that were committed survive a crash of the server: nothing else is to be done now.
    pub(crate) fn flush(&self) {
        self.inner.flush();
    }
}
