//! What a process is about to put in place: one append-only file a process.
//!
//! `.entropic/journal/<name>.jsonl`, a JSON object a line:
//!
//! ```text
//! {"publish":{"attempt":"0","id":"a3f8c1d2e4b6f7a8","replaces":false,"full":true,"boot":"1c6f…","row":{…}}}
//! {"synced":"0"}
//! {"done":"0"}
//! ```
//!
//! A result is complete before its `publish` line is written, and on the disk before its `synced` line; the first
//! holds all that the row needs. Whatever has no `done` line when its process is dead is finished by whoever looks
//! next; what was not synced only before the machine is started again (`boot`), since a power cut may have left half
//! of it. The process keeps a lock on its journal: it lives as long as that is held. A line that does not end, or is
//! no JSON, is one that a crash cut off, and never happened; so are the zeros at the end of a journal that is synced.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::folder::{STAGING, SWEEPS};
use super::{FileError, rename};
use crate::params::RunId;

/// A journal is begun anew once it is this long and says nothing that matters any more, in bytes.
const LONG: u64 = 1 << 20;

/// How much room is made at a time in a journal that is synced, in bytes.
const ROOM: usize = 1 << 15;

/// A result that is being put in place.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Entry {
    /// The folder inside the staging folder of its process.
    pub(super) attempt: String,
    /// The run.
    pub(super) id: String,
    /// The run whose result it was before, if it is only to have another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<String>,
    /// The folder below `.entropic` where another process has made it, if it is not in the staging folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) received: Option<PathBuf>,
    /// Whether an older result of ours may be in its place.
    pub(super) replaces: bool,
    /// Whether it is synced before it is put in place.
    pub(super) full: bool,
    /// Which start of the machine it was written in.
    pub(super) boot: String,
    /// What the row will hold, as JSON.
    pub(super) row: Box<RawValue>,
}

impl Entry {
    /// Whether it can be ours: a line that was edited by hand must not lead out of the folder.
    fn is_ours(&self) -> bool {
        let inside = |path: &PathBuf| {
            path.starts_with(SWEEPS) && path.components().all(|part| matches!(part, Component::Normal(_)))
        };
        let digits = !self.attempt.is_empty() && self.attempt.bytes().all(|byte| byte.is_ascii_digit());
        digits
            && self.received.iter().all(inside)
            && [Some(&self.id), self.from.as_ref()]
                .into_iter()
                .flatten()
                .all(|id| RunId::new(id.as_str()).is_ok())
    }

    /// The folder of its attempt: below that of its process, or where another process made it.
    pub(super) fn dir(&self, own: &Path, process: &str) -> PathBuf {
        match &self.received {
            Some(below) => own.join(below),
            None => own.join(STAGING).join(process).join(&self.attempt),
        }
    }

    pub(super) fn run_id(&self) -> RunId {
        RunId::from_stored(self.id.clone())
    }

    pub(super) fn former_id(&self) -> Option<RunId> {
        self.from.clone().map(RunId::from_stored)
    }

    pub(super) fn lies_below(&self, folder: &Path) -> bool {
        self.received.as_ref().is_some_and(|received| received.starts_with(folder))
    }

    /// Whether it is about a run, under its former name or this.
    pub(super) fn concerns(&self, id: &RunId) -> bool {
        self.id == id.as_str() || self.from.as_deref() == Some(id.as_str())
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Line {
    Publish(Entry),
    Synced(String),
    Done(String),
}

/// A result that was not put in place, or whose row may be missing, as a dead process left it.
#[derive(Debug, Clone)]
pub(super) struct Unfinished {
    pub(super) entry: Entry,
    /// Whether the disk has all of it.
    pub(super) synced: bool,
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
    file: Arc<File>,
    /// How much of it are lines. Zeros follow, where room was made.
    length: u64,
    room: u64,
    /// Whether lines are synced.
    syncs: bool,
    open: HashMap<String, Unfinished>,
}

impl Journal {
    /// A new journal in a folder. The caller holds the recovery lock: until it is locked, it looks like a dead one.
    pub(super) fn create(folder: &Path, syncs: bool) -> Result<Self, FileError> {
        fs::create_dir_all(folder).map_err(FileError::io("make", folder))?;
        let name = uuid::Uuid::new_v4().simple().to_string();
        let path = folder.join(format!("{name}.jsonl"));
        let file = OpenOptions::new().create_new(true).write(true).open(&path);
        let file = file.map_err(FileError::io("write", &path))?;
        // Others may ask just now whether it lives; not for long.
        file.lock().map_err(FileError::io("lock", &path))?;
        rename::sync_one(folder)?;
        let state =
            Mutex::new(State { file: Arc::new(file), length: 0, room: 0, syncs, open: HashMap::new() });
        Ok(Self { name, path, state })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Says that a result is complete, and about to be put in place.
    pub(super) fn publish(&self, entry: Entry) -> Result<(), FileError> {
        let line = Line::Publish(entry);
        // Put into words before others are kept from saying theirs.
        let text = line_text(&line).map_err(FileError::io("write", &self.path))?;
        let mut state = self.state();
        self.write(&mut state, &text)?;
        if let Line::Publish(entry) = line {
            state.open.insert(entry.attempt.clone(), Unfinished { entry, synced: false });
        }
        Ok(())
    }

    /// Says that the disk has some results; the disk has these lines, and those of the results, when it returns.
    pub(super) fn synced(&self, attempts: &[String]) -> Result<(), FileError> {
        let text = self.lines(attempts, Line::Synced)?;
        let mut state = self.state();
        self.write(&mut state, &text)?;
        for attempt in attempts {
            state.open.entry(attempt.clone()).and_modify(|begun| begun.synced = true);
        }
        // Whoever else has something to say may say it meanwhile.
        let file = Arc::clone(&state.file);
        drop(state);
        file.sync_data().map_err(FileError::io("sync", &self.path))
    }

    /// Says that the rows of results are written, or that they were never put in place.
    pub(super) fn done(&self, attempts: &[String]) -> Result<(), FileError> {
        let mut state = self.state();
        for attempt in attempts {
            state.open.remove(attempt);
        }
        if state.open.is_empty() && state.length > LONG {
            state.file.set_len(0).map_err(FileError::io("shorten", &self.path))?;
            (state.length, state.room) = (0, 0);
            return Ok(());
        }
        let text = self.lines(attempts, Line::Done)?;
        self.write(&mut state, &text)
    }

    /// Whether a result below a folder, as [`Entry::received`] tells it, has been announced and is not settled.
    pub(super) fn awaits(&self, below: &Path) -> bool {
        self.state().open.values().any(|begun| begun.entry.lies_below(below))
    }

    /// The results of an id that this process has announced and could not write the row of.
    pub(super) fn open_entries(&self, id: &RunId) -> Vec<Unfinished> {
        self.state().open.values().filter(|begun| begun.entry.concerns(id)).cloned().collect()
    }

    fn lines(&self, attempts: &[String], line: fn(String) -> Line) -> Result<Vec<u8>, FileError> {
        let mut text = Vec::new();
        for attempt in attempts {
            text.extend(line_text(&line(attempt.clone())).map_err(FileError::io("write", &self.path))?);
        }
        Ok(text)
    }

    fn write(&self, state: &mut State, text: &[u8]) -> Result<(), FileError> {
        state.put(text).map_err(|error| {
            // Half a line would swallow the next one.
            let _ = state.file.set_len(state.length);
            state.room = state.length;
            FileError::io("write", &self.path)(error)
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic between two lines leaves the journal as it is on the disk.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn put(&mut self, text: &[u8]) -> io::Result<()> {
        let (mut file, end) = (&*self.file, self.length + text.len() as u64);
        file.seek(SeekFrom::Start(self.length))?;
        if self.syncs && end > self.room {
            // To sync a line in a file that does not grow is half the work: no length and no block is new to the disk.
            file.write_all(&[text, &[0; ROOM]].concat())?;
            self.room = end + ROOM as u64;
        } else {
            file.write_all(text)?;
        }
        self.length = end;
        Ok(())
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

pub(super) fn line_text(line: &Line) -> io::Result<Vec<u8>> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    Ok(text)
}

pub(super) fn unfinished(text: &[u8]) -> Vec<Unfinished> {
    let mut open: Vec<Unfinished> = Vec::new();
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    for line in text[..whole].split(|byte| *byte == b'\n') {
        match serde_json::from_slice(line) {
            Ok(Line::Publish(entry)) if entry.is_ours() => open.push(Unfinished { entry, synced: false }),
            Ok(Line::Synced(attempt)) => {
                open.iter_mut()
                    .filter(|left| left.entry.attempt == attempt)
                    .for_each(|left| left.synced = true);
            }
            Ok(Line::Done(attempt)) => open.retain(|left| left.entry.attempt != attempt),
            Ok(Line::Publish(_)) | Err(_) => {}
        }
    }
    open
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::value::to_raw_value;

    use super::super::others::Other;
    use super::*;

    impl PartialEq for Unfinished {
        fn eq(&self, other: &Self) -> bool {
            let text = |entry: &Entry| serde_json::to_string(entry).unwrap();
            (text(&self.entry), self.synced) == (text(&other.entry), other.synced)
        }
    }

    fn entry(attempt: &str) -> Entry {
        let [attempt, id, boot] = [attempt, "x", "somewhen"].map(str::to_owned);
        let row = RawValue::NULL.to_owned();
        Entry { attempt, id, from: None, received: None, replaces: false, full: true, boot, row }
    }

    fn left(attempt: &str, synced: bool) -> Unfinished {
        Unfinished { entry: entry(attempt), synced }
    }

    #[test]
    fn a_journal_says_what_is_not_finished() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::create(dir.path(), true).unwrap();
        for attempt in ["0", "1", "2"] {
            journal.publish(entry(attempt)).unwrap();
        }
        journal.synced(&["2".to_owned()]).unwrap();
        journal.done(&["1".to_owned()]).unwrap();
        let other = Other::all(dir.path(), None).unwrap().remove(0);
        assert!(!other.is_dead().unwrap());
        assert_eq!(other.unfinished().unwrap(), [left("0", false), left("2", true)]);
        assert_eq!(journal.open_entries(&RunId::new("x").unwrap()).len(), 2);
        drop(journal);
        assert!(other.is_dead().unwrap());
        other.note_done("0").unwrap();
        assert_eq!(other.unfinished().unwrap(), [left("2", true)]);
    }

    #[test]
    fn a_process_that_ends_in_peace_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::create(dir.path(), true).unwrap();
        journal.publish(entry("0")).unwrap();
        journal.done(&["0".to_owned()]).unwrap();
        drop(journal);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn lines_that_a_crash_cut_off_never_happened() {
        let whole = line_text(&Line::Publish(entry("0"))).unwrap();
        let cut = line_text(&Line::Publish(entry("1"))).unwrap();
        for end in 0..cut.len() {
            let text = [&whole[..], &cut[..end]].concat();
            assert_eq!(unfinished(&text), [left("0", false)], "{end}");
            // And swallow nothing that follows.
            let text =
                [&whole[..], &cut[..end], b"\n", &line_text(&Line::Done("0".to_owned())).unwrap()].concat();
            assert!(unfinished(&text).iter().all(|left| left.entry.attempt == "1"), "{end}");
        }
        assert_eq!(unfinished(&[&[0u8; 512], &b"\n"[..], &whole[..]].concat()), [left("0", false)]);
        assert_eq!(unfinished(b"garbage\n{\"publish\":3}\n"), []);
    }

    #[test]
    fn a_long_journal_begins_anew_when_nothing_is_open() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::create(dir.path(), true).unwrap();
        let long = Entry { row: to_raw_value(&"x".repeat(100_000)).unwrap(), ..entry("0") };
        for _ in 0..30 {
            journal.publish(long.clone()).unwrap();
            journal.done(&["0".to_owned()]).unwrap();
        }
        assert!(journal.state().length < 2 * LONG);
        let other = Other::all(dir.path(), None).unwrap().remove(0);
        assert_eq!(other.unfinished().unwrap(), []);
    }
}
