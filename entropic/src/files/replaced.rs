//! Results that no row names any more, and their removal.
//!
//! A result that another run has replaced stays for a while: readers may have its path, and the new one may not be on the
//! disk yet. What is known of it lies in `.entropic/replaced/<name>.json`. It is removed only while it is still what was
//! noted, by way of `.entropic/trash/`: out of sight in one step, however large it is.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::identity::FileIdentity;
use super::journal_line::Removal;
use super::names::{REGISTERED, REPLACED, TRASH, is_plain, refuse_link};
use super::{FileError, Folder, IdLock, json, rename};
use crate::fault;
use crate::params::RunId;

/// Of the notes of replaced results.
const REPLACED_FORMAT: u32 = 1;

/// Of the notes of registered files. The first one was a bare list.
const REGISTERED_FORMAT: u32 = 2;

/// A result that another run has replaced.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Replaced {
    #[serde(default = "json::first")]
    format: u32,
    /// The run.
    pub id: RunId,
    /// The name of the result.
    pub name: String,
    /// When it was replaced, in seconds since 1970.
    since: u64,
    identity: FileIdentity,
}

impl Replaced {
    /// How long ago it was replaced.
    #[must_use]
    pub fn age(&self) -> Duration {
        now().saturating_sub(Duration::from_secs(self.since))
    }
}

/// The files that were registered as the result of a run.
#[derive(Debug, Serialize, Deserialize)]
struct Note<F> {
    format: u32,
    files: F,
}

/// A file that was registered, as it was then.
#[derive(Debug, Serialize, Deserialize)]
struct Registered {
    path: PathBuf,
    identity: FileIdentity,
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// A result that is being removed with its row.
#[derive(Debug)]
pub struct Deletion {
    attempt: String,
    name: PathBuf,
    identity: FileIdentity,
}

impl Folder {
    /// Notes that a result was replaced by that of another run.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn note_replaced(&self, id: &RunId, name: &str) -> Result<(), FileError> {
        let target = self.root().join(name);
        let identity = match FileIdentity::of(&target) {
            Err(error) if error.is_not_found() => return Ok(()),
            other => other?,
        };
        let (id, name, since) = (id.clone(), name.to_owned(), now().as_secs());
        let replaced = Replaced { format: REPLACED_FORMAT, id, name, since, identity };
        let path = self.own_directory(REPLACED)?.join(format!("{}.json", replaced.name));
        json::write(&path, &replaced, true)
    }

    /// The results that other runs have replaced, and that are still there.
    ///
    /// # Errors
    /// [`FileError::Newer`] (`is_unsupported`), [`FileError::Io`].
    pub fn replaced(&self) -> Result<Vec<Replaced>, FileError> {
        let mut all = Vec::new();
        for (path, text) in json::all_in(&self.own().join(REPLACED))? {
            json::refuse_newer(&path, &text, REPLACED_FORMAT)?;
            let replaced: Option<Replaced> = serde_json::from_slice(&text).ok();
            all.extend(replaced.filter(|replaced| {
                is_plain(&replaced.name)
                    && path.file_name().and_then(|name| name.to_str())
                        == Some(&format!("{}.json", replaced.name))
            }));
        }
        Ok(all)
    }

    /// Removes a result that was replaced, if it is still what was noted, and what is known of it. The caller has seen
    /// that no row names it.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn remove_replaced(&self, _lock: &IdLock, replaced: &Replaced) -> Result<(), FileError> {
        self.discard(Path::new(&replaced.name), Some(&replaced.identity))?;
        self.forget_replaced(&replaced.name)
    }

    /// Forgets that a result was replaced: a row names it.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn forget_replaced(&self, name: &str) -> Result<(), FileError> {
        let note = self.own().join(REPLACED).join(format!("{name}.json"));
        rename::remove(&note).map_err(FileError::io("remove", &note))
    }

    /// Moves a result out of the directory that no row names, over nothing; where it is then, if it was still there.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn move_out(
        &self,
        _lock: &IdLock,
        id: &RunId,
        name: &str,
        to: &Path,
    ) -> Result<Option<PathBuf>, FileError> {
        let from = self.root().join(name);
        fault::at("stray");
        let mut target = to.join(name);
        let mut moved = rename::without_replacing(&from, &target);
        if moved.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::AlreadyExists) {
            // One of another run of these parameters was moved before.
            target = to.join(self.new_name(id, Some(name)));
            moved = rename::without_replacing(&from, &target);
        }
        match moved {
            // Another process was faster.
            Err(_)
                if fs::symlink_metadata(&from)
                    .is_err_and(|error| error.kind() == io::ErrorKind::NotFound) =>
            {
                return Ok(None);
            }
            other => other.map_err(FileError::io("move to", &target))?,
        }
        fault::at("stray-moved");
        Ok(Some(target))
    }

    /// Makes the disk have a result that is in place, and its name.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn sync_result(&self, name: &Path) -> Result<(), FileError> {
        rename::sync(&self.root().join(name))?;
        rename::sync_one(self.root())
    }

    /// Takes a result out of sight, then removes it. Nothing there, or something else than what was noted, stays as it is.
    pub(super) fn discard(&self, name: &Path, noted: Option<&FileIdentity>) -> Result<(), FileError> {
        let path = self.root().join(name);
        let found = match FileIdentity::of(&path) {
            Err(error) if error.is_not_found() => return Ok(()),
            other => other?,
        };
        if self.really_inside(&path).as_deref() != Some(name) {
            tracing::warn!(path = %path.display(), "what is to be removed lies elsewhere; it is left there");
            return Ok(());
        }
        if noted.is_some_and(|noted| *noted != found) {
            tracing::warn!(path = %path.display(), "a result is no longer what it was when it was replaced; it is left there");
            return Ok(());
        }
        self.remove_at(&path)
    }

    fn remove_at(&self, path: &Path) -> Result<(), FileError> {
        let out_of_sight = self.own_directory(TRASH)?.join(uuid::Uuid::new_v4().simple().to_string());
        match fs::rename(path, &out_of_sight) {
            Ok(()) => {
                fault::at("trashed");
                rename::remove(&out_of_sight).map_err(FileError::io("remove", &out_of_sight))
            }
            // On another file system: a file goes in one step there, too.
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                fs::remove_file(path).map_err(FileError::io("remove", path))
            }
            Err(error) => Err(FileError::io("remove", path)(error)),
        }
    }

    /// Removes what a killed process was removing.
    pub(super) fn empty_trash(&self) {
        for entry in fs::read_dir(self.own().join(TRASH)).into_iter().flatten().flatten() {
            if let Err(error) = rename::remove(&entry.path()) {
                tracing::warn!(path = %entry.path().display(), %error, "could not remove what was to be removed");
            }
        }
    }

    /// Notes which file is about to be registered as the result of a run, so that it alone can be removed with it.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn note_registered(&self, id: &RunId, path: &Path) -> Result<(), FileError> {
        let mut all = self.registered(id)?;
        all.retain(|registered| registered.path != path);
        all.push(Registered { path: path.to_owned(), identity: FileIdentity::of(path)? });
        self.write_registered(id, &all)
    }

    /// Forgets what was registered before a file that is the result of a run now.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn settle_registered(&self, id: &RunId, path: &Path) -> Result<(), FileError> {
        let mut all = self.registered(id)?;
        all.retain(|registered| registered.path == path);
        self.write_registered(id, &all)
    }

    /// Notes of a run under another key what is known of its registered file.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn copy_registered(&self, from: &RunId, to: &RunId) -> Result<(), FileError> {
        match &*self.registered(from)? {
            [] => Ok(()),
            all => self.write_registered(to, all),
        }
    }

    fn write_registered(&self, id: &RunId, all: &[Registered]) -> Result<(), FileError> {
        if RunId::new(id.as_str()).is_err() {
            return Ok(());
        }
        self.check_home()?;
        json::write(
            &self.own_directory(REGISTERED)?.join(format!("{id}.json")),
            &Note { format: REGISTERED_FORMAT, files: all },
            true,
        )
    }

    fn registered(&self, id: &RunId) -> Result<Vec<Registered>, FileError> {
        let dir = self.own().join(REGISTERED);
        if RunId::new(id.as_str()).is_err() || refuse_link(&dir).is_err() {
            return Ok(Vec::new());
        }
        let path = dir.join(format!("{id}.json"));
        let text = fs::read(&path).unwrap_or_default();
        json::refuse_newer(&path, &text, REGISTERED_FORMAT)?;
        let files = match serde_json::from_slice(&text) {
            Ok(Note { files, .. }) => files,
            Err(_) => serde_json::from_slice(&text).unwrap_or_default(),
        };
        Ok(files)
    }

    /// Whether a path was registered as the result of a run.
    ///
    /// # Errors
    /// [`FileError::Newer`] (`is_unsupported`).
    pub fn was_registered(&self, id: &RunId, absolute: &Path) -> Result<bool, FileError> {
        Ok(self.registered(id)?.iter().any(|registered| registered.path == absolute))
    }

    /// Forgets which file was registered.
    pub fn forget_registered(&self, id: &RunId) {
        if RunId::new(id.as_str()).is_ok() {
            let _ = fs::remove_file(self.own().join(REGISTERED).join(format!("{id}.json")));
        }
    }

    /// Begins to remove the result of a run with its row, and notes it: what it is must be sure. `None` if there is nothing
    /// to be removed.
    ///
    /// # Errors
    /// [`FileError::NotItsResult`] (`is_conflict`) for what lies neither in the results directory nor is the registered file,
    /// [`FileError::Newer`] (`is_unsupported`), [`FileError::Io`].
    pub fn begin_delete(
        &self,
        _lock: &IdLock,
        id: &RunId,
        resolved: &Path,
        seen: &str,
    ) -> Result<Option<Deletion>, FileError> {
        let path = self.absolute(resolved).into_owned();
        let identity = match FileIdentity::of(&path) {
            Err(error) if error.is_not_found() => return Ok(None),
            other => other?,
        };
        let attempt = self.slots().next_name();
        let Some(name) = self.really_inside(&path) else {
            self.check_registered(id, &path, &identity)?;
            return Ok(Some(Deletion { attempt: String::new(), name: path, identity }));
        };
        let removal = Removal {
            attempt: attempt.clone(),
            id: id.to_string(),
            name: name.clone(),
            seen: seen.to_owned(),
            identity: identity.clone(),
        };
        fault::at("delete");
        self.journal()?.delete(removal)?;
        fault::at("delete-journaled");
        Ok(Some(Deletion { attempt, name, identity }))
    }

    /// Where below this directory something really lies, whatever links lead to it.
    fn really_inside(&self, path: &Path) -> Option<PathBuf> {
        let root = fs::canonicalize(self.root()).ok()?;
        let parent = fs::canonicalize(path.parent()?).ok()?;
        let below = parent.strip_prefix(&root).ok()?.join(path.file_name()?);
        (!below.starts_with(super::names::OWN)).then_some(below)
    }

    fn check_registered(&self, id: &RunId, path: &Path, found: &FileIdentity) -> Result<(), FileError> {
        let registered = self.registered(id)?.into_iter().find(|registered| registered.path == path);
        let why = match registered {
            _ if found.is_directory() => "it is a directory outside the results directory",
            Some(Registered { identity, .. }) => {
                if identity == *found {
                    return Ok(());
                }
                "it has changed since it was registered"
            }
            _ => "it lies outside the results directory, and nothing is known of its registration",
        };
        Err(FileError::NotItsResult { id: id.clone(), path: path.to_owned(), why })
    }

    /// Removes a result whose row is gone.
    ///
    /// # Errors
    /// [`FileError::Io`]; what is left is removed at the next opening.
    pub fn finish_delete(&self, deletion: &Deletion) -> Result<(), FileError> {
        if deletion.attempt.is_empty() {
            return self.remove_at(&deletion.name);
        }
        self.discard(&deletion.name, Some(&deletion.identity))?;
        self.end_delete(deletion)
    }

    /// Notes that nothing is to be removed.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn end_delete(&self, deletion: &Deletion) -> Result<(), FileError> {
        if deletion.attempt.is_empty() {
            return Ok(());
        }
        self.journal()?.done(std::slice::from_ref(&deletion.attempt))
    }
}
