//! From a private place to the final name.
//!
//! All under the id's lock, each step only when the one before is done:
//!
//! 1. the result is complete in its staging folder; a line of the journal says that it will be put in place, and what
//!    its row will be: from now on a dead process loses nothing;
//! 2. the result is synced, and a line says so; synced: from now on a power cut loses nothing;
//! 3. the result is renamed to its final name, over nothing, or over an older result of ours;
//! 4. the folder is synced;
//! 5. the row is written (not here);
//! 6. a line of the journal says that it is done.
//!
//! With [`Durability::Process`] nothing is synced.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::value::RawValue;

use super::journal::Entry;
use super::{Attempt, Durability, FileError, Folder, IdLock, boot, fault, rename};
use crate::params::RunId;

impl Folder {
    /// Refuses a run whose result could not be put in place, before it costs anything.
    ///
    /// `known` says that a row of this store has the id, so that what is there is ours.
    ///
    /// # Errors
    /// [`FileError::Occupied`] (`is_conflict`).
    pub fn check_target(&self, id: &RunId, known: bool) -> Result<(), FileError> {
        let target = self.target(id);
        if known || fs::symlink_metadata(&target).is_err() {
            Ok(())
        } else {
            Err(FileError::Occupied { path: target })
        }
    }

    /// Notes that the result of an attempt is complete, and what its row will be: step 1. Whatever happens from now
    /// on, the result is not lost: it is in place, or left to recovery.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn announce(
        &self,
        _lock: &IdLock,
        id: &RunId,
        attempt: &mut Attempt,
        replaces: bool,
        row: Box<RawValue>,
    ) -> Result<(), FileError> {
        fault::at("staged");
        let (full, boot) = (self.durability() == Durability::Full, boot::id().to_owned());
        let entry = Entry {
            attempt: attempt.name(),
            id: id.to_string(),
            from: None,
            received: attempt.received().map(Path::to_owned),
            replaces,
            full,
            boot,
            row,
        };
        self.journal()?.publish(entry)?;
        attempt.announced();
        fault::at("announced");
        Ok(())
    }

    /// Forgets the result of an attempt: somebody else's is in place.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn withdraw(&self, attempt: &mut Attempt) -> Result<(), FileError> {
        self.journal()?.done(&[attempt.name()])?;
        attempt.over();
        Ok(())
    }

    /// Puts the results of attempts in place: steps 2 to 4, each for all of them before the next, so that many share
    /// one sync of the journal and of the folder. What came of each, in the same order.
    ///
    /// # Errors
    /// [`FileError::Occupied`] (`is_conflict`), [`FileError::Io`]; an older result is then still in place.
    pub fn publish(&self, group: &[Publishing<'_>]) -> Vec<Result<(), FileError>> {
        let full = self.durability() == Durability::Full;
        let mut outcomes: Vec<Result<(), FileError>> =
            if full { self.sync_staged(group) } else { group.iter().map(|_| Ok(())).collect() };
        fault::at("journaled");
        for (one, outcome) in going_on(group, &mut outcomes) {
            *outcome = put(one.attempt.result(), &self.target(one.id), &one.attempt.aside(), one.replaces);
        }
        fault::at("renamed");
        if full {
            let mut synced: HashSet<PathBuf> = HashSet::new();
            for (one, outcome) in going_on(group, &mut outcomes) {
                let target = self.target(one.id);
                let folder = target.parent().unwrap_or(&target);
                if !synced.contains(folder) {
                    *outcome = rename::sync_one(folder);
                    synced.extend(outcome.is_ok().then(|| folder.to_owned()));
                }
            }
        }
        fault::at("folder-synced");
        outcomes
    }

    /// Makes the disk have staged results, then the journal's word for them.
    fn sync_staged(&self, group: &[Publishing<'_>]) -> Vec<Result<(), FileError>> {
        // File systems sync several files at once in little more than the time of one.
        let mut outcomes: Vec<_> = match group {
            [one] => vec![rename::sync(one.attempt.result())],
            many => many.par_iter().map(|one| rename::sync(one.attempt.result())).collect(),
        };
        fault::at("synced");
        let names: Vec<String> = going_on(group, &mut outcomes).map(|(one, _)| one.attempt.name()).collect();
        if self.journal().and_then(|journal| journal.synced(&names)).is_err() {
            // Each with an error of its own.
            for (one, outcome) in going_on(group, &mut outcomes) {
                *outcome = self.journal().and_then(|journal| journal.synced(&[one.attempt.name()]));
            }
        }
        outcomes
    }

    /// Ends what [`publish`](Self::publish) began, once the rows are written: step 6.
    pub fn settle<'a>(&self, attempts: impl IntoIterator<Item = &'a mut Attempt>) {
        fault::at("stored");
        let attempts: Vec<&mut Attempt> = attempts.into_iter().collect();
        let names: Vec<String> = attempts.iter().map(|attempt| attempt.name()).collect();
        match self.journal().and_then(|journal| journal.done(&names)) {
            Ok(()) => attempts.into_iter().for_each(Attempt::over),
            // Recovery will find the rows there already.
            Err(error) => {
                tracing::warn!(%error, "could not note in the journal that runs are stored");
            }
        }
        fault::at("settled");
    }

    /// Removes what attempts have left for the next one.
    pub fn forget_checkpoints(&self, id: &RunId) {
        if let Err(error) = rename::remove(&self.checkpoints(id)) {
            tracing::warn!(%id, %error, "could not remove the checkpoints of a run");
        }
    }
}

/// A result that is complete and announced, and is to be put in place; its id is held.
#[derive(Debug)]
pub struct Publishing<'a> {
    /// That of the id.
    pub lock: &'a IdLock,
    /// The run.
    pub id: &'a RunId,
    /// What has the result.
    pub attempt: &'a Attempt,
    /// Whether an older result of ours may be in its place.
    pub replaces: bool,
}

/// Those of a group that nothing has stopped yet.
fn going_on<'g, 'a>(
    group: &'g [Publishing<'a>],
    outcomes: &'g mut [Result<(), FileError>],
) -> impl Iterator<Item = (&'g Publishing<'a>, &'g mut Result<(), FileError>)> {
    group.iter().zip(outcomes).filter(|(_, outcome)| outcome.is_ok())
}

/// A result that is being given another name.
#[derive(Debug)]
pub struct Move {
    name: String,
}

impl Folder {
    /// Gives the result of a run, which is complete, the name of another: noted, renamed, synced. The row is the
    /// caller's; [`settle_move`](Self::settle_move) comes after it.
    ///
    /// # Errors
    /// [`FileError::Occupied`] (`is_conflict`), [`FileError::Io`]; the result has its old name then.
    pub fn begin_move(
        &self,
        _locks: (&IdLock, &IdLock),
        from: &RunId,
        to: &RunId,
        row: Box<RawValue>,
    ) -> Result<Move, FileError> {
        let (full, boot) = (self.durability() == Durability::Full, boot::id().to_owned());
        let (name, target) = (self.slots().next_name(), self.target(to));
        fault::at("move");
        let entry = Entry {
            attempt: name.clone(),
            id: to.to_string(),
            from: Some(from.to_string()),
            received: None,
            replaces: false,
            full,
            boot,
            row,
        };
        self.journal()?.publish(entry)?;
        if full {
            self.journal()?.synced(std::slice::from_ref(&name))?;
        }
        fault::at("move-journaled");
        if let Err(error) = put(&self.target(from), &target, &target, false) {
            self.journal()?.done(&[name])?;
            return Err(error);
        }
        fault::at("move-renamed");
        if full {
            rename::sync_one(target.parent().unwrap_or(&target))?;
        }
        Ok(Move { name })
    }

    /// Ends a move, once the row is written.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn settle_move(&self, moved: &Move) -> Result<(), FileError> {
        fault::at("move-stored");
        self.journal()?.done(std::slice::from_ref(&moved.name))
    }
}

/// Gives a staged result its final name.
pub(super) fn put(staged: &Path, target: &Path, aside: &Path, replaces: bool) -> Result<(), FileError> {
    let put = if replaces && fs::symlink_metadata(target).is_ok() {
        replace(staged, target, aside)
    } else {
        rename::without_replacing(staged, target)
    };
    put.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => FileError::Occupied { path: target.to_owned() },
        _ => FileError::io("put in place", target)(error),
    })
}

/// Puts a result where an older one of ours is. A file over a file is one step; a folder is moved aside first, and
/// back again if the new one cannot follow.
fn replace(staged: &Path, target: &Path, aside: &Path) -> io::Result<()> {
    if fs::symlink_metadata(staged)?.is_file() && fs::symlink_metadata(target)?.is_file() {
        return fs::rename(staged, target);
    }
    rename::remove(aside)?;
    fs::rename(target, aside)?;
    fault::at("aside");
    rename::without_replacing(staged, target).inspect_err(|_| {
        let _ = rename::without_replacing(aside, target);
    })
}
