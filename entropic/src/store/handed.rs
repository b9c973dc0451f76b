//! What workers have made: taken from a living sweep's folder by its process, and from a dead one's by whoever comes next.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use serde_json::{Map, Value};

use super::recover::by_first_name;
use super::run::Finished;
use super::{Asked, Store};
use crate::Result;
use crate::db::Stored;
use crate::files::{Durability, SWEEPS};
use crate::params::RunId;
use crate::record::{CustomData, Timestamp};
use crate::worker::{Line, Manifest, PROTOCOL, Reader, SweepFolder, WorkerError};

/// A run that a worker has brought to its end.
#[derive(Debug, Clone)]
pub(crate) struct Handed {
    pub(crate) staged: PathBuf,
    pub(crate) columns: Map<String, Value>,
    pub(crate) custom_data: CustomData,
    pub(crate) created_at: Timestamp,
}

/// What is known of the folders of sweeps, by their names.
pub(super) type Known = HashMap<String, Folder>;

/// What is known of the folder of a sweep.
#[derive(Debug, Default)]
pub(super) struct Folder {
    /// What its process has claimed, and how long the list was.
    claims: (u64, HashSet<String>),
    /// How far its journals were read.
    readers: HashMap<PathBuf, Reader>,
    /// What was read there and is not taken over.
    left: HashMap<RunId, Handed>,
}

impl<T: Stored> Store<T> {
    /// Where the folders of sweeps are.
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
            tied: true,
            full: self.folder().durability() == Durability::Full,
            command: std::env::args().collect(),
        })
    }

    /// Parameters as workers are told of them.
    pub(crate) fn portable(&self, params: &T) -> Result<Map<String, Value>> {
        by_first_name(params, &T::Output::default())
    }

    /// What a worker has made, as if it had been made here.
    pub(crate) fn receive(
        &self,
        sweep: &SweepFolder,
        id: &RunId,
        handed: Handed,
    ) -> Result<(T, Finished<T>)> {
        let Handed { staged, columns, custom_data, created_at } = handed;
        let values = Self::as_now(columns)?;
        let (params, output) = values.and_then(T::from_values).ok_or_else(|| WorkerError::Damaged {
            path: sweep.journals(),
            reason: format!("run `{id}` is of another shape"),
        })?;
        let below = Path::new(SWEEPS).join(sweep.name()).join("staged").join(staged);
        let attempt = self.folder().receive(below, id);
        Ok((params, Finished { output, attempt, custom_data, created_at }))
    }

    /// Takes over what the workers of dead sweeps have made, and removes what is left of those sweeps.
    pub(super) fn adopt_sweeps(&self) -> Result<Vec<RunId>> {
        let mut adopted = Vec::new();
        for sweep in SweepFolder::all(&self.folder().sweeps())? {
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
                Err(error) => {
                    tracing::warn!(path = %sweep.root().display(), %error, "what is left of a sweep cannot be read");
                    continue;
                }
            };
            let all = self.adopt_sweep(&sweep, &mut adopted)?;
            // Workers that are not tied to their sweep's process may still be at it.
            let is_over = all && (manifest.tied || sweep.is_ended()) && !sweep.has_live_workers();
            // What its process had taken in already is for whoever looks into that one's journal.
            if is_over && !self.folder().awaits(&Path::new(SWEEPS).join(sweep.name()))? {
                sweep.remove();
            }
        }
        Ok(adopted)
    }

    /// Takes over what the workers of a sweep have made since it was looked at last; whether nothing is left of it.
    pub(crate) fn adopt_sweep(&self, sweep: &SweepFolder, adopted: &mut Vec<RunId>) -> Result<bool> {
        let mut known = self.inner.sweeps.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.entry(sweep.name()).or_default();
        let mut lines = Vec::new();
        for path in sweep.all_journals() {
            lines.extend(known.readers.entry(path.clone()).or_insert_with(|| Reader::of(path)).read()?);
        }
        for line in lines {
            let Line::Done { id, staged, columns, custom_data, created_at } = line else { continue };
            known.left.insert(id, Handed { staged, columns, custom_data, created_at });
        }
        if known.left.is_empty() {
            return Ok(true);
        }
        let (ids, taken): (Vec<RunId>, _) = (known.left.keys().cloned().collect(), sweep.taken());
        for id in ids {
            let Some(handed) = known.left.remove(&id) else { continue };
            if taken.contains(id.as_str()) {
                continue;
            }
            match self.adopt_handed(sweep, &id, &handed) {
                Ok(Some(true)) => adopted.push(id),
                Ok(Some(false)) => {}
                Ok(None) => drop(known.left.insert(id, handed)),
                Err(error) => {
                    tracing::warn!(table = T::TABLE.name, %id, %error, "a finished run cannot be taken over");
                    known.left.insert(id, handed);
                }
            }
        }
        Ok(known.left.is_empty())
    }

    /// Stores a run that a worker has made, unless it is stored already, or its result is gone; whether it did. `None`
    /// if somebody else has a part in it.
    fn adopt_handed(&self, sweep: &SweepFolder, id: &RunId, handed: &Handed) -> Result<Option<bool>> {
        let written = self.inner.results == super::store::Results::Written;
        if written && !sweep.staged().join(&handed.staged).exists() {
            return Ok(Some(false));
        }
        let Some(hold) = self.hold_only_if_free(id)? else { return Ok(None) };
        let (params, finished) = self.receive(sweep, id, handed.clone())?;
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
        match self.held_hit(&asked)? {
            Ok(_made) => {
                finished.attempt.discard();
                Ok(Some(false))
            }
            Err(known) => {
                let ready = self.ready(hold, &params, id, finished, known)?;
                self.commit(&mut [(&params, ready)], false).into_iter().collect::<Result<()>>()?;
                if !written {
                    sweep.take(id)?;
                }
                tracing::info!(table = T::TABLE.name, %id, "took over a finished run of a dead sweep");
                Ok(Some(true))
            }
        }
    }

    /// Whether one of some sweeps lives and is to make a run.
    pub(super) fn is_claimed(&self, sweeps: &[SweepFolder], id: &RunId) -> Result<bool> {
        for sweep in sweeps {
            if sweep.claims_len() > 0 && sweep.is_alive() && self.has_claimed(sweep, id)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn has_claimed(&self, sweep: &SweepFolder, id: &RunId) -> Result<bool> {
        let mut known = self.inner.sweeps.lock().unwrap_or_else(PoisonError::into_inner);
        let claims = &mut known.entry(sweep.name()).or_default().claims;
        let len = sweep.claims_len();
        if claims.0 != len {
            *claims = (len, sweep.claims()?);
        }
        Ok(claims.1.contains(id.as_str()))
    }

    /// Claims those of some ids that no other living sweep has claimed.
    #[cfg(feature = "cluster")]
    pub(crate) fn claim(&self, ours: &SweepFolder, ids: Vec<RunId>) -> Result<HashSet<RunId>> {
        // One at a time: what two claim is never the same.
        let _claiming = self.folder().claiming()?;
        let others = SweepFolder::all(&self.folder().sweeps())?;
        let others: Vec<_> = others
            .into_iter()
            .filter(|sweep| sweep != ours && sweep.claims_len() > 0 && sweep.is_alive())
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
}
