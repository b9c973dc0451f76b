//! Every name that generated code may use. No part of the API: it may change in any release.

pub use diesel::query_dsl::methods::LoadQuery;
pub use diesel::result::QueryResult;
pub use diesel::upsert::excluded;
pub use serde_json::{Map, Value as JsonValue};

/// A JSON object.
pub type JsonMap = Map<String, JsonValue>;

pub use diesel::connection::DefaultLoadingMode;
#[cfg(feature = "postgres")]
pub use diesel::pg::PgRowByRowLoadingMode;

pub use crate::__wide_table as wide_table;
pub use crate::db::{Conn, IdIn, NewRow, RowError, Stored, TakeRecord};
pub use crate::params::{Canonical, FloatScheme};
pub use crate::record::sql::{ReadAs, SqlColumn};
pub use crate::record::{
    ColumnRole, ColumnSpec, Grid, Portable, Repr, RowParts, StoredAs, json_canonical, json_check,
    json_from_repr, json_to_repr, patched,
};
pub use crate::sweep::GridPoints;
pub use crate::{__on_backend as on_backend, __on_backend_streaming as on_backend_streaming};

/// Diesel's methods, without its names for everything else.
pub mod diesel_prelude {
    pub use diesel::{
        BoolExpressionMethods as _, ExpressionMethods as _, OptionalExtension as _, QueryDsl as _,
        RunQueryDsl as _,
    };
}

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

/// Why a column cannot be patched.
pub fn not_patchable<T: SimRecord>(column: &str) -> RecordError {
    RecordError::NotPatchable {
        table: T::TABLE.name,
        field: column.to_owned(),
        reason: match T::TABLE.column(column).map(|column| column.role) {
            Some(ColumnRole::Identity) => {
                "it belongs to the identity of the run; run or register the other parameters instead"
            }
            Some(ColumnRole::Reserved) => "entropic keeps it; only `custom_data` can be patched",
            _ => "there is no such column",
        },
    }
}
