//! The traits that the derive implements.

use std::fmt::Debug;
use std::path::PathBuf;

use super::sql::SqlColumn;
use super::{ColumnError, CustomData, Record, RecordError, TableSpec, Timestamp, Values};
use crate::params::{Canonical, FloatScheme, RunId};

/// A struct whose fields are the columns of a table; implemented by
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
    /// The outputs: a struct of `Option`s, named after the record with the suffix `Output`.
    type Output: Debug + Clone + PartialEq + Default + Send + Sync + 'static;
    /// The columns of a row as Diesel reads them.
    type Row;
    /// The description of the table.
    const TABLE: TableSpec;

    /// Writes the identity fields as one flat object, keys sorted.
    #[doc(hidden)]
    fn write_canonical(&self, out: &mut Canonical) -> Result<(), RecordError>;

    /// Checks that the columns can hold every field, whether it is part of the identity or not.
    #[doc(hidden)]
    fn check(&self) -> Result<(), RecordError>;

    /// Returns the canonical text of each identity field, by column. `scheme` overrides the float scheme of the fields.
    #[doc(hidden)]
    fn field_texts(&self, scheme: Option<FloatScheme>) -> Result<Vec<(&'static str, String)>, RecordError>;

    /// Returns all fields by name, for display: the canonical text in full precision, or the reason why there is none.
    #[doc(hidden)]
    fn all_texts(&self) -> Vec<(&'static str, String)>;

    /// Returns the defaults and the values of retired parameters, by column.
    #[doc(hidden)]
    fn defaults() -> Result<Vec<ColumnDefault>, RecordError>;

    /// Returns what a table records about the values of its columns, by column.
    #[doc(hidden)]
    fn values() -> Vec<(&'static str, Values)> {
        Vec::new()
    }

    /// Splits a row into its parts.
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

    /// Clears the outputs that their columns cannot hold, such as NaN, and returns each with the reason. A run is not
    /// discarded because of one output.
    #[doc(hidden)]
    fn clean_output(output: &mut Self::Output) -> Vec<(&'static str, ColumnError)>;

    /// Returns the canonical text of the identity, which is what the id hashes.
    ///
    /// # Errors
    /// [`RecordError::Field`] (`is_invalid_input`) for a value that cannot be stored or hashed without
    /// losing its meaning: NaN, floats that would lose their digits, NUL in text, times with sub-microsecond precision,
    /// integers that do not fit.
    fn canonical_text(&self) -> Result<String, RecordError> {
        let mut out = Canonical::new();
        self.write_canonical(&mut out)?;
        Ok(out.into_string())
    }

    /// Returns the id of a run with these parameters: the first 16 hexadecimal digits of the SHA-256 of
    /// [`canonical_text`](Self::canonical_text).
    ///
    /// # Errors
    /// Those of `canonical_text`, and [`RecordError::Field`] (`is_invalid_input`) for a field that is not part of the
    /// identity but cannot be stored.
    fn id(&self) -> Result<RunId, RecordError> {
        self.check()?;
        let mut out = Canonical::new();
        self.write_canonical(&mut out)?;
        Ok(out.finish_id())
    }

    /// Builds a record from a row of the table.
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

/// The default of a column.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnDefault {
    /// The name of the column.
    pub column: &'static str,
    /// The canonical text that does not enter the identity; `None` for a column that always enters it, or never.
    pub text: Option<String>,
    /// The canonical text of a retired parameter.
    pub retired: Option<String>,
    /// The value for rows that have none, as [`JsonRepr`](super::JsonRepr) writes it.
    pub fill: serde_json::Value,
}

/// The parts of a row, as generated code splits it.
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

/// A grid of parameters with a list of values for each field; implemented by the derive for `<Name>Grid`.
pub trait Grid {
    /// The record whose parameters the grid combines.
    type Record;

    /// Returns the number of values of each field, in the order of the struct.
    #[doc(hidden)]
    fn sides(&self) -> Vec<usize>;

    /// Returns the point at these positions: one position per field, each less than the field's number of values.
    #[doc(hidden)]
    fn point(&self, at: &[usize]) -> Self::Record;
}

/// Converts the value in a patch to the type of its column.
#[doc(hidden)]
pub fn patched<S: SqlColumn>(value: serde_json::Value) -> Result<S::Repr, ColumnError> {
    let found = super::custom_data::kind(&value);
    serde_json::from_value(value).map_err(|why| {
        ColumnError::Other(format!("it holds {}, and the patch has {found} ({why})", S::KIND.holds()))
    })
}
