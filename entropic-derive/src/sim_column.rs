//! `#[derive(SimColumn)]`: a newtype stored as what it wraps.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::quote;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Field, Ident, Member, Path};

use crate::attr::{self, Target};
use crate::errors::Errors;
use crate::manifest::Crates;
use crate::sql_type::{self, SqlType};

pub fn derive(input: TokenStream, crates: Crates) -> TokenStream {
    let mut errors = Errors::new();
    let Some(input) = errors.keep(syn::parse2::<DeriveInput>(input)) else {
        return errors.finish().unwrap_or_default();
    };
    let items = attr::items(&input.attrs, Target::Newtype, &mut errors);
    let entropic = attr::crate_path(&items, input.ident.span(), crates, &mut errors);
    let wrapped = wrapped(&input, &mut errors);
    crates.require_diesel(input.ident.span(), &mut errors);
    let nameless = errors.nameless;
    let messages = errors.finish();
    match (&messages, wrapped) {
        (Some(messages), _) if nameless => messages.clone(),
        (None, Some(wrapped)) => expand(&input, &wrapped, &entropic),
        _ => {
            let stand_in = stand_in(&input, &entropic);
            quote!(#messages #stand_in)
        }
    }
}

/// The one field of a newtype.
struct Wrapped<'a> {
    member: Member,
    field: &'a Field,
    sql: SqlType,
}

fn wrapped<'a>(input: &'a DeriveInput, errors: &mut Errors) -> Option<Wrapped<'a>> {
    let (member, field) = match &input.data {
        Data::Struct(data) if data.fields.len() == 1 => {
            data.fields.members().zip(data.fields.iter()).next()?
        }
        Data::Struct(_) => {
            errors.on(
                &input.ident,
                format!(
                    "`SimColumn` is for a struct around one value, e.g. `struct {}(f64);`: store a struct of several \
                     values as JSON, with `#[sim(json)]` on the field of the record",
                    input.ident
                ),
            );
            return None;
        }
        Data::Enum(_) => {
            errors.on(
                &input.ident,
                "`SimColumn` is for a struct around one value: an enum of plain variants derives `SimEnum`",
            );
            return None;
        }
        Data::Union(_) => {
            errors.on(&input.ident, "a union cannot be a column: use a struct around one value");
            return None;
        }
    };
    if !input.generics.params.is_empty() {
        errors.on(
            &input.generics,
            "a newtype that is a column cannot be generic: write a newtype for each wrapped type",
        );
        return None;
    }
    match SqlType::of(&field.ty) {
        Ok(sql) => Some(Wrapped { member, field, sql }),
        Err(_) if sql_type::option_inner(&field.ty).is_some() => {
            errors.on(
                &field.ty,
                format!("wrap the type without `Option`, and write `Option<{}>` in the record", input.ident),
            );
            None
        }
        Err(why) => {
            errors.on(
                &field.ty,
                why.replace("`#[sim(json)]` on the field", "`#[sim(json)]` on the field of the record"),
            );
            None
        }
    }
}

fn expand(input: &DeriveInput, wrapped: &Wrapped<'_>, entropic: &Path) -> TokenStream {
    let (ident, member, ty) = (&input.ident, &wrapped.member, &wrapped.field.ty);
    // The implementation has the span of the type: if the type cannot be stored, that is one error, and it points at it.
    let span = ty.span();
    let name = Ident::new("__Wrapped", span);
    let inner = quote!(<#name as #entropic::SimColumn>);
    let repr = quote!(<#inner::Sql as #entropic::__private::SqlColumn>::Repr);
    let made = match member {
        Member::Named(name) => quote!(#ident { #name: __value }),
        Member::Unnamed(_) => quote!(#ident(__value)),
    };
    let expressions = expressions(ident, wrapped, entropic);
    let result = quote!(::core::result::Result);
    let error = quote!(#entropic::ColumnError);
    let implementation = quote! {
        #[automatically_derived]
        impl #entropic::SimColumn for #ident {
            type Sql = #inner::Sql;
            #[inline]
            fn to_repr(&self) -> #result<#repr, #error> {
                #inner::to_repr(&self.#member)
            }
            #[inline]
            fn from_repr(__repr: #repr) -> #result<Self, #error> {
                #inner::from_repr(__repr).map(__wrapped)
            }
            #[inline]
            fn canonical(
                &self,
                __out: &mut #entropic::__private::Canonical,
                __scheme: #entropic::__private::FloatScheme,
            ) -> #result<(), #error> {
                #inner::canonical(&self.#member, __out, __scheme)
            }
            #[inline]
            fn check(&self) -> #result<(), #error> {
                #inner::check(&self.#member)
            }
            #[inline]
            fn values() -> #entropic::__private::Values {
                #inner::values()
            }
        }
    };
    let implementation = moved(implementation, span);
    quote! {
        const _: () = {
            type #name = #ty;
            fn __wrapped(__value: #name) -> #ident {
                #made
            }
            #implementation
        };
        #expressions
    }
}

/// The tokens as if they were written at `span`. Lints then check them like the user's own code, so they must hold
/// nothing that a lint could criticise.
fn moved(tokens: TokenStream, span: Span) -> TokenStream {
    let moved_one = |mut token: TokenTree| {
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), moved(group.stream(), span)).into();
        }
        token.set_span(span);
        token
    };
    tokens.into_iter().map(moved_one).collect()
}

/// Lets typed queries compare the newtype with its column, if they can do that with the wrapped type.
fn expressions(ident: &Ident, wrapped: &Wrapped<'_>, entropic: &Path) -> TokenStream {
    // Diesel itself binds these types to their column. Others, such as `u64`, which is stored as `i64`, and chrono's
    // types go through types of entropic.
    if !sql_type::is_named(&wrapped.field.ty, &["i16", "i32", "i64", "f32", "f64", "bool", "String"]) {
        return TokenStream::new();
    }
    let (member, ty) = (&wrapped.member, &wrapped.field.ty);
    let plain = wrapped.sql.tokens(entropic);
    let expressions = [plain.clone(), quote!(::diesel::sql_types::Nullable<#plain>)].into_iter().map(|sql| {
        let expression = quote!(::diesel::expression::AsExpression<#sql>);
        quote! {
            #[automatically_derived]
            impl #expression for #ident {
                type Expression = <#ty as #expression>::Expression;
                fn as_expression(self) -> Self::Expression {
                    <#ty as #expression>::as_expression(self.#member)
                }
            }
        }
    });
    quote! {
        #(#expressions)*

        #[automatically_derived]
        impl<__DB> ::diesel::serialize::ToSql<#plain, __DB> for #ident
        where
            __DB: ::diesel::backend::Backend,
            #ty: ::diesel::serialize::ToSql<#plain, __DB>,
            // Diesel needs `Debug` to bind a list of values; see the same condition for enums.
            for<'__always> #ident: ::core::fmt::Debug,
        {
            fn to_sql<'__b>(
                &'__b self,
                __out: &mut ::diesel::serialize::Output<'__b, '_, __DB>,
            ) -> ::diesel::serialize::Result {
                <#ty as ::diesel::serialize::ToSql<#plain, __DB>>::to_sql(&self.#member, __out)
            }
        }
    }
}

/// The stand-in for a wrong newtype: it can be stored as any SQL type, whichever a record says.
fn stand_in(input: &DeriveInput, entropic: &Path) -> TokenStream {
    let ident = &input.ident;
    let mut generics = input.generics.clone();
    generics.params.push(syn::parse_quote!(__Sql: #entropic::__private::SqlColumn));
    let (impl_generics, _, _) = generics.split_for_impl();
    let (_, ty_generics, where_clause) = input.generics.split_for_impl();
    let body = quote!(::core::unreachable!("this column does not compile"));
    let result = quote!(::core::result::Result);
    let error = quote!(#entropic::ColumnError);
    quote! {
        #[automatically_derived]
        impl #impl_generics #entropic::__private::StoredAs<__Sql> for #ident #ty_generics #where_clause {
            fn repr(&self) -> #result<__Sql::Repr, #error> { #body }
            fn read(_: __Sql::Repr) -> #result<Self, #error> { #body }
            fn write(
                &self,
                _: &mut #entropic::__private::Canonical,
                _: #entropic::__private::FloatScheme,
            ) -> #result<(), #error> { #body }
            fn verify(&self) -> #result<(), #error> { #body }
            fn copy(&self) -> Self { #body }
        }
    }
}
