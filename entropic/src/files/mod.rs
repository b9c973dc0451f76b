//! What lies on disk. This room knows no database.
//!
//! A results folder holds one result for each run, a file or a folder named by its id, and beside them a folder
//! `.entropic` of our own:
//!
//! ```text
//! results/
//! ├── a3f8c1d2e4b6f7a8.csv          a result, complete
//! └── .entropic/
//!     ├── store.json                whose folder this is
//!     ├── staging/<process>/…       where its runners write; gone afterwards
//!     ├── locks/<id>                somebody runs it
//!     ├── sweeps/<sweep>/…         what workers of a sweep are told, and what they have made
//!     ├── locks/.<process>-<n>      what was a lock and will be one again
//!     ├── journal/<process>.jsonl   what a process is about to put in place
//!     └── checkpoints/<id>/         what an attempt left for the next one
//! ```
//!
//! Promises:
//! - a final name always holds a complete result: it is written elsewhere and renamed into place ([`Attempt`]);
//! - an id is run by one thread of one process at a time ([`Folder::lock`]);
//! - nothing that entropic did not write is moved, replaced or deleted: a name that is taken is a conflict;
//! - a finished result is never lost: whoever comes next finishes what a dead process had begun
//!   ([`Folder::recover`]);
//! - a folder belongs to one store ([`Folder::claim`]); another one is refused.

mod attempt;
mod boot;
mod checksum;
mod error;
mod fault;
mod folder;
mod journal;
mod lock;
mod others;
mod publish;
mod recover;
mod rename;

pub use attempt::Attempt;
pub use checksum::sha256;
pub use error::FileError;
pub use folder::{Claim, Folder, SWEEPS};
pub use lock::IdLock;
pub use publish::{Move, Publishing};
pub use recover::{Leftovers, Recovered};

/// What a finished run survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Durability {
    /// A power cut: result and row are on the disk before the call returns.
    #[default]
    Full,
    /// The death of the process, but not of the machine. Faster.
    Process,
}
