//! `#[derive(SimEnum)]`: a unit enum as text.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields};

use crate::attr::{self, Place};
use crate::errors::Errors;
use crate::names::{self, Case};

struct Variant {
    ident: syn::Ident,
    text: String,
}

pub fn derive(input: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let Some(input) = errors.keep(syn::parse2::<DeriveInput>(input)) else {
        return errors.finish().unwrap_or_default();
    };
    let items = attr::items(&input.attrs, Place::Enum, &mut errors);
    let entropic = attr::crate_path(&items, &mut errors);
    let variants = variants(&input, &items, &mut errors);
    let tokens = expand(&input.ident, &entropic, &variants);
    let messages = errors.finish();
    quote!(#messages #tokens)
}

fn variants(input: &DeriveInput, items: &[attr::Item], errors: &mut Errors) -> Vec<Variant> {
    let Data::Enum(data) = &input.data else {
        errors.on(&input.ident, "`SimEnum` is for enums; a newtype derives `SimColumn`");
        return Vec::new();
    };
    if !input.generics.params.is_empty() {
        errors.on(&input.generics, "a `SimEnum` cannot be generic");
    }
    if data.variants.is_empty() {
        errors.on(&input.ident, "a `SimEnum` needs at least one variant");
    }
    let case = items.iter().find(|item| item.key == "rename_all").and_then(|item| {
        let text = errors.keep(item.text())?;
        let case = Case::parse(&text.value());
        if case.is_none() {
            errors.on(&text, format!("`rename_all` is one of {}", Case::NAMES.join(", ")));
        }
        case
    });
    let mut variants: Vec<Variant> = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            errors.on(
                variant,
                "a variant of a `SimEnum` has no fields, since it is stored as its name; \
                 store an enum with fields as JSON with `#[sim(json)]`",
            );
        }
        let items = attr::items(&variant.attrs, Place::Variant, errors);
        let renamed = items
            .iter()
            .find(|item| item.key == "rename")
            .and_then(|item| errors.keep(item.text()))
            .map(|text| text.value());
        let plain = names::plain(&variant.ident);
        let text = renamed.unwrap_or_else(|| case.map_or(plain.clone(), |case| case.apply(&plain)));
        if text.contains('\0') {
            errors.on(variant, "PostgreSQL cannot hold a NUL in text");
        }
        if let Some(first) = variants.iter().find(|other| other.text == text) {
            errors.on(
                variant,
                format!("`{}` is stored as {text:?} already: give one another text with `rename`", first.ident),
            );
        }
        variants.push(Variant { ident: variant.ident.clone(), text });
    }
    variants
}

fn expand(ident: &syn::Ident, entropic: &syn::Path, variants: &[Variant]) -> TokenStream {
    let name = names::plain(ident);
    let idents: Vec<_> = variants.iter().map(|variant| &variant.ident).collect();
    let texts: Vec<_> = variants.iter().map(|variant| &variant.text).collect();
    let text = quote!(::diesel::sql_types::Text);
    let nullable = quote!(::diesel::sql_types::Nullable<#text>);
    let expression = |lifetime: TokenStream, sql: &TokenStream| {
        quote! {
            #[automatically_derived]
            impl #lifetime ::diesel::expression::AsExpression<#sql> for &'a #ident {
                type Expression = <&'static str as ::diesel::expression::AsExpression<#sql>>::Expression;
                fn as_expression(self) -> Self::Expression {
                    <&'static str as ::diesel::expression::AsExpression<#sql>>::as_expression(
                        <#ident as #entropic::SimEnum>::as_str(self)
                    )
                }
            }
            #[automatically_derived]
            impl ::diesel::expression::AsExpression<#sql> for #ident {
                type Expression = <&'static str as ::diesel::expression::AsExpression<#sql>>::Expression;
                fn as_expression(self) -> Self::Expression {
                    <&#ident as ::diesel::expression::AsExpression<#sql>>::as_expression(&self)
                }
            }
        }
    };
    let plain_expression = expression(quote!(<'a>), &text);
    let nullable_expression = expression(quote!(<'a>), &nullable);
    quote! {
        #[automatically_derived]
        impl #ident {
            /// All variants, in their order.
            #[allow(dead_code, reason = "for whoever wants it")]
            pub fn all() -> ::std::vec::Vec<Self> {
                <Self as #entropic::SimEnum>::all()
            }
        }

        #[automatically_derived]
        impl #entropic::SimEnum for #ident {
            const NAME: &'static str = #name;
            const TEXTS: &'static [&'static str] = &[#(#texts),*];
            fn all() -> ::std::vec::Vec<Self> {
                ::std::vec![#(Self::#idents),*]
            }
            #[allow(unreachable_patterns, reason = "an enum without variants is refused anyway")]
            fn as_str(&self) -> &'static str {
                match self {
                    #(Self::#idents { .. } => #texts,)*
                    _ => ::core::unreachable!(),
                }
            }
            fn from_text(text: &str) -> ::core::option::Option<Self> {
                match text {
                    #(#texts => ::core::option::Option::Some(Self::#idents),)*
                    _ => ::core::option::Option::None,
                }
            }
        }

        #[automatically_derived]
        impl #entropic::SimColumn for #ident {
            type Sql = #text;
            fn to_repr(&self) -> ::core::result::Result<::std::string::String, #entropic::ColumnError> {
                ::core::result::Result::Ok(::std::borrow::ToOwned::to_owned(
                    <Self as #entropic::SimEnum>::as_str(self)
                ))
            }
            fn from_repr(
                repr: ::std::string::String,
            ) -> ::core::result::Result<Self, #entropic::ColumnError> {
                <Self as #entropic::SimEnum>::from_repr_text(&repr)
            }
            fn canonical(
                &self,
                out: &mut #entropic::__private::Canonical,
                _: #entropic::__private::FloatScheme,
            ) -> ::core::result::Result<(), #entropic::ColumnError> {
                ::core::result::Result::Ok(out.str(<Self as #entropic::SimEnum>::as_str(self))?)
            }
            fn check(&self) -> ::core::result::Result<(), #entropic::ColumnError> {
                ::core::result::Result::Ok(())
            }
        }

        #plain_expression
        #nullable_expression

        #[automatically_derived]
        impl<__DB> ::diesel::deserialize::FromSql<#text, __DB> for #ident
        where
            __DB: ::diesel::backend::Backend,
            ::std::string::String: ::diesel::deserialize::FromSql<#text, __DB>,
        {
            fn from_sql(value: __DB::RawValue<'_>) -> ::diesel::deserialize::Result<Self> {
                let text = <::std::string::String as ::diesel::deserialize::FromSql<#text, __DB>>::from_sql(value)?;
                ::core::result::Result::Ok(<Self as #entropic::SimEnum>::from_repr_text(&text)?)
            }
        }

        #[automatically_derived]
        impl<__DB> ::diesel::deserialize::Queryable<#text, __DB> for #ident
        where
            __DB: ::diesel::backend::Backend,
            Self: ::diesel::deserialize::FromSql<#text, __DB>,
        {
            type Row = Self;
            fn build(row: Self) -> ::diesel::deserialize::Result<Self> {
                ::core::result::Result::Ok(row)
            }
        }
    }
}
