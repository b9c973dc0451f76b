//! What a sweep and the processes that make its runs say to each other: files in a directory, nothing else.
//!
//! A worker is the user's own program, started again with its own arguments. When it opens the store of the sweep,
//! its environment says what it is to do; it does that and exits. It knows neither the database nor the sweep's
//! process, and so can be on another machine:
//!
//! ```text
//! results/.entropic/sweeps/<sweep>/
//! ├── manifest.json             what the runs are of: table, schema, directory, limits
//! ├── program                  a copy of the program, where workers start later
//! ├── claims                   keys that nobody else is to run while the owner lives
//! ├── owner                     locked by the sweep's process for as long as it lives
//! ├── chunks/<chunk>.jsonl      points, a line each; written once
//! ├── journal/<chunk>.<n>.jsonl what a worker says: begun, done, failed; locked while it lives
//! ├── staged/<chunk>.<n>/…      the results of a worker
//! ├── log/<chunk>.out           what it prints
//! └── STOP                      no worker begins another run
//! ```
//!
//! A chunk is worked on by one process at a time, and by another one after it if that is lost; each has a journal of its
//! own. A line is written in one step once it is true: whoever finds `done` finds the result complete. A run that was begun
//! and neither done nor failed is the one that its process died of.

mod assignment;
mod claims;
mod error;
mod manifest;
mod serve;
mod sweep_dir;
mod worker_journal;
mod worker_output;

pub use error::WorkerError;

pub(crate) use assignment::{Assignment, CHUNK, SWEEP, WORKER_TOKEN, is_addressed, is_in_worker};
pub(crate) use claims::Claims;
pub(crate) use manifest::{Manifest, PROTOCOL};
pub(crate) use serve::Worker;
pub(crate) use sweep_dir::{Owner, Point, SweepDir};
#[cfg(fuzzing)]
pub use worker_journal::journal_lines;
pub(crate) use worker_journal::{JournalReader, WorkerEvent, WorkerJournal};
pub(crate) use worker_output::WorkerOutput;

/// How a worker ends.
pub(crate) mod exit {
    /// All points have an outcome, and it is done.
    pub(crate) const DONE: i32 = 0;
    /// All points have an outcome, and some failed.
    pub(crate) const FAILED: i32 = 1;
    /// The program is not the one that the sweep was begun with.
    pub(crate) const PROTOCOL: i32 = 70;
    /// It was asked to stop.
    pub(crate) const STOPPED: i32 = 75;
}
