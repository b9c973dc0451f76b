//! What should not be.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Something that should not be, in a row or in the results folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "problem")]
#[non_exhaustive]
pub enum Problem {
    /// The result of a row is gone. `run_or_retrieve` makes it anew.
    ResultMissing {
        /// The run.
        id: String,
        /// Where the result should be.
        path: PathBuf,
    },
    /// The result of a row is an empty file or an empty folder, as no runner of this library may leave one; it is a hit as
    /// long as it is there. `run` makes it anew.
    ResultEmpty {
        /// The run.
        id: String,
        /// The result.
        path: PathBuf,
    },
    /// A file that has the name of a result, and no row. `register` it, or remove it.
    NoRow {
        /// The file.
        path: PathBuf,
    },
    /// The result is no longer what was written.
    Changed {
        /// The run.
        id: String,
        /// The result.
        path: PathBuf,
        /// The SHA-256 that it had.
        expected: String,
        /// The SHA-256 that it has.
        found: String,
    },
    /// The row of a run names the result of another run. It is never a hit; `run_or_retrieve` makes the run anew.
    ResultOfAnother {
        /// The run.
        id: String,
        /// The result.
        path: PathBuf,
        /// The run whose result it is.
        other: String,
    },
    /// A finished run whose row the database refuses, or that a record of another shape has made: it is tried again at each
    /// opening. Remove what the database objects to, or the result.
    SetAside {
        /// The run.
        id: String,
        /// The result.
        path: PathBuf,
        /// What the database said.
        why: String,
    },
    /// The key of a row is a hash, and not that of its parameters: it was changed by hand, or made under another
    /// identity. It is never a hit.
    WrongKey {
        /// The run.
        id: String,
        /// The key that its parameters have, if they have one.
        expected: Option<String>,
    },
    /// The row is no record: a value that its field cannot be.
    Unreadable {
        /// The run.
        id: String,
        /// What is wrong: the run, the column and the value.
        why: String,
    },
    /// The result of a row could not be read.
    Unread {
        /// The run.
        id: String,
        /// The result.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ResultMissing { id, path } => {
                write!(f, "run `{id}`: its result `{}` is gone", path.display())
            }
            Self::ResultEmpty { id, path } => {
                write!(f, "run `{id}`: its result `{}` has nothing in it", path.display())
            }
            Self::ResultOfAnother { id, path, other } => {
                write!(f, "run `{id}`: its row names `{}`, the result of run `{other}`", path.display())
            }
            Self::SetAside { id, path, why } => {
                write!(f, "run `{id}` is finished (`{}`), and its row is refused: {why}", path.display())
            }
            Self::NoRow { path } => write!(f, "`{}` has the name of a result, and no row", path.display()),
            Self::Changed { id, path, expected, found } => {
                write!(
                    f,
                    "run `{id}`: `{}` has changed: its SHA-256 is {found}, not {expected}",
                    path.display()
                )
            }
            Self::WrongKey { id, expected: Some(expected) } => {
                write!(f, "run `{id}`: its parameters have the key `{expected}`")
            }
            Self::WrongKey { id, expected: None } => {
                write!(f, "run `{id}`: its parameters have no key at all")
            }
            // It names the run.
            Self::Unreadable { why, .. } => f.write_str(why),
            Self::Unread { id, path, why } => {
                write!(f, "run `{id}`: `{}` cannot be read: {why}", path.display())
            }
        }
    }
}
