//! The derives of the `entropic` crate. Their manual is at their re-exports in `entropic`.
//!
//! # How a derive works
//!
//! A derive turns attributes into a model, checks the model, and writes it as tokens:
//!
//! | step | files | what it does |
//! |---|---|---|
//! | attributes | `attr.rs` | reads `#[sim(…)]`: the keys, where each may be written, and in which form |
//! | model | `model.rs`, `field.rs`, `sql_type.rs`, `names.rs` | knows each column: its name, type, role and default |
//! | checks | `check.rs` | applies the rules that need more than one field |
//! | tokens | `expand/` | writes a checked record; this step cannot fail |
//!
//! The first three steps collect their errors in `errors.rs`, so that the compiler reports all mistakes at once, each
//! on the tokens that the user wrote. A record with mistakes gets a stand-in (`expand/fallback.rs`), with which the rest
//! of the user's crate compiles: one mistake is one message. The derives for columns, `sim_enum.rs` and `sim_column.rs`,
//! take the same steps within one file each. `manifest.rs` finds out which crates generated code can name.
//!
//! # Adding an attribute
//!
//! 1. `attr.rs`: a variant of `Key` with its name, and a line in `FORMS`.
//! 2. `field.rs` (attributes of a field, an output or a retired parameter), `model.rs` (of a record), `sim_enum.rs` or
//!    `sim_column.rs`: read it with `items.get(Key::…)` into the model.
//! 3. `check.rs`: what it must not be combined with, if that concerns several fields.
//! 4. `expand/`: its effect. `expand/mod.rs` lists the parts of the generated code.
//! 5. An example in `tests/expansions/`, a mistake in the root's `tests/ui/fail/`, and the manual,
//!    `entropic/src/record/derive.md`.
//!
//! # Adding a column type
//!
//! A Rust type that uses an SQL type which exists already needs `impl SimColumn` in `entropic/src/record/column.rs`, and its
//! name in `SqlType::named` (`sql_type.rs`). A new SQL type needs more:
//!
//! 1. `sql_type.rs`: a variant of `SqlType` with its name and its path.
//! 2. `entropic/src/record/sql.rs`: `impl SqlColumn`, with what Diesel reads and writes for it.
//! 3. `entropic/src/record/table.rs`: a `ColumnKind`. Without its name in each database, in
//!    `entropic/src/db/dialect/types.rs`, the library does not compile.
//! 4. `entropic/src/record/portable.rs`: `impl Repr`, which writes its values to the journal as JSON.
//!
//! # Generated code under review
//!
//! `src/expansions.rs` compares what the derives write with the files in `tests/expansions/`, and its documentation says
//! how to write them again. The root's `tests/ui.rs` compiles programs and compares the messages of the compiler.

mod attr;
mod check;
mod errors;
mod expand;
#[cfg(test)]
mod expansions;
mod field;
mod manifest;
mod model;
mod names;
mod sim_column;
mod sim_enum;
mod sql_type;

use proc_macro::TokenStream;

use crate::manifest::Crates;

/// Makes a struct of parameters a record; see `entropic::SimRecord`.
#[proc_macro_derive(SimRecord, attributes(sim))]
pub fn sim_record(input: TokenStream) -> TokenStream {
    expand::derive(input.into(), Crates::here()).into()
}

/// Makes a unit enum a column; see `entropic::SimEnum`.
#[proc_macro_derive(SimEnum, attributes(sim))]
pub fn sim_enum(input: TokenStream) -> TokenStream {
    sim_enum::derive(input.into(), Crates::here()).into()
}

/// Makes a newtype a column; see `entropic::SimColumn`.
#[proc_macro_derive(SimColumn, attributes(sim))]
pub fn sim_column(input: TokenStream) -> TokenStream {
    sim_column::derive(input.into(), Crates::here()).into()
}
