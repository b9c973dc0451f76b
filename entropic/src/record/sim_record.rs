//! The traits that the derive implements.

use std::fmt::Debug;
use std::path::PathBuf;

use super::sql::SqlColumn;
use super::{ColumnError, CustomData, Record, RecordError, TableSpec, Timestamp, Values};
use crate::params::{Canonical, FloatScheme, RunId};

/// A struct whose fields are the columns of a table; made by
/// [`#[derive(SimRecord)]`](derive@crate::SimRecord).
///
/// ```
/// mod sim {
///     use entropic::prelude::*;
///     #[derive(SimRecord)]
///     #[sim(table = "decays")]
///     pub struct Decay { pub rate: f64, pub steps: i64 }
/// }
/// use entropic::SimRecord;
///
/// let decay = sim::Decay { rate: 0.5, steps: 100 };
/// assert_eq!(decay.canonical_text()?, r#"{"rate":0.5,"steps":100}"#);
/// assert_eq!(decay.id()?.as_str().len(), 16);
///
/// let refused = sim::Decay { rate: f64::NAN, steps: 100 }.id().unwrap_err();
/// assert!(refused.to_string().contains("`rate`"));
/// # Ok::<(), entropic::RecordError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a record",
    note = "add `#[derive(SimRecord)]` and `#[sim(table = \"…\")]` to the struct of parameters"
)]
pub trait SimRecord: Sized + Send + Sync + 'static {
    /// The outputs: a struct of `Option`s, named like the record with `Output` behind.
    type Output: Debug + Clone + PartialEq + Default + Send + Sync + 'static;
    /// The columns of a row as Diesel reads them.
    type Row;
    /// The table as data.
    const TABLE: TableSpec;

    /// Writes the identity fields as one flat object, keys sorted.
    #[doc(hidden)]
    fn write_canonical(&self, out: &mut Canonical) -> Result<(), RecordError>;

    /// Refuses what a column cannot hold, identity or not.
    #[doc(hidden)]
    fn check(&self) -> Result<(), RecordError>;

    /// The canonical text of each identity field, by column; with another scheme for floats, if one is given.
    #[doc(hidden)]
    fn field_texts(&self, scheme: Option<FloatScheme>) -> Result<Vec<(&'static str, String)>, RecordError>;

    /// All fields by their names, to be shown to people: the canonical text to the last digit, or why there is none.
    #[doc(hidden)]
    fn all_texts(&self) -> Vec<(&'static str, String)>;

    /// The defaults, and the values of what is retired, by column.
    #[doc(hidden)]
    fn defaults() -> Result<Vec<ColumnDefault>, RecordError>;

    /// What a table is to remember of the values of its columns, by column.
    #[doc(hidden)]
    fn values() -> Vec<(&'static str, Values)> {
        Vec::new()
    }

    /// A row taken apart.
    #[doc(hidden)]
    fn parts(row: Self::Row) -> Result<RowParts<Self>, RecordError>;

    /// Sets an output or an ignored parameter from JSON.
    #[doc(hidden)]
    fn patch_column(
        &mut self,
        output: &mut Self::Output,
        column: &str,
        value: serde_json::Value,
    ) -> Result<(), RecordError>;

    /// Empties the outputs that no column can hold (NaN, say), and tells which and why: a run is not thrown
    /// away for one of its outputs.
    #[doc(hidden)]
    fn clean_output(output: &mut Self::Output) -> Vec<(&'static str, ColumnError)>;

    /// The canonical text of the identity: what is hashed.
    ///
    /// # Errors
    /// [`RecordError::Field`] (`is_invalid_input`) for a value that cannot be stored or hashed without
    /// losing its meaning: NaN, floats that lose their digits, NUL in text, times finer than a microsecond,
    /// integers that do not fit.
    fn canonical_text(&self) -> Result<String, RecordError> {
        let mut out = Canonical::new();
        self.write_canonical(&mut out)?;
        Ok(out.into_string())
    }

    /// The key of a run with these parameters: the first 16 hexadecimal digits of the SHA-256 of
    /// [`canonical_text`](Self::canonical_text).
    ///
    /// # Errors
    /// As `canonical_text`, and for a field that is no part of the identity but cannot be stored.
    fn id(&self) -> Result<RunId, RecordError> {
        self.check()?;
        let mut out = Canonical::new();
        self.write_canonical(&mut out)?;
        Ok(out.finish_id())
    }

    /// A record from a row of the table.
    #[doc(hidden)]
    fn from_row(row: Self::Row) -> Result<Record<Self>, RecordError> {
        let parts = Self::parts(row)?;
        Ok(Record::new(
            parts.params,
            parts.output,
            RunId::from_stored(parts.id),
            PathBuf::from(parts.result_file),
            parts.created_at,
            parts.custom_data,
            parts.as_retired,
        ))
    }
}

/// What a column has where nothing was said.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnDefault {
    /// Its name.
    pub column: &'static str,
    /// The canonical text that does not enter the identity; `None` for a column that always does, or never.
    pub text: Option<String>,
    /// The canonical text of a retired parameter.
    pub retired: Option<String>,
    /// What rows get that have none, as [`Repr`](super::Repr) writes it.
    pub fill: serde_json::Value,
}

/// A row taken apart by generated code.
#[doc(hidden)]
pub struct RowParts<T: SimRecord> {
    pub params: T,
    pub output: T::Output,
    pub id: String,
    pub result_file: String,
    pub created_at: Timestamp,
    pub custom_data: CustomData,
    pub as_retired: bool,
}

/// A grid of parameters: each field a list of values; made by the derive as `<Name>Grid`.
pub trait Grid {
    /// The record whose parameters it spans.
    type Record;

    /// How many values each field has, in the order of the struct.
    #[doc(hidden)]
    fn sides(&self) -> Vec<usize>;

    /// The point at these positions, one for each field, each within its side.
    #[doc(hidden)]
    fn point(&self, at: &[usize]) -> Self::Record;
}

/// The value of a patch for a column.
#[doc(hidden)]
pub fn patched<S: SqlColumn>(value: serde_json::Value) -> Result<S::Repr, ColumnError> {
    let found = super::custom_data::kind(&value);
    serde_json::from_value(value).map_err(|why| {
        ColumnError::Other(format!("it holds {}, and the patch has {found} ({why})", S::KIND.holds()))
    })
}
