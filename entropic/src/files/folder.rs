//! The results directory: where in it things are.

use std::borrow::Cow;
use std::fs::{self};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::attempt::{Slots, make};
use super::journal::Journal;
use super::lock::Locks;
use super::names::{self, CHECKPOINTS, JOURNALS, OWN, STAGING, SWEEPS, refuse_link};
use super::others::Listed;
use super::{Durability, FileError};
use crate::params::RunId;

/// A results directory.
#[derive(Debug)]
pub struct Folder {
    /// The directory whatever the working directory becomes.
    root: PathBuf,
    /// The directory of our own in it.
    own: PathBuf,
    /// The directory as the caller gave it, in the form in which Python's `pathlib` writes it: rows hold this.
    given: PathBuf,
    /// What rows of results directly in it begin with.
    before_names: String,
    /// Whether the two are written alike.
    is_absolute: bool,
    suffix: String,
    durability: Durability,
    /// How long another process that holds the recovery lock is waited for.
    patience: Duration,
    /// Which directory `.entropic` was when this one was claimed.
    home: OnceLock<Home>,
    /// Begun with the first attempt; a process that only reads leaves no trace.
    journal: OnceLock<Journal>,
    beginning: Mutex<()>,
    known_as: OnceLock<Vec<String>>,
    slots: Arc<Slots>,
    locks: Locks,
    /// The journals of others, as they were listed last.
    listed: Mutex<Option<Listed>>,
}

/// What tells the `.entropic` that a directory was claimed with from another one.
#[derive(Debug, PartialEq, Eq)]
struct Home(Option<(u64, u64)>);

impl Home {
    fn of(own: &Path) -> io::Result<Self> {
        let meta = fs::symlink_metadata(own)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            Ok(Self(Some((meta.dev(), meta.ino()))))
        }
        #[cfg(not(unix))]
        Ok(Self(meta.is_dir().then_some((0, 0))))
    }
}

impl Folder {
    /// A directory that need not exist yet.
    ///
    /// # Errors
    /// [`FileError::Suffix`], [`FileError::BareSuffix`], [`FileError::NotUtf8`] (`is_invalid_input`).
    pub fn new(
        given: &Path,
        suffix: &str,
        durability: Durability,
        patience: Duration,
    ) -> Result<Self, FileError> {
        if let Some(error) = FileError::of_suffix(suffix) {
            return Err(error);
        }
        if given.to_str().is_none_or(|text| text.contains('\0')) {
            return Err(FileError::NotUtf8 { path: given.to_owned() });
        }
        let root = std::path::absolute(given).or_else(|error| {
            // The empty path is the working directory, as it is for pathlib.
            if given.as_os_str().is_empty() { std::env::current_dir() } else { Err(error) }
        });
        let root = root.map_err(FileError::io("find", given))?;
        let given: PathBuf = given.components().filter(|part| *part != Component::CurDir).collect();
        let own = root.join(OWN);
        Ok(Self {
            locks: Locks::below(&own),
            own,
            is_absolute: given.as_os_str() == root.as_os_str(),
            before_names: given.join("").to_string_lossy().into_owned(),
            root,
            given,
            suffix: suffix.to_owned(),
            durability,
            patience,
            home: OnceLock::new(),
            journal: OnceLock::new(),
            beginning: Mutex::new(()),
            known_as: OnceLock::new(),
            slots: Arc::default(),
            listed: Mutex::default(),
        })
    }

    /// Remembers which directory of our own it is that bears the mark.
    pub(super) fn settle_in(&self) -> Result<(), FileError> {
        let own = self.own();
        let home = Home::of(own).map_err(FileError::io("look at", own))?;
        let _ = self.home.set(home);
        Ok(())
    }

    /// Refuses to go on where the directory is no longer the one that was opened: unmounted, moved, removed. One that was
    /// never marked, as a store without results has it, is made.
    ///
    /// # Errors
    /// [`FileError::Gone`] (`is_conflict`), [`FileError::Io`].
    pub fn check_home(&self) -> Result<(), FileError> {
        let own = self.own();
        match self.home.get() {
            None => {
                fs::create_dir_all(own).map_err(FileError::io("make", own))?;
                self.settle_in()
            }
            Some(home) => match Home::of(own) {
                Ok(now) if now == *home => Ok(()),
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(FileError::io("look at", own)(error))
                }
                _ => Err(FileError::Gone { path: self.root.clone() }),
            },
        }
    }

    /// A directory of our own, made if it is missing.
    pub(super) fn own_directory(&self, name: &str) -> Result<PathBuf, FileError> {
        let path = self.own().join(name);
        refuse_link(&path)?;
        make(&path)?;
        Ok(path)
    }

    /// The journal of this process.
    pub(super) fn journal(&self) -> Result<&Journal, FileError> {
        if let Some(journal) = self.journal.get() {
            return Ok(journal);
        }
        let _one_at_a_time = self.beginning.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(journal) = self.journal.get() {
            return Ok(journal);
        }
        self.check_home()?;
        let begun = Journal::create(&self.own_directory(JOURNALS)?)?;
        Ok(self.journal.get_or_init(|| begun))
    }

    /// The same, if there was an attempt already.
    pub(super) fn journal_if_begun(&self) -> Option<&Journal> {
        self.journal.get()
    }

    pub(super) fn own(&self) -> &Path {
        &self.own
    }

    pub(super) fn staging(&self) -> PathBuf {
        self.own().join(STAGING)
    }

    /// Where the directories of sweeps are that other processes work for.
    #[must_use]
    pub fn sweeps(&self) -> PathBuf {
        self.own().join(SWEEPS)
    }

    /// The directory itself, whatever the working directory becomes.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The directory as the caller gave it.
    #[must_use]
    pub fn given(&self) -> &Path {
        &self.given
    }

    /// What the names of results end with.
    #[must_use]
    pub fn suffix(&self) -> &str {
        &self.suffix
    }

    pub(super) fn slots(&self) -> &Arc<Slots> {
        &self.slots
    }

    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    pub(super) fn listed(&self) -> &Mutex<Option<Listed>> {
        &self.listed
    }

    pub(super) fn locks(&self) -> &Locks {
        &self.locks
    }

    pub(super) fn journals(&self) -> PathBuf {
        self.own().join(JOURNALS)
    }

    /// Where an attempt may leave what the next one goes on from.
    pub(crate) fn checkpoints(&self, id: &RunId) -> PathBuf {
        self.own().join(CHECKPOINTS).join(id.as_str())
    }

    /// What a finished run must survive.
    #[must_use]
    pub fn durability(&self) -> Durability {
        self.durability
    }

    /// The name of a run's first result.
    #[must_use]
    pub fn file_name(&self, id: &RunId) -> String {
        names::first(id, &self.suffix)
    }

    /// What a row says about the result of that name.
    #[must_use]
    pub fn row_path(&self, name: &str) -> PathBuf {
        self.given.join(name)
    }

    /// Under which paths this directory was opened, in the form of the rows.
    fn known_as(&self) -> &[String] {
        self.known_as
            .get_or_init(|| self.read_mark().ok().flatten().map(|mark| mark.known_as).unwrap_or_default())
    }

    /// The name that follows in a path which is written as the rows of results directly in this directory are. Every hit
    /// asks for it, so it compares text and takes no paths apart.
    fn name_here<'p>(&self, path: &'p Path) -> Option<&'p str> {
        let name = path.to_str()?.strip_prefix(&*self.before_names)?;
        let is_name = !matches!(name, "" | "." | "..") && !name.contains(std::path::is_separator);
        is_name.then_some(name)
    }

    /// Where below this directory a row says that its result lies, if it says so: under the path that was given now or at
    /// an earlier opening, or as a program wrote it that was in another working directory.
    #[must_use]
    pub fn inside(&self, stored: &Path) -> Option<PathBuf> {
        let below = |dir: &Path| {
            let rest = stored.strip_prefix(dir).ok()?;
            let plain = rest.components().all(|part| matches!(part, Component::Normal(_)));
            (plain && rest != Path::new("")).then(|| rest.to_owned())
        };
        if let Some(rest) = below(&self.given).or_else(|| below(&self.root)) {
            return Some(rest);
        }
        if let Some(rest) = self.known_as().iter().find_map(|known| below(Path::new(known))) {
            return Some(rest);
        }
        // Another program's row, relative to a working directory that need not be ours.
        let parent = stored.parent()?;
        let same = stored.is_relative()
            && parent.file_name().is_some()
            && parent.file_name() == self.root.file_name();
        same.then(|| PathBuf::from(stored.file_name().unwrap_or_default()))
    }

    /// Where the result of a row is to be found.
    ///
    /// Below this directory if the row says that it lies in a directory that was this one (it may have been moved, or the
    /// working directory be another). Otherwise where the row says; and if there is nothing, below this directory all the
    /// same, if what is there has the name of a result.
    #[must_use]
    pub fn resolve<'p>(&self, stored: &'p Path) -> Cow<'p, Path> {
        if self.name_here(stored).is_some() {
            return stored.into();
        }
        let here = |rest: &Path| fs::symlink_metadata(self.root.join(rest)).is_ok();
        if let Some(rest) = self.inside(stored) {
            return if here(&rest) { self.given.join(rest).into() } else { stored.into() };
        }
        let name = stored.file_name().and_then(|name| name.to_str());
        match name.filter(|name| names::run_of(name, &self.suffix).is_some_and(|run| run.is_hashed())) {
            Some(name) if here(Path::new(name)) && !is_there(stored) => self.given.join(name).into(),
            _ => stored.into(),
        }
    }

    /// Whether a path that [`resolve`](Self::resolve) gave bears the name of a result of that run.
    #[must_use]
    pub fn is_named_for(&self, id: &RunId, resolved: &Path) -> bool {
        let name = self.name_here(resolved).or_else(|| resolved.file_name()?.to_str());
        let rest = name.and_then(|name| name.strip_prefix(id.as_str()));
        rest.is_some_and(|rest| rest == self.suffix || rest.starts_with('~'))
    }

    /// The name of a result directly in this directory, if a path that [`resolve`](Self::resolve) gave is one.
    #[must_use]
    pub fn result_name<'p>(&self, resolved: &'p Path) -> Option<(RunId, &'p str)> {
        let name = resolved.file_name().and_then(|name| name.to_str())?;
        let here = resolved.parent() == Some(&self.given) || resolved.parent() == Some(&self.root);
        Some((names::run_of(name, &self.suffix).filter(|_| here)?, name))
    }

    /// Whether there is something at a path that [`resolve`](Self::resolve) gave. That nothing can be seen there is an
    /// error, not an answer.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn exists(&self, resolved: &Path) -> Result<bool, FileError> {
        let path = self.absolute(resolved);
        match fs::metadata(&path) {
            Ok(_) => Ok(true),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Ok(false)
            }
            Err(error) => Err(FileError::io("look at", &path)(error)),
        }
    }

    /// Whether there is nothing in what a path names that [`resolve`](Self::resolve) gave.
    #[must_use]
    pub fn is_empty(&self, resolved: &Path) -> bool {
        let path = self.absolute(resolved);
        let nothing_inside = || fs::read_dir(&path).is_ok_and(|mut inside| inside.next().is_none());
        fs::metadata(&path).is_ok_and(|meta| if meta.is_dir() { nothing_inside() } else { meta.len() == 0 })
    }

    /// The same path whatever the working directory is.
    #[must_use]
    pub fn absolute<'p>(&self, resolved: &'p Path) -> Cow<'p, Path> {
        if self.is_absolute {
            return resolved.into();
        }
        resolved.strip_prefix(&self.given).map_or(resolved.into(), |rest| self.root.join(rest).into())
    }

    /// What has the name of a result: a hashed key, a token if there is one, and the suffix.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn results(&self) -> Result<Vec<String>, FileError> {
        let entries = match fs::read_dir(&self.root) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(FileError::io("list", &self.root))?,
        };
        let mut results = Vec::new();
        for entry in entries {
            let name = entry.map_err(FileError::io("list", &self.root))?.file_name();
            let Some(name) = name.to_str() else { continue };
            let run = names::run_of(name, &self.suffix);
            let base = run.as_ref().map(|run| run.replicated().map_or_else(|| run.clone(), |(base, _)| base));
            if base.is_some_and(|base| base.is_hashed()) {
                results.push(name.to_owned());
            }
        }
        results.sort();
        Ok(results)
    }
}

/// Whether there is something at a path, or may be: what cannot be seen is not gone.
fn is_there(path: &Path) -> bool {
    !matches!(fs::metadata(path), Err(error) if error.kind() == io::ErrorKind::NotFound)
}

impl Drop for Folder {
    /// A process that ends in peace leaves no staging directory.
    fn drop(&mut self) {
        self.slots.clear();
        if let Some(journal) = self.journal.get() {
            // Only if it is empty: what is left in it is recovery's.
            let _ = fs::remove_dir(self.staging().join(journal.name()));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn relative_directories_stay_as_they_were_given() {
        let folder = Folder::new(Path::new("./a/./b"), ".csv", Durability::Process, Duration::ZERO).unwrap();
        // The form of Python's pathlib.
        assert_eq!(folder.row_path("x.csv"), Path::new("a/b/x.csv"));
        assert!(folder.absolute(Path::new("a/b/x.csv")).is_absolute());
    }
}
