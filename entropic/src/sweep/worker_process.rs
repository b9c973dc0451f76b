//! A worker that runs on this machine.

use std::io;
use std::process::{Child, ExitStatus};
use std::time::Instant;

/// A worker, and the chunk that it has.
pub(super) struct WorkerProcess {
    child: Child,
    has_ended: bool,
    pub(super) chunk: String,
    pub(super) points: usize,
    pub(super) since: Instant,
}

impl WorkerProcess {
    pub(super) fn new(child: Child, chunk: String, points: usize) -> Self {
        Self { child, has_ended: false, chunk, points, since: Instant::now() }
    }

    /// How it has ended, if it has.
    pub(super) fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        let ended = self.child.try_wait()?;
        self.has_ended |= ended.is_some();
        Ok(ended)
    }

    /// Kills it, and the programs that it has started.
    pub(super) fn kill(&mut self) {
        #[cfg(unix)]
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw) {
            // Not after it was waited for: the number may be another's then.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.kill();
    }
}

impl Drop for WorkerProcess {
    /// Should a closure of the caller panic, no worker goes on with points that are no longer held.
    fn drop(&mut self) {
        if !self.has_ended {
            self.kill();
            let _ = self.child.wait();
        }
    }
}
