//! `<Name>Output`: the outputs, each optional.

use proc_macro2::TokenStream;
use quote::quote;

use super::companion;
use super::via::{Via, no_generics};
use crate::model::Record;
use crate::names;

/// The struct.
pub fn declare(record: &Record) -> TokenStream {
    let Record { ident, vis, outputs, .. } = record;
    let name = companion(record, "Output");
    let doc = format!("What a run of [`{ident}`] gave, a column each; `None` until the runner sets it.");
    let fields = outputs.iter().map(|field| {
        let (ident, ty) = (&field.ident, &field.ty);
        let doc = format!("The output `{}`.", field.column);
        quote! { #[doc = #doc] pub #ident: ::core::option::Option<#ty>, }
    });
    let generics = no_generics(&record.outputs);
    quote! {
        #[doc = #doc]
        #[allow(
            dead_code, non_snake_case, missing_copy_implementations,
            reason = "generated; the fields have the names that were given"
        )]
        #vis struct #name #generics { #(#fields)* }
    }
}

/// What all outputs can do. By hand, not by `derive`: a type that cannot be an output would be an error of each
/// derive as well.
pub fn implement(record: &Record) -> TokenStream {
    let (name, outputs) = (companion(record, "Output"), &record.outputs);
    let text = name.to_string();
    let idents: Vec<_> = outputs.iter().map(|field| &field.ident).collect();
    let via: Vec<_> = outputs.iter().map(|field| (&field.ident, Via::of(field, record))).collect();
    let copies = via.iter().map(|(ident, via)| via.copy(&quote!(&self.#ident)));
    let same = via.iter().map(|(ident, via)| via.same(&quote!(&self.#ident), &quote!(&__other.#ident)));
    let shown = via.iter().map(|(ident, via)| {
        let (name, value) = (names::plain(ident), via.show(&quote!(&self.#ident)));
        quote!(.field(#name, #value))
    });
    quote! {
        #[automatically_derived]
        impl ::core::clone::Clone for #name {
            fn clone(&self) -> Self {
                Self { #(#idents: #copies,)* }
            }
        }

        #[automatically_derived]
        impl ::core::cmp::PartialEq for #name {
            fn eq(&self, __other: &Self) -> ::core::primitive::bool {
                let _ = __other;
                true #(&& #same)*
            }
        }

        #[automatically_derived]
        impl ::core::fmt::Debug for #name {
            fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                __f.debug_struct(#text) #(#shown)* .finish()
            }
        }

        #[automatically_derived]
        impl ::core::default::Default for #name {
            fn default() -> Self {
                Self { #(#idents: ::core::option::Option::None,)* }
            }
        }
    }
}
