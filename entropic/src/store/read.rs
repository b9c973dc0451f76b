//! Reading runs back.

use std::ops::ControlFlow;
use std::path::Path;

use diesel::query_dsl::methods::LoadQuery;

use super::store::Results;
use super::{Store, StoreError};
use crate::Result;
use crate::db::{Conn, DbError, IdIn, RowError, Stored};
use crate::files::{FileError, sha256};
use crate::params::{Canonical, RunId, canonical_eq};
use crate::record::Record;

/// What a look-up found.
pub(super) enum Found<T: Stored> {
    /// No row.
    Nothing,
    /// A row whose result is gone.
    Broken(Record<T>),
    /// A run.
    Hit(Record<T>),
}

/// Parameters that were judged: their canonical text, and the key that follows from it.
pub(crate) struct Asked {
    pub(crate) id: RunId,
    pub(crate) text: String,
    pub(crate) replicate: Option<u32>,
}

impl Asked {
    pub(crate) fn of<T: Stored>(params: &T) -> Result<Self> {
        params.check()?;
        let mut out = Canonical::new();
        params.write_canonical(&mut out)?;
        Ok(Self { id: out.finish_id(), text: out.into_string(), replicate: None })
    }

    /// One of several runs of the same parameters.
    pub(crate) fn replicate(&self, number: u32) -> Self {
        Self { id: self.id.replicate(number), text: self.text.clone(), replicate: Some(number) }
    }
}

impl<T: Stored> Store<T> {
    /// The run of these parameters, if there is one. Nothing runs.
    ///
    /// # Errors
    /// `is_invalid_input` for parameters that cannot be stored; `is_not_found` when the row is there and its result
    /// is gone; `is_conflict` when the row holds other parameters; `is_corrupt` when a checksum no longer fits.
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
    /// #     .runner(|decay: &Decay, run| std::fs::write(run.result_file(), decay.rate.to_string()))
    /// #     .open()?;
    /// assert!(store.retrieve(&Decay { rate: 0.5 })?.is_none());
    /// let made = store.run(&Decay { rate: 0.5 })?;
    /// assert!(store.retrieve(&Decay { rate: 0.5 })?.is_some());
    ///
    /// std::fs::remove_file(&made.result_file)?;
    /// assert!(store.retrieve(&Decay { rate: 0.5 }).unwrap_err().is_not_found());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn retrieve(&self, params: &T) -> Result<Option<Record<T>>> {
        self.told(self.look_up(&Asked::of(params)?)?)
    }

    /// The run of that key, whatever its parameters are.
    ///
    /// # Errors
    /// `is_not_found` when the row is there and its result is gone; `is_corrupt` when a checksum no longer fits.
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
    /// use entropic::params::RunId;
    ///
    /// assert!(store.get(&RunId::new("a3f8c1d2e4b6f7a8")?)?.is_none());
    /// assert!(RunId::new("../../evil").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn get(&self, id: &RunId) -> Result<Option<Record<T>>> {
        let found = self.find_row(id)?;
        self.told(self.judge(found)?)
    }

    fn told(&self, found: Found<T>) -> Result<Option<Record<T>>> {
        match found {
            Found::Nothing => Ok(None),
            Found::Hit(record) => {
                tracing::info!(table = T::TABLE.name, id = %record.id, "hit");
                Ok(Some(record))
            }
            Found::Broken(record) => {
                Err(StoreError::ResultMissing { id: record.id, path: record.result_file }.into())
            }
        }
    }

    /// Looks parameters up: a row counts only if it holds these very parameters.
    pub(super) fn look_up(&self, asked: &Asked) -> Result<Found<T>> {
        self.judge_for(asked, self.find_row(&asked.id)?)
    }

    /// What a row is to whoever asked for these parameters.
    pub(super) fn judge_for(&self, asked: &Asked, row: Option<Record<T>>) -> Result<Found<T>> {
        if let Some(record) = &row {
            same_params(asked, record)?;
        }
        self.judge(row)
    }

    pub(super) fn find_row(&self, id: &RunId) -> Result<Option<Record<T>>> {
        Ok(self.db().with("look a run up", |conn| Ok(T::find(conn, id.as_str())?))?)
    }

    /// Whether the result of a row is there, and what it was.
    fn judge(&self, found: Option<Record<T>>) -> Result<Found<T>> {
        let Some(record) = found else { return Ok(Found::Nothing) };
        let record = self.resolved(record);
        if record.result_file.as_os_str().is_empty() {
            // A row without a result, in a store whose runs have them, has lost it.
            return Ok(match self.inner.results {
                Results::None => Found::Hit(record),
                Results::Written => Found::Broken(record),
            });
        }
        if !self.folder().exists(&record.result_file) {
            return Ok(Found::Broken(record));
        }
        if self.inner.checksum {
            self.check_sum(&record)?;
        }
        Ok(Found::Hit(record))
    }

    fn check_sum(&self, record: &Record<T>) -> Result<()> {
        let Some(expected) = record.custom_data.get(super::run::CHECKSUM).and_then(|sum| sum.as_str()) else {
            return Ok(());
        };
        let found = sha256(&self.folder().absolute(&record.result_file))?;
        if found == expected {
            return Ok(());
        }
        Err(FileError::Changed { path: record.result_file.clone(), expected: expected.to_owned(), found }
            .into())
    }

    /// The record with its result where this store finds it.
    pub(crate) fn resolved(&self, mut record: Record<T>) -> Record<T> {
        if record.result_file != Path::new("") {
            record.result_file = self.folder().resolve(&record.id, &record.result_file);
        }
        record
    }

    /// All runs, in the order in which they were made (`created_at`, then `id`).
    ///
    /// # Errors
    /// `is_transient` when the database cannot be reached; `is_corrupt` for a row that is no record.
    pub fn list(&self) -> Result<Vec<Record<T>>> {
        let records = self.db().with("list the runs", |conn| Ok(T::list(conn)?))?;
        Ok(records.into_iter().map(|record| self.resolved(record)).collect())
    }

    /// At most `limit` runs behind another in the order of [`list`](Self::list); the first ones if `after` is
    /// `None`.
    ///
    /// # Errors
    /// As `list`.
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
    /// #     .runner(|decay: &Decay, run| std::fs::write(run.result_file(), decay.rate.to_string()))
    /// #     .open()?;
    /// # for rate in [0.1, 0.2, 0.3] { store.run(&Decay { rate })?; }
    /// let mut seen = 0;
    /// let mut page = store.page(None, 2)?;
    /// while let Some(last) = page.last() {
    ///     seen += page.len();
    ///     page = store.page(Some(last), 2)?;
    /// }
    /// assert_eq!(seen, 3);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn page(&self, after: Option<&Record<T>>, limit: u32) -> Result<Vec<Record<T>>> {
        let after = after.map(|record| (record.created_at, record.id.as_str()));
        let records =
            self.db().with("page through the runs", |conn| Ok(T::page(conn, after, i64::from(limit))?))?;
        Ok(records.into_iter().map(|record| self.resolved(record)).collect())
    }

    /// Hands out all runs one by one in the order of [`list`](Self::list), however many there are: one is in memory
    /// at a time. Stops when the closure says [`ControlFlow::Break`].
    ///
    /// A connection is kept meanwhile; the closure may use the store, but not one in memory (`sqlite::memory:` has
    /// one connection only).
    ///
    /// # Errors
    /// As `list`.
    pub fn for_each(&self, mut take: impl FnMut(Record<T>) -> ControlFlow<()>) -> Result<()> {
        // Not run again on a lost connection: the closure has seen rows already.
        let mut connection = self.connection()?;
        T::each(&mut connection, &mut |record| take(self.resolved(record)))
            .map_err(|source| self.query_error("read the runs", source))
    }

    /// The runs of a typed Diesel query on the record's table.
    ///
    /// Text is compared and ordered by its bytes on both databases, as long as `verify` has no advice about it. NULL is
    /// smaller than any value to SQLite, and larger to PostgreSQL: `order(column.asc())` begins with the runs without a
    /// value on the one, and ends with them on the other. Order by `column.is_null()` first to have them last on both.
    ///
    /// # Errors
    /// `is_transient` when the database cannot be reached, `is_corrupt` for a row that is no record, or the
    /// database's own error.
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
    /// #     .runner(|decay: &Decay, run| {
    /// #         run.output.left = Some((-decay.rate).exp());
    /// #         std::fs::write(run.result_file(), "done")
    /// #     })
    /// #     .open()?;
    /// # for rate in [0.1, 0.2, 0.3] { store.run(&Decay { rate })?; }
    /// use diesel::prelude::*;
    ///
    /// let slow = store.query(|t| t.filter(decays::left.gt(0.8)).order(decays::rate.desc()).limit(10))?;
    /// assert_eq!(slow.iter().map(|run| run.rate).collect::<Vec<_>>(), [0.2, 0.1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn query<'q, Q>(&self, query: impl FnOnce(T::Table) -> Q) -> Result<Vec<Record<T>>>
    where
        Q: LoadQuery<'q, Conn, Record<T>>,
    {
        let mut connection = self.connection()?;
        let records: Vec<Record<T>> = query(T::Table::default())
            .load(&mut *connection)
            .map_err(|source| self.query_error("run a query", source))?;
        Ok(records.into_iter().map(|record| self.resolved(record)).collect())
    }

    fn query_error(&self, what: &'static str, source: diesel::result::Error) -> crate::Error {
        DbError::Query { url: self.db().url().to_string(), what, source }.into()
    }

    /// How many runs there are.
    ///
    /// # Errors
    /// `is_transient` when the database cannot be reached.
    pub fn count(&self) -> Result<u64> {
        Ok(self.db().count(&T::TABLE)?)
    }

    /// The rows of many keys at once, whether or not their results are there; in no particular order.
    pub(crate) fn find_rows(&self, ids: Vec<String>) -> Result<Vec<Record<T>>> {
        let ids = IdIn::new(ids);
        Ok(self.db().with("look runs up", |conn| Ok::<_, RowError>(T::find_all(conn, &ids)?))?)
    }

    /// Every row, shown to a closure.
    pub(super) fn visit(&self, mut take: impl FnMut(Record<T>)) -> Result<()> {
        self.for_each(|record| {
            take(record);
            ControlFlow::Continue(())
        })
    }
}

/// Whether a row holds the very parameters that were asked. A zero that has lost its sign in the database is the
/// same zero.
pub(super) fn same_params<T: Stored>(asked: &Asked, record: &Record<T>) -> Result<()> {
    let stored = match record.params.canonical_text() {
        Ok(stored) if record.as_retired && canonical_eq(&asked.text, &stored) => return Ok(()),
        Ok(stored) if !record.as_retired => format!("{stored}, and another value of a retired parameter"),
        Ok(stored) => stored,
        // Another program stored what a record refuses, such as a float that loses all its digits.
        Err(error) => format!("what has no canonical text ({error})"),
    };
    Err(StoreError::Collision { id: record.id.clone(), asked: asked.text.clone(), stored }.into())
}
