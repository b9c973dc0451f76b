//! Diesel's module for the table.

use proc_macro2::TokenStream;
use quote::quote;

use super::sql_of;
use crate::model::{Field, Record};
use crate::names;

pub fn expand(record: &Record) -> TokenStream {
    with_columns(record, record.columns())
}

/// The module with some of the columns: the stand-in for a wrong record leaves wrong ones out.
pub fn with_columns<'a>(record: &Record, columns: impl Iterator<Item = &'a Field>) -> TokenStream {
    let Record { entropic, module, table, .. } = record;
    let doc = format!("Diesel's table `{table}`, for typed queries.");
    let columns = columns.map(|field| {
        let (ident, name, sql) = (&field.column_ident, &field.column, sql_of(field, record));
        let doc = format!("The column `{name}`.");
        let sql_name = (ident != name).then(|| quote!(#[sql_name = #name]));
        quote! { #[doc = #doc] #sql_name #ident -> #sql, }
    });
    let sql_name = (names::plain(module) != *table).then(|| quote!(#[sql_name = #table]));
    quote! {
        ::diesel::table! {
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
}
