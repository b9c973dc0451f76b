//! The directory of a sweep.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{JournalReader, Manifest, WorkerError};
use crate::params::RunId;

/// How long it takes to make a directory at most; who is slower makes another.
const MAKING: Duration = Duration::from_secs(60);

/// A point, as a worker is told of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Point {
    pub(crate) id: RunId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) replicate: Option<u32>,
    /// The parameters, by column.
    pub(crate) params: Map<String, Value>,
}

/// The directory of a sweep; where in it things are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct SweepDir {
    root: PathBuf,
}

/// The right to read a sweep's journals and take over what is in them.
#[derive(Debug)]
pub(crate) struct Owner {
    _locked: File,
    root: PathBuf,
}

/// The directories that this process owns.
static OURS: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn ours() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    OURS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Owner {
    fn drop(&mut self) {
        ours().remove(&self.root);
    }
}

impl SweepDir {
    pub(crate) fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// A new one below a directory, and the right to it.
    pub(crate) fn create(sweeps: &Path, manifest: &Manifest) -> Result<(Self, Owner), WorkerError> {
        let name = uuid::Uuid::new_v4().simple().to_string();
        // Complete before others see it: what is in it has an owner.
        let (hidden, root) = (sweeps.join(format!(".{name}")), sweeps.join(name));
        let new = Self { root: hidden.clone() };
        for dir in [&new.chunks(), &new.journals(), &new.staged(), &new.logs()] {
            fs::create_dir_all(dir).map_err(WorkerError::io("make", dir))?;
        }
        let text = serde_json::to_vec_pretty(manifest).unwrap_or_default();
        fs::write(new.manifest_path(), text).map_err(WorkerError::io("write", &hidden))?;
        File::create(new.owner_path()).map_err(WorkerError::io("write", &hidden))?;
        let owner = Self { root: root.clone() }.own_at(&new.owner_path())?;
        let owner =
            owner.ok_or_else(|| WorkerError::io("lock", &hidden)(io::ErrorKind::WouldBlock.into()))?;
        fs::rename(&hidden, &root).map_err(WorkerError::io("make", &root))?;
        Ok((Self { root }, owner))
    }

    /// Those below a directory.
    pub(crate) fn all(sweeps: &Path) -> Result<Vec<Self>, WorkerError> {
        let entries = match fs::read_dir(sweeps) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(WorkerError::io("list", sweeps))?,
        };
        let mut all = Vec::new();
        for entry in entries {
            let entry = entry.map_err(WorkerError::io("list", sweeps))?;
            // Anything else, a link among them, was put there by another program.
            let is_sweep = entry.file_type().map_err(WorkerError::io("look at", &entry.path()))?.is_dir();
            if is_sweep && !entry.file_name().to_string_lossy().starts_with('.') {
                all.push(Self { root: entry.path() });
            }
        }
        Ok(all)
    }

    /// Removes those below a directory whose process has died while it made them.
    pub(crate) fn remove_half_made(sweeps: &Path) {
        for entry in fs::read_dir(sweeps).into_iter().flatten().flatten() {
            let old = entry.metadata().and_then(|meta| meta.modified()).ok().and_then(|at| at.elapsed().ok());
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if hidden && old.is_some_and(|old| old > MAKING) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    /// The right to it, unless its process lives; or it is gone.
    pub(crate) fn own(&self) -> Result<Option<Owner>, WorkerError> {
        self.own_at(&self.owner_path())
    }

    fn own_at(&self, path: &Path) -> Result<Option<Owner>, WorkerError> {
        // Network file systems want it open for writing, to lock it for one alone.
        let file = match OpenOptions::new().read(true).write(true).open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(WorkerError::io("open", path))?,
        };
        match file.try_lock() {
            // Whoever had it may have removed it.
            Ok(()) if path.exists() => {
                ours().insert(self.root.clone());
                Ok(Some(Owner { _locked: file, root: self.root.clone() }))
            }
            Ok(()) | Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(WorkerError::io("lock", path)(error)),
        }
    }

    /// Whether this process owns it.
    pub(crate) fn is_ours(&self) -> bool {
        ours().contains(&self.root)
    }

    /// Claims more ids, for as long as its process lives. The caller sees to it that nobody else claims any meanwhile.
    #[cfg(feature = "cluster")]
    pub(crate) fn claim(&self, ids: &[RunId]) -> Result<(), WorkerError> {
        let path = self.claims_path();
        let text = ids.iter().fold(String::new(), |text, id| text + id.as_str() + "\n");
        let file = OpenOptions::new().create(true).append(true).open(&path);
        file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(WorkerError::io("write", &path))
    }

    /// How long the list of claims is, in bytes; nothing if there is none.
    pub(crate) fn claims_len(&self) -> u64 {
        fs::metadata(self.claims_path()).map_or(0, |meta| meta.len())
    }

    /// Whether its process lives.
    pub(crate) fn is_alive(&self) -> bool {
        self.is_ours() || JournalReader::is_locked(&self.owner_path())
    }

    /// Says that all its workers have ended.
    #[cfg(feature = "cluster")]
    pub(crate) fn end(&self) -> Result<(), WorkerError> {
        let path = self.root.join("ENDED");
        fs::write(&path, "").map_err(WorkerError::io("write", &path))
    }

    /// Whether all its workers have ended, so long ago that what they wrote can be seen.
    pub(crate) fn is_ended(&self) -> bool {
        let ended = fs::metadata(self.root.join("ENDED")).and_then(|meta| meta.modified());
        ended.is_ok_and(|ended| ended.elapsed().is_ok_and(|age| age > Duration::from_secs(60)))
    }

    /// The ids of runs without a result that were taken over already.
    pub(crate) fn taken(&self) -> HashSet<String> {
        let text = fs::read_to_string(self.root.join("taken")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Says that a run without a result was taken over.
    pub(crate) fn take(&self, id: &RunId) -> Result<(), WorkerError> {
        let path = self.root.join("taken");
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let written = file.and_then(|mut file| file.write_all(format!("{id}\n").as_bytes()));
        written.map_err(WorkerError::io("write", &path))
    }

    /// Forgets a chunk that is done with.
    pub(crate) fn forget(&self, chunk: &str) {
        for (_, path) in self.journals_by_chunk().filter(|(of, _)| of == chunk) {
            let _ = fs::remove_file(path);
        }
    }

    /// The ids that it has claimed.
    pub(crate) fn claims(&self) -> Result<HashSet<String>, WorkerError> {
        let path = self.claims_path();
        match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(HashSet::new()),
            other => {
                let text = other.map_err(WorkerError::io("read", &path))?;
                Ok(text.lines().map(str::to_owned).collect())
            }
        }
    }

    fn claims_path(&self) -> PathBuf {
        self.root.join("claims")
    }

    pub(crate) fn manifest(&self) -> Result<Manifest, WorkerError> {
        let path = self.manifest_path();
        let text = fs::read(&path).map_err(WorkerError::io("read", &path))?;
        Manifest::from_json(&path, &text)
    }

    /// Writes the points of a chunk.
    pub(crate) fn write_chunk(&self, chunk: &str, points: &[Point]) -> Result<(), WorkerError> {
        let path = self.chunk_path(chunk);
        let mut text = Vec::new();
        for point in points {
            serde_json::to_writer(&mut text, point)
                .map_err(|error| WorkerError::io("write", &path)(error.into()))?;
            text.push(b'\n');
        }
        let written = File::create_new(&path).and_then(|mut file| file.write_all(&text));
        written.map_err(WorkerError::io("write", &path))
    }

    /// The points of a chunk.
    pub(crate) fn read_chunk(&self, chunk: &str) -> Result<Vec<Point>, WorkerError> {
        let path = self.chunk_path(chunk);
        let text = fs::read(&path).map_err(WorkerError::io("read", &path))?;
        serde_json::Deserializer::from_slice(&text)
            .into_iter()
            .collect::<Result<_, _>>()
            .map_err(|error| WorkerError::Damaged { path, reason: error.to_string() })
    }

    /// The journals that workers have begun, each with the name of its chunk.
    pub(crate) fn journals_by_chunk(&self) -> impl Iterator<Item = (String, PathBuf)> {
        self.all_journals().into_iter().filter_map(|path| {
            let (chunk, _) = path.file_name()?.to_str()?.split_once('.')?;
            Some((chunk.to_owned(), path))
        })
    }

    /// All journals.
    pub(crate) fn all_journals(&self) -> Vec<PathBuf> {
        fs::read_dir(self.journals()).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
    }

    /// Whether a worker lives that was begun on this machine.
    pub(crate) fn has_live_workers(&self) -> bool {
        self.all_journals().iter().any(|path| JournalReader::is_locked(path))
    }

    /// Says that no worker is to begin another run.
    pub(crate) fn stop(&self) -> Result<(), WorkerError> {
        let path = self.root.join("STOP");
        fs::write(&path, "").map_err(WorkerError::io("write", &path))
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.root.join("STOP").exists()
    }

    /// Copies this process's program into it: jobs that start later must be the same, whatever is built meanwhile.
    #[cfg(feature = "cluster")]
    pub(crate) fn copy_program(&self) -> Result<(), WorkerError> {
        let program =
            crate::machine::program().map_err(WorkerError::io("find the program of", &self.root))?;
        fs::copy(&program, self.program()).map(drop).map_err(WorkerError::io("copy", &program))
    }

    /// Where the program of the workers is.
    #[cfg(feature = "cluster")]
    pub(crate) fn program(&self) -> PathBuf {
        self.root.join("program")
    }

    /// Removes it, when nothing in it is wanted any more.
    pub(crate) fn remove(&self) {
        // Its owner's file last: whoever finds it half removed goes on.
        let entries = fs::read_dir(&self.root).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()).filter(|path| *path != self.owner_path()) {
            let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        }
        let _ = fs::remove_dir_all(&self.root);
    }

    /// The end of what was printed from a place on.
    pub(crate) fn log_tail(&self, chunk: &str, from: u64) -> String {
        const LONGEST: u64 = 4_000;
        // A runner may print more than fits into the memory.
        let end = File::open(self.log(chunk)).and_then(|mut log| {
            let start = from.max(log.metadata()?.len().saturating_sub(LONGEST));
            log.seek(SeekFrom::Start(start))?;
            let mut end = Vec::new();
            log.take(LONGEST).read_to_end(&mut end)?;
            Ok(end)
        });
        String::from_utf8_lossy(&end.unwrap_or_default()).trim().to_owned()
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn name(&self) -> String {
        self.root.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    pub(crate) fn log(&self, chunk: &str) -> PathBuf {
        self.logs().join(format!("{chunk}.out"))
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.root.join("log")
    }

    pub(crate) fn staged(&self) -> PathBuf {
        self.root.join("staged")
    }

    pub(crate) fn journals(&self) -> PathBuf {
        self.root.join("journal")
    }

    fn chunks(&self) -> PathBuf {
        self.root.join("chunks")
    }

    fn chunk_path(&self, chunk: &str) -> PathBuf {
        self.chunks().join(format!("{chunk}.jsonl"))
    }

    fn manifest_path(&self) -> PathBuf {
        self.root.join("manifest.json")
    }

    fn owner_path(&self) -> PathBuf {
        self.root.join("owner")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn what_was_half_made_long_ago_is_removed_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let long_ago = SystemTime::now() - 2 * MAKING;
        for (name, made) in [(".old", long_ago), ("old", long_ago), (".new", SystemTime::now())] {
            fs::create_dir_all(dir.path().join(name).join("chunks")).unwrap();
            File::open(dir.path().join(name)).unwrap().set_modified(made).unwrap();
        }
        SweepDir::remove_half_made(dir.path());
        let left = ["old", ".old", ".new"].map(|name| dir.path().join(name).exists());
        assert_eq!(left, [true, false, true]);
    }

    #[test]
    fn of_a_log_the_end_is_told_that_a_run_has_written() {
        let dir = tempfile::tempdir().unwrap();
        let sweep = SweepDir { root: dir.path().to_owned() };
        fs::create_dir(sweep.logs()).unwrap();
        assert_eq!(sweep.log_tail("0", 0), "");
        fs::write(sweep.log("0"), format!("another run\n{}last words\n", "x".repeat(10_000))).unwrap();
        assert_eq!(sweep.log_tail("0", 10_012), "last words");
        assert_eq!(sweep.log_tail("0", 100_000), "");
        let tail = sweep.log_tail("0", 0);
        assert!(tail.len() < 4_000 && tail.starts_with("xxx") && tail.ends_with("last words"));
    }
}
