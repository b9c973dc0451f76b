//! `impl Portable`: a row as JSON values, for the journal.

use proc_macro2::TokenStream;
use quote::quote;

use super::via::Via;
use super::{companion, sql_of};
use crate::model::{Field, Record, Role};

pub fn expand(record: &Record) -> TokenStream {
    let Record { ident, entropic, .. } = record;
    let private = quote!(#entropic::__private);
    let output = companion(record, "Output");
    let written = record.present().map(|field| {
        let (ident, column) = (&field.ident, &field.column);
        let owner = if field.role == Role::Output { quote!(__output) } else { quote!(self) };
        let repr = Via::of(field, record).repr(&quote!(&#owner.#ident));
        quote! {
            __values.insert(
                ::core::convert::From::from(#column),
                #private::Repr::to_value(&#repr.map_err(#entropic::RecordError::field(
                    <Self as #entropic::SimRecord>::TABLE.name, #column
                ))?),
            );
        }
    });
    let read = |field: &Field| {
        let (ident, column, sql) = (&field.ident, &field.column, sql_of(field, record));
        let repr = quote! {
            <<#sql as #private::SqlColumn>::Repr as #private::Repr>::from_value(__values.remove(#column)?)?
        };
        let value = Via::of(field, record).read(&repr);
        quote!(#ident: #value.ok()?,)
    };
    let params = record.fields.iter().map(read);
    let outputs = record.outputs.iter().map(read);
    quote! {
        #[automatically_derived]
        #[allow(deprecated, reason = "a field may be")]
        impl #private::Portable for #ident {
            fn to_values(
                &self,
                __output: &Self::Output,
            ) -> ::core::result::Result<#private::JsonMap, #entropic::RecordError> {
                let mut __values = #private::JsonMap::new();
                let _ = __output;
                #(#written)*
                ::core::result::Result::Ok(__values)
            }

            fn from_values(
                mut __values: #private::JsonMap,
            ) -> ::core::option::Option<(Self, Self::Output)> {
                let __params = #ident { #(#params)* };
                let __output = #output { #(#outputs)* };
                ::core::option::Option::Some((__params, __output))
            }
        }
    }
}
