//! One attempt at a run: a private place to write in.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::names::STAGING;
use super::{FileError, Folder, boot, rename};
use crate::params::RunId;

/// A private folder inside the results folder; what was not published is gone when it is dropped.
#[derive(Debug)]
pub struct Attempt {
    /// No other attempt of this process has it before this one is over.
    name: String,
    dir: PathBuf,
    /// Where below the folder of our own it is, if another process has made it.
    received: Option<PathBuf>,
    result: PathBuf,
    scratch: PathBuf,
    /// The journal has a line about it that matters.
    announced: bool,
    /// Nothing in it is wanted any more.
    spent: bool,
    /// The journal has a line about it that is still to be settled.
    retired: bool,
    slots: Arc<Slots>,
}

/// The folders of attempts that came to a good end, for the next ones: to make and remove one for each run costs more
/// than all else that is done without syncing.
#[derive(Debug, Default)]
pub(super) struct Slots {
    made: AtomicU64,
    free: Mutex<Vec<PathBuf>>,
}

impl Slots {
    /// An empty directory below `staging`, which is made when it is wanted.
    fn take(&self, staging: impl FnOnce() -> Result<PathBuf, FileError>) -> Result<PathBuf, FileError> {
        let free = self.free().pop();
        // Whoever tidies up by hand may have removed it.
        if let Some(dir) = free.filter(|dir| dir.exists()) {
            return Ok(dir);
        }
        let staging = staging()?;
        let dir = staging.join(self.next_name());
        // Each alone: where the results directory is gone, none is made in its place.
        for dir in [&staging, &dir] {
            make(dir)?;
        }
        Ok(dir)
    }

    /// A name that nothing in this process's journal has.
    pub(super) fn next_name(&self) -> String {
        self.made.fetch_add(1, Ordering::Relaxed).to_string()
    }

    fn give_back(&self, dir: PathBuf) {
        self.free().push(dir);
    }

    /// Gives back a directory whose name the journal still has: under another one.
    fn give_back_renamed(&self, dir: &Path) -> io::Result<()> {
        let other = dir.with_file_name(self.next_name());
        rename::without_replacing(dir, &other)?;
        self.give_back(other);
        Ok(())
    }

    /// Removes the folders that wait for an attempt.
    pub(super) fn clear(&self) {
        for dir in self.free().drain(..) {
            let _ = fs::remove_dir(dir);
        }
    }

    fn free(&self) -> MutexGuard<'_, Vec<PathBuf>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Folder {
    /// Begins an attempt at a run.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn begin(&self, id: &RunId) -> Result<Attempt, FileError> {
        // Read now, so that nothing is between the end of the runner and the journal's line.
        boot::id();
        let slots = Arc::clone(self.slots());
        let journal = self.journal()?;
        let dir = slots.take(|| Ok(self.own_directory(STAGING)?.join(journal.name())))?;
        let name = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(self.attempt(id, name, dir, slots))
    }

    /// Begins an attempt in a folder that is not of this process's journal: what comes of it is for another process.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn begin_in(&self, dir: PathBuf, id: &RunId) -> Result<Attempt, FileError> {
        fs::create_dir_all(&dir).map_err(FileError::io("make", &dir))?;
        Ok(self.attempt(id, String::new(), dir, Arc::default()))
    }

    /// The attempt that another process has made in a folder below that of our own.
    #[must_use]
    pub fn receive(&self, below: PathBuf, id: &RunId) -> Attempt {
        let mut attempt = self.attempt(id, self.slots().next_name(), self.own().join(&below), Arc::default());
        attempt.received = Some(below);
        attempt
    }

    fn attempt(&self, id: &RunId, name: String, dir: PathBuf, slots: Arc<Slots>) -> Attempt {
        let (result, scratch) = (dir.join(self.file_name(id)), dir.join("scratch"));
        Attempt {
            name,
            dir,
            received: None,
            result,
            scratch,
            announced: false,
            spent: false,
            retired: false,
            slots,
        }
    }
}

impl Attempt {
    /// Where the runner writes.
    #[must_use]
    pub fn result(&self) -> &Path {
        &self.result
    }

    /// Whether the result is still where the runner wrote it.
    #[must_use]
    pub fn is_staged(&self) -> bool {
        fs::symlink_metadata(&self.result).is_ok()
    }

    pub(super) fn name(&self) -> String {
        self.name.clone()
    }

    /// Where below the folder of our own another process has made it, if one has.
    #[must_use]
    pub fn received(&self) -> Option<&Path> {
        self.received.as_deref()
    }

    /// Makes the disk have the result, and leaves it where it is for another process.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn leave(mut self, sync: bool) -> Result<(), FileError> {
        if sync {
            rename::sync(&self.result)?;
            rename::sync_one(&self.dir)?;
        }
        let _ = fs::remove_dir_all(&self.scratch);
        self.announced = true;
        Ok(())
    }

    /// The journal says that it will be put in place, or nothing can be said and it is to be kept.
    pub(super) fn announced(&mut self) {
        self.announced = true;
    }

    /// What the journal calls it.
    #[must_use]
    pub fn entry(&self) -> &str {
        &self.name
    }

    /// The journal says that it is over.
    pub fn over(&mut self) {
        self.announced = false;
        self.spent = true;
    }

    /// Nothing in it is wanted any more, but the journal does not say yet that it is over: no other attempt may have its
    /// name. What the journal calls it.
    pub fn over_but_open(&mut self) -> String {
        self.over();
        self.retired = true;
        self.name.clone()
    }

    /// Gives up what another process has made: there is a run of it already.
    pub fn discard(mut self) {
        self.spent = true;
    }

    /// A folder for whatever the runner needs in between.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn scratch(&self) -> Result<&Path, FileError> {
        fs::create_dir_all(&self.scratch).map_err(FileError::io("make", &self.scratch))?;
        Ok(&self.scratch)
    }

    /// What lies where the result should be.
    fn found(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(|name| name != "scratch").collect();
        names.sort();
        names.truncate(5);
        names
    }

    /// Whether the runner wrote a result: a file with something in it, or a folder with something in it.
    ///
    /// # Errors
    /// [`FileError::NothingWritten`], [`FileError::Empty`], [`FileError::Odd`], [`FileError::Io`].
    pub fn inspect(&self) -> Result<(), FileError> {
        let path = &self.result;
        let meta = fs::symlink_metadata(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => FileError::NothingWritten { path: path.clone(), found: self.found() },
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

impl Drop for Attempt {
    fn drop(&mut self) {
        if self.announced && self.is_staged() {
            // Recovery wants it.
            return;
        }
        if self.received.is_some() && !self.spent {
            // It is complete: whoever looks into the folder of the sweep next takes it.
            return;
        }
        let empty = fs::read_dir(&self.dir).is_ok_and(|mut entries| entries.next().is_none());
        let gone = if !empty || self.announced || self.received.is_some() {
            rename::remove(&self.dir)
        } else if self.retired {
            // Under the name of one that is still to be finished no other may begin.
            self.slots.give_back_renamed(&self.dir)
        } else {
            self.slots.give_back(self.dir.clone());
            Ok(())
        };
        if let Err(error) = gone {
            tracing::warn!(path = %self.dir.display(), %error, "could not remove a staging folder");
        }
    }
}

/// Makes one directory, unless it is there.
pub(super) fn make(dir: &Path) -> Result<(), FileError> {
    match fs::create_dir(dir) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(FileError::own("make", dir)(error)),
        _ => Ok(()),
    }
}
