//! `SimRecord::values`: what a table remembers of its columns beside their SQL types.

use proc_macro2::TokenStream;
use quote::quote;

use super::via::Via;
use crate::model::Record;

/// Of columns whose SQL type does not say it all.
pub fn expand(record: &Record) -> TokenStream {
    let Record { entropic, .. } = record;
    let values = record.columns().filter(|field| field.is_one_of_a_kind()).map(|field| {
        let (column, values) = (&field.column, Via::of(field, record).values());
        quote!((#column, #values))
    });
    quote! {
        fn values() -> ::std::vec::Vec<(
            &'static ::core::primitive::str,
            #entropic::__private::Values,
        )> {
            ::std::vec![#(#values),*]
        }
    }
}
