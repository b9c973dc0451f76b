//! One run of an id at a time, across threads and processes of a host.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::{FileError, Folder, rename};
use crate::params::RunId;

/// The longest pause between two looks at a lock that somebody else holds.
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// How many lock files wait for their next use; a process that holds more at once removes the others.
const MOST_SPARES: usize = 200;

thread_local! {
    /// What this thread holds: waiting for it would be for ever.
    static HELD: RefCell<HashSet<PathBuf>> = RefCell::default();
}

/// The right to run an id; given back when dropped, or when the process dies however it dies.
#[derive(Debug)]
pub struct IdLock {
    /// There until it is dropped.
    file: Option<File>,
    path: PathBuf,
    spares: Arc<Spares>,
}

/// Lock files that are not needed just now, hidden among the locks. They stay locked, and are renamed to be the next lock: to
/// make and remove a file each time is most of what a lock costs, and a rename inside one folder waits for no other.
#[derive(Debug)]
pub(super) struct Spares {
    folder: PathBuf,
    free: Mutex<Vec<(File, PathBuf)>>,
}

impl Spares {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder, free: Mutex::default() }
    }

    /// Gives a spare the name of a lock, unless there is none, or the name is taken.
    fn rename_to(&self, path: &Path) -> Option<File> {
        let (file, spare) = self.free().pop()?;
        match rename::without_replacing(&spare, path) {
            Ok(()) => Some(file),
            Err(error) => {
                if error.kind() == io::ErrorKind::AlreadyExists {
                    self.free().push((file, spare));
                }
                None
            }
        }
    }

    /// Keeps the file of a lock, or gives it back.
    fn keep(&self, file: File, path: &Path) -> Result<(), File> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        if self.free().len() >= MOST_SPARES {
            return Err(file);
        }
        let n = MADE.fetch_add(1, Ordering::Relaxed);
        let spare = self.folder.join(format!(".{}-{n}", std::process::id()));
        let renamed = rename::without_replacing(path, &spare).or_else(|_| {
            fs::create_dir_all(&self.folder)?;
            rename::without_replacing(path, &spare)
        });
        if renamed.is_err() {
            return Err(file);
        }
        self.free().push((file, spare));
        Ok(())
    }

    /// Removes those of this process.
    pub(super) fn clear(&self) {
        for (_locked, path) in self.free().drain(..) {
            let _ = fs::remove_file(path);
        }
    }

    /// Those that dead processes left.
    pub(super) fn ownerless(&self) -> impl Iterator<Item = PathBuf> {
        let all = fs::read_dir(&self.folder).into_iter().flatten().flatten().map(|entry| entry.path());
        all.filter(|path| is_spare(path)).filter(|path| {
            OpenOptions::new().write(true).open(path).is_ok_and(|file| file.try_lock().is_ok())
        })
    }

    fn free(&self) -> MutexGuard<'_, Vec<(File, PathBuf)>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Folder {
    /// Waits for the right to run an id. Whoever gets it must look for the row again: the one before may have
    /// made it. `None` once `give_up` says so.
    ///
    /// # Errors
    /// [`FileError::Io`], also where the file system knows no locks.
    pub fn lock(&self, id: &RunId, give_up: impl Fn() -> bool) -> Result<Option<IdLock>, FileError> {
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

    /// The right to run an id, unless somebody has it, be it this thread.
    pub(super) fn try_lock_idle(&self, id: &RunId) -> Result<Option<IdLock>, FileError> {
        match self.try_lock(id) {
            Err(FileError::Recursive { .. }) => Ok(None),
            other => other,
        }
    }

    /// The right to run an id, unless somebody has it.
    pub(super) fn try_lock(&self, id: &RunId) -> Result<Option<IdLock>, FileError> {
        let path = self.lock_path(id);
        if HELD.with_borrow(|held| held.contains(&path)) {
            return Err(FileError::Recursive { id: id.clone() });
        }
        let file = match self.spares().rename_to(&path) {
            Some(file) => Some(file),
            None => take(&path)?,
        };
        Ok(file.map(|file| {
            HELD.with_borrow_mut(|held| held.insert(path.clone()));
            IdLock { file: Some(file), path, spares: Arc::clone(self.spares()) }
        }))
    }
}

/// Whether it is no lock just now: no id begins with a dot.
pub(super) fn is_spare(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// Opens and locks a lock file, unless somebody else has.
fn take(path: &Path) -> Result<Option<File>, FileError> {
    let failed = || FileError::io("lock", path);
    let open = || OpenOptions::new().create(true).truncate(false).write(true).open(path);
    let file = match open() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = path.parent().unwrap_or(path);
            fs::create_dir_all(folder).map_err(FileError::io("make", folder))?;
            open()
        }
        other => other,
    };
    let file = file.map_err(failed())?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(failed()(error)),
    }
    // The one before may have renamed or removed the file between our opening and locking it; the lock is then one
    // on something else, or on nothing.
    Ok(same_file(&file, path).map_err(failed())?.then_some(file))
}

impl IdLock {
    /// Is no longer this thread's: the lock goes to another one, who gives it back. Should this one want the id
    /// meanwhile, it waits like everybody else.
    pub fn hand_over(&self) {
        HELD.with_borrow_mut(|held| held.remove(&self.path));
    }
}

impl Drop for IdLock {
    fn drop(&mut self) {
        // While it is held: whoever locks this file later sees that its name is gone, and opens another. Windows
        // does not remove open files, where the empty file stays.
        if let Some(file) = self.file.take()
            && let Err(_locked) = self.spares.keep(file, &self.path)
        {
            let _ = fs::remove_file(&self.path);
        }
        HELD.with_borrow_mut(|held| held.remove(&self.path));
    }
}

#[cfg(unix)]
fn same_file(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let ours = file.metadata()?;
    match fs::metadata(path) {
        Ok(named) => Ok((named.dev(), named.ino()) == (ours.dev(), ours.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(not(unix))]
fn same_file(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
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
        let folder = Folder::new(dir.path(), ".h5", Durability::Process).unwrap();
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
        assert!(!folder.lock_path(&id).exists(), "nothing is left behind");
    }

    #[test]
    fn a_waiter_can_give_up() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path(), ".h5", Durability::Process).unwrap();
        let id = RunId::new("a").unwrap();
        let _held = folder.lock(&id, || false).unwrap().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| assert!(folder.lock(&id, || true).unwrap().is_none()));
        });
    }

    #[test]
    fn a_thread_does_not_wait_for_itself() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path(), ".h5", Durability::Process).unwrap();
        let id = RunId::new("a").unwrap();
        let held = folder.lock(&id, || false).unwrap().unwrap();
        assert!(matches!(folder.lock(&id, || false), Err(FileError::Recursive { .. })));
        drop(held);
        assert!(folder.lock(&id, || false).unwrap().is_some());
    }
}
