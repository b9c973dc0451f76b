//! The journal of a worker: what it has begun and what came of it.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{PROTOCOL, WorkerError};
use crate::files::{Head, first_format};
use crate::params::RunId;
use crate::record::{CustomData, Timestamp};

/// A line of a worker's journal.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WorkerEvent {
    /// A worker lives. Its first line: in which format the others are.
    Started {
        #[serde(default = "first_format")]
        format: u32,
        node: String,
    },
    /// A run is being made; what it prints comes behind a place in the log.
    Begun { id: RunId, log: u64 },
    /// A run was stopped because its worker was asked to stop.
    Stopped { id: RunId },
    /// A run has come to its end. Its result, if it has one, is in a directory below that of staged results.
    Done {
        id: RunId,
        staged: PathBuf,
        columns: Map<String, Value>,
        custom_data: CustomData,
        created_at: Timestamp,
    },
    /// A run failed.
    Failed { id: RunId, kind: String, message: String, elapsed_seconds: f64 },
}

/// What all versions of a journal begin with.
#[derive(Deserialize)]
struct Begin {
    started: Head,
}

/// The journal of a worker; locked while it lives.
#[derive(Debug)]
pub(crate) struct WorkerJournal {
    file: File,
    path: PathBuf,
    name: String,
    syncs: bool,
}

impl WorkerJournal {
    /// A new one for a chunk, in the directory of a sweep's journals.
    pub(crate) fn create(journals: &Path, chunk: &str, syncs: bool) -> Result<Self, WorkerError> {
        let name = format!("{chunk}.{}", uuid::Uuid::new_v4().simple());
        let path = journals.join(format!("{name}.jsonl"));
        let file = File::create_new(&path).map_err(WorkerError::io("write", &path))?;
        // Where the file system knows no locks, others must find out otherwise whether it lives.
        let _ = file.try_lock();
        Ok(Self { file, path, name, syncs })
    }

    /// Also the name of the directory of its staged results.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn write(&mut self, event: &WorkerEvent) -> Result<(), WorkerError> {
        let failed = || WorkerError::io("write", &self.path);
        let mut text = serde_json::to_vec(event).map_err(|error| failed()(error.into()))?;
        text.push(b'\n');
        self.file.write_all(&text).map_err(failed())?;
        if self.syncs && matches!(event, WorkerEvent::Done { .. }) {
            self.file.sync_data().map_err(failed())?;
        }
        Ok(())
    }
}

/// Reads a journal as it grows.
#[derive(Debug)]
pub(crate) struct JournalReader {
    path: PathBuf,
    read: u64,
}

impl JournalReader {
    pub(crate) fn of(path: PathBuf) -> Self {
        Self { path, read: 0 }
    }

    /// The lines that have come since. What is no line was cut off by a crash, and says nothing.
    pub(crate) fn read(&mut self) -> Result<Vec<WorkerEvent>, WorkerError> {
        let failed = || WorkerError::io("read", &self.path);
        // Opened anew: so network file systems look for what is new.
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(failed())?,
        };
        let mut text = Vec::new();
        file.seek(SeekFrom::Start(self.read)).map_err(failed())?;
        file.read_to_end(&mut text).map_err(failed())?;
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let mut lines = text[..whole].split(|byte| *byte == b'\n');
        if self.read == 0
            && let Some(Ok(begin)) = lines.next().map(serde_json::from_slice::<Begin>)
        {
            WorkerError::refuse_newer(&self.path, begin.started.format, PROTOCOL)?;
        }
        self.read += whole as u64;
        Ok(WorkerEvent::all(&text[..whole]).collect())
    }

    /// Whether the worker that writes it lives, as far as locks tell.
    pub(crate) fn is_locked(path: &Path) -> bool {
        File::open(path).is_ok_and(|file| matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock)))
    }
}

/// Where the lines of a worker's journal say that results are, below the directory of staged results: for the fuzz
/// targets.
#[cfg(fuzzing)]
#[must_use]
pub fn journal_lines(text: &[u8]) -> Vec<PathBuf> {
    let staged = |line| if let WorkerEvent::Done { staged, .. } = line { Some(staged) } else { None };
    WorkerEvent::all(text).filter_map(staged).collect()
}

impl WorkerEvent {
    /// Those of a text that can be ours.
    fn all(text: &[u8]) -> impl Iterator<Item = Self> {
        let lines = text.split(|byte| *byte == b'\n');
        lines.filter_map(|line| serde_json::from_slice(line).ok()).filter(Self::is_ours)
    }

    /// Whether it can be: one that was edited by hand must not lead out of the directory.
    fn is_ours(&self) -> bool {
        match self {
            Self::Done { staged, .. } => {
                let mut parts = staged.components();
                parts.all(|part| matches!(part, Component::Normal(_))) && staged.components().count() == 2
            }
            _ => true,
        }
    }
}
