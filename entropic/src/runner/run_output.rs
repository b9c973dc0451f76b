//! What a runner has left behind.

use crate::files::Attempt;
use crate::record::{CustomData, SimRecord, Timestamp};

/// The key of `custom_data` that holds the SHA-256 of the result.
pub(crate) const CHECKSUM: &str = "result_sha256";

/// Whether runs have a result file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Results {
    /// Each run writes one.
    Written,
    /// No run does.
    None,
}

/// A run that its runner has brought to its end; not stored.
pub(crate) struct RunOutput<T: SimRecord> {
    pub(crate) output: T::Output,
    pub(crate) attempt: Attempt,
    pub(crate) custom_data: CustomData,
    pub(crate) created_at: Timestamp,
}
