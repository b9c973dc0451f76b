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
use crate::files::{Head, first_format};
use crate::sweep::SweepError;
use crate::worker::{SweepDir, WorkerError};

/// Of the lines that remember arrays.
pub(super) const FORMAT: u32 = 1;

/// An array of jobs, about to be submitted or submitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Array {
    #[serde(default = "first_format")]
    pub(super) format: u32,
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
        SweepError::NoTrace { status, directory: dir.root().to_owned() }
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

/// The arrays of a sweep, each as it was remembered last.
fn all(dir: &SweepDir) -> Result<Vec<Array>, WorkerError> {
    let path = path(dir);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        other => other.map_err(WorkerError::io("read", &path))?,
    };
    let mut arrays: Vec<Array> = Vec::new();
    for line in text.lines() {
        if let Ok(Head { format }) = serde_json::from_str(line) {
            WorkerError::refuse_newer(&path, format, FORMAT)?;
        }
        // What is no line was cut off by a crash.
        if let Ok(array) = serde_json::from_str::<Array>(line) {
            arrays.retain(|known| known.wave != array.wave);
            arrays.push(array);
        }
    }
    Ok(arrays)
}

/// Slurm's ids of the arrays of a sweep; those that nobody came to write down are asked for.
pub(super) fn of(dir: &SweepDir, slurm: &Slurm) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for array in all(dir)? {
        match array.id {
            Some(id) => ids.push(id),
            None => ids.extend(slurm.named(&array.name)?.pop()),
        }
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::path::Path;

    use super::*;

    #[test]
    fn lines_without_a_format_are_of_the_first_and_those_of_a_newer_version_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let folder = SweepDir::at(dir.path());
        let jobs = dir.path().join("jobs.jsonl");
        fs::write(&jobs, "{\"wave\":0,\"jobs\":2,\"name\":\"x\"}\n{\"wa").unwrap();
        let array = Array { format: 1, wave: 0, jobs: 2, name: "x".to_owned(), id: None };
        assert_eq!(all(&folder).unwrap(), std::slice::from_ref(&array));
        fs::write(&jobs, "").unwrap();
        note(&folder, &array).unwrap();
        assert_eq!(all(&folder).unwrap(), [array]);
        fs::write(&jobs, "{\"format\":9,\"batch\":\"of another shape\"}\n").unwrap();
        let error = all(&folder).unwrap_err();
        assert!(
            matches!(&error, WorkerError::Newer { path, format: 9, known: FORMAT } if path == Path::new(&jobs))
        );
    }
}
