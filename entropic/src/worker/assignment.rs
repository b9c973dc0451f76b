//! What a process is told to do.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Manifest, SweepDir, WorkerError};
use crate::machine;

/// Names the directory of a sweep.
pub(crate) const SWEEP: &str = "ENTROPIC_SWEEP";

/// Names the chunk; where it has a `{}`, that stands for the number in an array of jobs.
pub(crate) const CHUNK: &str = "ENTROPIC_CHUNK";

/// Where batch systems say the number in an array of jobs.
const NUMBERS: [&str; 2] = ["SLURM_ARRAY_TASK_ID", "HQ_TASK_ID"];

/// Says which process is meant, and not one that it starts: `pid` or `parent`, a colon, and a number.
pub(crate) const WORKER_TOKEN: &str = "ENTROPIC_WORKER";

/// Whether this process is a worker, or was started by one.
pub(crate) fn is_in_worker() -> bool {
    env::var_os(SWEEP).is_some()
}

/// Whether it is this process that is meant, and whoever has started it lives. What a runner starts has the same environment.
pub(crate) fn is_addressed() -> bool {
    let meant = env::var(WORKER_TOKEN).unwrap_or_default();
    let (of, number) = meant.split_once(':').unwrap_or_default();
    number.parse().is_ok_and(|number: u32| match of {
        "pid" => number == std::process::id(),
        "parent" => Some(number) == machine::parent(),
        _ => false,
    })
}

/// A chunk of a sweep.
pub(crate) struct Assignment {
    pub(crate) dir: SweepDir,
    pub(crate) manifest: Manifest,
    pub(crate) chunk: String,
}

impl Assignment {
    /// What this process is to do, if it is a worker.
    pub(crate) fn from_env() -> Result<Option<Self>, WorkerError> {
        let Some(path) = env::var_os(SWEEP).map(PathBuf::from) else { return Ok(None) };
        if !is_addressed() {
            if env::var(WORKER_TOKEN).is_ok_and(|meant| meant.starts_with("parent:"))
                && machine::leads_group()
            {
                // The sweep's process has died before it came here. What comes behind is not for workers.
                std::process::exit(super::exit::STOPPED);
            }
            return Ok(None);
        }
        let dir = SweepDir::at(&path);
        let manifest = dir.manifest()?;
        let pattern = env::var(CHUNK).unwrap_or_default();
        let number = NUMBERS.into_iter().find_map(|name| env::var(name).ok()).unwrap_or_default();
        Ok(Some(Self { dir, manifest, chunk: pattern.replace("{}", &number) }))
    }

    /// Whether this process has not begun it yet.
    pub(crate) fn begin(&self) -> bool {
        static BEGUN: AtomicBool = AtomicBool::new(false);
        !BEGUN.swap(true, Ordering::Relaxed)
    }

    /// Whether it is about a store. One whose directory is made for it alone has another one in each process.
    pub(crate) fn is_of(&self, table: &str, results_dir: Option<&Path>) -> bool {
        self.manifest.table == table && results_dir.is_none_or(|dir| self.manifest.results_dir == dir)
    }
}
