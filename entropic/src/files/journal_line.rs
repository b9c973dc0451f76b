//! The lines of a journal, and what they say was begun and not finished.
//!
//! `.entropic/journals/<name>.jsonl`, a JSON object a line:
//!
//! ```text
//! {"format":2}
//! {"publish":{"attempt":"0","id":"a3f8c1d2e4b6f7a8","name":"a3f8c1d2e4b6f7a8.h5","full":true,"boot":"1c6f…","row":{…}}}
//! {"synced":"0"}
//! {"named":{"attempt":"0","name":"a3f8c1d2e4b6f7a8~0c4d9a21b7e3.h5"}}
//! {"committed":"0"}
//! {"done":"0"}
//! {"delete":{"attempt":"1","id":"a3f8c1d2e4b6f7a8","name":"a3f8c1d2e4b6f7a8.h5"}}
//! {"done":"1"}
//! ```
//!
//! A result is complete before its `publish` line is written, and on the disk before its `synced` line; the first
//! holds all that the row needs. Whatever has no `done` line when its process is dead is finished by whoever takes the
//! lease of its id next. A row that is `committed` may still be lost with a crash of the server, where commits are not
//! synced; `done` says that it cannot. Nothing is ever synced here: a result whose line a power cut has lost is one that no row names,
//! and blocks nobody. What was not `synced` counts only until the machine is started again (`boot`), since a power cut may
//! have left half of it. The process keeps a lock on its journal: it lives as long as that is held. A line that does not
//! end, or is no JSON, is one that a crash cut off, and never happened.

use std::io;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::FileError;
use super::identity::FileIdentity;
use super::names::{STAGING, SWEEPS, inside, is_name_for, is_plain};
use crate::params::RunId;

/// Of these files.
pub(super) const FORMAT: u32 = 2;

/// A result that is being put in place.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The directory inside the staging directory of its process.
    pub(super) attempt: String,
    /// The run.
    pub(super) id: String,
    /// The name that its result gets.
    pub(super) name: String,
    /// The `result_file` of the row that it replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seen: Option<String>,
    /// The directory below `.entropic` where another process has made it, if it is not in the staging directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) received: Option<PathBuf>,
    /// The name of its result in the directory of its attempt.
    pub(super) file: String,
    /// What its result is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) identity: Option<FileIdentity>,
    /// Whether it is synced before it is put in place.
    pub(super) full: bool,
    /// Which start of the machine it was written in.
    pub(super) boot: String,
    /// What the row will hold, as JSON.
    pub(super) row: Box<RawValue>,
}

impl Entry {
    /// Whether it can be ours: a line that was edited by hand must not lead out of the directory.
    pub(super) fn is_ours(&self) -> bool {
        let inside = |path: &PathBuf| {
            path.starts_with(SWEEPS) && path.components().all(|part| matches!(part, Component::Normal(_)))
        };
        let digits = !self.attempt.is_empty() && self.attempt.bytes().all(|byte| byte.is_ascii_digit());
        digits
            && is_name_for(&self.name, &self.id)
            && is_plain(&self.file)
            && self.received.iter().all(inside)
            && RunId::new(self.id.as_str()).is_ok()
    }

    /// The directory of its attempt: below that of its process, or where another process made it.
    pub(super) fn dir(&self, own: &Path, process: &str) -> Result<PathBuf, FileError> {
        let below = match &self.received {
            Some(below) => below.clone(),
            None => Path::new(STAGING).join(process).join(&self.attempt),
        };
        inside(own, &below)
    }

    /// Whether what lies at a path is its result.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        FileIdentity::of(path).is_ok_and(|found| self.identity.as_ref().is_none_or(|own| own.is_same(&found)))
    }

    pub(super) fn lies_below(&self, folder: &Path) -> bool {
        self.received.as_ref().is_some_and(|received| received.starts_with(folder))
    }
}

/// A result that is being removed with its row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Removal {
    /// Told apart from other entries of this journal by it.
    pub(super) attempt: String,
    /// The run.
    pub(super) id: String,
    /// The result, below the results directory.
    pub(super) name: PathBuf,
    /// What the row says.
    pub(super) seen: String,
    /// What is to be removed.
    pub(super) identity: FileIdentity,
}

impl Removal {
    fn is_ours(&self) -> bool {
        let mut parts = self.name.components();
        parts
            .next()
            .is_some_and(|first| matches!(first, Component::Normal(name) if name != super::names::OWN))
            && parts.all(|part| matches!(part, Component::Normal(_)))
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Line {
    Format(u32),
    Publish(Entry),
    Named { attempt: String, name: String },
    Synced(String),
    Delete(Removal),
    Committed(String),
    Done(String),
}

impl Line {
    pub(super) fn is_about(&self, begun: &Unfinished) -> bool {
        match self {
            Self::Named { attempt, .. } | Self::Synced(attempt) | Self::Committed(attempt) => {
                attempt == begun.attempt()
            }
            _ => false,
        }
    }
}

/// What a process began and did not finish.
#[derive(Debug, Clone)]
pub(super) enum Unfinished {
    /// A result that was not put in place, or whose row may be missing; whether the disk has all of it, and whether its row
    /// was written at some time.
    Publish { entry: Entry, synced: bool, committed: bool },
    /// A result that may be there although its row is gone.
    Delete(Removal),
}

impl Unfinished {
    pub(super) fn attempt(&self) -> &str {
        match self {
            Self::Publish { entry, .. } => &entry.attempt,
            Self::Delete(removal) => &removal.attempt,
        }
    }

    /// Takes in what a later line says of it.
    pub(super) fn learn(&mut self, line: &Line) {
        let Self::Publish { entry, synced, committed } = self else { return };
        match line {
            Line::Synced(_) => *synced = true,
            Line::Committed(_) => *committed = true,
            Line::Named { name, .. } if is_name_for(name, &entry.id) => name.clone_into(&mut entry.name),
            _ => {}
        }
    }

    pub(super) fn id(&self) -> &str {
        match self {
            Self::Publish { entry, .. } => &entry.id,
            Self::Delete(removal) => &removal.id,
        }
    }

    pub(super) fn lies_below(&self, folder: &Path) -> bool {
        matches!(self, Self::Publish { entry, .. } if entry.lies_below(folder))
    }
}

pub(super) fn line_text(line: &Line) -> io::Result<Vec<u8>> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    Ok(text)
}

/// What a journal says was begun and not finished, and how many of its lines cannot be ours. `Err` is the format of a
/// journal that a later version wrote.
pub(super) fn unfinished(text: &[u8]) -> Result<(Vec<Unfinished>, usize), u32> {
    let (mut open, mut odd): (Vec<Unfinished>, usize) = (Vec::new(), 0);
    for line in whole_lines(text) {
        match serde_json::from_slice(line) {
            Ok(Line::Format(format)) if format > FORMAT => return Err(format),
            Ok(Line::Format(_)) | Err(_) => {}
            Ok(Line::Publish(entry)) if entry.is_ours() => {
                open.push(Unfinished::Publish { entry, synced: false, committed: false });
            }
            Ok(Line::Delete(removal)) if removal.is_ours() => open.push(Unfinished::Delete(removal)),
            Ok(Line::Publish(_) | Line::Delete(_)) => odd += 1,
            Ok(Line::Done(attempt)) => open.retain(|left| left.attempt() != attempt),
            Ok(line @ (Line::Synced(_) | Line::Committed(_) | Line::Named { .. })) => {
                open.iter_mut().filter(|begun| line.is_about(begun)).for_each(|begun| begun.learn(&line));
            }
        }
    }
    Ok((open, odd))
}

/// The lines of a text that end.
pub(super) fn whole_lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    text[..whole].split(|byte| *byte == b'\n')
}
