//! The statements of a record: the derive's second implementation.

use std::ops::ControlFlow;

use diesel::result::QueryResult;

use super::{Conn, IdIn, RowError};
use crate::record::{CustomData, Portable, Readable, Record, SimRecord, Timestamp};

/// A row to be written.
#[doc(hidden)]
pub struct NewRow<'a, T: SimRecord> {
    pub params: &'a T,
    pub output: &'a T::Output,
    pub id: &'a str,
    pub result_file: &'a str,
    pub created_at: Timestamp,
    pub custom_data: &'a CustomData,
}

/// Which columns of a row are written.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum Changes<'a> {
    /// Those of a run that was made anew.
    All,
    /// Those of these names.
    Only(&'a [&'a str]),
}

impl Changes<'_> {
    /// Whether a column is written.
    #[must_use]
    pub fn of(self, column: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(columns) => columns.contains(&column),
        }
    }
}

/// Takes rows one by one, and may stop.
#[doc(hidden)]
pub type TakeRecord<'a, T> = &'a mut dyn FnMut(Readable<T>) -> ControlFlow<()>;

/// A record with its table; made by [`#[derive(SimRecord)]`](derive@crate::SimRecord).
///
/// `Table` is Diesel's table, for typed queries. The statements are generated code's, and change as it does.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a record",
    note = "add `#[derive(SimRecord)]` and `#[sim(table = \"…\")]` to the struct of parameters"
)]
pub trait Stored: Portable {
    /// Diesel's table of the record.
    type Table: Default;

    #[doc(hidden)]
    fn find(conn: &mut Conn, id: &str) -> QueryResult<Option<Record<Self>>>;

    #[doc(hidden)]
    fn find_all(conn: &mut Conn, ids: &IdIn) -> QueryResult<Vec<Readable<Self>>>;

    #[doc(hidden)]
    fn insert(conn: &mut Conn, row: &NewRow<'_, Self>) -> Result<usize, RowError>;

    /// Overwrites some columns of the row of that id, never `created_at`, if its `result_file` is still the one that was
    /// seen. How many rows that were.
    #[doc(hidden)]
    fn update(
        conn: &mut Conn,
        row: &NewRow<'_, Self>,
        seen: &str,
        changes: Changes<'_>,
    ) -> Result<usize, RowError>;

    /// Some rows behind a place in the order of (created_at, id).
    #[doc(hidden)]
    fn page(
        conn: &mut Conn,
        after: Option<(Timestamp, &str)>,
        limit: i64,
    ) -> QueryResult<Vec<Readable<Self>>>;

    /// All rows, in the order of (created_at, id).
    #[doc(hidden)]
    fn list(conn: &mut Conn) -> QueryResult<Vec<Readable<Self>>>;

    /// All rows, in the order of (created_at, id), one at a time.
    #[doc(hidden)]
    fn each(conn: &mut Conn, take: TakeRecord<'_, Self>) -> QueryResult<()>;
}
