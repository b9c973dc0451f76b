//! Finishing what dead processes have begun, and what living ones have handed over.
//!
//! One process at a time does so for all ids, under the directory's recovery lock, and under each id's lock; an id that is
//! held is left to its holder, who looks here before running. One entry that cannot be finished keeps nothing else from
//! being finished.

use std::path::Path;

use serde_json::value::RawValue;

use super::journal_line::{Entry, Unfinished};
use super::names::SET_ASIDE;
use super::pending::SetAside;
use super::place::Place;
use super::{FileError, Folder, IdLock, rename};
use crate::params::RunId;
use crate::words::with_causes;

/// What recovery found and did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recovered {
    /// Runs that were finished, and whose rows have been written now.
    pub adopted: Vec<RunId>,
    /// Runs that were finished, and whose rows the database refuses, or that a record of another shape has made. Their
    /// results are kept, and the rows tried again at each opening; nothing waits for them.
    pub set_aside: Vec<SetAside>,
    /// Runs that were finished, and whose rows could not be written for now: the database is busy, full or read-only. The
    /// next one who wants such a run, or opens the store, tries again.
    pub waiting: Vec<RunId>,
    /// How many staging directories of dead processes were removed.
    pub leftovers: usize,
}

impl Recovered {
    /// Whether there was nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what a later recovery did.
    pub(crate) fn add(&mut self, later: Self) {
        for set_aside in later.set_aside {
            if !self.set_aside.contains(&set_aside) {
                self.set_aside.push(set_aside);
            }
        }
        self.waiting.retain(|id| !later.adopted.contains(id));
        self.waiting.extend(later.waiting);
        self.waiting.sort();
        self.waiting.dedup();
        self.adopted.extend(later.adopted);
        self.leftovers += later.leftovers;
    }
}

/// Something that was begun and is to be finished in the database, or found to be over.
#[derive(Debug)]
pub enum Unsettled<'e> {
    /// A finished run, whose result is in place.
    Run {
        /// The run.
        id: &'e RunId,
        /// The name of its result.
        name: &'e str,
        /// The `result_file` of the row that it replaces.
        seen: Option<&'e str>,
        /// Whether it replaces whatever row there is: an entry of a version that overwrote results in place.
        overwrites: bool,
        /// Whether its row was written at some time: if it is gone, it was lost with a crash of the server, or deleted since.
        committed: bool,
        /// What its row will hold.
        row: &'e RawValue,
    },
    /// A run whose row was to be removed, and then its result.
    Removal {
        /// The run.
        id: &'e RunId,
        /// The result, below the results directory.
        name: &'e Path,
        /// What its row said.
        seen: &'e str,
    },
    /// A run whose result has another name already, and whose row is to follow: an entry of a version that renamed results
    /// when keys changed.
    Rekeyed {
        /// The key it had.
        from: &'e RunId,
        /// The key it gets.
        to: &'e RunId,
    },
}

/// What the database says of it.
#[derive(Debug)]
pub enum Verdict {
    /// It is finished now.
    Stored,
    /// It was finished already, or its result belongs to a row all the same.
    AlreadySo,
    /// The row has moved on: another run, or nothing, is stored, and no row names the result.
    MovedOn,
    /// The database refuses the row, and always will.
    Refused(String),
}

/// Asks the database; an error says that it cannot answer now.
pub type Settle<'s, E> = &'s mut dyn FnMut(&Unsettled<'_>) -> Result<Verdict, E>;

/// What became of an entry.
enum Outcome {
    /// Its row is written.
    Adopted,
    /// It is over: written before, moved on, or without a result.
    Over,
    /// It is refused, and is to be set aside.
    Refused(String),
}

impl Folder {
    /// Finishes what was begun, but for ids that are held just now.
    ///
    /// # Errors
    /// [`FileError::Io`]. What the database cannot take now is told in `waiting`.
    pub fn recover<E: std::fmt::Display + From<FileError>>(
        &self,
        settle: Settle<'_, E>,
    ) -> Result<Recovered, FileError> {
        let mut recovered = Recovered::default();
        self.refuse_links()?;
        let nothing = self.others()?.is_empty() && self.all_pending()?.is_empty();
        if nothing && !self.has_staging() && !self.has_old_journals() && !self.has_deleted() {
            return Ok(recovered);
        }
        let _recovering = match self.recovery_lock() {
            // The process that holds it does this very work, or is stopped; nobody waits for it without end.
            Err(error @ (FileError::HeldUp { .. } | FileError::ReadOnly { .. })) => {
                tracing::warn!(error = %with_causes(&error), "what dead processes have left is not finished now");
                return Ok(recovered);
            }
            other => other?,
        };
        self.recover_old(settle, &mut recovered)?;
        for other in self.others()? {
            if !other.is_dead()? {
                continue;
            }
            let mut left = false;
            for begun in other.unfinished()? {
                left |= self.try_finish(&Place::Dead(&other), &begun, settle, &mut recovered);
            }
            if !left {
                // Its staging directory goes below: one without a journal has no owner.
                other.remove()?;
            }
        }
        for (path, pending) in self.all_pending()? {
            let place = Place::Pending(&path, pending.process.as_deref());
            self.try_finish(&place, &pending.begun(), settle, &mut recovered);
        }
        recovered.leftovers += self.sweep_staging()?;
        self.empty_trash();
        if let Err(error) = self.tidy_deleted() {
            tracing::warn!(error = %with_causes(&error), "notes of deleted runs could not be removed");
        }
        self.sweep_half_written();
        self.locks().sweep();
        Ok(recovered)
    }

    /// Finishes an entry whose id is free; whether it is still unfinished.
    fn try_finish<E: std::fmt::Display + From<FileError>>(
        &self,
        place: &Place<'_>,
        begun: &Unfinished,
        settle: Settle<'_, E>,
        recovered: &mut Recovered,
    ) -> bool {
        let id = RunId::from_stored(begun.id().to_owned());
        let finished = match self.try_lock_idle(&id) {
            // Another process may have settled it before it gave the id back.
            Ok(Some(_)) if matches!(place, Place::Pending(path, _) if !path.exists()) => return false,
            Ok(Some(lock)) => self.finish(&lock, place, begun, settle, recovered),
            Ok(None) => return true,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = finished {
            tracing::warn!(%id, error = %format_args!("{error:#}"), "a finished run cannot be stored now; it is kept, and tried again later");
            recovered.waiting.push(id);
            return true;
        }
        false
    }

    /// Finishes what was begun of one id, whose lock is held: by this process, by dead ones, and by those that have handed
    /// it over.
    ///
    /// # Errors
    /// What `settle` gave: the id must not be run before it can answer. [`FileError::HeldUp`] (`is_transient`),
    /// [`FileError::Io`].
    pub fn recover_id<E: From<FileError>>(
        &self,
        lock: &IdLock,
        id: &RunId,
        settle: Settle<'_, E>,
    ) -> Result<Recovered, E> {
        let mut recovered = Recovered::default();
        if let Some(journal) = self.journal_if_begun() {
            for begun in journal.open_entries(id) {
                self.finish(lock, &Place::Own, &begun, settle, &mut recovered)?;
            }
        }
        let lately = self.begun_lately()?;
        if lately.pending
            && let Some((path, pending)) = self.pending(id)?
        {
            let place = Place::Pending(&path, pending.process.as_deref());
            self.finish(lock, &place, &pending.begun(), settle, &mut recovered)?;
        }
        let mut looks_dead = Vec::new();
        for other in lately.others.iter() {
            if other.is_dead()? {
                looks_dead.push(other);
            }
        }
        if looks_dead.is_empty() {
            return Ok(recovered);
        }
        let _recovering = self.recovery_lock()?;
        for other in looks_dead {
            if !other.is_dead()? {
                continue;
            }
            let unfinished = other.unfinished()?;
            if unfinished.is_empty() {
                // What else is left of it goes with the next opening.
                other.remove()?;
            }
            for begun in unfinished.into_iter().filter(|begun| begun.id() == id.as_str()) {
                self.finish(lock, &Place::Dead(other), &begun, settle, &mut recovered)?;
            }
        }
        Ok(recovered)
    }

    /// Finishes an entry.
    fn finish<E: From<FileError>>(
        &self,
        _lock: &IdLock,
        place: &Place<'_>,
        begun: &Unfinished,
        settle: Settle<'_, E>,
        recovered: &mut Recovered,
    ) -> Result<(), E> {
        let id = RunId::from_stored(begun.id().to_owned());
        match begun {
            Unfinished::Publish { entry, synced, committed } => {
                let mut entry = entry.clone();
                match self.adopt(place, &id, &mut entry, (*synced, *committed), settle)? {
                    Outcome::Adopted => {
                        tracing::info!(%id, "adopted a finished run");
                        recovered.adopted.push(id);
                    }
                    Outcome::Over => {}
                    Outcome::Refused(why) => {
                        let path = self.given().join(&entry.name);
                        tracing::warn!(
                            %id, path = %path.display(), why,
                            "the database refuses the row of a finished run; it is set aside: remove the reason and \
                             open the store again, or delete the result"
                        );
                        // It was put in place, and synced before if it is to be.
                        self.set_aside(&entry, *synced || entry.full, why.clone())?;
                        recovered.set_aside.push(SetAside { id: entry.id.clone(), path, why });
                        let before = |path: &Path| path.parent().is_some_and(|dir| dir.ends_with(SET_ASIDE));
                        if matches!(place, Place::Pending(path, _) if before(path)) {
                            return Ok(());
                        }
                    }
                }
                self.note_done(place, &entry.attempt)?;
                let staged = match place {
                    Place::Own => self.journal()?.name().to_owned(),
                    Place::Dead(other) => other.name.clone(),
                    Place::Pending(_, Some(process)) => (*process).to_owned(),
                    Place::Pending(_, None) => return Ok(()),
                };
                let dir = entry.dir(self.own(), &staged)?;
                Ok(rename::remove(&dir).map_err(FileError::io("remove", &dir))?)
            }
            Unfinished::Delete(removal) => {
                let unsettled = Unsettled::Removal { id: &id, name: &removal.name, seen: &removal.seen };
                if matches!(settle(&unsettled)?, Verdict::MovedOn)
                    && let Err(error) = self.discard(&removal.name, Some(&removal.identity))
                {
                    // It blocks nobody, and is tried again.
                    tracing::warn!(%id, error = %with_causes(&error), "the result of a deleted run cannot be removed");
                    return Ok(());
                }
                Ok(self.note_done(place, &removal.attempt)?)
            }
        }
    }

    fn adopt<E: From<FileError>>(
        &self,
        place: &Place<'_>,
        id: &RunId,
        entry: &mut Entry,
        (synced, committed): (bool, bool),
        settle: Settle<'_, E>,
    ) -> Result<Outcome, E> {
        if !self.put_left(place, id, entry, synced)? {
            return Ok(Outcome::Over);
        }
        let run = Unsettled::Run {
            id,
            name: &entry.name,
            seen: entry.seen.as_deref(),
            overwrites: false,
            committed,
            row: &entry.row,
        };
        Ok(match settle(&run)? {
            Verdict::Stored => Outcome::Adopted,
            Verdict::AlreadySo => Outcome::Over,
            Verdict::MovedOn => {
                self.note_replaced(id, &entry.name)?;
                Outcome::Over
            }
            Verdict::Refused(why) => Outcome::Refused(why),
        })
    }
}
