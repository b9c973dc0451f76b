//! One attempt at a run: a private place to write in.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{FileError, Folder};
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
        let staging = self.staging().join(self.journal()?.name());
        fs::create_dir_all(&staging).map_err(FileError::io("make", &staging))?;
        let dir = tempfile::Builder::new()
            .prefix(&format!("{id}-"))
            .tempdir_in(&staging)
            .map_err(FileError::io("make a folder in", &staging))?;
        Ok(Attempt { result: dir.path().join(self.file_name(id)), scratch: dir.path().join("scratch"), dir })
    }
}

impl Attempt {
    /// Where the runner writes.
    #[must_use]
    pub fn result(&self) -> &Path {
        &self.result
    }

    /// The folder's own name.
    pub(super) fn name(&self) -> String {
        self.dir.path().file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Where an older result is moved while this one takes its place.
    pub(super) fn aside(&self) -> PathBuf {
        aside(self.dir.path())
    }

    /// Leaves the folder and what is in it to recovery.
    pub(super) fn keep(&mut self) {
        self.dir.disable_cleanup(true);
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

/// Where an older result is moved while another takes its place.
pub(super) fn aside(attempt: &Path) -> PathBuf {
    attempt.join("replaced")
}
