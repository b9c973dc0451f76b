//! Saying what a call waits for: that another process, or another thread, makes the run.

use std::time::{Duration, Instant};

use super::Store;
use crate::db::Stored;
use crate::files::Holder;
use crate::params::RunId;
use crate::record::Timestamp;

/// How long a call waits before it says so.
const FIRST: Duration = Duration::from_secs(1);

/// By how much the pause grows until it says so again.
const GROWTH: u32 = 8;

/// A call that waits.
#[derive(Debug)]
pub(crate) struct Waiting {
    start: Instant,
    since: Timestamp,
    /// How long it must have waited to say so.
    next: Duration,
}

impl Waiting {
    /// A call that begins to wait now.
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), since: Timestamp::now(), next: FIRST }
    }

    /// How long it has waited.
    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Logs for which run the call waits, if it has waited long enough: after a second, and at ever longer intervals. `holder`
    /// finds out who makes the run, which may take a while.
    pub(crate) fn note(&mut self, table: &str, id: &RunId, holder: impl FnOnce() -> String) {
        let waited = self.elapsed();
        if waited < self.next {
            return;
        }
        self.next = waited * GROWTH;
        tracing::info!(
            table,
            %id,
            holder = holder(),
            since = %self.since,
            waited_seconds = waited.as_secs_f64(),
            "waiting for a run that is being made elsewhere"
        );
    }
}

impl<T: Stored> Store<T> {
    /// Who has the lock of an id on this machine, as far as that can be found out.
    pub(super) fn file_holder(&self, id: &RunId) -> String {
        self.folder().lock_holder(id).to_string()
    }

    /// Who works on an id, as far as that can be found out.
    pub(crate) fn holder(&self, id: &RunId) -> String {
        match self.folder().lock_holder(id) {
            Holder::Unknown => self.db_holder(id),
            holder => holder.to_string(),
        }
    }

    /// Who has the lock of an id in the database, as far as that can be found out.
    pub(super) fn db_holder(&self, id: &RunId) -> String {
        self.inner.locks.holder(id).unwrap_or_else(|| "another process".to_owned())
    }
}
