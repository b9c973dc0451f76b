//! Where an entry of a journal stands by now, and how its result is put in place from there.

use std::path::Path;

use super::journal_line::Entry;
use super::others::Other;
use super::{FileError, Folder, boot, pending, rename};
use crate::fault;
use crate::params::RunId;

/// Where an entry stands, and where notes about it go.
pub(super) enum Place<'p> {
    /// In the journal of this process.
    Own,
    /// In the journal of a dead one.
    Dead(&'p Other),
    /// In a file of its own; with the process in whose staging directory the result still is.
    Pending(&'p Path, Option<&'p str>),
}

impl Folder {
    /// Puts the result of an entry in place, if it is not there; whether it is there and whole.
    pub(super) fn put_left(
        &self,
        place: &Place<'_>,
        id: &RunId,
        entry: &mut Entry,
        synced: bool,
    ) -> Result<bool, FileError> {
        let target = self.root().join(&entry.name);
        // Since the machine was started again, the disk has only what was synced.
        let whole = synced || entry.boot == boot::id();
        let process = match place {
            Place::Own => self.journal()?.name(),
            Place::Dead(other) => &other.name,
            Place::Pending(_, Some(process)) => process,
            Place::Pending(_, None) => return Ok(whole && entry.is_at(&target)),
        };
        let staged = entry.dir(self.own(), process)?.join(&entry.file);
        if !Self::is_staged(&staged) {
            // What is to be synced is not moved before: what is there, if anything, was there before.
            return Ok(whole && (synced || !entry.full) && entry.is_at(&target));
        }
        if !whole {
            return Ok(false);
        }
        if entry.full && !synced {
            rename::sync(&staged)?;
            match place {
                Place::Own => self.journal()?.synced(std::slice::from_ref(&entry.attempt))?,
                Place::Dead(other) => other.note_synced(&entry.attempt)?,
                Place::Pending(path, _) => pending::note(path, process, entry.clone(), true)?,
            }
        }
        fault::at("adopt-synced");
        let noted = entry.clone();
        self.put(&staged, id, &mut entry.name, |name| match place {
            Place::Own => self.journal()?.named(&noted.attempt, name),
            Place::Dead(other) => other.note_named(&noted.attempt, name),
            Place::Pending(path, _) => {
                let renamed = Entry { name: name.to_owned(), ..noted.clone() };
                pending::note(path, process, renamed, synced || noted.full)
            }
        })?;
        fault::at("adopt-renamed");
        if entry.full {
            rename::sync_one(self.root())?;
        }
        Ok(true)
    }

    pub(super) fn note_done(&self, place: &Place<'_>, attempt: &str) -> Result<(), FileError> {
        match place {
            Place::Own => self.journal()?.done(&[attempt.to_owned()]),
            Place::Dead(other) => other.note_done(attempt),
            Place::Pending(path, _) => pending::forget(path),
        }
    }
}
