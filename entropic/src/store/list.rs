//! Reading many runs.

use std::ops::ControlFlow;

use diesel::query_dsl::methods::LoadQuery;

use super::Store;
use crate::Result;
use crate::db::{Conn, DbError, IdIn, RowError, Stored};
use crate::record::Record;

impl<T: Stored> Store<T> {
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
