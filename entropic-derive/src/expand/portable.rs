//! `impl Portable`: a row as JSON values, for the journal.

use proc_macro2::TokenStream;
use quote::quote;

use super::Expand;
use crate::model::{Field, Role};

impl Expand<'_> {
    pub(super) fn portable(&self) -> TokenStream {
        let (ident, entropic, private, output) =
            (&self.record.ident, self.entropic, &self.private, &self.output);
        let written = self.record.present().map(|field| {
            let (ident, column) = (&field.ident, &field.column);
            let owner = if field.role == Role::Output { quote!(__output) } else { quote!(self) };
            let repr = self.ops(field).repr(&quote!(&#owner.#ident));
            let error = self.field_error(field);
            quote! {
                __values.insert(
                    ::core::convert::From::from(#column),
                    #private::Repr::to_value(&#repr.map_err(#error)?),
                );
            }
        });
        let read = |field: &Field| {
            let (ident, column, sql) = (&field.ident, &field.column, self.sql_of(field));
            let repr = quote! {
                <<#sql as #private::SqlColumn>::Repr as #private::Repr>::from_value(__values.remove(#column)?)?
            };
            let value = self.ops(field).read(&repr);
            quote!(#ident: #value.ok()?,)
        };
        let params = self.record.fields.iter().map(read);
        let outputs = self.record.outputs.iter().map(read);
        quote! {
            #[automatically_derived]
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
}
