//! `<Name>Output`: the outputs, each optional.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::model::Record;

pub fn expand(record: &Record) -> TokenStream {
    let Record { ident, vis, outputs, .. } = record;
    let name = format_ident!("{}Output", crate::names::plain(ident), span = ident.span());
    let doc = format!("What a run of [`{ident}`] gave, a column each; `None` until the runner sets it.");
    let fields = outputs.iter().map(|field| {
        let (field_ident, ty) = (&field.ident, &field.ty);
        let doc = format!("The output `{}`.", field.column);
        quote! { #[doc = #doc] pub #field_ident: ::core::option::Option<#ty>, }
    });
    quote! {
        #[doc = #doc]
        #[derive(
            ::core::fmt::Debug, ::core::clone::Clone, ::core::cmp::PartialEq, ::core::default::Default
        )]
        #vis struct #name { #(#fields)* }
    }
}
