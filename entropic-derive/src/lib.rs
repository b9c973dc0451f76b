//! The derives of the `entropic` crate. Their manual stands at their re-exports in `entropic`.
//!
//! Each derive goes three storeys: attributes become a model (`attr`, `model`), the model is judged (`check`),
//! and a judged model is written as tokens (`expand`), which cannot fail. All mistakes are collected and shown
//! at once, each on what was written; where the shape of the struct allows it, a stand-in implementation goes
//! with them so that one mistake is one message.

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
