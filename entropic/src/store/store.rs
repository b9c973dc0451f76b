//! The store itself: what it holds, and the simplest of what it does.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::adoption::Adoptions;
use super::{StoreBuilder, StoreError};
use crate::Result;
use crate::db::{Db, DbUrl, PooledConn, RunLocks, Stored};
use crate::files::{Folder, Recovered};
use crate::record::TableSpec;
use crate::runner::{CancelToken, Results, RunContext, Runner, RunnerError};
use crate::words::with_causes;
use crate::worker::Claims;

/// What the clones of a store share.
pub(super) struct Inner {
    pub(super) db: Db,
    pub(super) folder: Folder,
    pub(super) results: Results,
    pub(super) checksum: bool,
    pub(super) wait: Option<Duration>,
    pub(super) recovered: Mutex<Recovered>,
    /// How many of those it took over a sweep has told.
    pub(super) told_recovered: AtomicUsize,
    pub(super) locks: RunLocks,
    /// Where this process was when the store was opened.
    pub(super) opened_in: PathBuf,
    /// How far the directories of sweeps were read.
    pub(super) adoptions: Mutex<Adoptions>,
    /// What living sweeps have claimed.
    pub(super) claims: Claims,
    pub(super) patience: Duration,
    /// How long results stay that others have replaced; `None`: for ever.
    pub(super) keep_replaced: Option<Duration>,
    /// When replaced results were removed last.
    pub(super) tidied: Mutex<Instant>,
    /// Runs whose rows are committed, and may be lost with a crash of the server.
    pub(super) unflushed: Mutex<Vec<Unflushed>>,
    pub(super) table: TableSpec,
    /// Removed with the store, where it has a folder for itself.
    pub(super) _private: Option<tempfile::TempDir>,
}

/// A run whose row is committed and may be lost with a crash of the server.
pub(super) struct Unflushed {
    /// What the journal calls it.
    pub(super) entry: String,
    pub(super) id: String,
    /// What its row says about its result.
    pub(super) result_file: String,
    /// The lock session of then: as long as it lives, the server has not crashed.
    pub(super) session: Option<u64>,
    pub(super) since: Instant,
}

/// After how many commits it is made sure that they survive a crash of the server, where commits are not synced.
const FLUSH: usize = 256;

/// How long commits may wait for that, if anything is done in between.
const IDLE: Duration = Duration::from_secs(1);

impl Inner {
    /// Makes sure that rows survive a crash of the server if many may not, or the first of them has waited for a while.
    pub(super) fn flush_if_due(&self) {
        let waiting = self.waiting();
        let due = waiting.len() >= FLUSH || waiting.first().is_some_and(|one| one.since.elapsed() >= IDLE);
        drop(waiting);
        if due {
            self.flush();
        }
    }

    /// Makes sure that rows survive a crash of the server, then tells the journal that they are stored. Those that were lost
    /// in one already stay in the journal, for whoever wants them next.
    pub(super) fn flush(&self) {
        let mut waiting = std::mem::take(&mut *self.waiting());
        if waiting.is_empty() {
            return;
        }
        if let Err(error) = self.flush_these(&waiting) {
            tracing::warn!(error = %with_causes(&error), "could not make sure that runs are stored for good; it is tried again");
            // After a while: a server that is down keeps nobody waiting at each call.
            waiting.iter_mut().for_each(|one| one.since = Instant::now());
            self.waiting().extend(waiting);
        }
    }

    /// Whether the row of a run is committed and may be lost.
    pub(super) fn is_unflushed(&self, id: &str) -> bool {
        self.waiting().iter().any(|one| one.id == id)
    }

    fn flush_these(&self, waiting: &[Unflushed]) -> Result<()> {
        self.db.flush()?;
        let session = self.locks.live_session();
        let ids: Vec<String> =
            waiting.iter().filter(|one| one.session != session).map(|one| one.id.clone()).collect();
        let there = if ids.is_empty() { HashMap::new() } else { self.db.versions(&self.table, &ids)? };
        let stored = |one: &&Unflushed| {
            (session.is_some() && one.session == session) || there.get(&one.id) == Some(&one.result_file)
        };
        let entries: Vec<String> = waiting.iter().filter(stored).map(|one| one.entry.clone()).collect();
        Ok(self.folder.settle_by_name(&entries)?)
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Unflushed>> {
        self.unflushed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.flush();
    }
}

/// The runs of one record type: a table of parameters and outputs, and a folder of results.
///
/// Cheap to clone, and to be shared between threads; clones share their connections.
///
/// ```
/// # mod sim {
/// #     use entropic::prelude::*;
/// #     #[derive(SimRecord)]
/// #     #[sim(table = "decays", output(left: f64))]
/// #     pub struct Decay { pub rate: f64, pub time: f64 }
/// # }
/// # use sim::Decay;
/// use entropic::{RunContext, Store};
///
/// fn simulate(decay: &Decay, run: &mut RunContext<Decay>) -> std::io::Result<()> {
///     let left = (-decay.rate * decay.time).exp();
///     run.output.left = Some(left);
///     std::fs::write(run.result_file(), left.to_string())
/// }
///
/// let dir = tempfile::tempdir()?;
/// let store = Store::<Decay>::builder()
///     .database(format!("sqlite://{}", dir.path().join("runs.db").display()))
///     .results_dir(dir.path().join("results"))
///     .file_suffix(".txt")
///     .runner(simulate)
///     .open()?;
///
/// let first = store.run_or_retrieve(&Decay { rate: 0.5, time: 2.0 })?;     // runs
/// let again = store.run_or_retrieve(&Decay { rate: 0.5, time: 2.0 })?;     // does not
/// assert_eq!(first.id, again.id);
/// assert_eq!(std::fs::read_to_string(&again.result_file)?, again.output.left.unwrap().to_string());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Store<T: Stored> {
    pub(super) inner: Arc<Inner>,
    pub(super) runner: Option<Runner<T>>,
    pub(super) cancel: CancelToken,
}

impl<T: Stored> Clone for Store<T> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), runner: self.runner.clone(), cancel: self.cancel.clone() }
    }
}

/// One line: which runs, and where they are.
impl<T: Stored> fmt::Debug for Store<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Store");
        shown.field("table", &T::TABLE.name);
        shown.field("database", &format_args!("{}", self.inner.db.url()));
        if self.inner.results == Results::Written {
            shown.field("results", &self.inner.folder.root());
        }
        shown.finish_non_exhaustive()
    }
}

impl<T: Stored> Store<T> {
    pub(super) fn new(inner: Arc<Inner>, runner: Option<Runner<T>>, cancel: CancelToken) -> Self {
        Self { inner, runner, cancel }
    }

    /// The same store, whose runs another token cancels as well.
    pub(crate) fn cancelled_by(&self, token: &CancelToken) -> Self {
        Self { cancel: CancelToken::either(&self.cancel, token), ..self.clone() }
    }

    pub(crate) fn opened_in(&self) -> &Path {
        &self.inner.opened_in
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// Begins to say how a store is opened.
    pub fn builder() -> StoreBuilder<T> {
        StoreBuilder::new()
    }

    /// The same store with another runner: for one call, or for as long as it is kept.
    ///
    /// ```
    /// # mod sim {
    /// #     use entropic::prelude::*;
    /// #     #[derive(SimRecord)]
    /// #     #[sim(table = "decays")]
    /// #     pub struct Decay { pub rate: f64 }
    /// # }
    /// # use sim::Decay;
    /// # let dir = tempfile::tempdir()?;
    /// # let store = entropic::Store::<Decay>::builder()
    /// #     .database(format!("sqlite://{}", dir.path().join("runs.db").display()))
    /// #     .results_dir(dir.path().join("results"))
    /// #     .open()?;
    /// let record = store
    ///     .with_runner(|decay, run| std::fs::write(run.result_file(), decay.rate.to_string()))
    ///     .run_or_retrieve(&Decay { rate: 0.5 })?;
    /// assert!(record.result_file.exists());
    ///
    /// // Without any runner a miss is refused.
    /// assert!(store.run_or_retrieve(&Decay { rate: 0.7 }).unwrap_err().is_unsupported());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_runner<F, E>(&self, runner: F) -> Self
    where
        F: Fn(&T, &mut RunContext<T>) -> std::result::Result<(), E> + Send + Sync + 'static,
        E: RunnerError,
    {
        Self {
            runner: Some(Arc::new(move |params, run| runner(params, run).map_err(RunnerError::boxed))),
            ..self.clone()
        }
    }

    /// Where the rows are.
    #[must_use]
    pub fn database(&self) -> &DbUrl {
        self.inner.db.url()
    }

    /// Where the first result of a run is put. That of a run that was made again has another name, which its
    /// [`Record::result_file`](crate::Record) says.
    ///
    /// # Errors
    /// `is_invalid_input` for parameters that cannot be stored.
    pub fn result_path(&self, params: &T) -> Result<std::path::PathBuf> {
        Ok(self.inner.folder.row_path(&self.inner.folder.file_name(&params.id()?)))
    }

    /// A pooled connection, for plain Diesel on any table of the database.
    ///
    /// # Errors
    /// `is_transient` when none can be had.
    ///
    /// ```
    /// # mod sim {
    /// #     use entropic::prelude::*;
    /// #     #[derive(SimRecord)]
    /// #     #[sim(table = "decays", output(left: f64))]
    /// #     pub struct Decay { pub rate: f64 }
    /// # }
    /// # use sim::{Decay, decays};
    /// # let dir = tempfile::tempdir()?;
    /// # let store = entropic::Store::<Decay>::builder()
    /// #     .database(format!("sqlite://{}", dir.path().join("runs.db").display()))
    /// #     .results_dir(dir.path().join("results"))
    /// #     .open()?;
    /// use diesel::prelude::*;
    ///
    /// let mut connection = store.connection()?;
    /// let mean: Option<f64> = decays::table.select(diesel::dsl::avg(decays::left)).first(&mut *connection)?;
    /// assert_eq!(mean, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn connection(&self) -> Result<PooledConn> {
        Ok(self.inner.db.connection()?)
    }

    pub(super) fn folder(&self) -> &Folder {
        &self.inner.folder
    }

    pub(super) fn db(&self) -> &Db {
        &self.inner.db
    }

    /// Refuses what a store that is only read cannot do.
    pub(super) fn writable(&self, what: &'static str) -> Result<()> {
        self.inner.db.refuse_if_unwritable()?;
        if self.inner.db.is_read_only() {
            return Err(StoreError::ReadOnly { table: T::TABLE.name, what }.into());
        }
        Ok(())
    }

    /// A path as a row holds it.
    pub(super) fn row_text(path: &Path) -> Result<String> {
        match path.to_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(crate::files::FileError::NotUtf8 { path: path.to_owned() }.into()),
        }
    }
}
