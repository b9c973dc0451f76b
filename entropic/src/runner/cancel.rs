//! Asking a run to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that a runner can look at with [`RunContext::is_cancelled`](crate::RunContext::is_cancelled); clones
/// share it. Once set, no further run begins.
///
/// ```
/// use entropic::CancelToken;
/// let token = CancelToken::new();
/// let seen = token.clone();
/// token.cancel();
/// assert!(seen.is_cancelled());
/// ```
#[derive(Debug, Clone, Default)]
pub struct CancelToken {
    flag: Arc<AtomicBool>,
    /// Tokens that set this one as well.
    also: Vec<CancelToken>,
}

impl CancelToken {
    /// A token that is not set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks everyone who holds a clone to stop.
    pub fn cancel(&self) {
        self.flag.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked to stop.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.flag.load(Ordering::Relaxed) || self.also.iter().any(Self::is_cancelled)
    }

    /// A token that either of two sets.
    pub(crate) fn either(one: &Self, other: &Self) -> Self {
        Self { flag: Arc::default(), also: vec![one.clone(), other.clone()] }
    }

    /// What a handler of a signal sets.
    pub(crate) fn flag(&self) -> &Arc<AtomicBool> {
        &self.flag
    }
}
