//! What is refused before it is stored: parameters and outputs that their columns cannot hold.

use proc_macro2::TokenStream;
use quote::quote;

use super::Expand;
use crate::model::Field;
use crate::sql_type::SqlType;

impl Expand<'_> {
    /// `SimRecord::check`.
    pub(super) fn check(&self) -> TokenStream {
        let entropic = self.entropic;
        let checks = self.record.fields.iter().map(|field| {
            let ident = &field.ident;
            let check = self.ops(field).verify(&quote!(&self.#ident));
            let error = self.field_error(field);
            let indexed = self.check_indexed(field, &quote!(&self.#ident));
            let indexed = indexed.map(|indexed| quote!(#indexed.map_err(#error)?;));
            quote!(#check.map_err(#error)?; #indexed)
        });
        quote! {
            fn check(&self) -> ::core::result::Result<(), #entropic::RecordError> {
                #(#checks)*
                ::core::result::Result::Ok(())
            }
        }
    }

    /// `SimRecord::clean_output`.
    pub(super) fn clean_output(&self) -> TokenStream {
        let entropic = self.entropic;
        let cleaned = self.record.outputs.iter().map(|field| {
            let (ident, column) = (&field.ident, &field.column);
            let mut check = self.ops(field).verify(&quote!(&__output.#ident));
            if let Some(indexed) = self.check_indexed(field, &quote!(&__output.#ident)) {
                check = quote!(::core::result::Result::and_then(#check, |()| #indexed));
            }
            quote! {
                if let ::core::result::Result::Err(__why) = #check {
                    __output.#ident = ::core::option::Option::None;
                    __refused.push((#column, __why));
                }
            }
        });
        quote! {
            fn clean_output(
                __output: &mut Self::Output,
            ) -> ::std::vec::Vec<(&'static ::core::primitive::str, #entropic::ColumnError)> {
                #[allow(unused_mut, reason = "a record without outputs has nothing to refuse")]
                let mut __refused = ::std::vec::Vec::new();
                #(#cleaned)*
                let _ = __output;
                __refused
            }
        }
    }

    /// Whether the text of an indexed field fits its indexes; `value` is a reference. A `Result`.
    fn check_indexed(&self, field: &Field, value: &TokenStream) -> Option<TokenStream> {
        let record = self.record;
        let is_text = |field: &Field| field.sql.unwrap_or(SqlType::Text) == SqlType::Text;
        if !is_text(field) {
            return None;
        }
        let texts_in = |index: &Vec<String>| {
            record.columns().filter(|field| is_text(field) && index.contains(&field.column)).count()
        };
        let shared = record.indexes.iter().filter(|index| index.contains(&field.column)).map(texts_in).max();
        let columns = if field.index { Some(shared.unwrap_or(1)) } else { shared }?;
        let (private, repr) = (&self.private, self.ops(field).repr(value));
        Some(quote! {
            ::core::result::Result::and_then(
                #repr,
                |__text| #private::check_indexed(&__text, #columns),
            )
        })
    }
}
