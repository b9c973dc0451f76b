//! Which arrays of jobs a sweep has: remembered in its directory, for the one who calls it again.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::job_state::JobState;
use super::slurm::Slurm;
use crate::Result;
use crate::sweep::SweepError;
use crate::worker::{SweepDir, WorkerError};

/// An array of jobs, about to be submitted or submitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Array {
    pub(super) wave: usize,
    /// How many jobs it has.
    pub(super) jobs: usize,
    /// The name of its jobs: found by it if nobody came to write down the id.
    pub(super) name: String,
    /// Slurm's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
}

/// A job whose chunk is not closed.
pub(super) struct Job {
    pub(super) array: String,
    pub(super) number: usize,
    /// Since when Slurm says that it is over, and how.
    pub(super) over: Option<(Instant, JobState)>,
}

impl Job {
    /// Takes in what Slurm knows of its array: nothing, when that was long ago.
    pub(super) fn see(&mut self, states: Option<&HashMap<usize, JobState>>) {
        let state =
            states.and_then(|states| states.get(&self.number)).cloned().unwrap_or_else(JobState::gone);
        self.over = match self.over.take() {
            _ if !state.is_over() => None,
            Some((since, _)) => Some((since, state)),
            None => Some((Instant::now(), state)),
        };
    }
}

/// Why a job says nothing.
pub(super) fn diagnose(dir: &SweepDir, chunk: &str, state: &JobState, log: String) -> SweepError {
    let status = state.told();
    if dir.log(chunk).exists() {
        SweepError::NoWorker { status, log }
    } else {
        SweepError::NoTrace { status, dir: dir.root().to_owned() }
    }
}

fn path(dir: &SweepDir) -> PathBuf {
    dir.root().join("jobs.jsonl")
}

/// Remembers an array.
pub(super) fn note(dir: &SweepDir, array: &Array) -> Result<(), WorkerError> {
    let path = path(dir);
    let failed = || WorkerError::io("write", &path);
    let mut line = serde_json::to_vec(array).map_err(|error| failed()(error.into()))?;
    line.push(b'\n');
    let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(failed())?;
    file.write_all(&line).and_then(|()| file.sync_data()).map_err(failed())
}

/// Slurm's ids of the arrays of a sweep; those that nobody came to write down are asked for.
pub(super) fn of(dir: &SweepDir, slurm: &Slurm) -> Result<Vec<String>> {
    let path = path(dir);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        other => other.map_err(WorkerError::io("read", &path))?,
    };
    let mut arrays: Vec<Array> = Vec::new();
    for array in text.lines().filter_map(|line| serde_json::from_str::<Array>(line).ok()) {
        arrays.retain(|known| known.wave != array.wave);
        arrays.push(array);
    }
    let mut ids = Vec::new();
    for array in arrays {
        match array.id {
            Some(id) => ids.push(id),
            None => ids.extend(slurm.named(&array.name)?.pop()),
        }
    }
    Ok(ids)
}
