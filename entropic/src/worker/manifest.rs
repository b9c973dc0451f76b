//! What the runs of a sweep are of.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::WorkerError;
use crate::db::Stored;
use crate::record::{CustomData, RecordError};
use crate::schema::ExpectedTable;

/// The version of everything that this room writes.
pub(crate) const PROTOCOL: u32 = 1;

/// What a worker must know, and be.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) protocol: u32,
    /// Of entropic.
    pub(crate) version: String,
    pub(crate) table: String,
    /// What keys are made of: a program of another schema makes other runs.
    pub(crate) identity: Value,
    pub(crate) results_dir: PathBuf,
    pub(crate) suffix: String,
    pub(crate) custom_data: CustomData,
    /// The longest that a run may take.
    pub(crate) run_timeout_seconds: Option<f64>,
    /// How often a run is begun whose workers are lost, before a worker takes it for the reason.
    pub(crate) deaths: u32,
    /// Whether the worker dies with the process that has started it.
    #[serde(rename = "tied")]
    pub(crate) dies_with_parent: bool,
    /// Whether results are synced.
    pub(crate) full: bool,
    /// The program and its arguments, for those who look in here.
    pub(crate) command: Vec<String>,
}

/// What all versions of a manifest have.
#[derive(Deserialize)]
struct Head {
    protocol: u32,
}

impl Manifest {
    /// Reads a manifest, unless a newer version wrote it: that may be of another shape.
    pub(super) fn from_json(path: &Path, text: &[u8]) -> Result<Self, WorkerError> {
        if let Ok(Head { protocol }) = serde_json::from_slice(text) {
            WorkerError::refuse_newer(path, protocol, PROTOCOL)?;
        }
        serde_json::from_slice(text)
            .map_err(|error| WorkerError::Damaged { path: path.to_owned(), reason: error.to_string() })
    }

    /// What the keys of a record are made of.
    pub(crate) fn identity_of<T: Stored>() -> Result<Value, RecordError> {
        Ok(serde_json::to_value(ExpectedTable::of::<T>()?.identity).unwrap_or_default())
    }

    /// Refuses a program that would not make the runs that were asked for.
    pub(crate) fn check<T: Stored>(&self, suffix: &str) -> Result<(), WorkerError> {
        let refused = |reason: String| Err(WorkerError::Mismatch { reason });
        if self.protocol != PROTOCOL {
            return refused(format!("it speaks protocol {PROTOCOL}, the sweep {}", self.protocol));
        }
        if self.version != env!("CARGO_PKG_VERSION") {
            return refused(format!(
                "it has entropic {}, the sweep {}",
                env!("CARGO_PKG_VERSION"),
                self.version
            ));
        }
        if Self::identity_of::<T>().ok().as_ref() != Some(&self.identity) {
            return refused(format!("its record of `{}` has another schema", self.table));
        }
        if self.suffix != suffix {
            return refused(format!(
                "its results end with `{suffix}`, those of the sweep with `{}`",
                self.suffix
            ));
        }
        Ok(())
    }
}
