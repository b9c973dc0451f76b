//! Results that other runs have replaced: they stay for a while, and are removed when no row names them any more.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::Path;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use super::Store;
use super::lease::lock_of_name;
use crate::Result;
use crate::db::Stored;
use crate::fault;
use crate::files::{Durability, Replaced};
use crate::params::RunId;
use crate::words::with_causes;

/// How many are looked for together.
const CHUNK: usize = 500;

/// How often a process that overwrites runs removes replaced results, at most.
const PAUSE: Duration = Duration::from_secs(60);

impl<T: Stored> Store<T> {
    /// Notes that the result which a row named is replaced, if it is one that entropic has published.
    pub(super) fn note_replaced(&self, id: &RunId, version: &str) {
        let resolved = self.folder().resolve(Path::new(version));
        let Some((run, name)) = self.folder().result_name(&resolved) else { return };
        // After a change of keys it bears the name of its first one.
        let published = run == *id || run.is_hashed() || run.replicated().is_some();
        if !published {
            return;
        }
        let noted = match self.folder().was_registered(id, &self.folder().absolute(&resolved)) {
            Ok(true) => return,
            Ok(false) => self.folder().note_replaced(id, name),
            Err(error) => Err(error),
        };
        if let Err(error) = noted {
            tracing::warn!(%id, path = %resolved.display(), error = %with_causes(&error), "a replaced result stays for good: it could not be noted");
        }
        self.tidy_replaced();
    }

    /// Removes what was replaced long enough ago, but not all the time.
    fn tidy_replaced(&self) {
        let mut tidied = self.inner.tidied.lock().unwrap_or_else(PoisonError::into_inner);
        let pause = self.inner.keep_replaced.unwrap_or(Duration::MAX).max(PAUSE);
        if tidied.elapsed() < pause {
            return;
        }
        *tidied = Instant::now();
        drop(tidied);
        if let Err(error) = self.remove_replaced(None) {
            tracing::warn!(error = %with_causes(&error), "replaced results could not be removed");
        }
    }

    /// Removes results that were replaced longer ago than the store keeps them, or than is said.
    pub(super) fn remove_replaced(&self, age: Option<Duration>) -> Result<()> {
        let Some(kept) = self.inner.keep_replaced else { return Ok(()) };
        let kept = age.unwrap_or(kept);
        let due: Vec<Replaced> =
            self.folder().replaced()?.into_iter().filter(|replaced| replaced.age() >= kept).collect();
        for due in due.chunks(CHUNK) {
            self.remove_these(due)?;
        }
        Ok(())
    }

    fn remove_these(&self, due: &[Replaced]) -> Result<()> {
        let ids: Vec<String> = due.iter().map(|replaced| replaced.id.to_string()).collect();
        if self.folder().durability() != Durability::Full {
            // The older result may be all that the disk has.
            for version in self.db().versions(&T::TABLE, &ids)?.values() {
                match self.folder().inside(Path::new(version)).map(|name| self.folder().sync_result(&name)) {
                    Some(Err(error)) if !error.is_not_found() => return Err(error.into()),
                    _ => {}
                }
            }
        }
        if !self.db().flush()? {
            return Ok(());
        }
        // From before the look at the rows until the end: whoever registers one of them has its row seen, or waits.
        let mut kept = Vec::with_capacity(due.len());
        for replaced in due {
            if let Some(name) = self.try_lease(&lock_of_name(OsStr::new(&replaced.name)))? {
                kept.push((replaced, name));
            }
        }
        let names = kept.iter().map(|(replaced, _)| OsStr::new(&*replaced.name)).collect();
        let naming = self.db().naming(&T::TABLE, &names)?;
        let named: HashSet<&OsStr> =
            naming.iter().filter_map(|version| Path::new(version).file_name()).collect();
        fault::at("no-longer-named");
        for (replaced, _) in &kept {
            if named.contains(OsStr::new(&*replaced.name)) {
                self.folder().forget_replaced(&replaced.name)?;
                continue;
            }
            // A reader of the row may have waited for the lease to make it current again.
            let lease = match self.try_lease(&replaced.id) {
                Ok(None) => continue,
                Ok(Some(lease)) => lease,
                Err(error) => return Err(error),
            };
            let version = self.db().version(&T::TABLE, replaced.id.as_str())?;
            if version.is_none_or(|version| !self.names(&version, Path::new(&replaced.name))) {
                // One that cannot be removed keeps no other from it.
                if let Err(error) = self.folder().remove_replaced(&lease.file, replaced) {
                    tracing::warn!(id = %replaced.id, name = replaced.name, error = %with_causes(&error), "a replaced result cannot be removed");
                }
            }
        }
        Ok(())
    }
}
