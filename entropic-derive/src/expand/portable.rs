//! `impl Portable`: a row as JSON values, for the journal.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};

use super::sql_of;
use crate::model::{Record, Role, span_of};

pub fn expand(record: &Record) -> TokenStream {
    let Record { ident, entropic, .. } = record;
    let output_name = format_ident!("{}Output", crate::names::plain(ident), span = ident.span());
    let written = record.columns().map(|field| {
        let (field_ident, ty, sql, column) = (&field.ident, &field.ty, sql_of(field, record), &field.column);
        let repr = match (field.role, field.is_json()) {
            (Role::Output, true) => quote_spanned! {span_of(ty)=>
                output.#field_ident.as_ref().map(#entropic::__private::json_to_repr::<#ty>).transpose()
            },
            (Role::Output, false) => quote_spanned! {span_of(ty)=>
                <::core::option::Option<#ty> as #entropic::__private::StoredAs<#sql>>::stored_repr(
                    &output.#field_ident
                )
            },
            (_, true) => quote_spanned! {span_of(ty)=>
                #entropic::__private::json_to_repr::<#ty>(&self.#field_ident)
            },
            (_, false) => quote_spanned! {span_of(ty)=>
                <#ty as #entropic::__private::StoredAs<#sql>>::stored_repr(&self.#field_ident)
            },
        };
        quote! {
            values.insert(
                ::std::string::String::from(#column),
                #entropic::__private::Repr::to_value(&#repr.map_err(#entropic::RecordError::field(
                    <Self as #entropic::SimRecord>::TABLE.name, #column
                ))?),
            );
        }
    });
    let read = |field: &crate::model::Field| {
        let (field_ident, ty, sql, column) = (&field.ident, &field.ty, sql_of(field, record), &field.column);
        let repr = quote! {
            <<#sql as #entropic::__private::SqlColumn>::Repr as #entropic::__private::Repr>::from_value(
                values.remove(#column)?
            )?
        };
        let value = match (field.role, field.is_json()) {
            (Role::Output, true) => quote_spanned! {span_of(ty)=>
                #repr.map(#entropic::__private::json_from_repr::<#ty>).transpose()
            },
            (Role::Output, false) => quote_spanned! {span_of(ty)=>
                <::core::option::Option<#ty> as #entropic::__private::StoredAs<#sql>>::from_stored(#repr)
            },
            (_, true) => quote_spanned! {span_of(ty)=> #entropic::__private::json_from_repr::<#ty>(#repr) },
            (_, false) => quote_spanned! {span_of(ty)=>
                <#ty as #entropic::__private::StoredAs<#sql>>::from_stored(#repr)
            },
        };
        quote!(#field_ident: #value.ok()?,)
    };
    let params = record.fields.iter().map(read);
    let outputs = record.outputs.iter().map(read);
    quote! {
        #[automatically_derived]
        impl #entropic::__private::Portable for #ident {
            fn to_values(
                &self,
                output: &Self::Output,
            ) -> ::core::result::Result<#entropic::__private::JsonMap, #entropic::RecordError> {
                let mut values = #entropic::__private::JsonMap::new();
                let _ = output;
                #(#written)*
                ::core::result::Result::Ok(values)
            }

            fn from_values(
                mut values: #entropic::__private::JsonMap,
            ) -> ::core::option::Option<(Self, Self::Output)> {
                let params = #ident { #(#params)* };
                let output = #output_name { #(#outputs)* };
                ::core::option::Option::Some((params, output))
            }
        }
    }
}
