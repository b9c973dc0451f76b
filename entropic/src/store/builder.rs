//! How a store is opened.

use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::store::Inner;
use super::{Store, directory};
use crate::Result;
use crate::db::{Db, DbError, DbOptions, DbUrl, RunLocks, Stored, Synchronous};
use crate::files::{Durability, FileError, Folder};
use crate::runner::{CancelToken, Results, RunContext, Runner, RunnerError};
use crate::schema::{BASE, ExpectedTable, Schema};
use crate::worker::{Assignment, Claims, Worker};

/// How long a result that another run has replaced stays, unless told otherwise.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// Says where a store keeps its rows and results, and how its runs are made.
///
/// Everything has a default: a SQLite file `db.sqlite3` and the folder `./results`, both in the working folder,
/// and the suffix `.h5`.
#[must_use = "a builder does nothing until `.open()`"]
pub struct StoreBuilder<T: Stored> {
    database: std::result::Result<DbUrl, DbError>,
    results_dir: Option<PathBuf>,
    suffix: String,
    runner: Option<Runner<T>>,
    durability: Durability,
    results: Results,
    checksum: bool,
    adopt: bool,
    cancel: CancelToken,
    keep_replaced: Option<Duration>,
    wait: Option<Duration>,
    schema: Schema,
    options: DbOptions,
    record: PhantomData<fn() -> T>,
}

impl<T: Stored> StoreBuilder<T> {
    pub(super) fn new() -> Self {
        Self {
            database: Ok(DbUrl::from(Path::new("db.sqlite3"))),
            results_dir: None,
            suffix: ".h5".to_owned(),
            runner: None,
            durability: Durability::default(),
            results: Results::Written,
            checksum: false,
            adopt: false,
            cancel: CancelToken::new(),
            keep_replaced: Some(KEPT),
            wait: None,
            schema: Schema::default(),
            options: DbOptions::default(),
            record: PhantomData,
        }
    }

    /// The database: the path of a file, or the text of a URL: `sqlite://path`, a bare path, `sqlite::memory:` or
    /// `postgres://…`; see [`DbUrl`]. A [`Path`] is taken as it is, whatever it looks like.
    ///
    /// ```
    /// # mod sim {
    /// #     use entropic::prelude::*;
    /// #     #[derive(SimRecord)]
    /// #     #[sim(table = "decays")]
    /// #     pub struct Decay { pub rate: f64 }
    /// # }
    /// # use sim::Decay;
    /// use entropic::Store;
    ///
    /// let dir = tempfile::tempdir()?;
    /// let store = Store::<Decay>::builder()
    ///     .database(dir.path().join("runs.db"))
    ///     .results_dir(dir.path().join("results"))
    ///     .open()?;
    /// assert!(store.database().to_string().ends_with("runs.db"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn database<U>(mut self, database: U) -> Self
    where
        U: TryInto<DbUrl>,
        U::Error: Into<DbError>,
    {
        self.database = database.try_into().map_err(Into::into);
        self
    }

    /// The folder of the results; made if it is missing. It belongs to this store alone.
    pub fn results_dir(mut self, dir: impl AsRef<Path>) -> Self {
        self.results_dir = Some(dir.as_ref().to_owned());
        self
    }

    /// What the names of results end with, such as `.csv`, with its dot. Any text that can end a file name and does not
    /// run into the id; none is fine.
    pub fn file_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.suffix = suffix.into();
        self
    }

    /// What makes a run: a function or closure that writes its result to
    /// [`run.result_file()`](RunContext::result_file) and returns any error it likes that can go to another thread: of
    /// boxed ones `Box<dyn Error + Send + Sync>`, not `Box<dyn Error>`. A closure that ends with `Ok(())` says its
    /// error, for Rust cannot guess it: `|orbit, run| -> RunResult { … }`, with [`RunResult`](crate::RunResult).
    ///
    /// It is called by whichever thread asks for a run.
    pub fn runner<F, E>(mut self, runner: F) -> Self
    where
        F: Fn(&T, &mut RunContext<T>) -> std::result::Result<(), E> + Send + Sync + 'static,
        E: RunnerError,
    {
        self.runner = Some(Arc::new(move |params, run| runner(params, run).map_err(RunnerError::boxed)));
        self
    }

    /// What a finished run survives; a power cut by default.
    pub fn durability(mut self, durability: Durability) -> Self {
        self.durability = durability;
        self
    }

    /// Runs have no result file: their outputs and custom data say everything. `result_file` is then empty.
    ///
    /// Unless a [`results_dir`](Self::results_dir) is given, locks, scratch and checkpoint folders are kept beside the
    /// database file (`runs.db-work/`), or in a temporary folder if there is none.
    pub fn without_results(mut self) -> Self {
        self.results = Results::None;
        self
    }

    /// Keeps the SHA-256 of each result in its `custom_data` as `result_sha256`, and refuses a hit whose result no
    /// longer has it. Costs a reading of the result at each hit.
    pub fn checksum(mut self, checksum: bool) -> Self {
        self.checksum = checksum;
        self
    }

    /// Only reads. Nothing is made or written: the database and its table must be there, and the results folder
    /// may belong to anyone. For copies, and for folders where nothing can be written. (In a folder that can be
    /// written to, SQLite puts its own `-wal` and `-shm` beside a database while it reads.)
    pub fn read_only(mut self, read_only: bool) -> Self {
        self.options.read_only = read_only;
        self
    }

    /// Takes the results folder over although it bears no mark, or another store's. For folders that were moved by
    /// hand, or whose database was lost.
    pub fn adopt_results_dir(mut self) -> Self {
        self.adopt = true;
        self
    }

    /// Keeps the results of runs that were made again, however old they are. By default they are removed an hour after the
    /// new row was written, at an opening or by a process that overwrites more runs: readers may have their paths until then.
    /// Of a run that was made again several results lie in the directory; which one counts is for
    /// [`Record::result_file`](crate::Record) to say.
    pub fn keep_replaced(mut self, keep: bool) -> Self {
        self.keep_replaced = if keep { None } else { Some(KEPT) };
        self
    }

    /// How long the result of a run that was made again stays; an hour by default.
    pub fn keep_replaced_for(mut self, time: Duration) -> Self {
        self.keep_replaced = Some(time);
        self
    }

    /// The token that cancels the runs of this store.
    pub fn cancel_token(mut self, token: CancelToken) -> Self {
        self.cancel = token;
        self
    }

    /// The most connections at a time; as many as there are cores and one more by default.
    pub fn pool_size(mut self, connections: u32) -> Self {
        self.options.pool_size = connections;
        self
    }

    /// How long a database that others keep busy, or whose server is gone or takes no more connections, is tried again
    /// before a call fails with an error that `is_transient`; 30 seconds by default. [`open`](Self::open) is such a call.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.options.patience = patience;
        self
    }

    /// How long a call waits for a run that another process or thread is making; without end by default. A call that gives
    /// up fails with an error that `is_transient`. One that waits longer than a second logs at `info` what it waits for.
    pub fn wait_timeout(mut self, wait: Duration) -> Self {
        self.wait = Some(wait);
        self
    }

    /// Whether the database file lies on a network file system, where SQLite cannot use its write-ahead log; found
    /// out (on Linux) if not said.
    pub fn network_file_system(mut self, network: bool) -> Self {
        self.options.network = Some(network);
        self
    }

    /// What to do with a table that is not as the struct wants it: refuse it (unless said), evolve it, or trust it. See
    /// [the guide](crate::guide::schemas).
    pub fn schema(mut self, schema: Schema) -> Self {
        self.schema = schema;
        self
    }

    /// Opens the store: connects, makes the table and the results folder if they are missing, and checks them if
    /// they are there.
    ///
    /// In a process that a sweep has started as a worker, this makes the runs that it was started for,
    /// and ends the process; another store than that of the sweep is opened to be read there.
    ///
    /// # Errors
    /// `is_invalid_input` for a URL, suffix or path that cannot be, and for a server that refuses the user; `is_conflict`
    /// for a table that differs from the struct (each difference listed) and for a results folder of another store;
    /// `is_transient` when the database cannot be reached; `is_not_found` when it shall only be read and is not there, and
    /// for a server that has no such database; `is_corrupt` for a file that is no database; `is_unsupported` for a backend
    /// that is not compiled in, and for a new table in a database that cannot be written.
    ///
    /// A database that cannot be written (its disk, or its server, is read-only) and has the table is opened, and hits are
    /// served; a run is then refused, `is_unsupported`, before the runner is called.
    ///
    /// ```
    /// # mod sim {
    /// #     use entropic::prelude::*;
    /// #     #[derive(SimRecord)]
    /// #     #[sim(table = "decays")]
    /// #     pub struct Decay { pub rate: f64 }
    /// # }
    /// # use sim::Decay;
    /// use entropic::Store;
    ///
    /// let dir = tempfile::tempdir()?;
    /// let store = Store::<Decay>::builder()
    ///     .database(dir.path().join("runs.db"))
    ///     .results_dir(dir.path().join("results"))
    ///     .open()?;
    /// assert_eq!(store.count()?, 0);
    ///
    /// let refused = Store::<Decay>::builder().database("oracle://host").open().unwrap_err();
    /// assert!(refused.is_invalid_input());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn open(mut self) -> Result<Store<T>> {
        let url = std::mem::replace(&mut self.database, Ok(DbUrl::from(Path::new(""))))?;
        let (dir, private) = self.folder(&url)?;
        let folder = Folder::new(&dir, &self.suffix, self.durability, self.options.patience)?;
        if let Some(assignment) = Assignment::from_env()? {
            let is_meant = assignment.is_of(T::TABLE.name, private.is_none().then(|| folder.root()));
            // A runner may open the store to look something up: its worker is at work already.
            if is_meant && assignment.begin() {
                // The one of the sweep, if each process has one for itself.
                drop(private);
                let dir = &assignment.manifest.results_dir;
                let folder = Folder::new(dir, &self.suffix, self.durability, self.options.patience)?;
                let worker =
                    Worker { folder, runner: self.runner, results: self.results, checksum: self.checksum };
                std::process::exit(worker.serve(assignment));
            }
            // Somebody else's rows are there to be looked at.
            self.options.read_only = true;
        }
        let patience = self.options.patience;
        let options = DbOptions {
            synchronous: match self.durability {
                Durability::Full => Synchronous::Full,
                Durability::Process => Synchronous::Normal,
            },
            ..self.options
        };
        if self.results == Results::Written && !options.read_only && !self.adopt {
            directory::refuse_early(&url, &folder, T::TABLE.name)?;
        }
        let wanted = ExpectedTable::of::<T>()?;
        let db = Db::open(url, options)?;
        db.migrate(&BASE)?;
        db.ensure_table(&wanted, self.schema).or_else(|error| match error {
            // It would be made, if it could be.
            DbError::NoTable { .. } => db.refuse_if_unwritable().and(Err(error)),
            other => Err(other),
        })?;
        let mut name = db.store_name(&T::TABLE)?;
        if self.results == Results::Written && !db.is_read_only() {
            name = name.map(|name| directory::claim::<T>(&db, &folder, name, self.adopt)).transpose()?;
        }
        tracing::debug!(table = T::TABLE.name, url = %db.url(), "opened");
        let locks = RunLocks::new(&db, name.as_ref().map_or("", |name| &name.id));
        let inner = Inner {
            locks,
            opened_in: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
            adoptions: Mutex::default(),
            claims: Claims::default(),
            patience,
            keep_replaced: self.keep_replaced,
            tidied: Mutex::new(Instant::now()),
            unflushed: Mutex::default(),
            table: T::TABLE,
            db,
            folder,
            results: self.results,
            checksum: self.checksum,
            wait: self.wait,
            recovered: Mutex::default(),
            told_recovered: AtomicUsize::default(),
            _private: private,
        };
        let store = Store::new(Arc::new(inner), self.runner, self.cancel);
        store.recover_now()?;
        Ok(store)
    }

    /// The folder where runs are made, and the guard of one that is for this store alone.
    ///
    /// Runs without results are made beside the database, where other processes see their locks; without a database
    /// file, in a folder that goes with the store.
    fn folder(&self, url: &DbUrl) -> Result<(PathBuf, Option<TempDir>)> {
        if let Some(dir) = &self.results_dir {
            return Ok((dir.clone(), None));
        }
        match (self.results, url.path()) {
            (Results::Written, _) => Ok((PathBuf::from("./results"), None)),
            (Results::None, Some(path)) => {
                let mut name = path.as_os_str().to_owned();
                name.push("-work");
                Ok((PathBuf::from(name), None))
            }
            (Results::None, None) => {
                let dir = tempfile::Builder::new().prefix("entropic-").tempdir();
                let dir = dir.map_err(FileError::io("make a folder in", &std::env::temp_dir()))?;
                Ok((dir.path().to_owned(), Some(dir)))
            }
        }
    }
}
