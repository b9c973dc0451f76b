//! What dead processes have left: looked at, and removed where nothing of it is to be finished.

use std::collections::HashSet;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::journal_line::Unfinished;
use super::names::{
    JOURNALS, OLD_JOURNALS, OLD_STAGING, PENDING, REGISTERED, REPLACED, SET_ASIDE, STAGING, refuse_link,
};
use super::others::Other;
use super::{FileError, Folder, rename};
use crate::words::count;

/// A file that was begun so long ago, and has no name yet, is nobody's.
const HALF_WRITTEN: std::time::Duration = std::time::Duration::from_secs(3_600);

/// What dead processes have left.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Leftovers {
    /// Runs that had come to their end, and whose rows are not written.
    pub unfinished: Vec<String>,
    /// How many staging directories there are besides.
    pub staged: usize,
    /// How many lock files nobody holds.
    pub locks: usize,
}

impl Leftovers {
    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Leftovers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "dead processes have left {}, {} and {}",
            count(self.unfinished.len(), "finished run"),
            count(self.staged, "staging directory"),
            count(self.locks, "lock file")
        )
    }
}

impl Folder {
    /// Removes what dead processes have left, but for what they had begun to put in place: where nothing is put in
    /// place, that is another store's.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn tidy(&self) -> Result<(), FileError> {
        self.refuse_links()?;
        if !self.has_staging() {
            return Ok(());
        }
        let _recovering = match self.recovery_lock() {
            Err(FileError::HeldUp { .. } | FileError::ReadOnly { .. }) => return Ok(()),
            other => other?,
        };
        for other in self.others()?.into_iter().chain(self.old_journals()?) {
            if other.is_dead()? && self.unfinished_runs(&other)?.is_empty() {
                other.remove()?;
            }
        }
        self.sweep_staging()?;
        self.locks().sweep();
        Ok(())
    }

    pub(super) fn has_staging(&self) -> bool {
        [STAGING, OLD_STAGING].iter().any(|name| self.own().join(name).exists())
    }

    /// Removes the staging directories that have no journal. How many attempts were in them.
    pub(super) fn sweep_staging(&self) -> Result<usize, FileError> {
        Ok(self.sweep_below(STAGING, JOURNALS)? + self.sweep_below(OLD_STAGING, OLD_JOURNALS)?)
    }

    fn sweep_below(&self, staging: &str, journals: &str) -> Result<usize, FileError> {
        let staging = self.own().join(staging);
        refuse_link(&staging)?;
        let entries = match fs::read_dir(&staging) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            other => other.map_err(FileError::io("list", &staging))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            found.push(entry.map_err(FileError::io("list", &staging))?.path());
        }
        // Read after the directories: a process makes its journal first.
        let mut owned: HashSet<String> =
            Other::all(&self.own().join(journals), None)?.into_iter().map(|journal| journal.name).collect();
        // And after the journals: a process hands over before it ends.
        owned.extend(self.all_pending()?.into_iter().filter_map(|(_, pending)| pending.process));
        let mut removed = 0;
        for path in found {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !owned.contains(&name) {
                removed += attempts_in(&path).count();
                rename::remove(&path).map_err(FileError::io("remove", &path))?;
            }
        }
        Ok(removed)
    }

    /// Removes hidden files that processes have not come to rename, long ago.
    pub(super) fn sweep_half_written(&self) {
        for name in [JOURNALS, PENDING, SET_ASIDE, REPLACED, REGISTERED] {
            for entry in fs::read_dir(self.own().join(name)).into_iter().flatten().flatten() {
                let old =
                    entry.metadata().and_then(|meta| meta.modified()).ok().and_then(|at| at.elapsed().ok());
                let hidden = entry.file_name().to_string_lossy().starts_with('.');
                if hidden && old.is_some_and(|old| old > HALF_WRITTEN) {
                    let _ = fs::remove_file(entry.path());
                }
            }
        }
    }

    /// The names of results that are in place, or may be, and whose rows are not written.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn unfinished_results(&self) -> Result<Vec<String>, FileError> {
        let mut names: Vec<String> =
            self.all_pending()?.into_iter().map(|(_, pending)| pending.entry.name).collect();
        // Of this process as well, and of living ones: what is in their journals is being published just now.
        for journal in Other::all(&self.journals(), None)? {
            names.extend(journal.unfinished()?.into_iter().filter_map(|begun| match begun {
                Unfinished::Publish { entry, .. } => Some(entry.name),
                Unfinished::Delete(removal) => removal.name.to_str().map(str::to_owned),
            }));
        }
        Ok(names)
    }

    /// What dead processes have left; nothing is touched.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn leftovers(&self) -> Result<Leftovers, FileError> {
        let mut leftovers = Leftovers::default();
        if !self.own().exists() {
            return Ok(leftovers);
        }
        let _recovering = match self.recovery_lock() {
            // In a directory that cannot be written to nobody recovers either.
            Err(FileError::HeldUp { .. } | FileError::ReadOnly { .. }) => return Ok(leftovers),
            other => other?,
        };
        let mut alive: HashSet<String> =
            self.journal_if_begun().map(|own| own.name().to_owned()).into_iter().collect();
        // Where finished runs are staged.
        let mut wanted: HashSet<PathBuf> = HashSet::new();
        for (_, pending) in self.all_pending()?.into_iter().filter(|(_, pending)| pending.why.is_none()) {
            if let Some(process) = &pending.process {
                wanted.insert(pending.entry.dir(self.own(), process)?);
            }
            leftovers.unfinished.push(pending.entry.id);
        }
        for other in self.others()?.into_iter().chain(self.old_journals()?) {
            if other.is_dead()? {
                for (id, staged) in self.unfinished_runs(&other)? {
                    leftovers.unfinished.push(id);
                    wanted.extend(staged);
                }
            } else {
                alive.insert(other.name);
            }
        }
        let staging = [STAGING, OLD_STAGING].map(|name| self.own().join(name));
        for staging in staging.iter().flat_map(|dir| fs::read_dir(dir).into_iter().flatten().flatten()) {
            if !alive.contains(&*staging.file_name().to_string_lossy()) {
                leftovers.staged += attempts_in(&staging.path()).filter(|dir| !wanted.contains(dir)).count();
            }
        }
        leftovers.locks += self.locks().ownerless();
        Ok(leftovers)
    }
}

/// The attempts that left something in the staging directory of a process.
fn attempts_in(staging: &Path) -> impl Iterator<Item = PathBuf> {
    let attempts = fs::read_dir(staging).into_iter().flatten().flatten().map(|attempt| attempt.path());
    attempts.filter(|attempt| fs::read_dir(attempt).is_ok_and(|mut inside| inside.next().is_some()))
}
