//! Records: structs whose fields are columns, plus the four columns that every record has.
//!
//! A struct becomes a record with [`#[derive(SimRecord)]`](derive@crate::SimRecord). This module describes the columns
//! of a table ([`TableSpec`]), converts fields to columns and back ([`SimColumn`]), determines which columns form the
//! identity of a run, and represents a row that was read ([`Record`]). It opens no connection and no file.
//!
//! Promises:
//! - Every value that a database could not return unchanged is refused before anything is written; the
//!   [`RecordError`] names the field and the cure.
//! - The id of a run is the hash of the canonical text of its identity fields. Its form is that of the Python package
//!   `entropic`, unless an attribute changes it.
//! - Times are UTC with microseconds, always written with six digits.

mod column;
mod custom_data;
mod error;
mod identity;
mod portable;
mod read;
#[allow(clippy::module_inception, reason = "the module's main type has a file of its own name")]
mod record;
mod replicate;
mod sim_enum;
mod sim_record;
pub mod sql;
mod table;
mod time;
mod values;

pub use column::{SimColumn, StoredAs};
pub use custom_data::CustomData;
#[cfg(fuzzing)]
pub use custom_data::python_json;
pub(crate) use custom_data::to_json;
pub use error::{ColumnError, RecordError};
pub use identity::IdentityChange;
#[doc(hidden)]
pub use identity::{CanonicalKind, Identity, IdentityField};
#[doc(hidden)]
pub use portable::{JsonRepr, Portable};
pub(crate) use portable::{to_current_columns, to_stable_columns};
#[doc(hidden)]
pub use read::{Read, ReadAs};
#[doc(hidden)]
pub use record::Readable;
pub use record::Record;
#[doc(hidden)]
pub use replicate::IsReplicate;
pub use replicate::is_replicate;
pub use sim_enum::SimEnum;
pub use sim_record::{ColumnDefault, Grid, RowParts, SimRecord};
pub use table::{ColumnKind, ColumnRole, ColumnSpec, TableSpec};
pub use time::{TimeOfDay, Timestamp};

#[doc(hidden)]
pub use column::{json_canonical, json_check, json_from_repr, json_to_repr};
#[doc(hidden)]
pub use sim_record::patched;
#[doc(hidden)]
pub use values::Values;
pub(crate) use values::plain_type_name;
