//! Which trait of the library a field goes through. There is one for each way of being a column, and generated
//! code asks nothing else of a field's type: a type that cannot be one is then the same error everywhere, which
//! the compiler shows once, on the type.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Type;

use super::value_sql_of;
use crate::model::{Field, Record, Role};

/// The types of the values, each under a name for generated code. Were they written out there, a type that does not
/// exist would be told more than once, each time in other words.
pub fn types(record: &Record) -> TokenStream {
    let types = record.columns().map(|field| {
        let (name, value) = (type_of(field, record.ident.span()), &field.value);
        quote!(type #name = #value;)
    });
    quote!(#(#types)*)
}

fn type_of(field: &Field, span: Span) -> Ident {
    format_ident!("__TypeOf_{}", field.column_ident, span = span)
}

/// The calls by which one field is stored, read, hashed and copied.
pub struct Via<'a> {
    field: &'a Field,
    path: TokenStream,
    /// The type inside the `Option`, if there is one.
    value: TokenStream,
    /// Whether the values are `Option`s of what the trait is implemented for.
    optional: bool,
}

impl<'a> Via<'a> {
    pub fn of(field: &'a Field, record: &Record) -> Self {
        let (entropic, sql) = (&record.entropic, value_sql_of(field, record));
        let private = quote!(#entropic::__private);
        let bound = match (field.role, field.is_json()) {
            (Role::Output, true) => quote!(#private::OutputJson),
            (Role::Output, false) => quote!(#private::OutputAs<#sql>),
            (_, true) => quote!(#private::StoredJson),
            (_, false) => quote!(#private::StoredAs<#sql>),
        };
        let (start, end) = ends(&field.value);
        let name = type_of(field, start);
        // The empty brackets make the name as wide as the type, for errors to be shown on the whole of it.
        let (open, close) = (quote_spanned!(start=> <), quote_spanned!(end=> >));
        let value = quote!(#name #open #close);
        Self {
            field,
            path: of_trait(&value, (start, end), &bound),
            value,
            optional: field.nullable && field.role != Role::Output,
        }
    }

    /// The type of the field.
    pub fn ty(&self) -> TokenStream {
        let value = &self.value;
        if !self.optional {
            return quote!(#value);
        }
        let (start, end) = ends(&self.field.ty);
        let (option, close) = (quote_spanned!(start=> ::core::option::Option), quote_spanned!(end=> >));
        quote!(#option < #value #close)
    }

    /// The default of the type.
    pub fn default(&self) -> TokenStream {
        let path = of_trait(&self.ty(), ends(&self.field.ty), &quote!(::core::default::Default));
        quote!(#path::default())
    }

    fn method(&self, name: &str) -> TokenStream {
        let name = if self.optional { format!("optional_{name}") } else { name.to_owned() };
        let (path, name) = (&self.path, format_ident!("{name}", span = ends(&self.field.value).1));
        quote!(#path::#name)
    }

    /// `value`, a reference, as what Diesel writes; a `Result`.
    pub fn repr(&self, value: &TokenStream) -> TokenStream {
        let method = self.method("repr");
        quote!(#method(#value))
    }

    /// `repr`, what Diesel has read, as the field; a `Result`.
    pub fn read(&self, repr: &TokenStream) -> TokenStream {
        let method = self.method("read");
        quote!(#method(#repr))
    }

    /// The canonical text of `value`, a reference, written into `out`; a `Result`.
    pub fn write(&self, value: &TokenStream, out: &TokenStream, scheme: &TokenStream) -> TokenStream {
        let method = self.method("write");
        quote!(#method(#value, #out, #scheme))
    }

    /// Whether `value`, a reference, can be stored; a `Result`.
    pub fn verify(&self, value: &TokenStream) -> TokenStream {
        let method = self.method("verify");
        quote!(#method(#value))
    }

    /// `value`, a reference, again.
    pub fn copy(&self, value: &TokenStream) -> TokenStream {
        let method = self.method("copy");
        quote!(#method(#value))
    }

    /// What a table is to remember of the values.
    pub fn values(&self) -> TokenStream {
        let (path, name) = (&self.path, format_ident!("values", span = ends(&self.field.value).1));
        quote!(#path::#name())
    }

    /// Whether `one` and `other`, references to outputs, are equal.
    pub fn same(&self, one: &TokenStream, other: &TokenStream) -> TokenStream {
        let method = self.method("same");
        quote!(#method(#one, #other))
    }

    /// `value`, a reference to an output, for `Debug`.
    pub fn show(&self, value: &TokenStream) -> TokenStream {
        let method = self.method("show");
        quote!(#method(#value))
    }
}

/// `<ty as bound>`, such that an error is shown where the user wrote the type.
fn of_trait(ty: &TokenStream, (start, end): (Span, Span), bound: &TokenStream) -> TokenStream {
    let (open, close) = (quote_spanned!(start=> <), quote_spanned!(end=> >));
    quote!(#open #ty as #bound #close)
}

/// Empty generics that reach over the types, for a struct of `Vec<Type>`: next to them the compiler does not propose
/// that a type which does not exist is a parameter of that struct.
pub fn no_generics(fields: &[Field]) -> Option<TokenStream> {
    let (start, end) = (ends(&fields.first()?.ty).0, ends(&fields.last()?.ty).1);
    let (open, close) = (quote_spanned!(start=> <), quote_spanned!(end=> >));
    Some(quote!(#open #close))
}

/// Where a type begins and ends.
fn ends(ty: &Type) -> (Span, Span) {
    let span = |token: Option<TokenTree>| token.map_or_else(Span::call_site, |token| token.span());
    let tokens: Vec<TokenTree> = ty.to_token_stream().into_iter().collect();
    (span(tokens.first().cloned()), span(tokens.last().cloned()))
}
