//! Creates the tables of records when a store opens, checks them against their records and evolves them on request. Also
//! owns the migrations of entropic's own tables.
//!
//! Promises, on both backends:
//! - A missing table is created when a store opens, and only once even if many processes open at the same instant.
//! - A table that differs from its record is refused and left unchanged, unless the caller asks to evolve it
//!   ([`Schema`]). The error lists each [`Difference`] with its cure.
//! - A table or column with rows is never dropped. Evolving makes all changes or none.
//! - `entropic_schemas` records how each table was written. A change that would give runs other ids or make rows
//!   unreadable is therefore detected before anything runs.
//! - Each module that has tables owns a named set of migrations (`migrations`). A set that this program does not use may
//!   be newer than the program.

mod ddl;
mod difference;
mod drift;
mod migration;
mod migrations;
mod recorded_values;
mod remembered;
mod shape;
mod snapshot;
mod stray;
mod table;
mod tables;

pub use difference::Difference;
pub use migration::{write_migration, write_migration_for};
pub use shape::ExpectedTable;
pub use table::Schema;

pub(crate) use migrations::BASE;
