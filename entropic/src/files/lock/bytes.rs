//! Ids as bytes of one file.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;

use super::Holder;

/// A file of whose bytes each stands for an id: the locks of an open file description on single bytes, which end with the
/// description, so with the process at the latest. (`F_OFD_SETLK` in `fcntl(2)`; those of POSIX would end whenever this
/// process closes the file, wherever.)
#[derive(Debug)]
pub(super) struct Bytes {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    opened: Option<Arc<Opened>>,
    /// The ids that are locked here: to the system they all have one owner.
    taken: HashSet<i64>,
}

#[derive(Debug)]
struct Opened {
    file: File,
    /// What tells it from others.
    meta: fs::Metadata,
}

/// A locked byte.
#[derive(Debug)]
pub(super) struct Byte {
    of: Arc<Bytes>,
    in_file: Arc<Opened>,
    key: i64,
}

impl Bytes {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, state: Mutex::default() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Locks a byte, unless somebody else has. An error of the kind `InvalidInput` says that the system knows no such
    /// locks.
    pub(super) fn try_take(self: &Arc<Self>, key: i64) -> io::Result<Option<Byte>> {
        if !self.state().taken.insert(key) {
            return Ok(None);
        }
        let locked = self.lock(place(key));
        if !matches!(locked, Ok(Some(_))) {
            self.state().taken.remove(&key);
        }
        Ok(locked?.map(|in_file| Byte { of: Arc::clone(self), in_file, key }))
    }

    /// Who has locked a byte.
    pub(super) fn holder(&self, key: i64) -> Holder {
        if self.state().taken.contains(&key) {
            return Holder::ThisProcess;
        }
        // Offsets are as wide as keys wherever there are such locks.
        Holder::of(&self.path, Some(place(key)))
    }

    fn lock(&self, at: i64) -> io::Result<Option<Arc<Opened>>> {
        loop {
            let opened = self.opened()?;
            if !set(&opened.file, libc::F_WRLCK, at)? {
                return Ok(None);
            }
            if super::is_at(&opened.meta, &self.path)? {
                return Ok(Some(opened));
            }
            // Somebody has removed the file by hand: others lock another one by now.
            set(&opened.file, libc::F_UNLCK, at)?;
            self.state().opened = None;
        }
    }

    /// The file, made when it is wanted first: a process that only reads leaves no trace.
    fn opened(&self) -> io::Result<Arc<Opened>> {
        let mut state = self.state();
        if let Some(opened) = &state.opened {
            return Ok(Arc::clone(opened));
        }
        let file = super::open(&self.path)?;
        let meta = file.metadata()?;
        let opened = Arc::new(Opened { file, meta });
        state.opened = Some(Arc::clone(&opened));
        Ok(opened)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which byte an id has. Files end before the last bit: two ids that differ in it alone have one byte, which a process may
/// have for both, and for which processes wait.
fn place(key: i64) -> i64 {
    (key.cast_unsigned() >> 1).cast_signed()
}

/// Locks a byte or gives it back; whether nobody else has it.
fn set(file: &File, kind: libc::c_int, at: i64) -> io::Result<bool> {
    #[allow(clippy::useless_conversion, reason = "files are shorter on other systems")]
    let start = libc::off_t::try_from(at & i64::from(libc::off_t::MAX)).unwrap_or_default();
    #[expect(clippy::cast_possible_truncation, reason = "constants of the system, of which C makes the same")]
    let lock = libc::flock {
        l_type: kind as libc::c_short,
        l_whence: libc::SEEK_SET as libc::c_short,
        l_start: start,
        l_len: 1,
        l_pid: 0,
    };
    loop {
        match fcntl(file, FcntlArg::F_OFD_SETLK(&lock)) {
            Ok(_) => return Ok(true),
            Err(Errno::EAGAIN | Errno::EACCES) => return Ok(false),
            Err(Errno::EINTR) => {}
            Err(other) => return Err(other.into()),
        }
    }
}

impl Drop for Byte {
    fn drop(&mut self) {
        let mut state = self.of.state();
        state.taken.remove(&self.key);
        if state.taken.contains(&(self.key ^ 1)) {
            // Whoever has the other id of the byte gives it back.
            return;
        }
        if let Err(error) = set(&self.in_file.file, libc::F_UNLCK, place(self.key)) {
            tracing::warn!(path = %self.of.path.display(), %error, "could not give back the lock of a run");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_byte_is_had_once_and_the_others_meanwhile() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("own/ids.lock");
        let [here, there] = [(); 2].map(|()| Arc::new(Bytes::new(path.clone())));
        for key in [0, 7, -1, i64::MIN, i64::MAX] {
            let held = here.try_take(key).unwrap().unwrap();
            assert!(here.try_take(key).unwrap().is_none());
            assert!(there.try_take(key).unwrap().is_none());
            assert!(there.try_take(key ^ 1).unwrap().is_none());
            // In one process it is none but the id that counts.
            let neighbour = here.try_take(key ^ 1).unwrap().unwrap();
            drop(neighbour);
            assert!(there.try_take(key).unwrap().is_none());
            assert!(there.try_take(key ^ 1024).unwrap().is_some());
            drop(held);
            assert!(there.try_take(key).unwrap().is_some());
        }
        assert_eq!(fs::metadata(path).unwrap().len(), 0);
    }

    #[test]
    fn a_file_that_was_removed_or_replaced_is_made_anew_for_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ids.lock");
        let [here, there] = [(); 2].map(|()| Arc::new(Bytes::new(path.clone())));
        let old = here.try_take(2).unwrap().unwrap();
        fs::remove_file(&path).unwrap();
        let held = here.try_take(4).unwrap().unwrap();
        assert!(there.try_take(4).unwrap().is_none());
        drop(old);
        assert!(here.try_take(2).unwrap().is_some());
        fs::remove_file(&path).unwrap();
        fs::write(&path, "").unwrap();
        drop(held);
        let held = there.try_take(4).unwrap().unwrap();
        assert!(here.try_take(4).unwrap().is_none());
        drop(held);
    }
}
