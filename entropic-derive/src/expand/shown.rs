//! `SimRecord::all_texts`: all fields for `Debug`, which their types need not implement.

use proc_macro2::TokenStream;
use quote::quote;

use super::Expand;
use crate::names;

impl Expand<'_> {
    pub(super) fn all_texts(&self) -> TokenStream {
        let private = &self.private;
        let texts = self.record.fields.iter().map(|field| {
            let (ident, name) = (&field.ident, names::plain(&field.ident));
            let exact = quote!(#private::FloatScheme::Exact);
            let write = self.ops(field).write(&quote!(&self.#ident), &quote!(__out), &exact);
            quote!((#name, #private::shown(|__out| #write)))
        });
        quote! {
            fn all_texts(&self) -> ::std::vec::Vec<(&'static ::core::primitive::str, ::std::string::String)> {
                ::std::vec![#(#texts),*]
            }
        }
    }
}
