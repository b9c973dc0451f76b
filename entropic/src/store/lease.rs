//! The right to work on an id: a lock of the results directory, and one of the database that processes on other hosts see.
//!
//! A lease says that nobody else works on the id, and nothing about its row, or about what others have begun of it; that is
//! for [`recovery`](super::recovery) to settle.

use std::ffi::OsStr;
use std::thread;
use std::time::{Duration, Instant};

use super::{Store, StoreError, Waiting};
use crate::Result;
use crate::db::{RunLock, Stored};
use crate::files::{FileError, IdLock};
use crate::params::RunId;

/// The right to work on an id, until it is dropped.
pub(crate) struct Lease<'a> {
    // Given back in this order: the outer one last.
    pub(super) db: RunLock<'a>,
    pub(super) file: IdLock,
}

/// What is leased to keep a result of that name: no key has a slash in it. Always after the lease of an id, so that no two
/// wait for each other.
pub(super) fn lock_of_name(name: &OsStr) -> RunId {
    RunId::from_stored(format!("/{}", name.to_string_lossy()))
}

impl<T: Stored> Store<T> {
    /// Waits until nobody else works on an id.
    pub(super) fn take_lease(&self, id: &RunId, waiting: &mut Waiting) -> Result<Lease<'_>> {
        let file = self.folder().lock(id, || {
            waiting.note(T::TABLE.name, id, || self.file_holder(id));
            self.gives_up(waiting)
        })?;
        let file = file.ok_or_else(|| self.gave_up(id, waiting))?;
        let db = self.db_lock(id, waiting)?;
        Ok(Lease { db, file })
    }

    /// The right to work on an id, unless another thread or process does.
    pub(super) fn try_lease(&self, id: &RunId) -> Result<Option<Lease<'_>>> {
        let file = match self.folder().lock(id, || true) {
            // This very thread works on it.
            Ok(None) | Err(FileError::Recursive { .. }) => return Ok(None),
            Ok(Some(file)) => file,
            Err(error) => return Err(error.into()),
        };
        let Some(db) = self.inner.locks.try_take(id)? else { return Ok(None) };
        Ok(Some(Lease { db, file }))
    }

    /// The lock that processes on other hosts see.
    fn db_lock(&self, id: &RunId, waiting: &mut Waiting) -> Result<RunLock<'_>> {
        let mut pause = Duration::from_millis(2);
        loop {
            if let Some(lock) = self.inner.locks.try_take(id)? {
                return Ok(lock);
            }
            waiting.note(T::TABLE.name, id, || self.db_holder(id));
            if self.gives_up(waiting) {
                return Err(self.gave_up(id, waiting).into());
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(100));
        }
    }

    /// Makes sure that an id is still leased before its row is written. A lost session is taken anew; whether another
    /// process has made the run in between, the row will tell.
    pub(super) fn renew<'a>(&'a self, id: &RunId, lease: &mut Lease<'a>) -> Result<()> {
        if lease.db.is_held() {
            return Ok(());
        }
        tracing::warn!(table = T::TABLE.name, %id, "the lock session was lost; locking again");
        let (start, mut pause) = (Instant::now(), Duration::from_millis(2));
        // The result is in place: whoever has the id by now may store it.
        while start.elapsed() < self.inner.patience {
            if let Some(lock) = self.inner.locks.try_take(id)? {
                lease.db = lock;
                return Ok(());
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(100));
        }
        Err(StoreError::StillRunning { id: id.clone(), seconds: start.elapsed().as_secs_f64() }.into())
    }

    /// How long a call waits for a run that another process makes.
    pub(crate) fn wait_timeout(&self) -> Option<Duration> {
        self.inner.wait
    }

    pub(super) fn gives_up(&self, waiting: &Waiting) -> bool {
        self.cancel.is_cancelled() || self.inner.wait.is_some_and(|wait| waiting.elapsed() >= wait)
    }

    pub(super) fn gave_up(&self, id: &RunId, waiting: &Waiting) -> StoreError {
        if self.cancel.is_cancelled() {
            StoreError::Cancelled { id: id.clone() }
        } else {
            StoreError::StillRunning { id: id.clone(), seconds: waiting.elapsed().as_secs_f64() }
        }
    }
}
