//! The calls by which generated code uses a field. There is one trait in the library for each way of being a column, and
//! generated code asks nothing else of a field's type. A type that cannot be a column then causes the same error
//! everywhere, and the compiler shows it once, on the type.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Type;

use super::Expand;
use crate::model::{Field, Role};

impl Expand<'_> {
    /// The types of the values, each under a name for generated code. If generated code wrote the types themselves, the
    /// compiler would report a type that does not exist several times, each time in other words.
    pub(super) fn types(&self) -> TokenStream {
        let types = self.record.columns().map(|field| {
            let (name, value) = (type_of(field, self.record.ident.span()), &field.value);
            quote!(type #name = #value;)
        });
        quote!(#(#types)*)
    }

    /// The calls for one field.
    pub(super) fn ops<'f>(&self, field: &'f Field) -> FieldOps<'f> {
        let (private, sql) = (&self.private, self.value_sql_of(field));
        let bound = match (field.role, field.is_json()) {
            (Role::Output, true) => quote!(#private::OutputJson),
            (Role::Output, false) => quote!(#private::OutputAs<#sql>),
            (_, true) => quote!(#private::StoredJson),
            (_, false) => quote!(#private::StoredAs<#sql>),
        };
        let (start, end) = ends(&field.value);
        let name = type_of(field, start);
        // The empty brackets make the name as wide as the type, so that an error underlines all of it.
        let (open, close) = (quote_spanned!(start=> <), quote_spanned!(end=> >));
        let value = quote!(#name #open #close);
        FieldOps {
            field,
            path: of_trait(&value, (start, end), &bound),
            value,
            optional: field.nullable && field.role != Role::Output,
        }
    }
}

fn type_of(field: &Field, span: Span) -> Ident {
    format_ident!("__TypeOf_{}", field.column_ident, span = span)
}

/// The calls by which one field is stored, read, hashed and copied.
pub struct FieldOps<'a> {
    field: &'a Field,
    path: TokenStream,
    /// The type inside the `Option`, if there is one.
    value: TokenStream,
    /// Whether the values are `Option`s of the type that implements the trait.
    optional: bool,
}

impl FieldOps<'_> {
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

    /// What Diesel writes for `value`, a reference; a `Result`.
    pub fn repr(&self, value: &TokenStream) -> TokenStream {
        let method = self.method("repr");
        quote!(#method(#value))
    }

    /// The field from `repr`, which Diesel has read; a `Result`.
    pub fn read(&self, repr: &TokenStream) -> TokenStream {
        let method = self.method("read");
        quote!(#method(#repr))
    }

    /// Writes the canonical text of `value`, a reference, to `out`; a `Result`.
    pub fn write(&self, value: &TokenStream, out: &TokenStream, scheme: &TokenStream) -> TokenStream {
        let method = self.method("write");
        quote!(#method(#value, #out, #scheme))
    }

    /// Whether `value`, a reference, can be stored; a `Result`.
    pub fn verify(&self, value: &TokenStream) -> TokenStream {
        let method = self.method("verify");
        quote!(#method(#value))
    }

    /// A copy of `value`, a reference.
    pub fn copy(&self, value: &TokenStream) -> TokenStream {
        let method = self.method("copy");
        quote!(#method(#value))
    }

    /// What a table remembers of the values.
    pub fn values(&self) -> TokenStream {
        let (path, name) = (&self.path, format_ident!("values", span = ends(&self.field.value).1));
        quote!(#path::#name())
    }

    /// Whether `one` and `other`, references to outputs, are equal.
    pub fn same(&self, one: &TokenStream, other: &TokenStream) -> TokenStream {
        let method = self.method("same");
        quote!(#method(#one, #other))
    }

    /// The `Debug` of `value`, a reference to an output.
    pub fn show(&self, value: &TokenStream) -> TokenStream {
        let method = self.method("show");
        quote!(#method(#value))
    }
}

/// `<ty as bound>`, with the spans of the type, so that an error points at it.
fn of_trait(ty: &TokenStream, (start, end): (Span, Span), bound: &TokenStream) -> TokenStream {
    let (open, close) = (quote_spanned!(start=> <), quote_spanned!(end=> >));
    quote!(#open #ty as #bound #close)
}

/// Empty generics that span the types, for a struct of `Vec<Type>`: next to them the compiler does not suggest that a
/// type which does not exist is a parameter of that struct.
pub fn no_generics(fields: &[Field]) -> Option<TokenStream> {
    let (start, end) = (ends(&fields.first()?.ty).0, ends(&fields.last()?.ty).1);
    let (open, close) = (quote_spanned!(start=> <), quote_spanned!(end=> >));
    Some(quote!(#open #close))
}

/// The spans of the first and the last token of a type.
fn ends(ty: &Type) -> (Span, Span) {
    let span = |token: Option<TokenTree>| token.map_or_else(Span::call_site, |token| token.span());
    let tokens: Vec<TokenTree> = ty.to_token_stream().into_iter().collect();
    (span(tokens.first().cloned()), span(tokens.last().cloned()))
}
