//! Storing runs that have come to their end: one alone, or many that share the syncs and the transaction.
//!
//! [`Store::ready`] notes an ended run in the journal: from then on a dead process loses nothing. [`Store::commit`] puts
//! results in place and writes rows; whatever happens in it, what was ready is stored, or left to recovery.

use std::sync::Arc;

use super::read::Asked;
use super::recover::{Hold, Kept, Renewed};
use super::run::{CHECKSUM, Finished};
use super::store::Results;
use super::{Store, StoreError};
use crate::db::{NewRow, RowError, Stored, writing};
use crate::files::{Attempt, Publishing, sha256};
use crate::params::RunId;
use crate::record::{CustomData, Record, Timestamp};
use crate::{Error, Result};

/// A run that has come to its end, noted in the journal and not stored; its id is held until this is dropped.
pub(crate) struct Ready<'a, T: Stored> {
    id: RunId,
    output: T::Output,
    custom_data: CustomData,
    result_file: String,
    created_at: Timestamp,
    // Given back before the lock: the next one may want the name.
    attempt: Attempt,
    /// There is a row already.
    known: bool,
    hold: Hold<'a>,
}

impl<T: Stored> Ready<'_, T> {
    /// Lets another thread store it.
    pub(crate) fn hand_over(&self) {
        self.hold.file.hand_over();
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
    /// Notes in the journal that a run has come to its end. What was made here was looked at already.
    pub(crate) fn ready<'a>(
        &self,
        hold: Hold<'a>,
        params: &T,
        id: &RunId,
        finished: Finished<T>,
        known: bool,
    ) -> Result<Ready<'a, T>> {
        let Finished { output, attempt, mut custom_data, created_at } = finished;
        let result_file = match self.inner.results {
            Results::Written => {
                if attempt.received().is_some() {
                    attempt.inspect()?;
                }
                if self.inner.checksum && !custom_data.contains_key(CHECKSUM) {
                    custom_data.insert(CHECKSUM.to_owned(), sha256(attempt.result())?.into());
                }
                Self::row_text(&self.folder().row_path(id))?
            }
            Results::None => String::new(),
        };
        let mut ready =
            Ready { id: id.clone(), output, custom_data, result_file, created_at, attempt, known, hold };
        if self.inner.results == Results::Written {
            let kept = Kept::of(&ready.row(params))?;
            self.folder().announce(&ready.hold.file, id, &mut ready.attempt, known, kept)?;
        }
        Ok(ready)
    }

    /// Stores runs, each with its parameters. What came of each, in the same order. `forget_failures` says that some of
    /// them may be known to have failed before.
    pub(crate) fn commit<'a>(
        &'a self,
        group: &mut [(&T, Ready<'a, T>)],
        forget_failures: bool,
    ) -> Vec<Result<()>> {
        let mut outcomes = self.renewed(group);
        if self.inner.results == Results::Written {
            self.publish(group, &mut outcomes);
        }
        self.write_rows(group, &mut outcomes, forget_failures);
        let stored = group.iter_mut().zip(&outcomes).filter(|(_, outcome)| matches!(outcome, Some(Ok(()))));
        let stored: Vec<&mut Ready<'a, T>> = stored.map(|((_, ready), _)| ready).collect();
        for ready in &stored {
            if ready.known {
                tracing::info!(table = T::TABLE.name, id = %ready.id, "overwritten");
            }
            self.folder().forget_checkpoints(&ready.id);
        }
        if self.inner.results == Results::Written {
            self.folder().settle(stored.into_iter().map(|ready| &mut ready.attempt));
        }
        outcomes.into_iter().map(|outcome| outcome.unwrap_or(Ok(()))).collect()
    }

    /// Makes sure that all ids are still held. What needs no more doing has an outcome.
    fn renewed<'a>(&'a self, group: &mut [(&T, Ready<'a, T>)]) -> Vec<Option<Result<()>>> {
        let session = group.first().map(|(_, first)| (first.hold.db.is_held(), first.hold.db.session()));
        let mut outcomes = Vec::with_capacity(group.len());
        for (_, ready) in group {
            // One session has them all: it is asked once.
            let held = session.is_some_and(|(held, of)| held && ready.hold.db.session() == of);
            outcomes.push(if held { None } else { self.renewed_one(ready).transpose() });
        }
        outcomes
    }

    /// Holds an id anew, unless somebody else has made the run since.
    fn renewed_one<'a>(&'a self, ready: &mut Ready<'a, T>) -> Result<Option<()>> {
        let renewed = self.renew(&ready.id, &mut ready.hold)?;
        if renewed == Renewed::Anew && !ready.known && self.find_row(&ready.id)?.is_some() {
            // While the session was lost somebody else made the run; theirs is in place.
            if self.inner.results == Results::Written {
                self.folder().withdraw(&mut ready.attempt)?;
            }
            return Ok(Some(()));
        }
        Ok(None)
    }

    fn publish(&self, group: &[(&T, Ready<'_, T>)], outcomes: &mut [Option<Result<()>>]) {
        let going: Vec<usize> = (0..group.len()).filter(|at| outcomes[*at].is_none()).collect();
        let publishing = going.iter().map(|at| &group[*at].1).map(|ready| Publishing {
            lock: &ready.hold.file,
            id: &ready.id,
            attempt: &ready.attempt,
            replaces: ready.known,
        });
        let published = self.folder().publish(&publishing.collect::<Vec<_>>());
        for (at, published) in going.into_iter().zip(published) {
            if let Err(error) = published {
                outcomes[at] = Some(Err(error.into()));
            }
        }
    }

    /// Writes the rows that nothing has stopped, in one transaction. A row that the database refuses takes no other
    /// with it.
    fn write_rows(
        &self,
        group: &[(&T, Ready<'_, T>)],
        outcomes: &mut [Option<Result<()>>],
        forget_failures: bool,
    ) {
        let going: Vec<usize> = (0..group.len()).filter(|at| outcomes[*at].is_none()).collect();
        let rows: Vec<NewRow<'_, T>> = going.iter().map(|at| group[*at].1.row(group[*at].0)).collect();
        let forget: Vec<&str> =
            if forget_failures { rows.iter().map(|row| row.id).collect() } else { Vec::new() };
        let all = match &rows[..] {
            [] => return,
            [row] if forget.is_empty() => self.write_row(row),
            rows => self.db().with("store runs", |conn| {
                writing(conn, |conn| {
                    for (at, row) in going.iter().zip(rows) {
                        // A plain insert is a statement that is kept prepared.
                        if group[*at].1.known {
                            T::upsert(conn, row)?
                        } else {
                            T::insert(conn, row)?
                        };
                    }
                    crate::db::forget_failures(conn, T::TABLE.name, &forget)?;
                    Ok::<_, RowError>(())
                })
            }),
        };
        let shared = match all.map_err(Error::from) {
            Ok(()) => None,
            Err(error) if rows.len() == 1 => {
                outcomes[going[0]] = Some(Err(error));
                return;
            }
            Err(error) => Some(Arc::new(error)),
        };
        for (at, row) in going.into_iter().zip(&rows) {
            outcomes[at] = Some(match &shared {
                None => Ok(()),
                // To ask again for each of them would take the patience of each.
                Some(source) if source.is_transient() => {
                    Err(StoreError::NotStored { id: group[at].1.id.clone(), source: Arc::clone(source) }
                        .into())
                }
                Some(_) => self.write_row(row).map_err(Error::from),
            });
        }
    }

    fn write_row(&self, row: &NewRow<'_, T>) -> Result<(), crate::db::DbError> {
        self.db().with("store a run", |conn| T::upsert(conn, row)).map(drop)
    }

    /// A run that is looked up under its lock, as the one before may have made it. Otherwise whether there is a row.
    pub(crate) fn held_hit(&self, asked: &Asked) -> Result<Result<Record<T>, bool>> {
        Ok(match self.look_up(asked)? {
            super::read::Found::Hit(record) => Ok(record),
            super::read::Found::Broken(_) => Err(true),
            super::read::Found::Nothing => Err(false),
        })
    }
}
