//! The journals of other processes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, SystemTime};

use super::journal::Journal;
use super::journal_line::{FORMAT, Line, Unfinished, line_text, unfinished};
use super::names::{JOURNALS, refuse_link};
use super::{FileError, Folder, json, rename};
use crate::params::RunId;

/// The journal of another process.
#[derive(Debug, Clone)]
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
            let entry = entry.map_err(FileError::io("list", folder))?;
            if !entry.file_type().is_ok_and(|kind| kind.is_file()) {
                continue;
            }
            let path = entry.path();
            let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
            let visible = !name.starts_with('.');
            if visible
                && path.extension().is_some_and(|suffix| suffix == "jsonl")
                && Some(name.as_str()) != but
            {
                all.push(Self { name, path });
            }
        }
        Ok(all)
    }

    /// Whether its process is dead, or has not locked it yet: only what is seen under the recovery lock is certain. The
    /// lock of a question is one that others can ask under as well, so that nobody takes it for a sign of life.
    pub(super) fn is_dead(&self) -> Result<bool, FileError> {
        let file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            other => other.map_err(FileError::io("open", &self.path))?,
        };
        match file.try_lock_shared() {
            Ok(()) => Ok(true),
            Err(fs::TryLockError::WouldBlock) => Ok(false),
            Err(fs::TryLockError::Error(error)) => Err(FileError::io("lock", &self.path)(error)),
        }
    }

    /// What it began and did not finish.
    pub(super) fn unfinished(&self) -> Result<Vec<Unfinished>, FileError> {
        let (unfinished, odd) = unfinished(&self.read()?).map_err(|format| FileError::Newer {
            path: self.path.clone(),
            format,
            known: FORMAT,
        })?;
        if odd > 0 {
            tracing::warn!(path = %self.path.display(), odd,
                "lines of a journal name what cannot be results of this directory; they are ignored");
        }
        Ok(unfinished)
    }

    /// What it began of one run and did not finish.
    pub(super) fn unfinished_of(&self, id: &RunId) -> Result<Vec<Unfinished>, FileError> {
        // Most journals say nothing of it, and may be long: to look for a text is much faster than to read them.
        let text = self.read()?;
        if memchr::memmem::find(&text, id.as_str().as_bytes()).is_none() {
            return Ok(Vec::new());
        }
        let (mut begun, _) = unfinished(&text).map_err(|format| FileError::Newer {
            path: self.path.clone(),
            format,
            known: FORMAT,
        })?;
        begun.retain(|begun| begun.id() == id.as_str());
        Ok(begun)
    }

    /// What is written in it; nothing if another process has finished it meanwhile.
    pub(super) fn read(&self) -> Result<Vec<u8>, FileError> {
        refuse_link(&self.path)?;
        match fs::read(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            other => other.map_err(FileError::io("read", &self.path)),
        }
    }

    /// Notes in a dead journal what was finished in its place.
    pub(super) fn note_done(&self, attempt: &str) -> Result<(), FileError> {
        self.note(&Line::Done(attempt.to_owned()))
    }

    /// Notes in a dead journal what was synced in its place.
    pub(super) fn note_synced(&self, attempt: &str) -> Result<(), FileError> {
        self.note(&Line::Synced(attempt.to_owned()))
    }

    /// Notes in a dead journal which other name a result gets.
    pub(super) fn note_named(&self, attempt: &str, name: &str) -> Result<(), FileError> {
        self.note(&Line::Named { attempt: attempt.to_owned(), name: name.to_owned() })
    }

    fn note(&self, line: &Line) -> Result<(), FileError> {
        let failed = || FileError::io("write", &self.path);
        // A line that was cut off must not swallow this one.
        let mut text = vec![b'\n'];
        text.extend(line_text(line).map_err(failed())?);
        let mut file = OpenOptions::new().append(true).open(&self.path).map_err(failed())?;
        file.write_all(&text).map_err(failed())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn remove(&self) -> Result<(), FileError> {
        rename::remove(&self.path).map_err(FileError::io("remove", &self.path))
    }
}

/// What others have begun, as it was listed.
#[derive(Debug)]
pub(super) struct Listed {
    /// When the directory of journals was changed last.
    changed: SystemTime,
    at: SystemTime,
    begun: Begun,
}

/// Where what others have begun can be found.
#[derive(Debug, Clone, Default)]
pub(super) struct Begun {
    /// The journals of other processes.
    pub(super) others: Arc<[Other]>,
    /// Whether anything was handed over.
    pub(super) pending: bool,
}

impl Listed {
    /// Whether it is what a listing would give now. Two changes at one instant of a clock look like one, and network file
    /// systems tell of changes late; so it is kept for a moment only, and not if the change was just then.
    fn is_of(&self, changed: SystemTime) -> bool {
        let quiet = self.at.duration_since(changed).is_ok_and(|quiet| quiet > Duration::from_millis(50));
        quiet && self.changed == changed && self.at.elapsed().is_ok_and(|age| age < Duration::from_secs(1))
    }
}

impl Folder {
    /// The journals of other processes.
    pub(super) fn others(&self) -> Result<Vec<Other>, FileError> {
        Other::all(&self.journals(), self.journal_if_begun().map(Journal::name))
    }

    /// Whether a journal, or what was handed over, says of a result that another process has made below a folder of
    /// `.entropic` that it will be put in place.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn awaits(&self, below: &Path) -> Result<bool, FileError> {
        if self.journal_if_begun().is_some_and(|own| own.awaits(below)) {
            return Ok(true);
        }
        for other in self.others()? {
            if other.unfinished()?.iter().any(|begun| begun.lies_below(below)) {
                return Ok(true);
            }
        }
        Ok(self.all_pending()?.iter().any(|(_, pending)| pending.entry.lies_below(below)))
    }

    /// Where what others have begun can be found: as it was listed last, if nothing has come or gone since. A run should
    /// not cost two listings. What is handed over changes the directory of journals too ([`Folder::tell_of_pending`]).
    pub(super) fn begun_lately(&self) -> Result<Begun, FileError> {
        let changed = match fs::metadata(self.journals()).and_then(|meta| meta.modified()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            other => Some(other.map_err(FileError::io("look at", &self.journals()))?),
        };
        let mut listed = self.listed().lock().unwrap_or_else(PoisonError::into_inner);
        let lately = listed.as_ref().filter(|list| changed.is_some_and(|changed| list.is_of(changed)));
        if let Some(list) = lately {
            return Ok(list.begun.clone());
        }
        let others = if changed.is_some() { self.others()?.into() } else { Arc::default() };
        let begun = Begun { others, pending: self.has_pending()? };
        *listed = changed.map(|changed| Listed { changed, at: SystemTime::now(), begun: begun.clone() });
        Ok(begun)
    }

    /// Lets every process list again that has listed what others have begun.
    pub(super) fn tell_of_pending(&self) -> Result<(), FileError> {
        let told = self.own_directory(JOURNALS)?;
        let file = json::for_all().tempfile_in(&told).map_err(FileError::io("write in", &told))?;
        file.close().map_err(FileError::io("write in", &told))
    }
}
