//! What a process is about to put in place: one append-only file a process.
//!
//! `.entropic/journal/<name>.jsonl`, a JSON object a line:
//!
//! ```text
//! {"publish":{"attempt":"a3f8c1d2e4b6f7a8-x7Kq2P","id":"a3f8c1d2e4b6f7a8","replaces":false,"row":{…}}}
//! {"done":"a3f8c1d2e4b6f7a8-x7Kq2P"}
//! ```
//!
//! A result is complete, and on the disk, before its `publish` line is written; the line holds all that the row
//! needs. Whatever has no `done` line when its process is dead is finished by whoever looks next. The process keeps
//! a lock on its journal: it lives as long as that is held. A line that does not end, or is no JSON, is one that a
//! crash cut off, and never happened.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{FileError, rename};
use crate::params::RunId;

/// A journal is begun anew once it is this long and says nothing that matters any more, in bytes.
const LONG: u64 = 1 << 20;

/// A result that is being put in place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The folder inside the staging folder of its process.
    pub(super) attempt: String,
    /// The run. Not judged when read: it was when written.
    pub(super) id: String,
    /// Whether an older result of ours may be in its place.
    pub(super) replaces: bool,
    /// What the row will hold.
    pub(super) row: Value,
}

impl Entry {
    pub(super) fn run_id(&self) -> RunId {
        RunId::from_stored(self.id.clone())
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Publish(Entry),
    Done(String),
}

/// The journal of this process on one results folder.
#[derive(Debug)]
pub(super) struct Journal {
    /// Also the name of the staging folder of this process.
    name: String,
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Locked for as long as this is open.
    file: File,
    length: u64,
    open: HashMap<String, Entry>,
}

impl Journal {
    /// A new journal in a folder. It gets its name once it is locked, so that nobody takes it for a dead one.
    pub(super) fn create(folder: &Path) -> Result<Self, FileError> {
        fs::create_dir_all(folder).map_err(FileError::io("make", folder))?;
        let name = uuid::Uuid::new_v4().simple().to_string();
        let path = folder.join(format!("{name}.jsonl"));
        let making = folder.join(format!("{name}.new"));
        let failed = || FileError::io("write", &path);
        let file = OpenOptions::new().create_new(true).append(true).open(&making).map_err(failed())?;
        file.try_lock().map_err(|error| FileError::io("lock", &path)(error.into()))?;
        fs::rename(&making, &path).map_err(failed())?;
        rename::sync_one(folder)?;
        let state = Mutex::new(State { file, length: 0, open: HashMap::new() });
        Ok(Self { name, path, state })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Says that a result is about to be put in place.
    pub(super) fn publish(&self, entry: Entry, sync: bool) -> Result<(), FileError> {
        let mut state = self.state();
        let attempt = entry.attempt.clone();
        self.write(&mut state, &Line::Publish(entry.clone()))?;
        if sync {
            state.file.sync_data().map_err(FileError::io("sync", &self.path))?;
        }
        state.open.insert(attempt, entry);
        Ok(())
    }

    /// Says that the row of a result is written, or that it was never put in place.
    pub(super) fn done(&self, attempt: &str) -> Result<(), FileError> {
        let mut state = self.state();
        state.open.remove(attempt);
        if state.open.is_empty() && state.length > LONG {
            state.file.set_len(0).map_err(FileError::io("shorten", &self.path))?;
            state.length = 0;
            return Ok(());
        }
        self.write(&mut state, &Line::Done(attempt.to_owned()))
    }

    /// The results of an id that this process put in place and could not write the row of.
    pub(super) fn open_entries(&self, id: &RunId) -> Vec<Entry> {
        self.state().open.values().filter(|entry| entry.id == id.as_str()).cloned().collect()
    }

    fn write(&self, state: &mut State, line: &Line) -> Result<(), FileError> {
        let failed = || FileError::io("write", &self.path);
        let text = line_text(line).map_err(failed())?;
        state.file.write_all(&text).map_err(|error| {
            // Half a line would swallow the next one.
            let _ = state.file.set_len(state.length);
            failed()(error)
        })?;
        state.length += text.len() as u64;
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic between two lines leaves the journal as it is on the disk.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Journal {
    /// A process that ends in peace leaves nothing, unless a row could not be written.
    fn drop(&mut self) {
        if self.state().open.is_empty() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn line_text(line: &Line) -> io::Result<Vec<u8>> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    Ok(text)
}

/// The journal of another process.
#[derive(Debug)]
pub(super) struct Other {
    pub(super) name: String,
    path: PathBuf,
}

impl Other {
    /// The journals in a folder but one.
    pub(super) fn all(folder: &Path, but: Option<&str>) -> Result<Vec<Self>, FileError> {
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(FileError::io("list", folder))?,
        };
        let mut all = Vec::new();
        for entry in entries {
            let path = entry.map_err(FileError::io("list", folder))?.path();
            let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
            if path.extension().is_some_and(|suffix| suffix == "jsonl") && Some(name.as_str()) != but {
                all.push(Self { name, path });
            }
        }
        Ok(all)
    }

    /// Whether its process is dead. Only to be asked by whoever holds the recovery lock, for a moment's lock of
    /// ours would make it look alive to others.
    pub(super) fn is_dead(&self) -> Result<bool, FileError> {
        let file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            other => other.map_err(FileError::io("open", &self.path))?,
        };
        match file.try_lock() {
            Ok(()) => Ok(true),
            Err(fs::TryLockError::WouldBlock) => Ok(false),
            Err(fs::TryLockError::Error(error)) => Err(FileError::io("lock", &self.path)(error)),
        }
    }

    /// What it began and did not finish.
    pub(super) fn unfinished(&self) -> Result<Vec<Entry>, FileError> {
        let text = fs::read(&self.path).map_err(FileError::io("read", &self.path))?;
        Ok(unfinished(&text))
    }

    /// Notes in a dead journal what was finished in its place.
    pub(super) fn note_done(&self, attempt: &str) -> Result<(), FileError> {
        let failed = || FileError::io("write", &self.path);
        // A line that was cut off must not swallow this one.
        let mut text = vec![b'\n'];
        text.extend(line_text(&Line::Done(attempt.to_owned())).map_err(failed())?);
        OpenOptions::new()
            .append(true)
            .open(&self.path)
            .and_then(|mut file| file.write_all(&text))
            .map_err(failed())
    }

    pub(super) fn remove(&self) -> Result<(), FileError> {
        rename::remove(&self.path).map_err(FileError::io("remove", &self.path))
    }
}

fn unfinished(text: &[u8]) -> Vec<Entry> {
    let mut open: Vec<Entry> = Vec::new();
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    for line in text[..whole].split(|byte| *byte == b'\n') {
        match serde_json::from_slice(line) {
            Ok(Line::Publish(entry)) => open.push(entry),
            Ok(Line::Done(attempt)) => open.retain(|entry| entry.attempt != attempt),
            Err(_) => {}
        }
    }
    open
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn entry(attempt: &str) -> Entry {
        Entry { attempt: attempt.to_owned(), id: "x".to_owned(), replaces: false, row: Value::Null }
    }

    #[test]
    fn a_journal_says_what_is_not_finished() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::create(dir.path()).unwrap();
        for attempt in ["a", "b", "c"] {
            journal.publish(entry(attempt), true).unwrap();
        }
        journal.done("b").unwrap();
        let other = Other::all(dir.path(), None).unwrap().remove(0);
        assert!(!other.is_dead().unwrap());
        assert_eq!(other.unfinished().unwrap(), [entry("a"), entry("c")]);
        assert_eq!(journal.open_entries(&RunId::new("x").unwrap()).len(), 2);
        drop(journal);
        assert!(other.is_dead().unwrap());
        other.note_done("a").unwrap();
        assert_eq!(other.unfinished().unwrap(), [entry("c")]);
    }

    #[test]
    fn a_process_that_ends_in_peace_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::create(dir.path()).unwrap();
        journal.publish(entry("a"), false).unwrap();
        journal.done("a").unwrap();
        drop(journal);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn lines_that_a_crash_cut_off_never_happened() {
        let whole = line_text(&Line::Publish(entry("a"))).unwrap();
        let cut = line_text(&Line::Publish(entry("b"))).unwrap();
        for end in 0..cut.len() {
            let text = [&whole[..], &cut[..end]].concat();
            assert_eq!(unfinished(&text), [entry("a")], "{end}");
            // And swallow nothing that follows.
            let text =
                [&whole[..], &cut[..end], b"\n", &line_text(&Line::Done("a".to_owned())).unwrap()].concat();
            assert!(unfinished(&text).iter().all(|entry| entry.attempt == "b"), "{end}");
        }
        assert_eq!(unfinished(&[&[0u8; 512], &b"\n"[..], &whole[..]].concat()), [entry("a")]);
        assert_eq!(unfinished(b"garbage\n{\"publish\":3}\n"), []);
    }

    #[test]
    fn a_long_journal_begins_anew_when_nothing_is_open() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::create(dir.path()).unwrap();
        let long = Entry { row: Value::String("x".repeat(100_000)), ..entry("a") };
        for _ in 0..30 {
            journal.publish(long.clone(), false).unwrap();
            journal.done("a").unwrap();
        }
        assert!(journal.state().length < 2 * LONG);
        let other = Other::all(dir.path(), None).unwrap().remove(0);
        assert_eq!(other.unfinished().unwrap(), []);
    }
}
