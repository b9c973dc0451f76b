//! A judged record as tokens.

mod fallback;
mod grid;
mod output;
mod portable;
mod record;
mod stored;
mod table;

use proc_macro2::TokenStream;
use quote::quote;

use crate::check;
use crate::errors::Errors;
use crate::model::{Field, Record};

/// `#[derive(SimRecord)]` on tokens.
pub fn derive(input: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let record = errors.keep(syn::parse2(input)).and_then(|input| Record::read(input, &mut errors));
    let Some(record) = record else { return errors.finish().unwrap_or_default() };
    check::check(&record, &mut errors);
    match errors.finish() {
        Some(messages) => {
            let stand_in = fallback::expand(&record);
            quote!(#messages #stand_in)
        }
        None => judged(&record),
    }
}

/// All parts of a record without mistakes. Wide ones go through a macro that knows whether Diesel was compiled
/// for them; features of the library cannot be seen from here.
fn judged(record: &Record) -> TokenStream {
    let parts = [
        table::expand(record),
        output::expand(record),
        grid::expand(record),
        record::expand(record),
        portable::expand(record),
        stored::expand(record),
    ];
    let width = record.columns().count() + crate::names::RESERVED.len();
    if width <= 32 {
        return quote!(#(#parts)*);
    }
    let entropic = &record.entropic;
    let stand_in = fallback::expand(record);
    let message = format!(
        "`{}` has {width} columns with the four reserved ones, and 32 is the most unless the feature \
         `wide-tables` of entropic is on (64 then); or gather fields in a struct with `#[sim(json)]`",
        record.ident
    );
    quote! {
        #entropic::__private::wide_table! { { #(#parts)* } { ::core::compile_error!(#message); #stand_in } }
    }
}

/// The SQL type of a column, `Nullable` and all.
fn sql_of(field: &Field, record: &Record) -> TokenStream {
    let sql = field.sql.unwrap_or(crate::sql_type::SqlType::Text).tokens(&record.entropic);
    if field.nullable { quote!(::diesel::sql_types::Nullable<#sql>) } else { sql }
}
