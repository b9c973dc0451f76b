//! Diesel's module for the table.
//!
//! It stands in a room of its own and is brought out by a `use`: it is then as visible as the record, and of two
//! records with one table, or a table called like another module, just the `use` is an error, on the name.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::sql_of;
use crate::model::{Field, Record};
use crate::names;

pub fn expand(record: &Record) -> TokenStream {
    with_columns(record, record.columns())
}

/// The name of the room.
pub fn room(record: &Record) -> Ident {
    format_ident!("__{}", names::plain(&record.ident))
}

/// The module with some of the columns: the stand-in for a wrong record leaves wrong ones out.
pub fn with_columns<'a>(record: &Record, columns: impl Iterator<Item = &'a Field>) -> TokenStream {
    let Record { vis, entropic, module, table, .. } = record;
    let room = room(record);
    let doc = format!("Diesel's table `{table}`, for typed queries.");
    let columns = columns.map(|field| {
        let (ident, name, sql) = (&field.column_ident, &field.column, sql_of(field, record));
        let doc = format!("The column `{name}`.");
        let sql_name = (ident != name).then(|| quote!(#[sql_name = #name]));
        quote! { #[doc = #doc] #sql_name #ident -> #sql, }
    });
    let sql_name = (names::plain(module) != *table).then(|| quote!(#[sql_name = #table]));
    let brought_out = {
        let room = Ident::new(&room.to_string(), module.span());
        quote_spanned!(module.span()=> use #room::#module;)
    };
    quote! {
        #[allow(non_snake_case, reason = "named like the record")]
        mod #room {
            ::diesel::table! {
                // In the place of Diesel's `use diesel::sql_types::*`, which collides with columns called `Date` or
                // `Text`; the types below have full paths.
                use ::diesel::sql_types::SingleValue as _;

                #[doc = #doc]
                #sql_name
                #module (id) {
                    #(#columns)*
                    /// The key of the run.
                    id -> ::diesel::sql_types::Text,
                    /// Where the result is.
                    result_file -> ::diesel::sql_types::Text,
                    /// When the row was made, in UTC.
                    created_at -> #entropic::sql::UtcTimestamp,
                    /// A JSON object.
                    custom_data -> #entropic::sql::Json,
                }
            }
        }
        #[allow(unused_imports, reason = "for typed queries, if there are any")]
        #vis #brought_out
    }
}
