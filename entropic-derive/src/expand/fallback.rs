//! What stands in for a wrong record: enough for the rest of the user's crate to compile, so that only the
//! mistake itself is shown. It asks nothing of the types of the fields.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::record::row;
use super::via::no_generics;
use super::{companion, module, table};
use crate::model::{Field, Record};
use crate::names;

/// Without `diesel` there can be no table.
pub fn expand(record: &Record, diesel: bool) -> TokenStream {
    let grid = record.well_shaped.then(|| grid(record));
    let (output, sim_record, stored) = (output(record), sim_record(record, diesel), stored(record, diesel));
    let table = diesel.then(|| table::with_columns(record, columns(record).into_iter()));
    quote! { #table #grid #output #sim_record #stored }
}

fn body() -> TokenStream {
    quote!(::core::unreachable!("this record does not compile"))
}

/// Fields that are there twice would make the compiler repeat what it, or the derive, has said already.
fn distinct(fields: &[Field]) -> Vec<(&Ident, &syn::Type)> {
    let mut distinct: Vec<(&Ident, &syn::Type)> = Vec::new();
    for field in fields {
        if distinct.iter().all(|(ident, _)| **ident != field.ident) {
            distinct.push((&field.ident, &field.ty));
        }
    }
    distinct
}

fn grid(record: &Record) -> TokenStream {
    let Record { ident, vis, entropic, .. } = record;
    let (name, body) = (companion(record, "Grid"), body());
    let generics = no_generics(&record.fields);
    let fields =
        distinct(&record.fields).into_iter().map(|(ident, ty)| quote!(pub #ident: ::std::vec::Vec<#ty>,));
    quote! {
        #[allow(missing_docs, dead_code, reason = "a stand-in")]
        #vis struct #name #generics { #(#fields)* }

        #[automatically_derived]
        impl ::core::convert::From<#ident> for #name {
            fn from(_: #ident) -> Self { #body }
        }

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

        #[automatically_derived]
        impl #entropic::__private::Grid for #name {
            type Record = #ident;
            fn sides(&self) -> ::std::vec::Vec<::core::primitive::usize> { #body }
            fn point(&self, _: &[::core::primitive::usize]) -> #ident { #body }
        }

        #[automatically_derived]
        #[allow(missing_docs, dead_code, reason = "a stand-in")]
        impl #name {
            #vis fn expand(self) -> #entropic::__private::GridPoints<Self> { #body }
            #vis fn len(&self) -> ::core::primitive::usize { #body }
            #vis fn is_empty(&self) -> ::core::primitive::bool { #body }
            #vis fn zip(self) -> #entropic::Result<#entropic::__private::ZipPoints<Self>> { #body }
        }
    }
}

fn output(record: &Record) -> TokenStream {
    let vis = &record.vis;
    let (name, body) = (companion(record, "Output"), body());
    let generics = no_generics(&record.outputs);
    let fields = distinct(&record.outputs)
        .into_iter()
        .map(|(ident, ty)| quote!(pub #ident: ::core::option::Option<#ty>,));
    quote! {
        #[allow(missing_docs, dead_code, reason = "a stand-in")]
        #vis struct #name #generics { #(#fields)* }

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

        #[automatically_derived]
        impl ::core::default::Default for #name {
            fn default() -> Self { #body }
        }
    }
}

fn sim_record(record: &Record, diesel: bool) -> TokenStream {
    let Record { ident, entropic, table: name, generics, .. } = record;
    let (impl_generics, ty_generics, _) = generics.split_for_impl();
    let bounds: Vec<_> = generics.where_clause.iter().flat_map(|clause| &clause.predicates).collect();
    let output = companion(record, "Output");
    // What typed queries give.
    let row = if diesel { row(record, columns(record).into_iter()) } else { quote!(()) };
    let body = body();
    let result = quote!(::core::result::Result);
    let error = quote!(#entropic::RecordError);
    let private = quote!(#entropic::__private);
    let str = quote!(::core::primitive::str);
    quote! {
        #[automatically_derived]
        impl #impl_generics #entropic::SimRecord for #ident #ty_generics
        where
            Self: ::core::marker::Send + ::core::marker::Sync + 'static,
            #(#bounds,)*
        {
            type Output = #output;
            type Row = #row;
            const TABLE: #entropic::TableSpec = #entropic::TableSpec::new(#name, &[], 1);
            fn write_canonical(&self, _: &mut #private::Canonical) -> #result<(), #error> { #body }
            fn check(&self) -> #result<(), #error> { #body }
            fn all_texts(&self) -> ::std::vec::Vec<(&'static #str, ::std::string::String)> { #body }
            fn defaults() -> #result<::std::vec::Vec<#private::ColumnDefault>, #error> { #body }
            fn field_texts(
                &self,
                _: ::core::option::Option<#private::FloatScheme>,
            ) -> #result<::std::vec::Vec<(&'static #str, ::std::string::String)>, #error> { #body }
            fn parts(_: Self::Row) -> #result<#private::RowParts<Self>, #error> { #body }
            fn patch_column(
                &mut self,
                _: &mut Self::Output,
                _: &#str,
                _: #private::JsonValue,
            ) -> #result<(), #error> { #body }
            fn clean_output(
                _: &mut Self::Output,
            ) -> ::std::vec::Vec<(&'static #str, #entropic::ColumnError)> { #body }
        }

        #[automatically_derived]
        impl #impl_generics #private::Portable for #ident #ty_generics
        where
            Self: ::core::marker::Send + ::core::marker::Sync + 'static,
            #(#bounds,)*
        {
            fn to_values(&self, _: &Self::Output) -> #result<#private::JsonMap, #error> { #body }
            fn from_values(_: #private::JsonMap) -> ::core::option::Option<(Self, Self::Output)> { #body }
        }
    }
}

fn stored(record: &Record, diesel: bool) -> TokenStream {
    let Record { ident, entropic, generics, .. } = record;
    let table = if diesel {
        let module = module(record);
        quote!(#module::table)
    } else {
        quote!(())
    };
    let (impl_generics, ty_generics, _) = generics.split_for_impl();
    let bounds = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let body = body();
    let private = quote!(#entropic::__private);
    let loaded = quote!(#private::QueryResult<::std::vec::Vec<#private::Readable<Self>>>);
    let written = quote!(::core::result::Result<::core::primitive::usize, #private::RowError>);
    let str = quote!(::core::primitive::str);
    quote! {
        #[automatically_derived]
        impl #impl_generics #private::Stored for #ident #ty_generics
        where
            Self: ::core::marker::Send + ::core::marker::Sync + 'static,
            #(#bounds,)*
        {
            type Table = #table;
            fn find(
                _: &mut #private::Conn,
                _: &#str,
            ) -> #private::QueryResult<::core::option::Option<#entropic::Record<Self>>> { #body }
            fn find_all(_: &mut #private::Conn, _: &#private::IdIn) -> #loaded { #body }
            fn insert(_: &mut #private::Conn, _: &#private::NewRow<'_, Self>) -> #written { #body }
            fn update(
                _: &mut #private::Conn,
                _: &#private::NewRow<'_, Self>,
                _: &#str,
                _: #private::Changes<'_>,
            ) -> #written { #body }
            fn page(
                _: &mut #private::Conn,
                _: ::core::option::Option<(#entropic::Timestamp, &#str)>,
                _: ::core::primitive::i64,
            ) -> #loaded { #body }
            fn list(_: &mut #private::Conn) -> #loaded { #body }
            fn each(
                _: &mut #private::Conn,
                _: #private::TakeRecord<'_, Self>,
            ) -> #private::QueryResult<()> { #body }
        }
    }
}

/// The columns that Diesel's module can have; of too wide a table some, or Diesel would complain as well.
fn columns(record: &Record) -> Vec<&Field> {
    let mut seen: Vec<String> = names::RESERVED.map(str::to_owned).to_vec();
    let mut fresh = |field: &&Field| {
        let lower = field.column.to_ascii_lowercase();
        let fresh = !seen.contains(&lower) && names::refusal(&field.column, "rename").is_none();
        seen.push(lower);
        fresh
    };
    record.columns().filter(|field| fresh(field)).take(32 - names::RESERVED.len()).collect()
}
