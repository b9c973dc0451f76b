//! Tables: made at open, checked against their records, evolved if that was asked for; and entropic's own.
//!
//! Promises, the same on both backends:
//! - a table that is missing is made at open, once, however many processes open at the same instant;
//! - a table that differs from its record is refused with each difference and its cure ([`Difference`]), and left as it
//!   is, unless the caller asked for it to be evolved ([`Schema`]);
//! - nothing that holds rows is ever dropped, and evolving changes nothing unless it can do all of it;
//! - what a table was written with is remembered in `entropic_schemas`, so that a change that would give runs other ids,
//!   or make rows unreadable, is seen before it costs anything;
//! - each module that has tables owns a named set of migrations (`migrations`). A set that this program does not use may be
//!   newer than the program.

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
