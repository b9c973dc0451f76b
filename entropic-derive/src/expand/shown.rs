//! A record as people see it in `Debug`: all fields, whatever their types can do.

use proc_macro2::TokenStream;
use quote::quote;

use super::via::Via;
use crate::model::Record;
use crate::names;

pub fn expand(record: &Record) -> TokenStream {
    let entropic = &record.entropic;
    let private = quote!(#entropic::__private);
    let texts = record.fields.iter().map(|field| {
        let (ident, name) = (&field.ident, names::plain(&field.ident));
        let write = Via::of(field, record).write(
            &quote!(&self.#ident),
            &quote!(__out),
            &quote!(#private::FloatScheme::Exact),
        );
        quote!((#name, #private::shown(|__out| #write)))
    });
    quote! {
        fn all_texts(&self) -> ::std::vec::Vec<(&'static ::core::primitive::str, ::std::string::String)> {
            ::std::vec![#(#texts),*]
        }
    }
}
