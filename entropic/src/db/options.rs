//! How a database is opened.

use std::thread;
use std::time::Duration;

/// When a commit counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// When it survives a power cut.
    Full,
    /// When it survives the process.
    Normal,
}

/// How a database is opened.
#[derive(Debug, Clone)]
pub struct DbOptions {
    /// Nothing is written, nothing is made.
    pub read_only: bool,
    /// When a commit counts as done.
    pub synchronous: Synchronous,
    /// The most connections at a time.
    pub pool_size: u32,
    /// How long a busy or vanished database is tried again before the caller hears of it.
    pub patience: Duration,
    /// Whether the database file lies on a network file system; found out if not said.
    pub network: Option<bool>,
}

impl Default for DbOptions {
    fn default() -> Self {
        let cores = thread::available_parallelism().map_or(4, |cores| cores.get());
        Self {
            read_only: false,
            synchronous: Synchronous::Full,
            pool_size: u32::try_from(cores.saturating_add(1)).unwrap_or(16),
            patience: Duration::from_secs(30),
            network: None,
        }
    }
}
