//! What is refused before it is stored: that of parameters, and that of outputs.

use proc_macro2::TokenStream;
use quote::quote;

use super::record::blame;
use super::via::Via;
use crate::model::{Field, Record};
use crate::sql_type::SqlType;

pub fn of_params(record: &Record) -> TokenStream {
    let Record { entropic, .. } = record;
    let checks = record.fields.iter().map(|field| {
        let ident = &field.ident;
        let check = Via::of(field, record).verify(&quote!(&self.#ident));
        let blame = blame(field, record, "field");
        let indexed = indexed(field, record, &quote!(&self.#ident));
        let indexed = indexed.map(|indexed| quote!(#indexed #blame;));
        quote!(#check #blame; #indexed)
    });
    quote! {
        fn check(&self) -> ::core::result::Result<(), #entropic::RecordError> {
            #(#checks)*
            ::core::result::Result::Ok(())
        }
    }
}

pub fn of_outputs(record: &Record) -> TokenStream {
    let Record { entropic, outputs, .. } = record;
    let cleaned = outputs.iter().map(|field| {
        let (ident, column) = (&field.ident, &field.column);
        let mut check = Via::of(field, record).verify(&quote!(&__output.#ident));
        if let Some(indexed) = indexed(field, record, &quote!(&__output.#ident)) {
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

/// Whether the text of an indexed field, a reference, fits its indexes; a `Result`.
fn indexed(field: &Field, record: &Record, value: &TokenStream) -> Option<TokenStream> {
    let is_text = |field: &Field| field.sql.unwrap_or(SqlType::Text) == SqlType::Text;
    if !is_text(field) || field.is_json() {
        return None;
    }
    let texts_in = |index: &Vec<String>| {
        record.columns().filter(|field| is_text(field) && index.contains(&field.column)).count()
    };
    let shared = record.indexes.iter().filter(|index| index.contains(&field.column)).map(texts_in).max();
    let columns = if field.index { Some(shared.unwrap_or(1)) } else { shared }?;
    let (entropic, repr) = (&record.entropic, Via::of(field, record).repr(value));
    Some(quote! {
        ::core::result::Result::and_then(
            #repr,
            |__text| #entropic::__private::check_indexed(&__text, #columns),
        )
    })
}
