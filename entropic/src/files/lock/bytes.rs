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

/// What came of trying to lock a byte.
#[derive(Debug)]
pub(super) enum Tried {
    Taken(Byte),
    /// Another thread or process has it.
    Busy,
    /// The file that was open is no longer the one at its path, and is closed.
    Moved,
}

/// The same of the file.
enum Locked {
    Here(Arc<Opened>),
    Busy,
    Moved,
}

impl Bytes {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, state: Mutex::default() }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file is open, so that the next lock can tell whether its directory is still the one that it was.
    pub(super) fn is_open(&self) -> bool {
        self.state().opened.is_some()
    }

    /// Who has locked a byte.
    pub(super) fn holder(&self, key: i64) -> Holder {
        if self.state().taken.contains(&key) {
            return Holder::ThisProcess;
        }
        // Offsets are as wide as keys wherever there are such locks.
        Holder::of(&self.path, Some(place(key)))
    }

    /// Locks a byte, unless another thread or process has. An error of the kind `InvalidInput` says that the system knows
    /// no such locks.
    pub(super) fn try_take(self: &Arc<Self>, key: i64) -> io::Result<Tried> {
        if !self.state().taken.insert(key) {
            return Ok(Tried::Busy);
        }
        let locked = self.lock(place(key));
        if !matches!(locked, Ok(Locked::Here(_))) {
            self.state().taken.remove(&key);
        }
        Ok(match locked? {
            Locked::Here(in_file) => Tried::Taken(Byte { of: Arc::clone(self), in_file, key }),
            Locked::Busy => Tried::Busy,
            Locked::Moved => Tried::Moved,
        })
    }

    fn lock(&self, at: i64) -> io::Result<Locked> {
        let opened = self.opened()?;
        if !set(&opened.file, libc::F_WRLCK, at)? {
            return Ok(Locked::Busy);
        }
        if super::is_at(&opened.meta, &self.path)? {
            return Ok(Locked::Here(opened));
        }
        // Another process or a user has removed the file: others lock another one by now.
        set(&opened.file, libc::F_UNLCK, at)?;
        self.state().opened = None;
        Ok(Locked::Moved)
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

    /// The byte of a key, after the file was made anew if it must be.
    fn take(bytes: &Arc<Bytes>, key: i64) -> Option<Byte> {
        match bytes.try_take(key).unwrap() {
            Tried::Taken(byte) => Some(byte),
            Tried::Busy => None,
            Tried::Moved => take(bytes, key),
        }
    }

    #[test]
    fn a_byte_is_had_once_and_the_others_meanwhile() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("own/ids.lock");
        let [here, there] = [(); 2].map(|()| Arc::new(Bytes::new(path.clone())));
        for key in [0, 7, -1, i64::MIN, i64::MAX] {
            let held = take(&here, key).unwrap();
            assert!(take(&here, key).is_none());
            assert!(take(&there, key).is_none());
            assert!(take(&there, key ^ 1).is_none());
            // In one process it is none but the id that counts.
            let neighbour = take(&here, key ^ 1).unwrap();
            drop(neighbour);
            assert!(take(&there, key).is_none());
            assert!(take(&there, key ^ 1024).is_some());
            drop(held);
            assert!(take(&there, key).is_some());
        }
        assert_eq!(fs::metadata(path).unwrap().len(), 0);
    }

    #[test]
    fn a_file_that_was_removed_or_replaced_is_made_anew_for_all() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ids.lock");
        let [here, there] = [(); 2].map(|()| Arc::new(Bytes::new(path.clone())));
        let old = take(&here, 2).unwrap();
        fs::remove_file(&path).unwrap();
        let held = take(&here, 4).unwrap();
        assert!(take(&there, 4).is_none());
        drop(old);
        assert!(take(&here, 2).is_some());
        fs::remove_file(&path).unwrap();
        fs::write(&path, "").unwrap();
        drop(held);
        let held = take(&there, 4).unwrap();
        assert!(take(&here, 4).is_none());
        drop(held);
    }
}
