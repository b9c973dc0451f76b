//! Finishing what dead processes have begun.
//!
//! One process at a time does so, under the folder's recovery lock, and under the id's lock; an id that somebody holds
//! is left to that one, who looks here before running.

use std::collections::HashSet;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::attempt::aside;
use super::journal::Unfinished;
use super::others::Other;
use super::publish::put;
use super::{FileError, Folder, IdLock, boot, fault, rename};
use crate::params::RunId;

/// What recovery found and did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recovered {
    /// Runs that were finished, and whose rows have been written now.
    pub adopted: Vec<RunId>,
    /// Runs that were finished, and whose place is taken by a file that is not ours, or whose row was written by a
    /// record of another shape; tried again each time.
    pub blocked: Vec<RunId>,
    /// How many staging folders of dead processes were removed.
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
        self.adopted.extend(later.adopted);
        self.blocked = later.blocked;
        self.leftovers += later.leftovers;
    }
}

/// What dead processes have left.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Leftovers {
    /// Runs that had come to their end, and whose rows are not written.
    pub unfinished: Vec<String>,
    /// How many staging folders there are besides.
    pub staged: usize,
    /// How many lock files nobody holds.
    pub locks: usize,
}

impl Leftovers {
    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Leftovers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "dead processes have left {} finished runs, {} staging folders and {} lock files",
            self.unfinished.len(),
            self.staged,
            self.locks
        )
    }
}

/// What became of an unfinished entry.
enum Outcome {
    /// Somebody else has a part in it.
    Busy,
    /// Its row is written.
    Adopted,
    /// Its place is taken.
    Blocked,
    /// There is nothing to be adopted: its result was removed by hand, or may be half.
    Void,
}

impl Folder {
    /// Finishes what dead processes have begun, but for ids that are held just now. `commit` writes a row, and
    /// says whether it could be read.
    ///
    /// # Errors
    /// [`FileError::Io`], or what `commit` gave.
    pub fn recover<E: From<FileError>>(
        &self,
        commit: &mut dyn FnMut(&RunId, &RawValue) -> Result<bool, E>,
    ) -> Result<Recovered, E> {
        let mut recovered = Recovered::default();
        let others = self.others()?;
        if others.is_empty() && !self.staging().exists() {
            return Ok(recovered);
        }
        let _recovering = self.recovery_lock()?;
        for other in others {
            if !other.is_dead()? {
                continue;
            }
            let mut left = false;
            for begun in other.unfinished()? {
                let id = begun.entry.run_id();
                match self.try_lock_idle(&id)? {
                    Some(lock) => {
                        left |= self.finish((&lock, &id), &other, &begun, commit, &mut recovered)?
                    }
                    None => left = true,
                }
            }
            if !left {
                // Its staging folder goes below: a folder without a journal has no owner.
                other.remove()?;
            }
        }
        recovered.leftovers += self.sweep_staging()?;
        self.locks().sweep();
        Ok(recovered)
    }

    /// Removes what dead processes have left, but for what they had begun to put in place: where nothing is put in
    /// place, that is another store's.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn tidy(&self) -> Result<(), FileError> {
        if !self.staging().exists() {
            return Ok(());
        }
        let _recovering = self.recovery_lock()?;
        for other in self.others()? {
            if other.is_dead()? && other.unfinished()?.is_empty() {
                other.remove()?;
            }
        }
        self.sweep_staging()?;
        self.locks().sweep();
        Ok(())
    }

    /// Finishes what anybody has begun of one id, whose lock is held.
    ///
    /// # Errors
    /// As [`recover`](Self::recover).
    pub fn recover_id<E: From<FileError>>(
        &self,
        lock: &IdLock,
        id: &RunId,
        commit: &mut dyn FnMut(&RunId, &RawValue) -> Result<bool, E>,
    ) -> Result<Recovered, E> {
        let mut recovered = Recovered::default();
        // Our own: results that are in place, and whose rows could not be written.
        if let Some(journal) = self.journal_if_begun() {
            for begun in journal.open_entries(id) {
                match self.adopt(
                    (lock, id),
                    journal.name(),
                    &begun,
                    &|attempt| journal.synced(&[attempt.to_owned()]),
                    commit,
                )? {
                    Outcome::Busy => {}
                    Outcome::Blocked => recovered.blocked.push(id.clone()),
                    outcome => {
                        journal.done(std::slice::from_ref(&begun.entry.attempt))?;
                        remove_staged(&begun.entry.dir(&self.own(), journal.name()))?;
                        recovered.adopted.extend(matches!(outcome, Outcome::Adopted).then(|| id.clone()));
                    }
                }
            }
        }
        let mut looks_dead = Vec::new();
        for other in self.others_lately()? {
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
            for begun in unfinished.into_iter().filter(|begun| begun.entry.concerns(id)) {
                self.finish((lock, id), &other, &begun, commit, &mut recovered)?;
            }
        }
        Ok(recovered)
    }

    /// Finishes an entry of a dead process; whether it is still unfinished.
    fn finish<E: From<FileError>>(
        &self,
        held: (&IdLock, &RunId),
        other: &Other,
        begun: &Unfinished,
        commit: &mut dyn FnMut(&RunId, &RawValue) -> Result<bool, E>,
        recovered: &mut Recovered,
    ) -> Result<bool, E> {
        let entry = &begun.entry;
        let outcome = self.adopt(held, &other.name, begun, &|attempt| other.note_synced(attempt), commit)?;
        match outcome {
            Outcome::Busy => return Ok(true),
            Outcome::Blocked => {
                recovered.blocked.push(entry.run_id());
                return Ok(true);
            }
            Outcome::Adopted => recovered.adopted.push(entry.run_id()),
            Outcome::Void => {}
        }
        other.note_done(&entry.attempt)?;
        remove_staged(&entry.dir(&self.own(), &other.name))?;
        Ok(false)
    }

    fn adopt<E: From<FileError>>(
        &self,
        (_lock, held): (&IdLock, &RunId),
        process: &str,
        begun: &Unfinished,
        note_synced: &dyn Fn(&str) -> Result<(), FileError>,
        commit: &mut dyn FnMut(&RunId, &RawValue) -> Result<bool, E>,
    ) -> Result<Outcome, E> {
        let entry = &begun.entry;
        let id = entry.run_id();
        let (attempt, target) = (entry.dir(&self.own(), process), self.target(&id));
        // What is to have another name only is complete, and lies under its old one.
        let from = entry.former_id();
        let staged =
            from.as_ref().map_or_else(|| attempt.join(self.file_name(&id)), |from| self.target(from));
        let partner = from.as_ref().map(|from| if from == held { &id } else { from });
        let _other_lock = match partner.map(|partner| self.try_lock_idle(partner)).transpose()? {
            Some(None) => return Ok(Outcome::Busy),
            lock => lock,
        };
        if fs::symlink_metadata(&staged).is_ok() {
            // Since the machine was started again, the disk has only what was synced.
            if from.is_none() && !begun.synced && entry.boot != boot::id() {
                return Ok(Outcome::Void);
            }
            // A complete result in its place must be one that the disk has, and a line that says so must be there
            // first: whoever finds it gone from here takes it for a result that was never complete.
            if from.is_none() && entry.full && !begun.synced {
                rename::sync(&staged)?;
                note_synced(&entry.attempt)?;
            }
            fault::at("adopt-synced");
            match put(&staged, &target, &aside(&attempt), entry.replaces) {
                Ok(()) => {}
                Err(FileError::Occupied { .. }) => return Ok(Outcome::Blocked),
                Err(error) => return Err(error.into()),
            }
            fault::at("adopt-renamed");
            if entry.full {
                rename::sync_one(target.parent().unwrap_or(&target))?;
            }
        } else if fs::symlink_metadata(&target).is_err() || (from.is_none() && entry.full && !begun.synced) {
            // Not to be moved before it is synced: what is there, if anything, was there before.
            return Ok(Outcome::Void);
        }
        if !commit(&id, &entry.row)? {
            return Ok(Outcome::Blocked);
        }
        tracing::info!(%id, "adopted a finished run of a dead process");
        Ok(Outcome::Adopted)
    }

    /// Removes the staging folders that have no journal. How many attempts were in them.
    fn sweep_staging(&self) -> Result<usize, FileError> {
        let staging = self.staging();
        let entries = match fs::read_dir(&staging) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            other => other.map_err(FileError::io("list", &staging))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            found.push(entry.map_err(FileError::io("list", &staging))?.path());
        }
        // Read after the folders: a process makes its journal first.
        let owned: HashSet<String> =
            Other::all(&self.journals(), None)?.into_iter().map(|journal| journal.name).collect();
        let mut removed = 0;
        for path in found {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !owned.contains(&name) {
                removed += attempts_in(&path);
                rename::remove(&path).map_err(FileError::io("remove", &path))?;
            }
        }
        Ok(removed)
    }

    /// What dead processes have left; nothing is touched.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn leftovers(&self) -> Result<Leftovers, FileError> {
        let mut leftovers = Leftovers::default();
        if !self.own().exists() {
            return Ok(leftovers);
        }
        let _recovering = match self.recovery_lock() {
            // In a folder that cannot be written to nobody recovers either.
            Err(FileError::Io { source, .. })
                if matches!(
                    source.kind(),
                    io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
                ) =>
            {
                return Ok(leftovers);
            }
            other => other?,
        };
        let mut alive: HashSet<String> =
            self.journal_if_begun().map(|own| own.name().to_owned()).into_iter().collect();
        for other in self.others()? {
            if other.is_dead()? {
                leftovers.unfinished.extend(other.unfinished()?.into_iter().map(|begun| begun.entry.id));
            } else {
                alive.insert(other.name);
            }
        }
        for staging in fs::read_dir(self.staging()).into_iter().flatten().flatten() {
            if !alive.contains(&*staging.file_name().to_string_lossy()) {
                leftovers.staged += attempts_in(&staging.path());
            }
        }
        leftovers.staged = leftovers.staged.saturating_sub(leftovers.unfinished.len());
        leftovers.locks += self.locks().ownerless();
        Ok(leftovers)
    }

    /// Held while a sweep claims the points that it is to make.
    ///
    /// # Errors
    /// [`FileError::Io`].
    #[cfg(feature = "cluster")]
    pub fn claiming(&self) -> Result<File, FileError> {
        self.recovery_lock()
    }

    /// Held while dead processes are looked for, and while a journal is begun.
    pub(super) fn recovery_lock(&self) -> Result<File, FileError> {
        let path = self.own().join("recovery.lock");
        let failed = || FileError::io("lock", &path);
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed())?;
        file.lock().map_err(failed())?;
        Ok(file)
    }
}

/// How many attempts left something in the staging folder of a process.
fn attempts_in(staging: &Path) -> usize {
    let folders = fs::read_dir(staging).into_iter().flatten().flatten();
    folders
        .filter(|folder| fs::read_dir(folder.path()).is_ok_and(|mut inside| inside.next().is_some()))
        .count()
}

fn remove_staged(attempt: &Path) -> Result<(), FileError> {
    rename::remove(attempt).map_err(FileError::io("remove", attempt))
}
