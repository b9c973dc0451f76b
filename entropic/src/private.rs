//! The names for generated code. They are not part of the API: they may change in any release.
//!
//! Generated code uses the traits of `record` and `db` through here, and the functions below. The bounds that it puts on
//! the types of fields are in `field_bounds.rs`, and the stand-in for a record that does not compile is in `stand_in.rs`.
//! The derives are in the crate `entropic-derive`; the documentation of its `src/lib.rs` says how they work, and which
//! files a new attribute or a new column type concerns. Of this crate, a column type concerns `record/column.rs`
//! (`SimColumn`) and `record/sql.rs` (`SqlColumn`); a new SQL type also `record/table.rs` (`ColumnKind`),
//! `record/portable.rs` (`Repr`) and `db/dialect/types.rs`.

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
pub use crate::field_bounds::{OutputAs, OutputJson, StoredJson};
pub use crate::params::{Canonical, FloatScheme};
pub use crate::record::sql::SqlColumn;
pub use crate::record::{
    ColumnDefault, ColumnRole, ColumnSpec, Grid, JsonRepr as Repr, Portable, Read, ReadAs, Readable,
    RowParts, StoredAs, Values, patched,
};
pub use crate::stand_in::StandIn;
pub use crate::sweep::{GridPoints, ZipPoints, grid_len};
pub use crate::{__on_backend as on_backend, __on_backend_streaming as on_backend_streaming};

use crate::params::canonical_eq;
use crate::record::{ColumnError, RecordError, SimRecord};

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

/// A copy of the list, value by value.
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

/// Whether two values have the same canonical text. A value that has none differs from every other.
pub fn same_text(
    one: impl FnOnce(&mut Canonical) -> Result<(), ColumnError>,
    other: impl FnOnce(&mut Canonical) -> Result<(), ColumnError>,
) -> bool {
    let (mut a, mut b) = (Canonical::new(), Canonical::new());
    one(&mut a).is_ok() && other(&mut b).is_ok() && canonical_eq(a.as_str(), b.as_str())
}

/// The error for a column that cannot be patched.
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

/// How many bytes of text an index can hold.
///
/// PostgreSQL refuses an entry of more than 2,704 bytes, but only when the row is written. The other columns of the index
/// need some of them.
const INDEXED: usize = 2_600;

/// Refuses text that is too long for an index in which `columns` columns are text.
pub fn check_indexed(text: &impl TextLen, columns: usize) -> Result<(), ColumnError> {
    let (bytes, limit) = (text.text_len(), INDEXED / columns.max(1));
    if bytes > limit { Err(ColumnError::TooLongForIndex { bytes, limit }) } else { Ok(()) }
}

/// A stored value that may be text.
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
