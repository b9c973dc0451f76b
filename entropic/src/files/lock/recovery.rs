//! One process at a time finishes what dead ones have left.

use std::fs::{self, File, OpenOptions};
use std::thread;
use std::time::{Duration, Instant};

use super::super::names::refuse_link;
use super::super::{FileError, Folder};

impl Folder {
    /// Held while a sweep claims the points that it is to make.
    ///
    /// # Errors
    /// [`FileError::HeldUp`] (`is_transient`), [`FileError::Io`].
    #[cfg(feature = "cluster")]
    pub fn claiming(&self) -> Result<File, FileError> {
        self.recovery_lock()
    }

    /// Held while what dead processes have left is finished.
    pub(in crate::files) fn recovery_lock(&self) -> Result<File, FileError> {
        let path = self.own().join("recovery.lock");
        refuse_link(&path)?;
        let failed = || FileError::own("lock", &path);
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed())?;
        let (start, mut pause) = (Instant::now(), Duration::from_millis(1));
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(fs::TryLockError::WouldBlock) if start.elapsed() < self.patience() => {
                    thread::sleep(pause)
                }
                Err(fs::TryLockError::WouldBlock) => {
                    return Err(FileError::HeldUp { path, seconds: start.elapsed().as_secs_f64() });
                }
                Err(fs::TryLockError::Error(error)) => return Err(failed()(error)),
            }
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    }
}
