//! `SimRecord::values`: what a table remembers of its columns besides their SQL types.

use proc_macro2::TokenStream;
use quote::quote;

use super::Expand;

impl Expand<'_> {
    /// Lists the columns whose SQL type allows more values than the type of the field.
    pub(super) fn values(&self) -> TokenStream {
        let private = &self.private;
        let values = self.record.columns().filter(|field| field.is_one_of_a_kind()).map(|field| {
            let (column, values) = (&field.column, self.ops(field).values());
            quote!((#column, #values))
        });
        quote! {
            fn values() -> ::std::vec::Vec<(&'static ::core::primitive::str, #private::Values)> {
                ::std::vec![#(#values),*]
            }
        }
    }
}
