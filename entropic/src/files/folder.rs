//! The results folder: whose it is, and where in it things are.

use std::fs;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};

use super::attempt::Slots;
use super::journal::Journal;
use super::lock::Locks;
use super::others::Listed;
use super::{Durability, FileError, rename};
use crate::params::RunId;

/// The folder of our own inside a results folder.
const OWN: &str = ".entropic";

/// Inside it, the folders of the sweeps that other processes work for.
pub const SWEEPS: &str = "sweeps";

/// Inside it, where runners write.
pub(super) const STAGING: &str = "staging";

/// A results folder.
#[derive(Debug)]
pub struct Folder {
    /// The folder whatever the working folder becomes.
    root: PathBuf,
    /// The folder as the caller gave it, in the form in which Python's `pathlib` writes it: rows hold this.
    given: PathBuf,
    suffix: String,
    durability: Durability,
    /// Begun with the first attempt; a process that only reads leaves no trace.
    journal: OnceLock<Journal>,
    beginning: Mutex<()>,
    known_as: OnceLock<Vec<String>>,
    slots: Arc<Slots>,
    locks: Locks,
    /// The journals of others, as they were listed last.
    listed: Mutex<Option<Listed>>,
}

/// Whose folder it is: `.entropic/store.json`.
#[derive(Debug, Serialize, Deserialize)]
struct Mark {
    /// Of this file.
    format: u32,
    store_id: String,
    table: String,
    /// Under which paths it was opened: rows of then say these.
    #[serde(default)]
    known_as: Vec<String>,
}

/// Who asks for a folder.
#[derive(Debug)]
pub struct Claim<'a> {
    /// The name of the store.
    pub store_id: &'a str,
    /// The table of the store.
    pub table: &'a str,
    /// How many runs it has whose results must be in the folder; 0 if it was never opened before.
    pub rows: u64,
    /// Whether to take the folder whosever it is.
    pub adopt: bool,
}

impl Folder {
    /// A folder that need not exist yet.
    ///
    /// # Errors
    /// [`FileError::Suffix`], [`FileError::BareSuffix`], [`FileError::NotUtf8`] (`is_invalid_input`).
    pub fn new(given: &Path, suffix: &str, durability: Durability) -> Result<Self, FileError> {
        if let Some(error) = FileError::of_suffix(suffix) {
            return Err(error);
        }
        if given.to_str().is_none_or(|text| text.contains('\0')) {
            return Err(FileError::NotUtf8 { path: given.to_owned() });
        }
        let root = std::path::absolute(given).or_else(|error| {
            // The empty path is the working folder, as it is for pathlib.
            if given.as_os_str().is_empty() { std::env::current_dir() } else { Err(error) }
        });
        let root = root.map_err(FileError::io("find", given))?;
        Ok(Self {
            locks: Locks::below(&root.join(OWN)),
            root,
            given: given.components().filter(|part| *part != Component::CurDir).collect(),
            suffix: suffix.to_owned(),
            durability,
            journal: OnceLock::new(),
            beginning: Mutex::new(()),
            known_as: OnceLock::new(),
            slots: Arc::default(),
            listed: Mutex::default(),
        })
    }

    /// Makes the folder and marks it as the claimant's, or finds the mark there.
    ///
    /// # Errors
    /// [`FileError::Foreign`], [`FileError::Unmarked`] (`is_conflict`), [`FileError::DamagedMark`]
    /// (`is_corrupt`), [`FileError::Io`].
    pub fn claim(&self, claim: &Claim<'_>) -> Result<(), FileError> {
        if fs::metadata(&self.root).is_ok_and(|meta| !meta.is_dir()) {
            return Err(FileError::NoFolder { path: self.root.clone() });
        }
        let given = self.given.to_string_lossy().into_owned();
        let mut mark = match self.read_mark() {
            Ok(Some(mark)) if mark.store_id == claim.store_id => {
                if mark.known_as.contains(&given) {
                    return Ok(());
                }
                mark
            }
            Ok(Some(mark)) if !claim.adopt => {
                return Err(FileError::Foreign {
                    path: self.root.clone(),
                    table: mark.table,
                    found: mark.store_id,
                    wanted: format!("table `{}`, store {}", claim.table, claim.store_id),
                });
            }
            Ok(None) if claim.rows > 0 && !claim.adopt => {
                return Err(FileError::Unmarked { path: self.root.clone(), rows: claim.rows });
            }
            Err(error) if !claim.adopt => return Err(error),
            _ => return self.mark(claim, given),
        };
        mark.known_as.push(given);
        self.write_mark(&mark, true)
    }

    /// Marks a folder that bears no mark, or that is taken over.
    fn mark(&self, claim: &Claim<'_>, given: String) -> Result<(), FileError> {
        fs::create_dir_all(self.own()).map_err(FileError::io("make", &self.own()))?;
        let mark = Mark {
            format: 1,
            store_id: claim.store_id.to_owned(),
            table: claim.table.to_owned(),
            known_as: vec![given],
        };
        match self.write_mark(&mark, claim.adopt) {
            // Another process was faster. Whose it is now decides.
            Err(FileError::Io { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => {
                self.claim(claim)
            }
            other => other,
        }
    }

    fn write_mark(&self, mark: &Mark, replace: bool) -> Result<(), FileError> {
        let path = self.mark_path();
        let failed = || FileError::io("write", &path);
        let text = serde_json::to_string_pretty(mark).map_err(|error| failed()(error.into()))?;
        let mut file = for_all().tempfile_in(self.own()).map_err(failed())?;
        file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed())?;
        let persisted = if replace { file.persist(&path) } else { file.persist_noclobber(&path) };
        persisted.map_err(|error| failed()(error.error))?;
        rename::sync_one(&self.own())
    }

    fn read_mark(&self) -> Result<Option<Mark>, FileError> {
        let path = self.mark_path();
        match fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|_| FileError::DamagedMark { path }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(FileError::io("read", &path)(error)),
        }
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
        fs::create_dir_all(self.own()).map_err(FileError::io("make", &self.own()))?;
        let begun = {
            let _recovering = self.recovery_lock()?;
            Journal::create(&self.journals(), self.durability == Durability::Full)?
        };
        Ok(self.journal.get_or_init(|| begun))
    }

    /// The same, if there was an attempt already.
    pub(super) fn journal_if_begun(&self) -> Option<&Journal> {
        self.journal.get()
    }

    pub(super) fn own(&self) -> PathBuf {
        self.root.join(OWN)
    }

    fn mark_path(&self) -> PathBuf {
        self.own().join("store.json")
    }

    pub(super) fn staging(&self) -> PathBuf {
        self.own().join(STAGING)
    }

    /// Where the folders of sweeps are that other processes work for.
    #[must_use]
    pub fn sweeps(&self) -> PathBuf {
        self.own().join(SWEEPS)
    }

    /// The folder itself, whatever the working folder becomes.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What the names of results end with.
    #[must_use]
    pub fn suffix(&self) -> &str {
        &self.suffix
    }

    pub(super) fn slots(&self) -> &Arc<Slots> {
        &self.slots
    }

    pub(super) fn listed(&self) -> &Mutex<Option<Listed>> {
        &self.listed
    }

    pub(super) fn locks(&self) -> &Locks {
        &self.locks
    }

    pub(super) fn journals(&self) -> PathBuf {
        self.own().join("journal")
    }

    /// Where an attempt may leave what the next one goes on from.
    pub(crate) fn checkpoints(&self, id: &RunId) -> PathBuf {
        self.own().join("checkpoints").join(id.as_str())
    }

    /// What a finished run must survive.
    #[must_use]
    pub fn durability(&self) -> Durability {
        self.durability
    }

    /// The name of a run's result.
    #[must_use]
    pub fn file_name(&self, id: &RunId) -> String {
        format!("{id}{}", self.suffix)
    }

    /// Where a run's result is.
    #[must_use]
    pub fn target(&self, id: &RunId) -> PathBuf {
        self.root.join(self.file_name(id))
    }

    /// What the row of a run says about its result.
    #[must_use]
    pub fn row_path(&self, id: &RunId) -> PathBuf {
        self.given.join(self.file_name(id))
    }

    /// Where the result of a row is to be found.
    ///
    /// Below this folder if the row says that it lies in a folder that was this one (the mark knows under which paths
    /// it was opened, so it may have been moved, or the working folder be another) under the run's own name. Otherwise
    /// where the row says; and if there is nothing, below this folder all the same.
    #[must_use]
    pub fn resolve(&self, id: &RunId, stored: &Path) -> PathBuf {
        let parent = stored.parent();
        if parent == Some(&self.given) {
            return stored.to_owned();
        }
        let own = self.file_name(id);
        if stored.file_name() != Some(own.as_ref()) {
            return stored.to_owned();
        }
        let was_ours = self.known_as().iter().any(|known| parent == Some(Path::new(known)))
            // Another program's row, relative to a working folder that need not be ours.
            || (stored.is_relative() && parent.and_then(Path::file_name) == self.root.file_name());
        let here = (was_ours || !stored.exists()) && self.root.join(&own).exists();
        if here { self.given.join(own) } else { stored.to_owned() }
    }

    /// Under which paths this folder was opened, in the form of the rows.
    fn known_as(&self) -> &[String] {
        self.known_as
            .get_or_init(|| self.read_mark().ok().flatten().map(|mark| mark.known_as).unwrap_or_default())
    }

    /// Whether there is something at a path that [`resolve`](Self::resolve) gave.
    #[must_use]
    pub fn exists(&self, resolved: &Path) -> bool {
        match (resolved.parent(), resolved.file_name()) {
            // The working folder may have changed since the store was opened.
            (Some(parent), Some(name)) if parent == self.given => self.root.join(name).exists(),
            _ => resolved.exists(),
        }
    }

    /// Whether there is nothing in what a path names that [`resolve`](Self::resolve) gave.
    #[must_use]
    pub fn is_empty(&self, resolved: &Path) -> bool {
        let path = self.absolute(resolved);
        let nothing_inside = || fs::read_dir(&path).is_ok_and(|mut inside| inside.next().is_none());
        fs::metadata(&path).is_ok_and(|meta| if meta.is_dir() { nothing_inside() } else { meta.len() == 0 })
    }

    /// The same path whatever the working folder is.
    #[must_use]
    pub fn absolute(&self, resolved: &Path) -> PathBuf {
        match (resolved.parent(), resolved.file_name()) {
            (Some(parent), Some(name)) if parent == self.given => self.root.join(name),
            _ => resolved.to_owned(),
        }
    }

    /// What has the name of a result: a hashed key and the suffix.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn results(&self) -> Result<Vec<(RunId, PathBuf)>, FileError> {
        let entries = match fs::read_dir(&self.root) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(FileError::io("list", &self.root))?,
        };
        let mut results = Vec::new();
        for entry in entries {
            let name = entry.map_err(FileError::io("list", &self.root))?.file_name();
            let id = name
                .to_str()
                .and_then(|name| name.strip_suffix(&*self.suffix))
                .and_then(|id| RunId::new(id).ok());
            results.extend(id.filter(RunId::is_hashed).map(|id| (id, self.given.join(&name))));
        }
        results.sort();
        Ok(results)
    }

    /// Refuses to remove what cannot be the result of a run, whatever its row says.
    ///
    /// # Errors
    /// [`FileError::NotItsResult`] (`is_conflict`).
    pub fn check_removable(&self, id: &RunId, resolved: &Path) -> Result<(), FileError> {
        let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let (path, root) = (real(&self.absolute(resolved)), real(&self.root));
        // What lies in another run's result is part of it.
        let first = path.strip_prefix(&root).ok().and_then(|inside| inside.components().next());
        let name =
            first.and_then(|first| first.as_os_str().to_str()).filter(|name| *name != self.file_name(id));
        let other = name.and_then(|name| name.strip_suffix(&*self.suffix)).map(RunId::new);
        let anothers = other.is_some_and(|other| other.is_ok_and(|other| other.is_hashed()));
        if anothers || root.starts_with(&path) || path.starts_with(root.join(OWN)) {
            return Err(FileError::NotItsResult { id: id.clone(), path: resolved.to_owned() });
        }
        Ok(())
    }

    /// Removes a result; nothing there is fine.
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn remove(&self, resolved: &Path) -> Result<(), FileError> {
        let path = self.absolute(resolved);
        rename::remove(&path).map_err(FileError::io("remove", &path))
    }
}

/// Temporary files with the permissions of any other file: what is made here becomes permanent, and a group may share
/// it.
fn for_all() -> tempfile::Builder<'static, 'static> {
    #[allow(unused_mut, reason = "there are no such permissions elsewhere")]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder
}

impl Drop for Folder {
    /// A process that ends in peace leaves no staging folder.
    fn drop(&mut self) {
        self.slots.clear();
        if let Some(journal) = self.journal.get() {
            // Only if it is empty: what is left in it is recovery's.
            let _ = fs::remove_dir(self.staging().join(journal.name()));
        }
    }
}
