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

use std::fs;
use std::io;
use std::path::Path;

use serde_json::Value;

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
        row: Value,
    ) -> Result<(), FileError> {
        fault::at("staged");
        let (full, boot) = (self.durability() == Durability::Full, boot::id().to_owned());
        let (attempt_name, id) = (attempt.name(), id.to_string());
        let entry = Entry { attempt: attempt_name, id, from: None, replaces, full, boot, row };
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
        self.journal()?.done(&attempt.name())?;
        attempt.over();
        Ok(())
    }

    /// Puts the result of an attempt in place: steps 2 to 4.
    ///
    /// # Errors
    /// [`FileError::Occupied`] (`is_conflict`), [`FileError::Io`]; an older result is then still in place.
    pub fn publish(
        &self,
        _lock: &IdLock,
        id: &RunId,
        attempt: &mut Attempt,
        replaces: bool,
    ) -> Result<(), FileError> {
        let full = self.durability() == Durability::Full;
        if full {
            self.sync_staged(attempt)?;
        }
        fault::at("journaled");
        let target = self.target(id);
        put(attempt.result(), &target, &attempt.aside(), replaces)?;
        fault::at("renamed");
        if full {
            rename::sync_one(target.parent().unwrap_or(&target))?;
        }
        fault::at("folder-synced");
        Ok(())
    }

    /// Makes the disk have a staged result, then the journal's word for it.
    fn sync_staged(&self, attempt: &Attempt) -> Result<(), FileError> {
        rename::sync(attempt.result())?;
        fault::at("synced");
        self.journal()?.synced(&attempt.name())
    }

    /// Ends what [`publish`](Self::publish) began, once the row is written: step 6.
    pub fn settle(&self, id: &RunId, attempt: &mut Attempt) {
        fault::at("stored");
        match self.journal().and_then(|journal| journal.done(&attempt.name())) {
            Ok(()) => attempt.over(),
            // Recovery will find the row there already.
            Err(error) => {
                tracing::warn!(%id, %error, "could not note in the journal that a run is stored");
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
        row: Value,
    ) -> Result<Move, FileError> {
        let (full, boot) = (self.durability() == Durability::Full, boot::id().to_owned());
        let (name, target) = (self.slots().next_name(), self.target(to));
        fault::at("move");
        let entry = Entry {
            attempt: name.clone(),
            id: to.to_string(),
            from: Some(from.to_string()),
            replaces: false,
            full,
            boot,
            row,
        };
        self.journal()?.publish(entry)?;
        if full {
            self.journal()?.synced(&name)?;
        }
        fault::at("move-journaled");
        if let Err(error) = put(&self.target(from), &target, &target, false) {
            self.journal()?.done(&name)?;
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
        self.journal()?.done(&moved.name)
    }
}

/// Gives a staged result its final name.
pub(super) fn put(staged: &Path, target: &Path, aside: &Path, replaces: bool) -> Result<(), FileError> {
    let there = fs::symlink_metadata(target).is_ok();
    let put = if replaces && there {
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
