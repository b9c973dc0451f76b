//! What a process is about to put in place: one append-only file a process.
//!
//! [`journal_line`](super::journal_line) describes the lines. The process keeps a lock on its journal, and lives as long as that
//! is held. A journal is never synced: a result whose line a power cut has lost is one that no row names, and blocks nobody.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::FileError;
use super::journal_line::{Entry, FORMAT, Line, Removal, Unfinished, line_text};
use crate::params::RunId;

/// A journal is begun anew once it is this long and says nothing that matters any more, in bytes.
const LONG: u64 = 1 << 20;

/// The journal of this process on one results directory.
#[derive(Debug)]
pub(super) struct Journal {
    /// Also the name of the staging directory of this process.
    name: String,
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Locked for as long as this is open.
    file: File,
    /// How much of it are lines.
    length: u64,
    open: HashMap<String, Unfinished>,
}

impl Journal {
    /// A new journal in a directory.
    pub(super) fn create(folder: &Path) -> Result<Self, FileError> {
        let name = uuid::Uuid::new_v4().simple().to_string();
        // Locked before it has a name that others look at: it never looks like the journal of a dead process.
        let (hidden, path) = (folder.join(format!(".{name}")), folder.join(format!("{name}.jsonl")));
        let file = OpenOptions::new().create_new(true).write(true).open(&hidden);
        let file = file.map_err(FileError::own("write", &hidden))?;
        file.lock().map_err(FileError::io("lock", &hidden))?;
        fs::rename(&hidden, &path).map_err(FileError::io("make", &path))?;
        let mut state = State { file, length: 0, open: HashMap::new() };
        let format = line_text(&Line::Format(FORMAT)).map_err(FileError::io("write", &path))?;
        state.put(&format).map_err(FileError::io("write", &path))?;
        Ok(Self { name, path, state: Mutex::new(state) })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Says that a result is complete, and about to be put in place.
    pub(super) fn publish(&self, entry: Entry) -> Result<(), FileError> {
        self.begin(Line::Publish(entry))
    }

    /// Says that a result is about to be removed with its row.
    pub(super) fn delete(&self, removal: Removal) -> Result<(), FileError> {
        self.begin(Line::Delete(removal))
    }

    fn begin(&self, line: Line) -> Result<(), FileError> {
        // Put into words before others are kept from saying theirs.
        let text = line_text(&line).map_err(FileError::io("write", &self.path))?;
        let mut state = self.state();
        self.write(&mut state, &text)?;
        let begun = match line {
            Line::Publish(entry) => Unfinished::Publish { entry, synced: false, committed: false },
            Line::Delete(removal) => Unfinished::Delete(removal),
            _ => return Ok(()),
        };
        state.open.insert(begun.attempt().to_owned(), begun);
        Ok(())
    }

    /// Says that a result gets another name: the one it was to have is taken.
    pub(super) fn named(&self, attempt: &str, name: &str) -> Result<(), FileError> {
        let line = Line::Named { attempt: attempt.to_owned(), name: name.to_owned() };
        let text = line_text(&line).map_err(FileError::io("write", &self.path))?;
        let mut state = self.state();
        self.write(&mut state, &text)?;
        if let Some(begun) = state.open.get_mut(attempt) {
            begun.learn(&line);
        }
        Ok(())
    }

    /// Says that the disk has some results.
    pub(super) fn synced(&self, attempts: &[String]) -> Result<(), FileError> {
        self.say_of(attempts, Line::Synced)
    }

    /// Says that the rows of results are written, and may be lost with a crash of the server.
    pub(super) fn committed(&self, attempts: &[String]) -> Result<(), FileError> {
        self.say_of(attempts, Line::Committed)
    }

    fn say_of(&self, attempts: &[String], line: fn(String) -> Line) -> Result<(), FileError> {
        let text = self.lines(attempts, line)?;
        let mut state = self.state();
        self.write(&mut state, &text)?;
        for attempt in attempts {
            if let Some(begun) = state.open.get_mut(attempt) {
                begun.learn(&line(attempt.clone()));
            }
        }
        Ok(())
    }

    /// Says that the rows of results are written, or that they were never put in place.
    pub(super) fn done(&self, attempts: &[String]) -> Result<(), FileError> {
        let mut state = self.state();
        let text = self.lines(attempts, Line::Done)?;
        let others =
            state.open.len() - attempts.iter().filter(|attempt| state.open.contains_key(*attempt)).count();
        if others == 0 && state.length > LONG {
            state.file.set_len(0).map_err(FileError::io("shorten", &self.path))?;
            state.length = 0;
            let format = line_text(&Line::Format(FORMAT)).map_err(FileError::io("write", &self.path))?;
            self.write(&mut state, &format)?;
        } else {
            self.write(&mut state, &text)?;
        }
        for attempt in attempts {
            state.open.remove(attempt);
        }
        Ok(())
    }

    /// Whether a result below a directory, as [`Entry::received`] tells it, has been announced and is not settled.
    pub(super) fn awaits(&self, below: &Path) -> bool {
        self.state().open.values().any(|begun| begun.lies_below(below))
    }

    /// What this process has begun of an id and not finished.
    pub(super) fn open_entries(&self, id: &RunId) -> Vec<Unfinished> {
        self.state().open.values().filter(|begun| begun.id() == id.as_str()).cloned().collect()
    }

    /// What it has said of an attempt, if that is not finished.
    pub(super) fn open_entry(&self, attempt: &str) -> Option<Unfinished> {
        self.state().open.get(attempt).cloned()
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
        write_at(&self.file, text, self.length)?;
        self.length += text.len() as u64;
        Ok(())
    }
}

#[cfg(unix)]
fn write_at(file: &File, text: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, text, at)
}

#[cfg(not(unix))]
fn write_at(mut file: &File, text: &[u8], at: u64) -> io::Result<()> {
    use std::io::{Seek as _, Write as _};
    file.seek(io::SeekFrom::Start(at))?;
    file.write_all(text)
}

impl Drop for Journal {
    /// A process that ends in peace leaves nothing, unless a row could not be written.
    fn drop(&mut self) {
        if self.state().open.is_empty() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::value::to_raw_value;

    use serde_json::value::RawValue;

    use super::super::journal_line::unfinished;
    use super::super::others::Other;
    use super::*;

    impl PartialEq for Unfinished {
        fn eq(&self, other: &Self) -> bool {
            format!("{self:?}") == format!("{other:?}")
        }
    }

    fn entry(attempt: &str) -> Entry {
        let [attempt, id, name, file, boot] = [attempt, "x", "x.h5", "x.h5", "somewhen"].map(str::to_owned);
        let row = RawValue::NULL.to_owned();
        Entry { attempt, id, name, file, seen: None, received: None, identity: None, full: true, boot, row }
    }

    fn left(attempt: &str, synced: bool) -> Unfinished {
        Unfinished::Publish { entry: entry(attempt), synced, committed: false }
    }

    fn open(text: &[u8]) -> Vec<Unfinished> {
        unfinished(text).unwrap().0
    }

    #[test]
    fn a_journal_says_what_is_not_finished() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::create(dir.path()).unwrap();
        for attempt in ["0", "1", "2"] {
            journal.publish(entry(attempt)).unwrap();
        }
        journal.synced(&["2".to_owned()]).unwrap();
        journal.done(&["1".to_owned()]).unwrap();
        journal.named("0", "x~0123456789ab.h5").unwrap();
        let other = Other::all(dir.path(), None).unwrap().remove(0);
        assert!(!other.is_dead().unwrap());
        let renamed = Entry { name: "x~0123456789ab.h5".to_owned(), ..entry("0") };
        let renamed = Unfinished::Publish { entry: renamed, synced: false, committed: false };
        assert_eq!(other.unfinished().unwrap(), [renamed, left("2", true)]);
        assert_eq!(journal.open_entries(&RunId::new("x").unwrap()).len(), 2);
        drop(journal);
        assert!(other.is_dead().unwrap());
        other.note_done("0").unwrap();
        assert_eq!(other.unfinished().unwrap(), [left("2", true)]);
    }

    #[test]
    fn a_process_that_ends_in_peace_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::create(dir.path()).unwrap();
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
            assert_eq!(open(&text), [left("0", false)], "{end}");
            // And swallow nothing that follows.
            let text =
                [&whole[..], &cut[..end], b"\n", &line_text(&Line::Done("0".to_owned())).unwrap()].concat();
            assert!(open(&text).iter().all(|left| left.attempt() == "1"), "{end}");
        }
        assert_eq!(open(&[&[0u8; 512], &b"\n"[..], &whole[..]].concat()), [left("0", false)]);
        assert_eq!(open(b"garbage\n{\"publish\":3}\n"), []);
    }

    #[test]
    fn lines_that_lead_elsewhere_are_not_ours() {
        let odd = [
            Entry { name: "../x.h5".to_owned(), ..entry("0") },
            Entry { name: "/etc/passwd".to_owned(), ..entry("0") },
            Entry { name: "y.h5".to_owned(), ..entry("0") },
            Entry { id: "..".to_owned(), name: "..".to_owned(), ..entry("0") },
            Entry { received: Some("../../x".into()), ..entry("0") },
            Entry { attempt: "../0".to_owned(), ..entry("0") },
        ];
        for entry in odd {
            let text = line_text(&Line::Publish(entry)).unwrap();
            let (open, odd) = unfinished(&text).unwrap();
            assert_eq!((open.len(), odd), (0, 1));
        }
        let removal = br#"{"delete":{"attempt":"0","id":"x","name":"../y","seen":"","identity":{"directory":false,"bytes":1,"modified":0}}}"#;
        assert_eq!(unfinished(&[&removal[..], b"\n"].concat()).unwrap().1, 1);
    }

    #[test]
    fn a_journal_of_a_later_version_is_not_guessed_at() {
        assert_eq!(unfinished(b"{\"format\":3}\n{\"whatever\":1}\n").unwrap_err(), 3);
        assert_eq!(open(b"{\"format\":2}\n"), []);
    }

    #[test]
    fn a_long_journal_begins_anew_when_nothing_is_open() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::create(dir.path()).unwrap();
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
