//! What a record is: a struct whose fields are columns, and the four columns every record has besides.
//!
//! A type becomes a record with [`#[derive(SimRecord)]`](derive@crate::SimRecord). Nothing in this room
//! opens a connection or a file; it says which columns a table has ([`TableSpec`]), how a field becomes a
//! column and back ([`SimColumn`]), which of them make the identity of a run, and what a row read back looks
//! like ([`Record`]).
//!
//! Promises:
//! - every value that a database could not give back as it was is refused before anything is written
//!   ([`RecordError`] names the field and the cure);
//! - the identity of a run is the hash of the canonical text of its identity fields, in the form of the
//!   Python package `entropic` unless an attribute says otherwise;
//! - times are UTC with microseconds and always written with six digits.

mod column;
mod custom_data;
mod error;
mod identity;
mod portable;
mod read;
#[allow(clippy::module_inception, reason = "the room's main type lives in the file of its name")]
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
pub use identity::{Class, Identity, IdentityField};
#[doc(hidden)]
pub use portable::{Portable, Repr};
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
