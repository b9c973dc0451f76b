//! From a private place to a name that no result ever had.
//!
//! All under the id's lease, each step only when the one before is done:
//!
//! 1. the result is complete in its staging directory; a line of the journal says under which name it will be put in place,
//!    which row it replaces, and what its row will be: from now on a dead process loses nothing;
//! 2. the result is synced, and a line says so;
//! 3. the result is renamed to its name, over nothing: where something is there, another name is noted and taken;
//! 4. the directory is synced;
//! 5. the row is written, if it still is what this run saw (not here): from now on readers see this result;
//! 6. a line of the journal says that it is done.
//!
//! With [`Durability::Process`] nothing is synced.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::value::RawValue;

use super::identity::FileIdentity;
use super::journal_line::Entry;
use super::{Attempt, Durability, FileError, Folder, IdLock, boot, names, rename};
use crate::fault;
use crate::params::RunId;
use crate::words::with_causes;

impl Folder {
    /// The name for the result of a run that is about to be published. Only the first result of an id that has no row gets
    /// the id's own.
    #[must_use]
    pub fn new_name(&self, id: &RunId, seen: Option<&str>) -> String {
        match seen {
            None => names::first(id, self.suffix()),
            Some(_) => names::further(id, self.suffix()),
        }
    }

    /// Notes that the result of an attempt is complete, its name, and what its row will be: step 1. Whatever happens from
    /// now on, the result is not lost: it is in place, or left to recovery.
    ///
    /// # Errors
    /// [`FileError::Kept`]: the result is kept where that says, for no line could be written.
    pub fn announce(
        &self,
        _lock: &IdLock,
        id: &RunId,
        attempt: &mut Attempt,
        name: &str,
        seen: Option<&str>,
        row: Box<RawValue>,
    ) -> Result<(), FileError> {
        fault::at("staged");
        let entry = Entry {
            attempt: attempt.name(),
            id: id.to_string(),
            name: name.to_owned(),
            file: attempt.result().file_name().unwrap_or_default().to_string_lossy().into_owned(),
            seen: seen.map(str::to_owned),
            received: attempt.received().map(Path::to_owned),
            identity: FileIdentity::of(attempt.result()).ok(),
            full: self.durability() == Durability::Full,
            boot: boot::id().to_owned(),
            row,
        };
        self.journal()
            .and_then(|journal| journal.publish(entry))
            .map_err(|error| self.keep(attempt, id, error))?;
        attempt.announced();
        fault::at("announced");
        Ok(())
    }

    /// Keeps a finished result of which the journal cannot be told, or which cannot be looked at: under a name of its own
    /// if it can be renamed, otherwise where it is.
    #[must_use]
    pub fn keep(&self, attempt: &mut Attempt, id: &RunId, error: FileError) -> FileError {
        if attempt.received().is_some() {
            // It stays in the directory of its sweep.
            return error;
        }
        let kept = self.root().join(names::further(id, self.suffix()));
        let path = match rename::without_replacing(attempt.result(), &kept) {
            Ok(()) => kept,
            Err(_) => {
                attempt.announced();
                attempt.result().to_owned()
            }
        };
        FileError::Kept { path, source: Box::new(error) }
    }

    /// Puts the results of attempts in place: steps 2 to 4, each for all of them before the next, so that many share one
    /// sync of the directory. What came of each, in the same order; names may be others afterwards.
    ///
    /// # Errors
    /// [`FileError::Io`]; the result is still staged, and the journal knows it.
    pub fn publish(&self, group: &mut [Publishing<'_>]) -> Vec<Result<(), FileError>> {
        let full = self.durability() == Durability::Full;
        let mut outcomes: Vec<Result<(), FileError>> =
            if full { self.sync_staged(group) } else { group.iter().map(|_| Ok(())).collect() };
        fault::at("journaled");
        for (one, outcome) in going_on(group, &mut outcomes) {
            *outcome = self.put(one.attempt.result(), one.id, one.name, |name| {
                self.journal()?.named(&one.attempt.name(), name)
            });
        }
        fault::at("renamed");
        if full {
            let mut synced: HashSet<PathBuf> = HashSet::new();
            for (one, outcome) in going_on(group, &mut outcomes) {
                let target = self.root().join(&*one.name);
                let folder = target.parent().unwrap_or(&target);
                if !synced.contains(folder) {
                    *outcome = rename::sync_one(folder);
                    synced.extend(outcome.is_ok().then(|| folder.to_owned()));
                }
            }
        }
        fault::at("folder-synced");
        outcomes
    }

    /// Gives a staged result its name, or another one if there is something.
    pub(super) fn put(
        &self,
        staged: &Path,
        id: &RunId,
        name: &mut String,
        note: impl Fn(&str) -> Result<(), FileError>,
    ) -> Result<(), FileError> {
        loop {
            let target = self.root().join(&*name);
            match rename::without_replacing(staged, &target) {
                Ok(()) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    let other = names::further(id, self.suffix());
                    note(&other)?;
                    fault::at("named");
                    *name = other;
                }
                Err(error) => return Err(FileError::io("put in place", &target)(error)),
            }
        }
    }

    /// Makes the disk have staged results, then says so.
    fn sync_staged(&self, group: &mut [Publishing<'_>]) -> Vec<Result<(), FileError>> {
        // File systems sync several files at once in little more than the time of one.
        let mut outcomes: Vec<_> = match &*group {
            [one] => vec![rename::sync(one.attempt.result())],
            many => many.par_iter().map(|one| rename::sync(one.attempt.result())).collect(),
        };
        fault::at("synced");
        let names: Vec<String> = going_on(group, &mut outcomes).map(|(one, _)| one.attempt.name()).collect();
        if self.journal().and_then(|journal| journal.synced(&names)).is_err() {
            // Each with an error of its own.
            for (one, outcome) in going_on(group, &mut outcomes) {
                *outcome = self.journal().and_then(|journal| journal.synced(&[one.attempt.name()]));
            }
        }
        outcomes
    }

    /// Ends what [`publish`](Self::publish) began, once the rows are written: step 6.
    pub fn settle<'a>(&self, attempts: impl IntoIterator<Item = &'a mut Attempt>) {
        fault::at("stored");
        let attempts: Vec<&mut Attempt> = attempts.into_iter().collect();
        let names: Vec<String> = attempts.iter().map(|attempt| attempt.name()).collect();
        match self.journal().and_then(|journal| journal.done(&names)) {
            Ok(()) => attempts.into_iter().for_each(Attempt::over),
            // Recovery will find the rows there already.
            Err(error) => {
                tracing::warn!(error = %with_causes(&error), "could not note in the journal that runs are stored");
            }
        }
        fault::at("settled");
    }

    /// Notes that rows are written which may be lost with a crash of the server.
    pub fn note_committed(&self, attempts: &[String]) {
        if let Err(error) = self.journal().and_then(|journal| journal.committed(attempts)) {
            tracing::warn!(error = %with_causes(&error), "could not note in the journal that runs are stored");
        }
    }

    /// Notes that attempts are done whose rows were settled otherwise.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn settle_by_name(&self, attempts: &[String]) -> Result<(), FileError> {
        if attempts.is_empty() { Ok(()) } else { self.journal()?.done(attempts) }
    }

    /// Removes what attempts have left for the next one.
    pub fn forget_checkpoints(&self, id: &RunId) {
        if let Err(error) = rename::remove(&self.checkpoints(id)) {
            tracing::warn!(%id, error = %with_causes(&error), "could not remove the checkpoints of a run");
        }
    }

    /// Whether a staged result is still where it was made.
    pub(super) fn is_staged(path: &Path) -> bool {
        fs::symlink_metadata(path).is_ok()
    }
}

/// A result that is complete and announced, and is to be put in place; its id is leased.
#[derive(Debug)]
pub struct Publishing<'a> {
    /// The run.
    pub id: &'a RunId,
    /// What has the result.
    pub attempt: &'a Attempt,
    /// The name that it gets.
    pub name: &'a mut String,
}

/// Those of a group that nothing has stopped yet.
fn going_on<'g, 'a>(
    group: &'g mut [Publishing<'a>],
    outcomes: &'g mut [Result<(), FileError>],
) -> impl Iterator<Item = (&'g mut Publishing<'a>, &'g mut Result<(), FileError>)> {
    group.iter_mut().zip(outcomes).filter(|(_, outcome)| outcome.is_ok())
}
