//! Rows of a table as [`Record`]s.

use std::fmt;
use std::ops::Deref;
use std::path::PathBuf;

use diesel::backend::Backend;
use diesel::deserialize::{self, Queryable};

use super::{CustomData, RecordError, SimRecord, Timestamp};
use crate::params::RunId;

/// A stored run: its parameters, its outputs and the path of its result.
///
/// Derefs to the parameters, so `record.dt` is the field `dt` of the struct. The methods of the store return records, and
/// Diesel loads them directly: `orbits::table.load::<Record<Orbit>>(&mut connection)`.
#[non_exhaustive]
pub struct Record<T: SimRecord> {
    /// The parameters as they were stored.
    pub params: T,
    /// The outputs that the runner set, one column each.
    pub output: T::Output,
    /// The id of the run: the hash of its identity, or an id that the caller or another program chose.
    pub id: RunId,
    /// The path of the result, a file or a directory, below the results directory of the store that read the row.
    /// Empty for runs without a result.
    pub result_file: PathBuf,
    /// When the row was made.
    pub created_at: Timestamp,
    /// A JSON object with further data about the run. Contains `elapsed_seconds` if entropic made the run.
    pub custom_data: CustomData,
    /// Whether every retired parameter has the value that it was retired with. If not, the id is not the hash of the
    /// present parameters.
    pub(crate) as_retired: bool,
}

impl<T: SimRecord> Record<T> {
    pub(crate) fn new(
        params: T,
        output: T::Output,
        id: RunId,
        result_file: PathBuf,
        created_at: Timestamp,
        custom_data: CustomData,
        as_retired: bool,
    ) -> Self {
        Self { params, output, id, result_file, created_at, custom_data, as_retired }
    }

    /// Returns the duration of the run in seconds, or `None` if entropic did not make the run.
    #[must_use]
    pub fn elapsed_seconds(&self) -> Option<f64> {
        self.custom_data.elapsed_seconds()
    }

    /// Returns the number of the replicate, counted from 0, or `None` if the run is not one of the
    /// [replicates](crate::Store::replicates). In typed queries, use [`is_replicate`](crate::is_replicate).
    #[must_use]
    pub fn replicate(&self) -> Option<u32> {
        self.id.replicated().map(|(_, number)| number)
    }
}

impl<T: SimRecord> Deref for Record<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.params
    }
}

impl<T: SimRecord + Clone> Clone for Record<T> {
    fn clone(&self) -> Self {
        Self {
            params: self.params.clone(),
            output: self.output.clone(),
            id: self.id.clone(),
            result_file: self.result_file.clone(),
            created_at: self.created_at,
            custom_data: self.custom_data.clone(),
            as_retired: self.as_retired,
        }
    }
}

impl<T: SimRecord + PartialEq> PartialEq for Record<T> {
    fn eq(&self, other: &Self) -> bool {
        self.params == other.params
            && self.output == other.output
            && self.id == other.id
            && self.result_file == other.result_file
            && self.created_at == other.created_at
            && self.custom_data == other.custom_data
            && self.as_retired == other.as_retired
    }
}

// There is no bound on `T`, so that `unwrap_err` and `assert!` work for records of any struct. Parameters are shown as
// canonical text in full precision.
impl<T: SimRecord> fmt::Debug for Record<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("id", &self.id)
            .field("params", &Shown(self.params.all_texts()))
            .field("output", &self.output)
            .field("result_file", &self.result_file)
            .field("created_at", &self.created_at)
            .field("custom_data", &self.custom_data)
            .finish()
    }
}

/// Field names and the texts of their values.
struct Shown(Vec<(&'static str, String)>);

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().map(|(name, text)| (Bare(name), Bare(text)))).finish()
    }
}

/// Text whose `Debug` output has no quotes.
struct Bare<'a>(&'a str);

impl fmt::Debug for Bare<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl<T, ST, DB> Queryable<ST, DB> for Record<T>
where
    DB: Backend,
    T: SimRecord,
    T::Row: Queryable<ST, DB>,
{
    type Row = <T::Row as Queryable<ST, DB>>::Row;

    fn build(row: Self::Row) -> deserialize::Result<Self> {
        Ok(T::from_row(T::Row::build(row)?)?)
    }
}

/// A row that is a record, or an error that names the row and says why it is not a record. One unreadable row does not
/// hide the others.
#[doc(hidden)]
pub struct Readable<T: SimRecord>(pub(crate) Result<Record<T>, RecordError>);

impl<T, ST, DB> Queryable<ST, DB> for Readable<T>
where
    DB: Backend,
    T: SimRecord,
    T::Row: Queryable<ST, DB>,
{
    type Row = <T::Row as Queryable<ST, DB>>::Row;

    fn build(row: Self::Row) -> deserialize::Result<Self> {
        Ok(Self(T::from_row(T::Row::build(row)?)))
    }
}
