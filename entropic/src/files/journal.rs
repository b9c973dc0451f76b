//! What a process is about to put in place: one append-only file a process.
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

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::FileError;
use super::identity::FileIdentity;
use super::names::{STAGING, SWEEPS, inside, is_name_for, is_plain};
use crate::params::RunId;

/// Of these files.
pub(super) const FORMAT: u32 = 2;

/// A journal is begun anew once it is this long and says nothing that matters any more, in bytes.
const LONG: u64 = 1 << 20;

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
    fn is_about(&self, begun: &Unfinished) -> bool {
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
    fn learn(&mut self, line: &Line) {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use serde_json::value::to_raw_value;

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
