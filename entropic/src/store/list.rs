//! Reading many runs.

use std::ops::ControlFlow;

use diesel::query_dsl::methods::LoadQuery;

use super::{Store, StoreError};
use crate::Result;
use crate::db::{Conn, DbError, IdIn, RowError, Stored};
use crate::params::RunId;
use crate::record::{Readable, Record, RecordError, SimRecord};
use crate::words::with_causes;

/// Runs, and rows that are none.
#[derive(Debug)]
#[non_exhaustive]
pub struct Listing<T: SimRecord> {
    /// The runs that can be read.
    pub records: Vec<Record<T>>,
    /// The rows that cannot. [`Store::verify`] lists them too; `delete_id` forgets one.
    pub unreadable: Vec<Unreadable>,
}

/// A row that is no record. `Display` names the run, the column and the value.
#[derive(Debug, thiserror::Error)]
#[error("{}", with_causes(error))]
#[non_exhaustive]
pub struct Unreadable {
    /// The run.
    pub id: RunId,
    /// What is wrong.
    pub error: Box<RecordError>,
}

impl Unreadable {
    fn or_record<T: SimRecord>(Readable(row): Readable<T>) -> Result<Record<T>, Self> {
        row.map_err(|error| {
            let id = match &error {
                RecordError::Stored { id, .. } => id.clone(),
                // What a row is not is always told of a column.
                _ => RunId::from_stored(String::new()),
            };
            Self { id, error: Box::new(error) }
        })
    }

    /// The error of a call that gives whole records only.
    fn refused(self, readable: &'static str) -> crate::Error {
        StoreError::Unreadable { id: self.id, readable, source: self.error }.into()
    }
}

impl<T: Stored> Store<T> {
    /// All runs, in the order in which they were made (`created_at`, then `id`).
    ///
    /// # Errors
    /// `is_transient` when the database cannot be reached; `is_corrupt` for a row that is no record: the error names the
    /// run, the column and the value, and [`list_readable`](Self::list_readable) gives the others.
    pub fn list(&self) -> Result<Vec<Record<T>>> {
        let rows = self.db().with("list the runs", |conn| Ok(T::list(conn)?))?;
        self.all(rows, "list_readable")
    }

    /// All runs that can be read, and what is wrong with the other rows: a value that another program stored, a variant
    /// that an enum no longer has. [`list`](Self::list) fails where there is one of those.
    ///
    /// # Errors
    /// `is_transient` when the database cannot be reached.
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
    /// # for rate in [0.1, 0.2] { store.run(&Decay { rate })?; }
    /// use diesel::{connection::SimpleConnection, prelude::*};
    ///
    /// // Somebody changes a row by hand.
    /// store.connection()?.batch_execute("UPDATE decays SET rate = 'fast' WHERE rate > 0.15")?;
    /// assert!(store.list().unwrap_err().is_corrupt());
    ///
    /// let listing = store.list_readable()?;
    /// assert_eq!(listing.records.len(), 1);
    /// for row in &listing.unreadable {
    ///     println!("{row}");      // run `…` of `decays` cannot be read: in column `rate`, `fast` is text, not a number
    ///     store.delete_id(&row.id).ok();
    /// }
    /// # assert!(listing.unreadable[0].to_string().ends_with("`fast` is text, not a number"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn list_readable(&self) -> Result<Listing<T>> {
        let rows = self.db().with("list the runs", |conn| Ok(T::list(conn)?))?;
        Ok(self.listing(rows))
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
        let rows =
            self.db().with("page through the runs", |conn| Ok(T::page(conn, after, i64::from(limit))?))?;
        self.all(rows, "for_each_readable")
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
        let mut unreadable = None;
        self.for_each_readable(|row| match row {
            Ok(record) => take(record),
            Err(row) => {
                unreadable = Some(row);
                ControlFlow::Break(())
            }
        })?;
        unreadable.map_or(Ok(()), |row| Err(row.refused("for_each_readable")))
    }

    /// Hands out all runs as [`for_each`](Self::for_each) does, and each row that is no record as what is wrong with it.
    ///
    /// # Errors
    /// `is_transient` when the database cannot be reached.
    pub fn for_each_readable(
        &self,
        mut take: impl FnMut(Result<Record<T>, Unreadable>) -> ControlFlow<()>,
    ) -> Result<()> {
        // Not run again on a lost connection: the closure has seen rows already.
        let mut connection = self.connection()?;
        T::each(&mut connection, &mut |row| take(self.told_apart(row)))
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
        Q: LoadQuery<'q, Conn, Readable<T>>,
    {
        self.all(self.rows_of(query)?, "query_readable")
    }

    /// The runs of a typed Diesel query that can be read, and what is wrong with the other rows.
    ///
    /// # Errors
    /// `is_transient` when the database cannot be reached, or the database's own error.
    pub fn query_readable<'q, Q>(&self, query: impl FnOnce(T::Table) -> Q) -> Result<Listing<T>>
    where
        Q: LoadQuery<'q, Conn, Readable<T>>,
    {
        Ok(self.listing(self.rows_of(query)?))
    }

    fn rows_of<'q, Q>(&self, query: impl FnOnce(T::Table) -> Q) -> Result<Vec<Readable<T>>>
    where
        Q: LoadQuery<'q, Conn, Readable<T>>,
    {
        let mut connection = self.connection()?;
        query(T::Table::default())
            .load(&mut *connection)
            .map_err(|source| self.query_error("run a query", source))
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
    pub(crate) fn find_rows(&self, ids: Vec<String>) -> Result<Vec<Result<Record<T>, Unreadable>>> {
        let ids = IdIn::new(ids);
        let rows = self.db().with("look runs up", |conn| Ok::<_, RowError>(T::find_all(conn, &ids)?))?;
        Ok(rows.into_iter().map(Unreadable::or_record).collect())
    }

    /// Every row that is a record, shown to a closure; others are logged.
    pub(super) fn visit(&self, mut take: impl FnMut(Record<T>)) -> Result<()> {
        self.for_each_readable(|row| {
            match row {
                Ok(record) => take(record),
                Err(row) => tracing::warn!(%row, "a row is passed over"),
            }
            ControlFlow::Continue(())
        })
    }

    /// The record with its result where this store finds it.
    fn told_apart(&self, row: Readable<T>) -> Result<Record<T>, Unreadable> {
        Unreadable::or_record(row).map(|record| self.resolved(record))
    }

    /// The records of a listing that has nothing else.
    fn all(&self, rows: Vec<Readable<T>>, readable: &'static str) -> Result<Vec<Record<T>>> {
        rows.into_iter().map(|row| self.told_apart(row).map_err(|row| row.refused(readable))).collect()
    }

    fn listing(&self, rows: Vec<Readable<T>>) -> Listing<T> {
        let mut listing = Listing { records: Vec::with_capacity(rows.len()), unreadable: Vec::new() };
        for row in rows {
            match self.told_apart(row) {
                Ok(record) => listing.records.push(record),
                Err(row) => listing.unreadable.push(row),
            }
        }
        listing
    }
}
