//! Ids as files of their own.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// A locked file, there for as long as it is.
#[derive(Debug)]
pub(super) struct Named {
    /// There until it is dropped.
    file: Option<File>,
    path: PathBuf,
}

impl Named {
    /// Makes and locks a file, unless somebody else has.
    pub(super) fn try_take(path: &Path) -> io::Result<Option<Self>> {
        Self::of(super::open(path)?, path)
    }

    /// Those in a folder that nobody holds. They block nobody; whoever died holding them could not remove them.
    pub(super) fn ownerless(folder: &Path) -> impl Iterator<Item = Self> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        // Locks have nothing in them: what has is somebody else's.
        let empty =
            entries.filter(|entry| entry.metadata().is_ok_and(|meta| meta.is_file() && meta.len() == 0));
        empty.filter_map(|entry| {
            let path = entry.path();
            Self::of(OpenOptions::new().write(true).open(&path).ok()?, &path).ok()?
        })
    }

    fn of(file: File, path: &Path) -> io::Result<Option<Self>> {
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        // The one before may have removed the file between our opening and locking it; the lock is then one on nothing.
        Ok(super::is_at(&file.metadata()?, path)?.then(|| Self { file: Some(file), path: path.to_owned() }))
    }

    /// Leaves the file where it is.
    pub(super) fn leave(mut self) {
        self.file = None;
    }
}

impl Drop for Named {
    fn drop(&mut self) {
        // While it is held: whoever locks this file later sees that its name is gone, and opens another. Windows
        // does not remove open files, where the empty file stays.
        if let Some(_held) = self.file.take() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn one_thread_at_a_time_holds_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("locks/a");
        let (inside, made) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    while made.load(Ordering::SeqCst) < 500 {
                        let Some(_lock) = Named::try_take(&path).unwrap() else { continue };
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                        made.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!(!path.exists(), "nothing is left behind");
    }

    #[test]
    fn what_a_dead_process_left_is_found_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let held = Named::try_take(&dir.path().join("held")).unwrap();
        Named::try_take(&dir.path().join("left")).unwrap().unwrap().leave();
        fs::write(dir.path().join("mine"), "something").unwrap();
        let ownerless: Vec<_> = Named::ownerless(dir.path()).map(|lock| lock.path.clone()).collect();
        assert_eq!(ownerless, [dir.path().join("left")]);
        assert!(!dir.path().join("left").exists());
        assert!(dir.path().join("held").exists() && dir.path().join("mine").exists());
        drop(held);
    }
}
