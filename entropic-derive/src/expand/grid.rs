//! `<Name>Grid`: the same fields, each a list of values.

use proc_macro2::TokenStream;
use quote::quote;

use super::via::{Via, no_generics};
use super::{companion, local};
use crate::model::Record;
use crate::names;

/// The struct, and what its user calls.
pub fn declare(record: &Record) -> TokenStream {
    let Record { ident, vis, fields, entropic, .. } = record;
    let name = companion(record, "Grid");
    let doc = format!(
        "Lists of values for the fields of [`{ident}`]; spans their product. `Clone`, and where the types of the fields \
         are, `Debug` and `PartialEq`."
    );
    let fields = fields.iter().map(|field| {
        let (ident, ty) = (&field.ident, &field.ty);
        let doc = format!("The values of `{}`.", field.column);
        quote! { #[doc = #doc] pub #ident: ::std::vec::Vec<#ty>, }
    });
    let generics = no_generics(&record.fields);
    quote! {
        #[doc = #doc]
        #[allow(
            dead_code, non_snake_case, missing_debug_implementations,
            reason = "generated; the fields have the names of the record's"
        )]
        #vis struct #name #generics { #(#fields)* }

        #[automatically_derived]
        #[allow(dead_code, unreachable_pub, reason = "a record need not be swept")]
        impl #name {
            /// Every combination of the values, lazily, in the order of nested loops: the first field varies
            /// slowest.
            pub fn expand(self) -> #entropic::__private::GridPoints<Self> {
                #entropic::__private::GridPoints::new(self)
            }

            /// How many points [`expand`](Self::expand) gives: the product of the lengths of the lists, or `usize::MAX` if
            /// there are more.
            pub fn len(&self) -> ::core::primitive::usize {
                #entropic::__private::grid_len(self)
            }

            /// Whether there is no point, because a list is empty.
            pub fn is_empty(&self) -> ::core::primitive::bool {
                Self::len(self) == 0
            }

            /// The lists side by side: the first values of all, then the second ones. A list of one value stands for
            /// that value in every point.
            ///
            /// # Errors
            /// `is_invalid_input` for lists of different lengths.
            pub fn zip(self) -> #entropic::Result<#entropic::__private::ZipPoints<Self>> {
                #entropic::__private::ZipPoints::new(self)
            }
        }
    }
}

pub fn implement(record: &Record) -> TokenStream {
    let Record { ident, fields, entropic, .. } = record;
    let name = companion(record, "Grid");
    let private = quote!(#entropic::__private);
    let idents: Vec<_> = fields.iter().map(|field| &field.ident).collect();
    let values: Vec<_> = (0..fields.len()).map(|at| local("value", at)).collect();
    let points = fields.iter().enumerate().map(|(at, field)| {
        let ident = &field.ident;
        let value = Via::of(field, record).copy(&quote!(&self.#ident[__at[#at]]));
        quote!(#ident: #value,)
    });
    let usize = quote!(::core::primitive::usize);
    let clones = fields.iter().map(|field| {
        let ident = &field.ident;
        let value = Via::of(field, record).copy(&quote!(__value));
        quote!(#ident: #private::copied(&self.#ident, |__value| #value),)
    });
    let text = name.to_string();
    let names = idents.iter().map(|ident| names::plain(ident));
    let (equal, debug) =
        (where_all(record, &quote!(::core::cmp::PartialEq)), where_all(record, &quote!(::core::fmt::Debug)));
    quote! {
        #[automatically_derived]
        #[allow(deprecated, reason = "a field may be")]
        impl ::core::clone::Clone for #name {
            fn clone(&self) -> Self {
                Self { #(#clones)* }
            }
        }

        #[automatically_derived]
        #[allow(deprecated, reason = "a field may be")]
        impl ::core::cmp::PartialEq for #name #equal {
            fn eq(&self, __other: &Self) -> ::core::primitive::bool {
                true #(&& self.#idents == __other.#idents)*
            }
        }

        #[automatically_derived]
        #[allow(deprecated, reason = "a field may be")]
        impl ::core::fmt::Debug for #name #debug {
            fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                __f.debug_struct(#text) #(.field(#names, &self.#idents))* .finish()
            }
        }

        #[automatically_derived]
        #[allow(deprecated, reason = "a field may be")]
        impl ::core::convert::From<#ident> for #name {
            fn from(__record: #ident) -> Self {
                let #ident { #(#idents: #values),* } = __record;
                Self { #(#idents: ::std::vec![#values],)* }
            }
        }

        #[automatically_derived]
        #[allow(deprecated, reason = "a field may be")]
        impl #entropic::__private::Grid for #name {
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

/// That the types of all fields have a trait. A derive would ask the same of them, and be an error where they have not.
fn where_all(record: &Record, bound: &TokenStream) -> TokenStream {
    let bounds = record.fields.iter().map(|field| {
        let ty = Via::of(field, record).ty();
        // The lifetime is for the compiler, which would else refuse a condition that it can see is not met.
        quote!(for<'__always> #ty: #bound,)
    });
    quote!(where #(#bounds)*)
}
