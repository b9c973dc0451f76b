//! The stand-in for a record with mistakes: enough for the rest of the user's crate to compile, so that the compiler
//! reports only the mistakes. It requires nothing of the types of the fields.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Type;

use super::Expand;
use super::field_ops::no_generics;
use crate::attr::Key;
use crate::model::Field;
use crate::names;

impl<'a> Expand<'a> {
    /// The stand-in. Without `diesel` it has no table.
    pub(super) fn stand_in(&self, diesel: bool) -> TokenStream {
        let grid = self.record.well_shaped.then(|| self.stand_in_grid());
        let output = self.stand_in_output();
        let record = self.stand_in_record(diesel);
        let table = diesel.then(|| self.table_of(self.right_columns()));
        quote! { #table #grid #output #record }
    }

    /// `impl StandIn`: the library implements the traits of a record for every type that has it.
    fn stand_in_record(&self, diesel: bool) -> TokenStream {
        let (ident, name, output, private) =
            (&self.record.ident, &self.record.table, &self.output, &self.private);
        let (impl_generics, ty_generics, clause) = self.record.generics.split_for_impl();
        let bounds = clause.into_iter().flat_map(|clause| &clause.predicates);
        // What typed queries use.
        let (row, table) = if diesel {
            let module = self.module();
            (self.row(self.right_columns()), quote!(#module::table))
        } else {
            (quote!(()), quote!(()))
        };
        quote! {
            #[automatically_derived]
            impl #impl_generics #private::StandIn for #ident #ty_generics
            where
                Self: ::core::marker::Send + ::core::marker::Sync + 'static,
                #(#bounds,)*
            {
                type Output = #output;
                type Row = #row;
                type Table = #table;
                const NAME: &'static ::core::primitive::str = #name;
                fn never() -> ! {
                    ::core::unreachable!("this record does not compile")
                }
            }
        }
    }

    fn stand_in_output(&self) -> TokenStream {
        let (vis, name, body) = (&self.record.vis, &self.output, body());
        let generics = no_generics(&self.record.outputs);
        let fields = distinct(&self.record.outputs)
            .into_iter()
            .map(|(ident, ty)| quote!(pub #ident: ::core::option::Option<#ty>,));
        let common = common_traits(name);
        quote! {
            #[allow(missing_docs, dead_code, reason = "a stand-in")]
            #vis struct #name #generics { #(#fields)* }

            #common

            #[automatically_derived]
            impl ::core::default::Default for #name {
                fn default() -> Self { #body }
            }
        }
    }

    fn stand_in_grid(&self) -> TokenStream {
        let (ident, vis, name, body) = (&self.record.ident, &self.record.vis, &self.grid, body());
        let (entropic, private) = (self.entropic, &self.private);
        let generics = no_generics(&self.record.fields);
        let fields = distinct(&self.record.fields)
            .into_iter()
            .map(|(ident, ty)| quote!(pub #ident: ::std::vec::Vec<#ty>,));
        let common = common_traits(name);
        quote! {
            #[allow(missing_docs, dead_code, reason = "a stand-in")]
            #vis struct #name #generics { #(#fields)* }

            #common

            #[automatically_derived]
            impl ::core::convert::From<#ident> for #name {
                fn from(_: #ident) -> Self { #body }
            }

            #[automatically_derived]
            impl #private::Grid for #name {
                type Record = #ident;
                fn sides(&self) -> ::std::vec::Vec<::core::primitive::usize> { #body }
                fn point(&self, _: &[::core::primitive::usize]) -> #ident { #body }
            }

            #[automatically_derived]
            #[allow(missing_docs, dead_code, reason = "a stand-in")]
            impl #name {
                #vis fn expand(self) -> #private::GridPoints<Self> { #body }
                #vis fn len(&self) -> ::core::primitive::usize { #body }
                #vis fn is_empty(&self) -> ::core::primitive::bool { #body }
                #vis fn zip(self) -> #entropic::Result<#private::ZipPoints<Self>> { #body }
            }
        }
    }

    /// The columns that Diesel's module can have; only some of them if the table is too wide, which Diesel would report
    /// as well.
    fn right_columns(&self) -> impl Iterator<Item = &'a Field> {
        let mut seen: Vec<String> = names::RESERVED.map(str::to_owned).to_vec();
        let right = move |field: &&Field| {
            let lower = field.column.to_ascii_lowercase();
            let right = !seen.contains(&lower) && names::refusal(&field.column, Key::Rename).is_none();
            seen.push(lower);
            right
        };
        self.record.columns().filter(right).take(32 - names::RESERVED.len())
    }
}

fn body() -> TokenStream {
    quote!(::core::unreachable!("this record does not compile"))
}

/// `Clone`, `PartialEq` and `Debug`, which both companions of a record have.
fn common_traits(name: &Ident) -> TokenStream {
    let body = body();
    quote! {
        #[automatically_derived]
        impl ::core::clone::Clone for #name {
            fn clone(&self) -> Self { #body }
        }

        #[automatically_derived]
        impl ::core::cmp::PartialEq for #name {
            fn eq(&self, _: &Self) -> ::core::primitive::bool { #body }
        }

        #[automatically_derived]
        impl ::core::fmt::Debug for #name {
            fn fmt(&self, _: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result { #body }
        }
    }
}

/// The fields, each name once: the compiler or the derive has reported the others already.
fn distinct(fields: &[Field]) -> Vec<(&Ident, &Type)> {
    let mut distinct: Vec<(&Ident, &Type)> = Vec::new();
    for field in fields {
        if distinct.iter().all(|(ident, _)| **ident != field.ident) {
            distinct.push((&field.ident, &field.ty));
        }
    }
    distinct
}
