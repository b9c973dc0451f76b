//! The stand-in for a record that does not compile.
//!
//! The derive implements [`StandIn`] for a struct with mistakes, and this file gives it the traits of a record, so that the
//! rest of the user's crate compiles and the compiler reports the mistakes alone. No method of it ever runs.
//!
//! The traits have no default bodies instead: without them the compiler refuses generated code that forgets a method.

use std::fmt::Debug;

use diesel::result::QueryResult;
use serde_json::{Map, Value};

use crate::db::{Changes, Conn, IdIn, NewRow, RowError, Stored, TakeRecord};
use crate::params::{Canonical, FloatScheme};
use crate::record::{
    ColumnDefault, ColumnError, Portable, Readable, Record, RecordError, RowParts, SimRecord, TableSpec,
    Timestamp,
};

/// A struct that derives `SimRecord`, with mistakes.
pub trait StandIn: Sized + Send + Sync + 'static {
    /// The stand-in for the struct of outputs.
    type Output: Debug + Clone + PartialEq + Default + Send + Sync + 'static;
    /// The row that Diesel reads.
    type Row;
    /// Diesel's table, or `()` without Diesel.
    type Table: Default;
    /// The name of the table.
    const NAME: &'static str;
    /// The body of every method.
    fn never() -> !;
}

#[doc(hidden)]
#[diagnostic::do_not_recommend]
impl<T: StandIn> SimRecord for T {
    type Output = <T as StandIn>::Output;
    type Row = <T as StandIn>::Row;
    const TABLE: TableSpec = TableSpec::new(T::NAME, &[], 1);

    fn write_canonical(&self, _: &mut Canonical) -> Result<(), RecordError> {
        T::never()
    }
    fn check(&self) -> Result<(), RecordError> {
        T::never()
    }
    fn field_texts(&self, _: Option<FloatScheme>) -> Result<Vec<(&'static str, String)>, RecordError> {
        T::never()
    }
    fn all_texts(&self) -> Vec<(&'static str, String)> {
        T::never()
    }
    fn defaults() -> Result<Vec<ColumnDefault>, RecordError> {
        T::never()
    }
    fn parts(_: Self::Row) -> Result<RowParts<Self>, RecordError> {
        T::never()
    }
    fn patch_column(&mut self, _: &mut Self::Output, _: &str, _: Value) -> Result<(), RecordError> {
        T::never()
    }
    fn clean_output(_: &mut Self::Output) -> Vec<(&'static str, ColumnError)> {
        T::never()
    }
}

#[doc(hidden)]
#[diagnostic::do_not_recommend]
impl<T: StandIn> Portable for T {
    fn to_values(&self, _: &Self::Output) -> Result<Map<String, Value>, RecordError> {
        T::never()
    }
    fn from_values(_: Map<String, Value>) -> Option<(Self, Self::Output)> {
        T::never()
    }
}

#[doc(hidden)]
#[diagnostic::do_not_recommend]
impl<T: StandIn> Stored for T {
    type Table = <T as StandIn>::Table;

    fn find(_: &mut Conn, _: &str) -> QueryResult<Option<Record<Self>>> {
        T::never()
    }
    fn find_all(_: &mut Conn, _: &IdIn) -> QueryResult<Vec<Readable<Self>>> {
        T::never()
    }
    fn insert(_: &mut Conn, _: &NewRow<'_, Self>) -> Result<usize, RowError> {
        T::never()
    }
    fn update(_: &mut Conn, _: &NewRow<'_, Self>, _: &str, _: Changes<'_>) -> Result<usize, RowError> {
        T::never()
    }
    fn page(_: &mut Conn, _: Option<(Timestamp, &str)>, _: i64) -> QueryResult<Vec<Readable<Self>>> {
        T::never()
    }
    fn list(_: &mut Conn) -> QueryResult<Vec<Readable<Self>>> {
        T::never()
    }
    fn each(_: &mut Conn, _: TakeRecord<'_, Self>) -> QueryResult<()> {
        T::never()
    }
}
