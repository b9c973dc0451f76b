//! Finished runs whose rows could not be written: `.entropic/pending/<id>.json`, and `.entropic/set-aside/…` for those that
//! the database has refused for good.
//!
//! Their results are in place already, under names that no row says, or staged where they could not be put in place. A process that gives the row of such a run up, because
//! the database was busy or down, hands the entry over here, where every later holder of the id's lease looks before it
//! does anything else. So it makes no difference whether that process lives on.

use std::cmp::Reverse;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::journal_line::{Entry, Unfinished};
use super::names::{PENDING, SET_ASIDE, is_plain, refuse_link};
use super::{FileError, Folder, json, rename};
use crate::params::RunId;

/// Of these files.
const FORMAT: u32 = 1;

/// A finished run whose row is not written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Pending {
    format: u32,
    pub(super) entry: Entry,
    /// Whether the disk has the result.
    pub(super) synced: bool,
    /// The process in whose staging directory the result is, if it could not be put in place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) process: Option<String>,
    /// Why the database has refused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<String>,
}

/// A finished run that the database has refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct SetAside {
    /// The run.
    pub id: String,
    /// Its result.
    pub path: PathBuf,
    /// What the database said.
    pub why: String,
}

impl Pending {
    pub(super) fn begun(&self) -> Unfinished {
        Unfinished::Publish { entry: self.entry.clone(), synced: self.synced, committed: false }
    }
}

impl Folder {
    /// Hands over what the journal of this process says of an attempt. A result that could not be put in place stays staged,
    /// for the next one to put it there.
    ///
    /// # Errors
    /// [`FileError::Io`]; the entry is still this process's then.
    pub fn hand_over(&self, attempt: &str) -> Result<(), FileError> {
        let journal = self.journal()?;
        if let Some(Unfinished::Publish { entry, synced, .. }) = journal.open_entry(attempt) {
            let path = self.own_directory(PENDING)?.join(format!("{}.json", entry.id));
            if self.pending(&RunId::from_stored(entry.id.clone()))?.is_some() {
                return Err(FileError::io("write", &path)(io::ErrorKind::AlreadyExists.into()));
            }
            let staged = entry.dir(self.own(), journal.name())?.join(&entry.file);
            let process = Self::is_staged(&staged).then(|| journal.name().to_owned());
            json::write(&path, &Pending { format: FORMAT, entry, synced, process, why: None }, true)?;
            if let Err(error) = self.tell_of_pending() {
                tracing::warn!(%error, "other processes may see for a second only that a run was handed over");
            }
            journal.done(&[attempt.to_owned()])?;
        }
        Ok(())
    }

    /// What was handed over of an id, if anything was.
    pub(super) fn pending(&self, id: &RunId) -> Result<Option<(PathBuf, Pending)>, FileError> {
        let dir = self.own().join(PENDING);
        let path = dir.join(format!("{id}.json"));
        match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            other => {
                let text = other.map_err(FileError::io("read", &path))?;
                refuse_link(&dir).and_then(|()| refuse_link(&path))?;
                let pending = parsed(&path, &text)?.filter(|pending| pending.entry.id == id.as_str());
                Ok(pending.map(|pending| (path, pending)))
            }
        }
    }

    /// Whether anything was handed over.
    pub(super) fn has_pending(&self) -> Result<bool, FileError> {
        let dir = self.own().join(PENDING);
        match fs::read_dir(&dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            other => Ok(other.map_err(FileError::io("list", &dir))?.next().is_some()),
        }
    }

    /// All that was handed over and all that was set aside.
    pub(super) fn all_pending(&self) -> Result<Vec<(PathBuf, Pending)>, FileError> {
        let mut all = Vec::new();
        for dir in [PENDING, SET_ASIDE].map(|name| self.own().join(name)) {
            refuse_link(&dir)?;
            let entries = match fs::read_dir(&dir) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                other => other.map_err(FileError::io("list", &dir))?,
            };
            for entry in entries {
                let entry = entry.map_err(FileError::io("list", &dir))?;
                let path = entry.path();
                let is_one = path.extension().is_some_and(|suffix| suffix == "json");
                if !is_one || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
                    continue;
                }
                let text = match fs::read(&path) {
                    // Another process has settled it.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    other => other.map_err(FileError::io("read", &path))?,
                };
                all.extend(parsed(&path, &text)?.map(|pending| (path, pending)));
            }
        }
        // Of two runs of an id the newer one counts: the other one then finds that the row has moved on.
        all.sort_by_cached_key(|(_, pending)| Reverse(made_at(&pending.entry)));
        Ok(all)
    }

    /// Sets a finished run aside whose row the database refuses: it blocks no other from now on, and is tried again at
    /// each opening.
    pub(super) fn set_aside(&self, entry: &Entry, synced: bool, why: String) -> Result<(), FileError> {
        let path = self.own_directory(SET_ASIDE)?.join(format!("{}.json", entry.name));
        let (entry, why) = (entry.clone(), Some(why));
        json::write(&path, &Pending { format: FORMAT, entry, synced, process: None, why }, true)
    }

    /// Forgets the finished runs of an id that the database has refused; their results stay.
    pub fn forget_set_aside(&self, id: &RunId) {
        for (path, pending) in self.all_pending().unwrap_or_default() {
            if pending.why.is_some() && pending.entry.id == id.as_str() {
                let _ = fs::remove_file(path);
            }
        }
    }

    /// The finished runs that the database has refused.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn all_set_aside(&self) -> Result<Vec<SetAside>, FileError> {
        let all = self.all_pending()?.into_iter();
        let refused = all.filter_map(|(_, Pending { entry, why, .. })| {
            Some(SetAside { path: self.given().join(&entry.name), id: entry.id, why: why? })
        });
        Ok(refused.collect())
    }
}

/// What a file says, if it is one of ours.
fn parsed(path: &Path, text: &[u8]) -> Result<Option<Pending>, FileError> {
    json::refuse_newer(path, text, FORMAT)?;
    let pending: Option<Pending> = serde_json::from_slice(text).ok();
    let ours = pending.filter(|Pending { entry, process, .. }| {
        entry.is_ours() && process.iter().all(|name| is_plain(name))
    });
    if ours.is_none() {
        tracing::warn!(path = %path.display(), "a file that should tell of a finished run cannot be read; it is ignored");
    }
    Ok(ours)
}

/// When a run was made, as its row will say.
fn made_at(entry: &Entry) -> String {
    #[derive(Deserialize)]
    struct Made {
        created_at: String,
    }
    serde_json::from_str(entry.row.get()).map(|Made { created_at }| created_at).unwrap_or_default()
}

/// Notes what has changed of a run that is being put in place.
pub(super) fn note(path: &Path, process: &str, entry: Entry, synced: bool) -> Result<(), FileError> {
    let process = Some(process.to_owned());
    json::write(path, &Pending { format: FORMAT, entry, synced, process, why: None }, true)
}

/// Removes the file that told of a run which is settled now.
pub(super) fn forget(path: &Path) -> Result<(), FileError> {
    rename::remove(path).map_err(FileError::io("remove", path))
}
