//! What lies on disk. This room knows no database.
//!
//! A results directory holds the results of runs, each a file or a directory, and beside them a directory `.entropic` of our
//! own:
//!
//! ```text
//! results/
//! ├── a3f8c1d2e4b6f7a8.csv                  the first result of a run, complete
//! ├── a3f8c1d2e4b6f7a8~0c4d9a21b7e3.csv     a later one of the same run; the row says which one counts
//! └── .entropic/
//!     ├── store.json                whose directory this is
//!     ├── staging/<process>/…       where its runners write; gone afterwards
//!     ├── journals/<process>.jsonl  what a process is about to put in place or to remove
//!     ├── pending/<id>.json         a finished run that could not be stored, for the next one who wants it
//!     ├── set-aside/<name>.json     one whose row the database refuses
//!     ├── replaced/<name>.json      a result that another one has replaced, and that is still there
//!     ├── deleted/<name>.json      a result whose row was deleted, while a journal may speak of it
//!     ├── registered/<id>.json      which file was registered as the result of a run
//!     ├── trash/…                   what is being removed
//!     ├── sweeps/<sweep>/…          what workers of a sweep are told, and what they have made
//!     ├── ids.lock                  a byte for each id (Linux)
//!     ├── locks/<id>                a file for each id (elsewhere)
//!     ├── recovery.lock             what dead processes have left is being finished
//!     └── checkpoints/<id>/         what an attempt left for the next one
//! ```
//!
//! Promises:
//! - a result is never changed: it is written elsewhere, complete, and renamed to a name that nothing has ([`Attempt`],
//!   [`Folder::publish`]); which result of a run counts is for its row to say;
//! - an id is run by one thread of one process at a time ([`Folder::lock`]);
//! - nothing that entropic did not write is moved, replaced or deleted, and nothing in `.entropic` is followed through a
//!   link;
//! - a finished result is never lost: whoever comes next finishes what a dead process had begun, or a living one has
//!   handed over ([`Folder::recover`]);
//! - a directory belongs to one store ([`Folder::claim`]); another one is refused.

mod attempt;
mod boot;
mod checksum;
mod deleted;
mod error;
mod folder;
mod format1;
#[cfg(fuzzing)]
pub mod fuzzing;
mod identity;
mod journal;
mod journal_line;
mod json;
mod leftovers;
mod lock;
mod mark;
mod names;
mod others;
mod pending;
mod place;
mod publish;
mod recover;
mod rename;
mod replaced;

pub use attempt::Attempt;
pub use checksum::sha256;
pub use error::FileError;
pub use folder::Folder;
pub(crate) use json::{Head, first as first_format};
pub use leftovers::Leftovers;
pub(crate) use lock::Holder;
pub use lock::IdLock;
pub use mark::Claim;
pub use names::SWEEPS;
pub use pending::SetAside;
pub use publish::Publishing;
pub use recover::{Recovered, Unsettled, Verdict};
pub use replaced::Replaced;

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
