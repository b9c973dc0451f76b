//! `<Name>Output`: the outputs, each optional.

use proc_macro2::TokenStream;
use quote::quote;

use super::Expand;
use super::field_ops::no_generics;
use crate::names;

impl Expand<'_> {
    /// The struct.
    pub(super) fn declare_output(&self) -> TokenStream {
        let (ident, vis, name) = (&self.record.ident, &self.record.vis, &self.output);
        let doc = format!(
            "The outputs of a run of [`{ident}`], one column each; `None` until the runner sets one."
        );
        let fields = self.record.outputs.iter().map(|field| {
            let (ident, ty) = (&field.ident, &field.ty);
            let doc = format!("The output `{}`.", field.column);
            quote! { #[doc = #doc] pub #ident: ::core::option::Option<#ty>, }
        });
        let generics = no_generics(&self.record.outputs);
        quote! {
            #[doc = #doc]
            #[allow(
                dead_code, non_snake_case, missing_copy_implementations,
                reason = "generated; the fields have the names that the user chose"
            )]
            #vis struct #name #generics { #(#fields)* }
        }
    }

    /// What every output struct can do. The traits are not derived: each derive would report a type that cannot be an
    /// output once more.
    pub(super) fn implement_output(&self) -> TokenStream {
        let (name, outputs) = (&self.output, &self.record.outputs);
        let text = name.to_string();
        let idents: Vec<_> = outputs.iter().map(|field| &field.ident).collect();
        let ops: Vec<_> = outputs.iter().map(|field| (&field.ident, self.ops(field))).collect();
        let copies = ops.iter().map(|(ident, ops)| ops.copy(&quote!(&self.#ident)));
        let same = ops.iter().map(|(ident, ops)| ops.same(&quote!(&self.#ident), &quote!(&__other.#ident)));
        let shown = ops.iter().map(|(ident, ops)| {
            let (name, value) = (names::plain(ident), ops.show(&quote!(&self.#ident)));
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
}
