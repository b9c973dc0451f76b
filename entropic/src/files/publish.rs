//! From a private place to the final name.
//!
//! All under the id's lock, each step only when the one before is done:
//!
//! 1. the result is complete in its staging folder, and synced;
//! 2. a line of the journal says that it will be put in place, and what its row will be; synced;
//! 3. the result is renamed to its final name, over nothing, or over an older result of ours;
//! 4. the folder is synced;
//! 5. the row is written (not here);
//! 6. a line of the journal says that it is done.
//!
//! With [`Durability::Process`] nothing is synced: a process that dies loses nothing it has written.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::Value;

use super::journal::Entry;
use super::{Attempt, Durability, FileError, Folder, IdLock, fault, rename};
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

    /// Puts the result of an attempt in place: steps 1 to 4. Whatever happens from the journal's line on, the result
    /// is not lost: it is in place, or left to recovery.
    ///
    /// # Errors
    /// [`FileError::Occupied`] (`is_conflict`), [`FileError::Io`]; an older result is then still in place.
    pub fn publish(
        &self,
        _lock: &IdLock,
        id: &RunId,
        attempt: &mut Attempt,
        replaces: bool,
        row: Value,
    ) -> Result<(), FileError> {
        let full = self.durability() == Durability::Full;
        fault::at("staged");
        if full {
            rename::sync(attempt.result())?;
            rename::sync_one(attempt.result().parent().unwrap_or(attempt.result()))?;
        }
        fault::at("synced");
        let entry = Entry { attempt: attempt.name(), id: id.to_string(), replaces, row };
        self.journal()?.publish(entry, full)?;
        fault::at("journaled");
        let target = self.target(id);
        if let Err(error) = put(attempt.result(), &target, &attempt.aside(), replaces) {
            attempt.keep();
            return Err(error);
        }
        fault::at("renamed");
        if full {
            rename::sync_one(target.parent().unwrap_or(&target))?;
        }
        fault::at("folder-synced");
        Ok(())
    }

    /// Ends what [`publish`](Self::publish) began, once the row is written: step 6.
    pub fn settle(&self, id: &RunId, attempt: &Attempt) {
        fault::at("stored");
        if let Err(error) = self.journal().and_then(|journal| journal.done(&attempt.name())) {
            // Recovery will find the row there already.
            tracing::warn!(%id, %error, "could not note in the journal that a run is stored");
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
