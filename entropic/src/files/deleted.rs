//! Runs whose rows were deleted and whose results stayed.
//!
//! On a server that does not sync each commit, a process keeps what it has stored in its journal until it knows that the
//! commits are on the disk. If it dies before, whoever recovers it cannot see from a missing row whether a crash of the
//! server has lost that row or another process has deleted it. So the one who deletes says so in
//! `.entropic/deleted/<name of the result>.json`. The note is removed once no journal speaks of that result any more.

use std::collections::HashSet;
use std::fs;
use std::io;

use serde::{Deserialize, Serialize};

use super::identity::FileIdentity;
use super::journal_line::Unfinished;
use super::names::{DELETED, REPLACED, is_name_for, is_plain, refuse_link};
use super::{FileError, Folder, IdLock, json, rename};
use crate::params::RunId;

/// A result whose row is gone on purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Deleted {
    id: RunId,
    /// The name of the result.
    name: String,
    identity: FileIdentity,
}

/// As far as it says which file is meant: of a result that was deleted, or replaced.
#[derive(Deserialize)]
struct Meant {
    identity: FileIdentity,
}

/// The name of a result that is about to be put in place.
fn published(begun: Unfinished) -> Option<String> {
    match begun {
        Unfinished::Publish { entry, .. } => Some(entry.name),
        Unfinished::Delete(_) => None,
    }
}

impl Folder {
    /// Notes that the row of an id is about to be removed, with each of its results that a journal speaks of; the names of
    /// these.
    ///
    /// # Errors
    /// [`FileError::Io`], [`FileError::Newer`] (`is_unsupported`).
    pub fn note_deleted(&self, _lock: &IdLock, id: &RunId) -> Result<Vec<String>, FileError> {
        let mut begun = self.journal_if_begun().map(|own| own.open_entries(id)).unwrap_or_default();
        for other in self.others()? {
            begun.extend(other.unfinished_of(id)?);
        }
        let mut noted = Vec::new();
        for name in begun.into_iter().filter_map(published) {
            let identity = match FileIdentity::of(&self.root().join(&name)) {
                // Without its result no run is stored again.
                Err(error) if error.is_not_found() => continue,
                other => other?,
            };
            let path = self.own_directory(DELETED)?.join(format!("{name}.json"));
            json::write(&path, &Deleted { id: id.clone(), name: name.clone(), identity }, true)?;
            noted.push(name);
        }
        Ok(noted)
    }

    /// Takes a note back: a row names the result still, or again.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn forget_deleted(&self, name: &str) -> Result<(), FileError> {
        if !is_plain(name) {
            return Ok(());
        }
        let note = self.own().join(DELETED).join(format!("{name}.json"));
        rename::remove(&note).map_err(FileError::io("remove", &note))
    }

    /// Whether the row was removed on purpose that named a result which is there.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn was_deleted(&self, name: &str) -> Result<bool, FileError> {
        self.is_meant(DELETED, name)
    }

    /// Whether another result has replaced one that is there.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn was_replaced(&self, name: &str) -> Result<bool, FileError> {
        self.is_meant(REPLACED, name)
    }

    /// Whether a note below a directory of our own is about the result that has a name now.
    fn is_meant(&self, dir: &str, name: &str) -> Result<bool, FileError> {
        let dir = self.own().join(dir);
        if !is_plain(name) {
            return Ok(false);
        }
        refuse_link(&dir)?;
        let note = dir.join(format!("{name}.json"));
        let text = match fs::read(&note) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            other => other.map_err(FileError::io("read", &note))?,
        };
        let Ok(Meant { identity }) = serde_json::from_slice(&text) else { return Ok(false) };
        match FileIdentity::of(&self.root().join(name)) {
            Err(error) if error.is_not_found() => Ok(false),
            found => Ok(identity.is_same(&found?)),
        }
    }

    /// Whether there are any notes.
    pub(super) fn has_deleted(&self) -> bool {
        fs::read_dir(self.own().join(DELETED)).is_ok_and(|mut notes| notes.next().is_some())
    }

    /// Removes the notes about results of which no journal speaks any more.
    pub(super) fn tidy_deleted(&self) -> Result<(), FileError> {
        let noted = json::all_in(&self.own().join(DELETED))?;
        if noted.is_empty() {
            return Ok(());
        }
        // Read after the notes: whatever they were written for had begun before.
        let others: Vec<Vec<Unfinished>> =
            self.others()?.iter().map(|other| other.unfinished()).collect::<Result<_, _>>()?;
        let begun = others.into_iter().flatten();
        let mut spoken_of: HashSet<String> = begun.filter_map(published).collect();
        for (path, text) in noted {
            let deleted = serde_json::from_slice::<Deleted>(&text).ok().filter(|deleted| {
                is_name_for(&deleted.name, deleted.id.as_str())
                    && path.file_name().and_then(|name| name.to_str())
                        == Some(&format!("{}.json", deleted.name))
            });
            let Some(deleted) = deleted else { continue };
            let Some(_lock) = self.try_lock_idle(&deleted.id)? else { continue };
            if let Some(own) = self.journal_if_begun() {
                spoken_of.extend(own.open_entries(&deleted.id).into_iter().filter_map(published));
            }
            // Another deletion may have written it anew.
            if !spoken_of.contains(&deleted.name) && fs::read(&path).is_ok_and(|now| now == text) {
                self.forget_deleted(&deleted.name)?;
            }
        }
        Ok(())
    }
}
