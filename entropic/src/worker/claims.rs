//! The ids that sweeps have claimed: a live sweep alone makes those runs.
//!
//! A sweep of many jobs cannot keep a lock for each run, so it writes the ids into its directory. They are claimed for as long
//! as its process lives.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{SweepDir, WorkerError};
use crate::params::RunId;

/// What this process has read of the claims of sweeps.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    read: Mutex<HashMap<String, Read>>,
}

/// The claims of a sweep.
#[derive(Debug, Default)]
struct Read {
    /// How long the list was, in bytes: it only grows.
    len: u64,
    ids: HashSet<String>,
}

impl Claims {
    /// Which of some sweeps is live and has claimed a run.
    pub(crate) fn claimant<'s>(
        &self,
        sweeps: &'s [SweepDir],
        id: &RunId,
    ) -> Result<Option<&'s SweepDir>, WorkerError> {
        for sweep in sweeps {
            if sweep.claims_len() > 0 && sweep.is_alive() && self.has_claimed(sweep, id)? {
                return Ok(Some(sweep));
            }
        }
        Ok(None)
    }

    /// Claims those of some ids for a sweep that no other one of `sweeps` has claimed. The caller sees to it that no other
    /// process claims any meanwhile.
    #[cfg(feature = "cluster")]
    pub(crate) fn claim(
        &self,
        ours: &SweepDir,
        sweeps: &[SweepDir],
        ids: Vec<RunId>,
    ) -> Result<HashSet<RunId>, WorkerError> {
        let others: Vec<_> = sweeps
            .iter()
            .filter(|sweep| *sweep != ours && sweep.claims_len() > 0 && sweep.is_alive())
            .collect();
        let mut free = Vec::new();
        'ids: for id in ids {
            for sweep in &others {
                if self.has_claimed(sweep, &id)? {
                    continue 'ids;
                }
            }
            free.push(id);
        }
        ours.claim(&free)?;
        Ok(free.into_iter().collect())
    }

    fn has_claimed(&self, sweep: &SweepDir, id: &RunId) -> Result<bool, WorkerError> {
        let mut read = self.read();
        let read = read.entry(sweep.name()).or_default();
        let len = sweep.claims_len();
        if read.len != len {
            *read = Read { len, ids: sweep.claims()? };
        }
        Ok(read.ids.contains(id.as_str()))
    }

    fn read(&self) -> MutexGuard<'_, HashMap<String, Read>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
