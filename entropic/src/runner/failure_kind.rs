//! How a run can fail.

use std::fmt;

/// How a run failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// The runner returned an error, or left no result.
    Error,
    /// The runner panicked.
    Panic,
    /// It took longer than it may.
    Timeout,
    /// The worker that made the run was killed, aborted, or ran out of memory; or its machine went away.
    WorkerLost,
}

impl FailureKind {
    const ALL: [Self; 4] = [Self::Error, Self::Panic, Self::Timeout, Self::WorkerLost];

    /// In one word, as the database keeps it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Panic => "panic",
            Self::Timeout => "timeout",
            Self::WorkerLost => "lost",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
