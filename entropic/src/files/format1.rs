//! The journals of versions that gave every result of an id one name: `.entropic/journal/<process>.jsonl`.
//!
//! Their unfinished entries are finished once, by the rules of then: a staged result goes into place, and its row is
//! written over whatever row there is. Nothing writes such journals any more.

use std::fs;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::journal_line::{Line, Unfinished, whole_lines};
use super::names::{self, OLD_JOURNALS, OLD_STAGING, SWEEPS};
use super::others::Other;
use super::recover::{Recovered, Settle, Unsettled, Verdict};
use super::{FileError, Folder, boot, rename};
use crate::params::RunId;

#[derive(Debug, Clone, Deserialize)]
pub(super) struct OldEntry {
    pub(super) attempt: String,
    id: String,
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    received: Option<PathBuf>,
    full: bool,
    boot: String,
    row: Box<RawValue>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum OldLine {
    Publish(OldEntry),
    Synced(String),
    Done(String),
}

impl OldEntry {
    /// Whether it can be one: a line that was edited by hand must not lead out of the directory.
    fn is_ours(&self) -> bool {
        let inside = |path: &PathBuf| {
            path.starts_with(SWEEPS) && path.components().all(|part| matches!(part, Component::Normal(_)))
        };
        let digits = !self.attempt.is_empty() && self.attempt.bytes().all(|byte| byte.is_ascii_digit());
        let ids = [Some(&self.id), self.from.as_ref()];
        digits
            && self.received.iter().all(inside)
            && ids.into_iter().flatten().all(|id| RunId::new(id.as_str()).is_ok())
    }

    /// The directory of its attempt.
    fn dir(&self, folder: &Folder, process: &str) -> Result<PathBuf, FileError> {
        let below = match &self.received {
            Some(below) => below.clone(),
            None => Path::new(OLD_STAGING).join(process).join(&self.attempt),
        };
        names::inside(folder.own(), &below)
    }
}

/// What an old journal began and did not finish; whether the disk has it.
pub(super) fn unfinished(text: &[u8]) -> Vec<(OldEntry, bool)> {
    let mut open: Vec<(OldEntry, bool)> = Vec::new();
    for line in whole_lines(text) {
        match serde_json::from_slice(line) {
            Ok(OldLine::Publish(entry)) if entry.is_ours() => open.push((entry, false)),
            Ok(OldLine::Synced(attempt)) => open
                .iter_mut()
                .filter(|(entry, _)| entry.attempt == attempt)
                .for_each(|(_, synced)| *synced = true),
            Ok(OldLine::Done(attempt)) => open.retain(|(entry, _)| entry.attempt != attempt),
            Ok(OldLine::Publish(_)) | Err(_) => {}
        }
    }
    open
}

impl Folder {
    /// Whether there are journals of that kind.
    pub(super) fn has_old_journals(&self) -> bool {
        fs::read_dir(self.own().join(OLD_JOURNALS)).is_ok_and(|mut entries| entries.next().is_some())
    }

    /// The journals of that kind.
    pub(super) fn old_journals(&self) -> Result<Vec<Other>, FileError> {
        Other::all(&self.own().join(OLD_JOURNALS), None)
    }

    /// The ids of what a journal of either kind left unfinished, and where it is staged.
    pub(super) fn unfinished_runs(&self, other: &Other) -> Result<Vec<(String, Option<PathBuf>)>, FileError> {
        if other.is_below(&self.own().join(OLD_JOURNALS)) {
            let runs = unfinished(&other.read()?).into_iter();
            return runs
                .map(|(entry, _)| Ok((entry.id.clone(), Some(entry.dir(self, &other.name)?))))
                .collect();
        }
        let staged = |begun: &Unfinished| match begun {
            Unfinished::Publish { entry, .. } => entry.dir(self.own(), &other.name).map(Some),
            Unfinished::Delete(_) => Ok(None),
        };
        other.unfinished()?.iter().map(|begun| Ok((begun.id().to_owned(), staged(begun)?))).collect()
    }

    /// Finishes what processes of such a version have begun, if they are dead. The caller holds the recovery lock.
    pub(super) fn recover_old<E: std::fmt::Display + From<FileError>>(
        &self,
        settle: Settle<'_, E>,
        recovered: &mut Recovered,
    ) -> Result<(), FileError> {
        for other in self.old_journals()? {
            if !other.is_dead()? {
                continue;
            }
            let mut left = false;
            for (entry, synced) in unfinished(&other.read()?) {
                let id = RunId::from_stored(entry.id.clone());
                match self.finish_old(&other, &entry, synced, settle) {
                    Ok(Verdict::Stored) => recovered.adopted.push(id),
                    Ok(Verdict::AlreadySo | Verdict::MovedOn) => {}
                    Ok(Verdict::Refused(why)) => {
                        tracing::warn!(%id, why, "a finished run of an earlier version cannot be stored; it is kept");
                        recovered.waiting.push(id);
                        left = true;
                        continue;
                    }
                    Err(error) => {
                        tracing::warn!(%id, error = %format_args!("{error:#}"), "a finished run of an earlier version cannot be stored now");
                        recovered.waiting.push(id);
                        left = true;
                        continue;
                    }
                }
                other.note_done(&entry.attempt)?;
                let dir = entry.dir(self, &other.name)?;
                rename::remove(&dir).map_err(FileError::io("remove", &dir))?;
            }
            if !left {
                other.remove()?;
            }
        }
        Ok(())
    }

    fn finish_old<E: From<FileError>>(
        &self,
        other: &Other,
        entry: &OldEntry,
        synced: bool,
        settle: Settle<'_, E>,
    ) -> Result<Verdict, E> {
        let id = RunId::from_stored(entry.id.clone());
        let mut name = self.file_name(&id);
        let target = self.root().join(&name);
        let held_up = || FileError::HeldUp { path: target.clone(), seconds: 0.0 };
        let _lock = self.try_lock_idle(&id)?.ok_or_else(held_up)?;
        if let Some(from) = entry.from.clone().map(RunId::from_stored) {
            let _other_lock = self.try_lock_idle(&from)?.ok_or_else(held_up)?;
            let old = self.root().join(self.file_name(&from));
            if Self::is_staged(&old) && !Self::is_staged(&target) {
                rename::without_replacing(&old, &target).map_err(FileError::io("put in place", &target))?;
            }
            return settle(&Unsettled::Rekeyed { from: &from, to: &id });
        }
        let staged = entry.dir(self, &other.name)?.join(self.file_name(&id));
        if Self::is_staged(&staged) {
            if !synced && entry.boot != boot::id() {
                return Ok(Verdict::MovedOn);
            }
            rename::sync(&staged)?;
            // Nothing is put over a result any more; a name that nobody has is noted before it is taken.
            name = match other.taken_name(&entry.attempt)? {
                Some(noted) => noted,
                None => {
                    let new = names::further(&id, self.suffix());
                    other.note_named(&entry.attempt, &new)?;
                    new
                }
            };
            self.put(&staged, &id, &mut name, |name| other.note_named(&entry.attempt, name))?;
            rename::sync_one(self.root())?;
        } else if let Some(noted) =
            other.taken_name(&entry.attempt)?.filter(|noted| Self::is_staged(&self.root().join(noted)))
        {
            name = noted;
        } else if !Self::is_staged(&target) || (entry.full && !synced) {
            return Ok(Verdict::MovedOn);
        }
        settle(&Unsettled::Run {
            id: &id,
            name: &name,
            seen: None,
            overwrites: true,
            committed: false,
            row: &entry.row,
        })
    }
}

impl Other {
    /// The name that a result of an old journal was given by a version that finished it.
    fn taken_name(&self, attempt: &str) -> Result<Option<String>, FileError> {
        let mut taken = None;
        for line in whole_lines(&self.read()?) {
            match serde_json::from_slice(line) {
                Ok(Line::Named { attempt: of, name }) if of == attempt && names::is_plain(&name) => {
                    taken = Some(name)
                }
                _ => {}
            }
        }
        Ok(taken)
    }

    /// Whether the journal lies in a directory.
    fn is_below(&self, dir: &Path) -> bool {
        self.path().starts_with(dir)
    }
}
