//! `<Name>Grid`: the same fields, each a list of values.

use proc_macro2::TokenStream;
use quote::quote;

use super::field_ops::no_generics;
use super::{Expand, local};
use crate::names;

impl Expand<'_> {
    /// The struct, and the methods for users.
    pub(super) fn declare_grid(&self) -> TokenStream {
        let (ident, vis, name) = (&self.record.ident, &self.record.vis, &self.grid);
        let (entropic, private) = (self.entropic, &self.private);
        let doc = format!(
            "Lists of values for the fields of [`{ident}`]: a grid of parameters. It implements `Clone`, and `Debug` and \
             `PartialEq` if the types of all fields do."
        );
        let fields = self.record.fields.iter().map(|field| {
            let (ident, ty) = (&field.ident, &field.ty);
            let doc = format!("The values of `{}`.", field.column);
            quote! { #[doc = #doc] pub #ident: ::std::vec::Vec<#ty>, }
        });
        let generics = no_generics(&self.record.fields);
        quote! {
            #[doc = #doc]
            #[allow(
                dead_code, non_snake_case, missing_debug_implementations,
                reason = "generated; the fields have the names that the user chose"
            )]
            #vis struct #name #generics { #(#fields)* }

            #[automatically_derived]
            #[allow(dead_code, unreachable_pub, reason = "a record need not be swept")]
            impl #name {
                /// Gives every combination of the values, lazily and in the order of nested loops: the first field varies
                /// slowest.
                pub fn expand(self) -> #private::GridPoints<Self> {
                    #private::GridPoints::new(self)
                }

                /// The number of points that [`expand`](Self::expand) gives: the product of the lengths of the lists, at most
                /// `usize::MAX`.
                pub fn len(&self) -> ::core::primitive::usize {
                    #private::grid_len(self)
                }

                /// Whether a list is empty, so that there is no point.
                pub fn is_empty(&self) -> ::core::primitive::bool {
                    Self::len(self) == 0
                }

                /// Combines the lists side by side: the first point has the first value of each list, the second point the
                /// second values. A list of one value gives that value to every point.
                ///
                /// # Errors
                /// `is_invalid_input` if the lists have different lengths.
                pub fn zip(self) -> #entropic::Result<#private::ZipPoints<Self>> {
                    #private::ZipPoints::new(self)
                }
            }
        }
    }

    pub(super) fn implement_grid(&self) -> TokenStream {
        let (ident, fields, name, private) =
            (&self.record.ident, &self.record.fields, &self.grid, &self.private);
        let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
        let values: Vec<_> = (0..fields.len()).map(|at| local("value", at)).collect();
        let points = fields.iter().enumerate().map(|(at, field)| {
            let ident = &field.ident;
            let value = self.ops(field).copy(&quote!(&self.#ident[__at[#at]]));
            quote!(#ident: #value,)
        });
        let usize = quote!(::core::primitive::usize);
        let clones = fields.iter().map(|field| {
            let ident = &field.ident;
            let value = self.ops(field).copy(&quote!(__value));
            quote!(#ident: #private::copied(&self.#ident, |__value| #value),)
        });
        let text = name.to_string();
        let names = idents.iter().map(|ident| names::plain(ident));
        let (equal, debug) =
            (self.where_all(&quote!(::core::cmp::PartialEq)), self.where_all(&quote!(::core::fmt::Debug)));
        quote! {
            #[automatically_derived]
            impl ::core::clone::Clone for #name {
                fn clone(&self) -> Self {
                    Self { #(#clones)* }
                }
            }

            #[automatically_derived]
            impl ::core::cmp::PartialEq for #name #equal {
                fn eq(&self, __other: &Self) -> ::core::primitive::bool {
                    true #(&& self.#idents == __other.#idents)*
                }
            }

            #[automatically_derived]
            impl ::core::fmt::Debug for #name #debug {
                fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    __f.debug_struct(#text) #(.field(#names, &self.#idents))* .finish()
                }
            }

            #[automatically_derived]
            impl ::core::convert::From<#ident> for #name {
                fn from(__record: #ident) -> Self {
                    let #ident { #(#idents: #values),* } = __record;
                    Self { #(#idents: ::std::vec![#values],)* }
                }
            }

            #[automatically_derived]
            impl #private::Grid for #name {
                type Record = #ident;
                fn sides(&self) -> ::std::vec::Vec<#usize> {
                    ::std::vec![#(self.#idents.len()),*]
                }
                fn point(&self, __at: &[#usize]) -> #ident {
                    #ident { #(#points)* }
                }
            }
        }
    }

    /// The condition that the types of all fields have a trait. A derive would be an error if they had not.
    fn where_all(&self, bound: &TokenStream) -> TokenStream {
        let bounds = self.record.fields.iter().map(|field| {
            let ty = self.ops(field).ty();
            // Without the lifetime the compiler would refuse a condition that it knows to be false.
            quote!(for<'__always> #ty: #bound,)
        });
        quote!(where #(#bounds)*)
    }
}
