//! What stands in for a wrong record: enough for the rest of the user's crate to compile, so that only the
//! mistake itself is shown.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{grid, output, table};
use crate::model::Record;
use crate::names;

pub fn expand(record: &Record) -> TokenStream {
    let Record { ident, entropic, module, table: name, .. } = record;
    // Too wide a table would only add Diesel's own message.
    let mut seen: Vec<String> = names::RESERVED.map(str::to_owned).to_vec();
    let columns: Vec<_> = record
        .columns()
        .filter(|field| {
            let lower = field.column.to_lowercase();
            let fresh = !seen.contains(&lower) && names::refusal(&field.column).is_none();
            seen.push(lower);
            fresh
        })
        .take(28)
        .collect();
    let table = table::with_columns(record, columns.into_iter());
    let distinct = fields_are_distinct(record);
    let (grid, output) = if distinct {
        (grid::expand(record), output::expand(record))
    } else {
        (TokenStream::new(), TokenStream::new())
    };
    let output_name = format_ident!("{}Output", names::plain(ident), span = ident.span());
    let result = quote!(::core::result::Result);
    let error = quote!(#entropic::RecordError);
    let private = quote!(#entropic::__private);
    let body = quote!(::core::unreachable!("this record does not compile"));
    quote! {
        #table
        #grid
        #output

        #[automatically_derived]
        #[allow(unused_variables, reason = "a stand-in")]
        impl #entropic::SimRecord for #ident {
            type Output = #output_name;
            type Row = (::std::string::String,);
            const TABLE: #entropic::TableSpec = #entropic::TableSpec::new(#name, &[], 1);
            fn write_canonical(&self, out: &mut #private::Canonical) -> #result<(), #error> { #body }
            fn check(&self) -> #result<(), #error> { #body }
            fn field_texts(
                &self,
            ) -> #result<::std::vec::Vec<(&'static str, ::std::string::String)>, #error> { #body }
            fn parts(row: Self::Row) -> #result<#private::RowParts<Self>, #error> { #body }
            fn patch_column(
                &mut self,
                output: &mut Self::Output,
                column: &str,
                value: #private::JsonValue,
            ) -> #result<(), #error> { #body }
            fn clean_output(
                output: &mut Self::Output,
            ) -> ::std::vec::Vec<(&'static str, #entropic::ColumnError)> { #body }
        }

        #[automatically_derived]
        #[allow(unused_variables, reason = "a stand-in")]
        impl #private::Portable for #ident {
            fn to_values(&self, output: &Self::Output) -> #result<#private::JsonMap, #error> { #body }
            fn from_values(
                values: #private::JsonMap,
            ) -> ::core::option::Option<(Self, Self::Output)> { #body }
        }

        #[automatically_derived]
        #[allow(unused_variables, reason = "a stand-in")]
        impl #private::Stored for #ident {
            type Table = #module::table;
            fn find(
                conn: &mut #private::Conn,
                id: &str,
            ) -> #private::QueryResult<::core::option::Option<#entropic::Record<Self>>> { #body }
            fn find_all(
                conn: &mut #private::Conn,
                ids: &#private::IdIn,
            ) -> #private::QueryResult<::std::vec::Vec<#entropic::Record<Self>>> { #body }
            fn insert(
                conn: &mut #private::Conn,
                row: &#private::NewRow<'_, Self>,
            ) -> #result<usize, #private::RowError> { #body }
            fn upsert(
                conn: &mut #private::Conn,
                row: &#private::NewRow<'_, Self>,
            ) -> #result<usize, #private::RowError> { #body }
            fn page(
                conn: &mut #private::Conn,
                after: ::core::option::Option<(#entropic::Timestamp, &str)>,
                limit: i64,
            ) -> #private::QueryResult<::std::vec::Vec<#entropic::Record<Self>>> { #body }
            fn list(
                conn: &mut #private::Conn,
            ) -> #private::QueryResult<::std::vec::Vec<#entropic::Record<Self>>> { #body }
            fn each(
                conn: &mut #private::Conn,
                take: #private::TakeRecord<'_, Self>,
            ) -> #private::QueryResult<()> { #body }
        }
    }
}

/// Outputs named alike would make the compiler repeat what the derive has said already.
fn fields_are_distinct(record: &Record) -> bool {
    record.outputs.iter().enumerate().all(|(at, field)| {
        !record.outputs[..at].iter().any(|other| other.ident == field.ident)
    })
}
