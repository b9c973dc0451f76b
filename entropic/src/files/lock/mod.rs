//! One run of an id at a time, across threads and processes of a host.
//!
//! Where open files can have locks on single bytes of their own (Linux since 3.15), an id is a byte of `ids.lock`: to take
//! it and to give it back is a call each, and nothing is made or removed. Elsewhere it is a file in `locks/`, removed by
//! whoever holds it. What the system says decides, so that it is the same for all processes of a host.

#[cfg(any(target_os = "linux", target_os = "android"))]
mod bytes;
mod holder;
mod named;
mod recovery;

use std::cell::RefCell;
use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
#[cfg(any(target_os = "linux", target_os = "android"))]
use std::sync::Arc;
use std::thread;
use std::time::Duration;

#[cfg(any(target_os = "linux", target_os = "android"))]
use bytes::{Byte, Bytes, Tried};
use named::Named;

pub(crate) use holder::Holder;

use super::{FileError, Folder};
use crate::params::RunId;

/// The longest pause between two looks at a lock that somebody else holds.
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

thread_local! {
    /// What this thread holds: waiting for it would be for ever.
    static HELD: RefCell<HashSet<OsString>> = RefCell::default();
}

/// The right to run an id; given back when dropped, or when the process dies however it dies.
#[derive(Debug)]
pub struct IdLock {
    /// What no two ids have in common.
    path: PathBuf,
    _held: Held,
}

#[derive(Debug)]
#[expect(dead_code, reason = "they are there to be dropped")]
enum Held {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    Byte(Byte),
    Named(Named),
}

/// The locks of a results folder.
#[derive(Debug)]
pub(super) struct Locks {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    bytes: Arc<Bytes>,
    /// Where those are that have files of their own.
    folder: PathBuf,
}

impl Locks {
    /// Those below a folder of our own.
    pub(super) fn below(own: &Path) -> Self {
        Self {
            #[cfg(any(target_os = "linux", target_os = "android"))]
            bytes: Arc::new(Bytes::new(own.join("ids.lock"))),
            folder: own.join("locks"),
        }
    }

    /// Locks an id, unless another thread or process has. `check_home` makes sure that the directory is still the one that was
    /// opened. As long as a lock file that was opened in it is at its path, it is.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn try_take(
        &self,
        id: &RunId,
        path: &Path,
        check_home: impl Fn() -> Result<(), FileError>,
    ) -> Result<Option<Held>, FileError> {
        loop {
            if !self.bytes.is_open() {
                check_home()?;
            }
            match self.bytes.try_take(id.lock_key()) {
                Ok(Tried::Taken(byte)) => return Ok(Some(Held::Byte(byte))),
                Ok(Tried::Busy) => return Ok(None),
                Ok(Tried::Moved) => {}
                Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
                    check_home()?;
                    return Self::try_take_file(path);
                }
                Err(error) => return Err(FileError::own("lock", self.bytes.path())(error)),
            }
        }
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn try_take(
        &self,
        _: &RunId,
        path: &Path,
        check_home: impl Fn() -> Result<(), FileError>,
    ) -> Result<Option<Held>, FileError> {
        check_home()?;
        Self::try_take_file(path)
    }

    fn try_take_file(path: &Path) -> Result<Option<Held>, FileError> {
        Ok(Named::try_take(path).map_err(FileError::own("lock", path))?.map(Held::Named))
    }

    /// Who has an id, as far as that can be found out.
    fn holder(&self, id: &RunId) -> Holder {
        let path = self.path(id);
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if !path.exists() {
            return self.bytes.holder(id.lock_key());
        }
        Holder::of(&path, None)
    }

    /// Where an id has its file, if it needs one.
    fn path(&self, id: &RunId) -> PathBuf {
        // A key that another program stored need not be one that can name a file.
        if id.is_hashed() || RunId::new(id.as_str()).is_ok() {
            return self.folder.join(id.as_str());
        }
        self.folder.join(format!("~{:016x}", id.lock_key()))
    }

    /// Removes the lock files that dead processes left.
    pub(super) fn sweep(&self) {
        Named::ownerless(&self.folder).for_each(drop);
    }

    /// How many there are.
    pub(super) fn ownerless(&self) -> usize {
        Named::ownerless(&self.folder).map(Named::leave).count()
    }
}

/// Opens a file to be locked, made with its directory if there is none. Never more than one directory is made: where the
/// results directory is gone, none is made in its place.
fn open(path: &Path) -> io::Result<File> {
    let open = || OpenOptions::new().create(true).truncate(false).write(true).open(path);
    match open() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir(path.parent().unwrap_or(path)).or_else(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => Ok(()),
                _ => Err(error),
            })?;
            open()
        }
        other => other,
    }
}

/// Whether the file of some metadata is the one at a path.
#[cfg(unix)]
fn is_at(file: &fs::Metadata, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    match fs::metadata(path) {
        Ok(named) => Ok((named.dev(), named.ino()) == (file.dev(), file.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn is_at(_: &fs::Metadata, _: &Path) -> io::Result<bool> {
    Ok(true)
}

impl Folder {
    /// Waits for the right to run an id. Whoever gets it must look for the row again: the one before may have
    /// made it. `None` once `give_up` says so.
    ///
    /// # Errors
    /// [`FileError::Io`], also where the file system knows no locks.
    pub fn lock(&self, id: &RunId, mut give_up: impl FnMut() -> bool) -> Result<Option<IdLock>, FileError> {
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(lock) = self.try_lock(id)? {
                return Ok(Some(lock));
            }
            if give_up() {
                return Ok(None);
            }
            thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Who has the right to run an id, as far as that can be found out. It takes milliseconds: for those who wait anyway.
    pub(crate) fn lock_holder(&self, id: &RunId) -> Holder {
        self.locks().holder(id)
    }

    /// The right to run an id, unless somebody has it, be it this thread.
    pub(super) fn try_lock_idle(&self, id: &RunId) -> Result<Option<IdLock>, FileError> {
        match self.try_lock(id) {
            Err(FileError::Recursive { .. }) => Ok(None),
            other => other,
        }
    }

    /// The right to run an id, unless somebody has it.
    pub(super) fn try_lock(&self, id: &RunId) -> Result<Option<IdLock>, FileError> {
        let path = self.locks().path(id);
        if HELD.with_borrow(|held| held.contains(path.as_os_str())) {
            return Err(FileError::Recursive { id: id.clone() });
        }
        Ok(self.locks().try_take(id, &path, || self.check_home())?.map(|held| {
            HELD.with_borrow_mut(|held| held.insert(path.clone().into_os_string()));
            IdLock { path, _held: held }
        }))
    }
}

impl IdLock {
    /// Is no longer this thread's: the lock goes to another one, who gives it back. Should this one want the id
    /// meanwhile, it waits like everybody else.
    pub fn hand_over(&self) {
        HELD.with_borrow_mut(|held| held.remove(self.path.as_os_str()));
    }
}

impl Drop for IdLock {
    fn drop(&mut self) {
        self.hand_over();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::files::Durability;

    #[test]
    fn one_thread_at_a_time_holds_an_id() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path(), ".h5", Durability::Process, Duration::ZERO).unwrap();
        let id = RunId::new("a").unwrap();
        let inside = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let _lock = folder.lock(&id, || false).unwrap().unwrap();
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
    }

    #[test]
    fn a_waiter_can_give_up() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path(), ".h5", Durability::Process, Duration::ZERO).unwrap();
        let id = RunId::new("a").unwrap();
        let _held = folder.lock(&id, || false).unwrap().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| assert!(folder.lock(&id, || true).unwrap().is_none()));
        });
    }

    #[test]
    fn a_thread_does_not_wait_for_itself() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path(), ".h5", Durability::Process, Duration::ZERO).unwrap();
        let id = RunId::new("a").unwrap();
        let held = folder.lock(&id, || false).unwrap().unwrap();
        assert!(matches!(folder.lock(&id, || false), Err(FileError::Recursive { .. })));
        drop(held);
        assert!(folder.lock(&id, || false).unwrap().is_some());
    }
}
