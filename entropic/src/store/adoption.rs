//! What workers have made: taken from a living sweep's directory by its process, and from a dead one's by the next process
//! that opens the store or wants a run of it. And the leases of runs, which take the claims of living sweeps into account.

use std::collections::HashMap;
#[cfg(feature = "cluster")]
use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::lease::Lease;
use super::ready::{Basis, IfMovedOn, Seen};
use super::{Asked, Store, Waiting};
use crate::Result;
use crate::db::Stored;
use crate::files::{Durability, SWEEPS};
use crate::params::RunId;
use crate::record::{CustomData, to_current_columns, to_stable_columns};
use crate::runner::{Results, RunOutput};
use crate::words::with_causes;
use crate::worker::{JournalReader, Manifest, PROTOCOL, SweepDir, WorkerError, WorkerEvent, WorkerOutput};

/// How long is waited between two looks at a run that a sweep of another process has claimed.
const CLAIMED: Duration = Duration::from_millis(200);

/// Who waits for longer than this has waited for another process.
const WAITED: Duration = Duration::from_millis(1);

/// What was read in the directories of sweeps, by their names.
pub(super) type Adoptions = HashMap<String, Adoption>;

/// What was read in the directory of a sweep.
#[derive(Debug, Default)]
pub(super) struct Adoption {
    /// How far its journals were read.
    readers: HashMap<PathBuf, JournalReader>,
    /// What was read there and is not taken over.
    left: HashMap<RunId, WorkerOutput>,
}

impl<T: Stored> Store<T> {
    /// Waits until nobody else works on an id or has claimed it, and settles what was begun of it.
    pub(super) fn lease(&self, id: &RunId) -> Result<Lease<'_>> {
        let mut waiting = Waiting::new();
        let mut looks = 0;
        loop {
            let asked = Instant::now();
            let lease = self.take_lease(id, &mut waiting)?;
            let sweeps = SweepDir::all(&self.folder().sweeps())?;
            // The one before may have died since the last look, and its worker have made the run.
            let looked = looks > 1 || (looks == 1 && asked.elapsed() <= WAITED);
            if looked || sweeps.iter().all(SweepDir::is_alive) {
                let Some(claimant) = self.inner.claims.claimant(&sweeps, id)? else {
                    self.settle(&lease, id)?;
                    return Ok(lease);
                };
                drop(lease);
                waiting.note(T::TABLE.name, id, || format!("the sweep in `{}`", claimant.root().display()));
                if self.gives_up(&waiting) {
                    return Err(self.gave_up(id, &waiting).into());
                }
                thread::sleep(CLAIMED);
            } else {
                drop(lease);
            }
            self.take_over()?;
            looks += 1;
        }
    }

    /// The same, unless another thread or process works on the id or has claimed it.
    pub(super) fn lease_if_free(&self, id: &RunId) -> Result<Option<Lease<'_>>> {
        let Some(mut lease) = self.try_lease(id)? else { return Ok(None) };
        let mut sweeps = SweepDir::all(&self.folder().sweeps())?;
        if !sweeps.iter().all(SweepDir::is_alive) {
            // A run that is to be taken over must be free.
            drop(lease);
            self.take_over()?;
            let Some(again) = self.try_lease(id)? else { return Ok(None) };
            lease = again;
            // Another sweep may have begun meanwhile.
            sweeps = SweepDir::all(&self.folder().sweeps())?;
        }
        if self.inner.claims.claimant(&sweeps, id)?.is_some() {
            return Ok(None);
        }
        self.settle(&lease, id)?;
        Ok(Some(lease))
    }

    /// The same, whatever sweeps have claimed it.
    pub(super) fn lease_whoever_claims(&self, id: &RunId) -> Result<Option<Lease<'_>>> {
        let Some(lease) = self.try_lease(id)? else { return Ok(None) };
        self.settle(&lease, id)?;
        Ok(Some(lease))
    }

    /// Takes over what the workers of dead sweeps have made.
    pub(super) fn take_over(&self) -> Result<()> {
        let adopted = self.adopt_sweeps()?;
        if !adopted.is_empty() {
            self.inner.recovered.lock().unwrap_or_else(PoisonError::into_inner).adopted.extend(adopted);
        }
        Ok(())
    }

    /// How many finished runs were taken over since this was asked last.
    pub(crate) fn newly_recovered(&self) -> usize {
        let all = self.recovered().adopted.len();
        all - self.inner.told_recovered.swap(all, Ordering::Relaxed).min(all)
    }

    /// Finishes what dead processes have begun.
    pub(super) fn recover(&self) -> Result<()> {
        SweepDir::remove_half_made(&self.folder().sweeps());
        self.settle_all()?;
        self.take_over()?;
        self.remove_replaced(None).unwrap_or_else(|error| {
            tracing::warn!(table = T::TABLE.name, error = %with_causes(&error), "replaced results could not be removed");
        });
        Ok(())
    }

    /// The same whenever it is wanted.
    pub(crate) fn recover_now(&self) -> Result<()> {
        match self.inner.results {
            _ if self.db().is_read_only() => Ok(()),
            Results::None => {
                self.folder().tidy()?;
                self.take_over()
            }
            Results::Written => self.recover(),
        }
    }

    /// Where the directories of sweeps are.
    pub(crate) fn sweeps(&self) -> PathBuf {
        self.folder().sweeps()
    }

    /// What workers must know about this store.
    pub(crate) fn manifest(&self) -> Result<Manifest> {
        Ok(Manifest {
            protocol: PROTOCOL,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            table: T::TABLE.name.to_owned(),
            identity: Manifest::identity_of::<T>()?,
            results_dir: self.folder().root().to_owned(),
            suffix: self.folder().suffix().to_owned(),
            custom_data: CustomData::new(),
            run_timeout_seconds: None,
            deaths: 3,
            dies_with_parent: true,
            full: self.folder().durability() == Durability::Full,
            command: std::env::args().collect(),
        })
    }

    /// Parameters as workers are told of them.
    pub(crate) fn portable(&self, params: &T) -> Result<Map<String, Value>> {
        Ok(to_stable_columns(params, &T::Output::default())?)
    }

    /// What a worker has made, as if it had been made here.
    pub(crate) fn receive(
        &self,
        sweep: &SweepDir,
        id: &RunId,
        made: WorkerOutput,
    ) -> Result<(T, RunOutput<T>)> {
        let WorkerOutput { staged, columns, custom_data, created_at } = made;
        let values = to_current_columns::<T>(columns)?;
        let (params, output) = values.and_then(T::from_values).ok_or_else(|| WorkerError::Damaged {
            path: sweep.journals(),
            reason: format!("run `{id}` is of another shape"),
        })?;
        let below = Path::new(SWEEPS).join(sweep.name()).join("staged").join(staged);
        let attempt = self.folder().receive(below, id);
        Ok((params, RunOutput { output, attempt, custom_data, created_at }))
    }

    /// Takes over what the workers of dead sweeps have made, and removes what is left of those sweeps.
    pub(super) fn adopt_sweeps(&self) -> Result<Vec<RunId>> {
        let mut adopted = Vec::new();
        for sweep in SweepDir::all(&self.folder().sweeps())? {
            if sweep.is_ours() {
                continue;
            }
            let Some(_owner) = sweep.own()? else { continue };
            let manifest = match sweep.manifest() {
                Ok(manifest) if manifest.table == T::TABLE.name => manifest,
                Ok(_) => continue,
                Err(WorkerError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                    // Whoever removed it has died before the end.
                    sweep.remove();
                    continue;
                }
                Err(error @ WorkerError::Newer { .. }) => return Err(error.into()),
                Err(error) => {
                    tracing::warn!(path = %sweep.root().display(), error = %with_causes(&error), "what is left of a sweep cannot be read");
                    continue;
                }
            };
            let all = self.adopt_sweep(&sweep, &mut adopted)?;
            // Workers that are not tied to their sweep's process may still be at it.
            let is_over = all && (manifest.dies_with_parent || sweep.is_ended()) && !sweep.has_live_workers();
            // What its process had taken in already is for whoever looks into that one's journal.
            if is_over && !self.folder().awaits(&Path::new(SWEEPS).join(sweep.name()))? {
                sweep.remove();
            }
        }
        Ok(adopted)
    }

    /// Takes over what the workers of a sweep have made since it was looked at last; whether nothing is left of it.
    pub(crate) fn adopt_sweep(&self, sweep: &SweepDir, adopted: &mut Vec<RunId>) -> Result<bool> {
        let mut known = self.inner.adoptions.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.entry(sweep.name()).or_default();
        let mut lines = Vec::new();
        for path in sweep.all_journals() {
            lines
                .extend(known.readers.entry(path.clone()).or_insert_with(|| JournalReader::of(path)).read()?);
        }
        for line in lines {
            let WorkerEvent::Done { id, staged, columns, custom_data, created_at } = line else { continue };
            known.left.insert(id, WorkerOutput { staged, columns, custom_data, created_at });
        }
        if known.left.is_empty() {
            return Ok(true);
        }
        let (ids, taken): (Vec<RunId>, _) = (known.left.keys().cloned().collect(), sweep.taken());
        for id in ids {
            let Some(made) = known.left.remove(&id) else { continue };
            if taken.contains(id.as_str()) {
                continue;
            }
            match self.adopt_output(sweep, &id, &made) {
                Ok(Some(true)) => adopted.push(id),
                Ok(Some(false)) => {}
                Ok(None) => drop(known.left.insert(id, made)),
                Err(error) => {
                    tracing::warn!(table = T::TABLE.name, %id, error = %with_causes(&error), "a finished run cannot be taken over");
                    known.left.insert(id, made);
                }
            }
        }
        Ok(known.left.is_empty())
    }

    /// Stores a run that a worker has made, unless it is stored already, or its result is gone; whether it did. `None`
    /// if somebody else has a part in it.
    fn adopt_output(&self, sweep: &SweepDir, id: &RunId, made: &WorkerOutput) -> Result<Option<bool>> {
        let written = self.inner.results == Results::Written;
        if written && !sweep.staged().join(&made.staged).exists() {
            return Ok(Some(false));
        }
        let Some(lease) = self.lease_whoever_claims(id)? else { return Ok(None) };
        let (params, finished) = self.receive(sweep, id, made.clone())?;
        let asked = Asked::of(&params)?;
        let asked = match id.replicated() {
            Some((_, number)) => asked.replicate(number),
            None => asked,
        };
        if asked.id != *id {
            return Err(WorkerError::Damaged {
                path: sweep.journals(),
                reason: format!("the parameters of run `{id}` have another key"),
            }
            .into());
        }
        match self.look_under(&asked)? {
            Seen::Made(_) => {
                finished.attempt.discard();
                Ok(Some(false))
            }
            Seen::ToRun { version } => {
                let basis = Basis { version, if_moved_on: IfMovedOn::GiveWay };
                let ready = self.ready(lease, &params, id, finished, basis)?;
                self.commit(&mut [(&params, ready)], false).into_iter().collect::<Result<()>>()?;
                if !written {
                    sweep.take(id)?;
                }
                tracing::info!(table = T::TABLE.name, %id, "took over a finished run of a dead sweep");
                Ok(Some(true))
            }
        }
    }

    /// Claims those of some ids that no other living sweep has claimed.
    #[cfg(feature = "cluster")]
    pub(crate) fn claim(&self, ours: &SweepDir, ids: Vec<RunId>) -> Result<HashSet<RunId>> {
        // One at a time: what two claim is never the same.
        let _claiming = self.folder().claiming()?;
        let sweeps = SweepDir::all(&self.folder().sweeps())?;
        Ok(self.inner.claims.claim(ours, &sweeps, ids)?)
    }
}
