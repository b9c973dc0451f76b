//! One attempt at a run: a private place to write in, and the way from there to the final name.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{Durability, FileError, Folder, rename};
use crate::params::RunId;

/// A private folder inside the results folder; gone when dropped, with all that was not published.
#[derive(Debug)]
pub struct Attempt {
    dir: TempDir,
    result: PathBuf,
    scratch: PathBuf,
}

impl Folder {
    /// Begins an attempt at a run.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn begin(&self, id: &RunId) -> Result<Attempt, FileError> {
        let staging = self.staging();
        fs::create_dir_all(&staging).map_err(FileError::io("make", &staging))?;
        let dir = tempfile::Builder::new()
            .prefix(&format!("{id}-"))
            .tempdir_in(&staging)
            .map_err(FileError::io("make a folder in", &staging))?;
        Ok(Attempt { result: dir.path().join(self.file_name(id)), scratch: dir.path().join("scratch"), dir })
    }

    /// Refuses a run whose result could not be put in place, before it costs anything.
    ///
    /// `known` says that a row of this store has the id, so that what is there is ours.
    ///
    /// # Errors
    /// [`FileError::Occupied`] (`is_conflict`).
    pub fn check_target(&self, id: &RunId, known: bool) -> Result<(), FileError> {
        let target = self.target(id);
        // A result that was being put in place when its process died is ours too.
        if known || self.pending(id).exists() || fs::symlink_metadata(&target).is_err() {
            Ok(())
        } else {
            Err(FileError::Occupied { path: target })
        }
    }

    /// Puts the result of an attempt in place. Between this and [`settle`](Self::settle) the row is written.
    ///
    /// # Errors
    /// [`FileError::Occupied`] (`is_conflict`), [`FileError::Io`]; an older result is then still in place.
    pub fn publish(&self, id: &RunId, attempt: &Attempt, known: bool) -> Result<(), FileError> {
        let target = self.target(id);
        let full = self.durability() == Durability::Full;
        if full {
            rename::sync(&attempt.result)?;
        }
        self.check_target(id, known)?;
        let pending = self.pending(id);
        let pending_dir = pending.parent().unwrap_or(&pending);
        fs::create_dir_all(pending_dir).map_err(FileError::io("make", pending_dir))?;
        let replaces = fs::symlink_metadata(&target).is_ok();
        fs::write(&pending, "").map_err(FileError::io("write", &pending))?;
        if full {
            rename::sync_one(pending_dir)?;
        }
        let placed = if replaces {
            replace(&attempt.result, &target, &attempt.dir.path().join("replaced"))
        } else {
            rename::without_replacing(&attempt.result, &target)
        };
        placed.map_err(|error| {
            if !replaces {
                // Nothing of ours is there; the next attempt must not take it for ours.
                let _ = fs::remove_file(&pending);
            }
            match error.kind() {
                io::ErrorKind::AlreadyExists => FileError::Occupied { path: target.clone() },
                _ => FileError::io("put in place", &target)(error),
            }
        })?;
        if full {
            rename::sync_one(target.parent().unwrap_or(&target))?;
        }
        Ok(())
    }

    /// Ends what [`publish`](Self::publish) began, once the row is written.
    pub fn settle(&self, id: &RunId) {
        for (what, removed) in [
            ("pending", fs::remove_file(self.pending(id))),
            ("checkpoints", rename::remove(&self.checkpoints(id))),
        ] {
            match removed {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(%id, what, %error, "could not clean up after a run");
                }
                _ => {}
            }
        }
    }
}

/// Puts a result where an older one of ours is. A file over a file is one step; a folder is moved aside first,
/// and back again if the new one cannot follow.
fn replace(new: &Path, target: &Path, aside: &Path) -> io::Result<()> {
    if fs::symlink_metadata(new)?.is_file() && fs::symlink_metadata(target)?.is_file() {
        return fs::rename(new, target);
    }
    fs::rename(target, aside)?;
    rename::without_replacing(new, target).inspect_err(|_| {
        let _ = rename::without_replacing(aside, target);
    })
}

impl Attempt {
    /// Where the runner writes.
    #[must_use]
    pub fn result(&self) -> &Path {
        &self.result
    }

    /// A folder for whatever the runner needs in between.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn scratch(&self) -> Result<&Path, FileError> {
        fs::create_dir_all(&self.scratch).map_err(FileError::io("make", &self.scratch))?;
        Ok(&self.scratch)
    }

    /// Whether the runner wrote a result: a file with something in it, or a folder with something in it.
    ///
    /// # Errors
    /// [`FileError::NothingWritten`], [`FileError::Empty`], [`FileError::Odd`], [`FileError::Io`].
    pub fn inspect(&self) -> Result<(), FileError> {
        let path = &self.result;
        let meta = fs::symlink_metadata(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => FileError::NothingWritten { path: path.clone() },
            _ => FileError::io("look at", path)(error),
        })?;
        let empty = if meta.is_dir() {
            fs::read_dir(path).map_err(FileError::io("list", path))?.next().is_none()
        } else if meta.is_file() {
            meta.len() == 0
        } else {
            return Err(FileError::Odd { path: path.clone() });
        };
        if empty { Err(FileError::Empty { path: path.clone() }) } else { Ok(()) }
    }
}
