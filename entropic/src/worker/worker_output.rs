//! What a worker has made.

use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::record::{CustomData, Timestamp};

/// A run that a worker has brought to its end.
#[derive(Debug, Clone)]
pub(crate) struct WorkerOutput {
    /// Where its result is, below the directory of staged results.
    pub(crate) staged: PathBuf,
    /// Parameters and outputs, by the first name of their columns.
    pub(crate) columns: Map<String, Value>,
    pub(crate) custom_data: CustomData,
    pub(crate) created_at: Timestamp,
}
