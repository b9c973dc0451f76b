//! Every name that generated code may use. No part of the API: it may change in any release.

pub use diesel::query_dsl::methods::LoadQuery;
pub use diesel::result::QueryResult;
pub use diesel::sql_types::Text;
pub use serde_json::{Map, Value as JsonValue};

/// A JSON object.
pub type JsonMap = Map<String, JsonValue>;

pub use diesel::connection::DefaultLoadingMode;
#[cfg(feature = "postgres")]
pub use diesel::pg::PgRowByRowLoadingMode;

pub use crate::__wide_table as wide_table;
pub use crate::db::{Changes, Conn, IdIn, NewRow, RowError, Stored, TakeRecord};
pub use crate::params::{Canonical, FloatScheme};
pub use crate::record::sql::SqlColumn;
pub use crate::record::{
    ColumnDefault, ColumnRole, ColumnSpec, Grid, JsonRepr as Repr, Portable, Read, ReadAs, Readable,
    RowParts, StoredAs, Values, patched,
};
pub use crate::sweep::{GridPoints, ZipPoints, grid_len};
pub use crate::{__on_backend as on_backend, __on_backend_streaming as on_backend_streaming};

use std::fmt;

use crate::params::canonical_eq;
use crate::record::sql::CustomJson;
use crate::record::{
    ColumnError, RecordError, SimRecord, json_canonical, json_check, json_from_repr, json_to_repr,
};

/// Writes a field unless its canonical text is that of its default.
pub fn unless_default(
    out: &mut Canonical,
    key: &'static str,
    value: impl FnOnce(&mut Canonical) -> Result<(), ColumnError>,
    default: impl FnOnce(&mut Canonical) -> Result<(), ColumnError>,
) -> Result<(), ColumnError> {
    let before = out.len();
    out.key(key);
    let start = out.len();
    value(out)?;
    let mut other = Canonical::new();
    default(&mut other)?;
    if canonical_eq(&out.as_str()[start..], other.as_str()) {
        out.truncate(before);
    }
    Ok(())
}

/// The list again, value by value.
pub fn copied<V>(list: &[V], copy: impl FnMut(&V) -> V) -> Vec<V> {
    list.iter().map(copy).collect()
}

/// The canonical text of a value, or why it has none.
pub fn shown(write: impl FnOnce(&mut Canonical) -> Result<(), ColumnError>) -> String {
    let mut out = Canonical::new();
    match write(&mut out) {
        Ok(()) => out.into_string(),
        Err(why) => format!("<{}>", crate::words::with_causes(&why)),
    }
}

/// Whether two values have the same canonical text; a value that has none is like no other.
pub fn same_text(
    one: impl FnOnce(&mut Canonical) -> Result<(), ColumnError>,
    other: impl FnOnce(&mut Canonical) -> Result<(), ColumnError>,
) -> bool {
    let (mut a, mut b) = (Canonical::new(), Canonical::new());
    one(&mut a).is_ok() && other(&mut b).is_ok() && canonical_eq(a.as_str(), b.as_str())
}

/// Why a column cannot be patched.
pub fn not_patchable<T: SimRecord>(column: &str) -> RecordError {
    RecordError::NotPatchable {
        table: T::TABLE.name,
        field: column.to_owned(),
        reason: match T::TABLE.column(column).map(|column| column.role) {
            Some(ColumnRole::Identity) => {
                "it belongs to the identity of the run; run or register the other parameters instead"
            }
            Some(ColumnRole::Reserved) => {
                "entropic keeps it; outputs, ignored parameters and `custom_data` can be patched"
            }
            _ => "there is no such column",
        },
    }
}

/// How many bytes of text a column of an index may hold.
///
/// PostgreSQL refuses an entry of more than 2,704 bytes, and only when the row is written. Columns of numbers beside it
/// take a few of them.
const INDEXED: usize = 2_600;

/// Refuses text that an index cannot hold; `columns` of text share it.
pub fn check_indexed(text: &impl TextLen, columns: usize) -> Result<(), ColumnError> {
    let (bytes, limit) = (text.text_len(), INDEXED / columns.max(1));
    if bytes > limit { Err(ColumnError::TooLongForIndex { bytes, limit }) } else { Ok(()) }
}

/// What may be text.
pub trait TextLen {
    /// How many bytes it has.
    fn text_len(&self) -> usize;
}

impl TextLen for String {
    fn text_len(&self) -> usize {
        self.len()
    }
}

impl<R: TextLen> TextLen for Option<R> {
    fn text_len(&self) -> usize {
        self.as_ref().map_or(0, R::text_len)
    }
}

// What generated code asks of the type of a field besides `StoredAs`. It asks nothing else, so that a type which cannot
// be a column is one error, in the words of the trait, however often generated code names the field; copying is
// therefore among what the traits do.

/// That a `#[sim(json)]` field of this type can be stored: all that generated code asks of it.
///
/// Never implemented by hand; it follows from serde's traits and `Clone`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type that entropic can store as JSON",
    label = "cannot be written as JSON, read from it, or copied",
    note = "add `#[derive(Clone, serde::Serialize, serde::Deserialize)]` to it"
)]
pub trait StoredJson: Sized {
    /// The text to be stored.
    fn repr(&self) -> Result<CustomJson, ColumnError>;
    /// The value, from the stored text.
    fn read(repr: CustomJson) -> Result<Self, ColumnError>;
    /// Writes the canonical text.
    fn write(&self, out: &mut Canonical, scheme: FloatScheme) -> Result<(), ColumnError>;
    /// Whether it can be stored.
    fn verify(&self) -> Result<(), ColumnError>;
    /// The value again, for another point of a grid.
    fn copy(&self) -> Self;
    /// What a table is to remember of its values.
    fn values() -> Values;
}

#[diagnostic::do_not_recommend]
impl<V: serde::Serialize + serde::de::DeserializeOwned + Clone> StoredJson for V {
    fn repr(&self) -> Result<CustomJson, ColumnError> {
        json_to_repr(self)
    }
    fn read(repr: CustomJson) -> Result<Self, ColumnError> {
        json_from_repr(repr)
    }
    fn write(&self, out: &mut Canonical, scheme: FloatScheme) -> Result<(), ColumnError> {
        json_canonical(self, out, scheme)
    }
    fn verify(&self) -> Result<(), ColumnError> {
        json_check(self)
    }
    fn copy(&self) -> Self {
        self.clone()
    }
    fn values() -> Values {
        Values::json::<V>()
    }
}

/// That an output of this type is stored as `Sql`: all that generated code asks of it. Outputs are optional.
///
/// Never implemented by hand; it follows from what makes a field, `Debug` and `PartialEq`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type that entropic can store as an output of type `{Sql}`",
    label = "cannot be an output as it is",
    note = "an enum of plain variants needs `#[derive(Debug, Clone, PartialEq, SimEnum)]`",
    note = "a newtype needs `#[derive(Debug, Clone, PartialEq, SimColumn)]`, and `#[sim(sql = Double)]`, with what it wraps, before the output",
    note = "an alias needs `#[sim(sql = Double)]`, with what it stands for, before the output",
    note = "any other type that serde can write and read is stored with `#[sim(json)]` before the output"
)]
pub trait OutputAs<Sql: SqlColumn>: Sized {
    /// What Diesel writes.
    fn repr(value: &Option<Self>) -> Result<Option<Sql::Repr>, ColumnError>;
    /// The value, from what Diesel has read.
    fn read(repr: Option<Sql::Repr>) -> Result<Option<Self>, ColumnError>;
    /// Whether it can be stored.
    fn verify(value: &Option<Self>) -> Result<(), ColumnError>;
    /// For `Clone`.
    fn copy(value: &Option<Self>) -> Option<Self>;
    /// For `PartialEq`.
    fn same(one: &Option<Self>, other: &Option<Self>) -> bool;
    /// For `Debug`.
    fn show(value: &Option<Self>) -> &dyn fmt::Debug;
    /// What a table is to remember of its values.
    fn values() -> Values;
}

#[diagnostic::do_not_recommend]
impl<V, S> OutputAs<S> for V
where
    S: SqlColumn,
    V: StoredAs<S> + fmt::Debug + PartialEq,
{
    fn repr(value: &Option<Self>) -> Result<Option<S::Repr>, ColumnError> {
        V::optional_repr(value)
    }
    fn read(repr: Option<S::Repr>) -> Result<Option<Self>, ColumnError> {
        V::optional_read(repr)
    }
    fn verify(value: &Option<Self>) -> Result<(), ColumnError> {
        V::optional_verify(value)
    }
    fn copy(value: &Option<Self>) -> Option<Self> {
        V::optional_copy(value)
    }
    fn same(one: &Option<Self>, other: &Option<Self>) -> bool {
        one == other
    }
    fn show(value: &Option<Self>) -> &dyn fmt::Debug {
        value
    }
    fn values() -> Values {
        V::values()
    }
}

/// That a `#[sim(json)]` output of this type can be stored: all that generated code asks of it.
///
/// Never implemented by hand; it follows from what makes a `#[sim(json)]` field, `Debug` and `PartialEq`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type that entropic can store as an output in JSON",
    label = "cannot be written as JSON, read from it, copied, compared or shown",
    note = "add `#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]` to it"
)]
pub trait OutputJson: Sized {
    /// What Diesel writes.
    fn repr(value: &Option<Self>) -> Result<Option<CustomJson>, ColumnError>;
    /// The value, from what Diesel has read.
    fn read(repr: Option<CustomJson>) -> Result<Option<Self>, ColumnError>;
    /// Whether it can be stored.
    fn verify(value: &Option<Self>) -> Result<(), ColumnError>;
    /// For `Clone`.
    fn copy(value: &Option<Self>) -> Option<Self>;
    /// For `PartialEq`.
    fn same(one: &Option<Self>, other: &Option<Self>) -> bool;
    /// For `Debug`.
    fn show(value: &Option<Self>) -> &dyn fmt::Debug;
    /// What a table is to remember of its values.
    fn values() -> Values;
}

#[diagnostic::do_not_recommend]
impl<V: StoredJson + fmt::Debug + PartialEq> OutputJson for V {
    fn repr(value: &Option<Self>) -> Result<Option<CustomJson>, ColumnError> {
        value.as_ref().map(V::repr).transpose()
    }
    fn read(repr: Option<CustomJson>) -> Result<Option<Self>, ColumnError> {
        repr.map(V::read).transpose()
    }
    fn verify(value: &Option<Self>) -> Result<(), ColumnError> {
        value.as_ref().map_or(Ok(()), V::verify)
    }
    fn copy(value: &Option<Self>) -> Option<Self> {
        value.as_ref().map(V::copy)
    }
    fn same(one: &Option<Self>, other: &Option<Self>) -> bool {
        one == other
    }
    fn show(value: &Option<Self>) -> &dyn fmt::Debug {
        value
    }
    fn values() -> Values {
        V::values()
    }
}
