//! `#[derive(SimColumn)]`: a newtype stored as what it wraps.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Data, DeriveInput, Member};

use crate::attr::{self, Place};
use crate::errors::Errors;
use crate::model::span_of;
use crate::sql_type::{self, SqlType};

pub fn derive(input: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let tokens = errors
        .keep(syn::parse2::<DeriveInput>(input))
        .and_then(|input| expand(&input, &mut errors));
    let messages = errors.finish();
    quote!(#messages #tokens)
}

fn expand(input: &DeriveInput, errors: &mut Errors) -> Option<TokenStream> {
    let items = attr::items(&input.attrs, Place::Newtype, errors);
    let entropic = attr::crate_path(&items, errors);
    if !input.generics.params.is_empty() {
        errors.on(&input.generics, "a newtype that is a column cannot be generic");
        return None;
    }
    let field = match &input.data {
        Data::Struct(data) if data.fields.len() == 1 => data.fields.members().zip(data.fields.iter()).next(),
        _ => None,
    };
    let Some((member, field)) = field else {
        errors.on(
            &input.ident,
            "`SimColumn` is for a struct around one value, e.g. `struct Mass(f64);`; an enum derives `SimEnum`",
        );
        return None;
    };
    let nullable = sql_type::option_inner(&field.ty).is_some();
    match SqlType::of(&field.ty) {
        Ok(_) if !nullable => {}
        Ok(_) => {
            errors.on(&field.ty, "wrap the value, and put the `Option` around the newtype in the record");
            return None;
        }
        Err(message) => {
            errors.on(&field.ty, message);
            return None;
        }
    }
    let (ident, ty) = (&input.ident, &field.ty);
    let inner = quote_spanned!(span_of(ty)=> <#ty as #entropic::SimColumn>);
    let sql = quote!(#inner::Sql);
    let repr = quote!(<#sql as #entropic::__private::SqlColumn>::Repr);
    let made = match &member {
        Member::Named(name) => quote!(Self { #name: value }),
        Member::Unnamed(_) => quote!(Self(value)),
    };
    let plain = SqlType::of(ty).ok()?.tokens(&entropic);
    let expressions = [plain.clone(), quote!(::diesel::sql_types::Nullable<#plain>)].into_iter().map(|sql| {
        quote! {
            #[automatically_derived]
            impl ::diesel::expression::AsExpression<#sql> for #ident {
                type Expression = <#ty as ::diesel::expression::AsExpression<#sql>>::Expression;
                fn as_expression(self) -> Self::Expression {
                    <#ty as ::diesel::expression::AsExpression<#sql>>::as_expression(self.#member)
                }
            }
        }
    });
    // Chrono values are bound through entropic's own types; a newtype around one is compared as those.
    let expressions = matches!(
        SqlType::of(ty).ok()?,
        SqlType::SmallInt | SqlType::Integer | SqlType::BigInt | SqlType::Float | SqlType::Double | SqlType::Bool
            | SqlType::Text
    )
    .then(|| quote!(#(#expressions)*))
    .filter(|_| bound_as_itself(ty));
    Some(quote! {
        #[automatically_derived]
        impl #entropic::SimColumn for #ident {
            type Sql = #sql;
            fn to_repr(&self) -> ::core::result::Result<#repr, #entropic::ColumnError> {
                #inner::to_repr(&self.#member)
            }
            fn from_repr(repr: #repr) -> ::core::result::Result<Self, #entropic::ColumnError> {
                let value = #inner::from_repr(repr)?;
                ::core::result::Result::Ok(#made)
            }
            fn canonical(
                &self,
                out: &mut #entropic::__private::Canonical,
                scheme: #entropic::__private::FloatScheme,
            ) -> ::core::result::Result<(), #entropic::ColumnError> {
                #inner::canonical(&self.#member, out, scheme)
            }
            fn check(&self) -> ::core::result::Result<(), #entropic::ColumnError> {
                #inner::check(&self.#member)
            }
        }
        #expressions
    })
}

/// Whether Diesel binds this very type to the column; `u64`, say, is stored as `i64`.
fn bound_as_itself(ty: &syn::Type) -> bool {
    let syn::Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| {
        ["i16", "i32", "i64", "f32", "f64", "bool", "String"].iter().any(|name| last.ident == name)
    })
}
