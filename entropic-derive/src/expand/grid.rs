//! `<Name>Grid`: the same fields, each a list of values.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};

use crate::model::{Record, span_of};

pub fn expand(record: &Record) -> TokenStream {
    let Record { ident, vis, fields, entropic, .. } = record;
    let name = format_ident!("{}Grid", crate::names::plain(ident), span = ident.span());
    let doc = format!("Lists of values for the fields of [`{ident}`]; spans their product.");
    let declared = fields.iter().map(|field| {
        let (field_ident, ty) = (&field.ident, &field.ty);
        let doc = format!("The values of `{}`.", field.column);
        quote! { #[doc = #doc] pub #field_ident: ::std::vec::Vec<#ty>, }
    });
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let points = fields.iter().enumerate().map(|(at, field)| {
        let (field_ident, ty) = (&field.ident, &field.ty);
        let value = quote_spanned! {span_of(ty)=>
            <#ty as ::core::clone::Clone>::clone(&self.#field_ident[at[#at]])
        };
        quote!(#field_ident: #value,)
    });
    quote! {
        #[doc = #doc]
        #vis struct #name { #(#declared)* }

        #[automatically_derived]
        impl ::core::convert::From<#ident> for #name {
            fn from(record: #ident) -> Self {
                Self { #(#idents: ::std::vec![record.#idents],)* }
            }
        }

        #[automatically_derived]
        impl #entropic::__private::Grid for #name {
            type Record = #ident;
            fn sides(&self) -> ::std::vec::Vec<usize> {
                ::std::vec![#(self.#idents.len()),*]
            }
            fn point(&self, at: &[usize]) -> #ident {
                #ident { #(#points)* }
            }
        }

        #[automatically_derived]
        impl #name {
            /// Every combination of the values, lazily, in the order of nested loops: the first field varies
            /// slowest.
            pub fn expand(self) -> #entropic::__private::GridPoints<Self> {
                #entropic::__private::GridPoints::new(self)
            }
        }
    }
}
