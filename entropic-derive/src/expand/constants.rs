//! The values that are the same for all records: defaults, and the values of retired parameters.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::{Expr, ExprLit, Lit};

use super::Expand;
use crate::model::{Default, Field};

impl Expand<'_> {
    /// A function for each value, so that it cannot depend on the code around its use.
    pub(super) fn constants(&self) -> TokenStream {
        let constants = self.record.columns().flat_map(|field| {
            let default = field.default.as_ref().map(|value| (default_name(field), value));
            let retired = field.retired_value.as_ref().map(|value| (retired_name(field), value));
            default.into_iter().chain(retired).map(move |(name, value)| self.constant(field, &name, value))
        });
        quote!(#(#constants)*)
    }

    fn constant(&self, field: &Field, name: &Ident, value: &Default) -> TokenStream {
        let ops = self.ops(field);
        let value = match value {
            Default::OfType => ops.default(),
            // A `String` can be written as a literal.
            Default::Expr(expr) if is_text(expr) && field.is_string() && !field.nullable => {
                quote!(::core::convert::From::from(#expr))
            }
            Default::Expr(expr) => quote!(#expr),
        };
        let ty = ops.ty();
        quote! { fn #name() -> #ty { #value } }
    }

    /// The default of a field.
    pub(super) fn default_of(&self, field: &Field) -> Option<TokenStream> {
        let name = default_name(field);
        field.default.as_ref().map(|_| quote!(#name()))
    }

    /// The value of a retired parameter.
    pub(super) fn retired_value_of(&self, field: &Field) -> Option<TokenStream> {
        let name = retired_name(field);
        field.retired_value.as_ref().map(|_| quote!(#name()))
    }

    /// A reference to the value of a column: the field of `owner`, or the value of the retired parameter.
    pub(super) fn value_of(&self, field: &Field, owner: &TokenStream) -> TokenStream {
        let ident = &field.ident;
        let value = self.retired_value_of(field).unwrap_or_else(|| quote!(#owner.#ident));
        quote!(&#value)
    }
}

fn default_name(field: &Field) -> Ident {
    format_ident!("__default_of_{}", field.column_ident, span = Span::call_site())
}

fn retired_name(field: &Field) -> Ident {
    format_ident!("__retired_value_of_{}", field.column_ident, span = Span::call_site())
}

fn is_text(expr: &Expr) -> bool {
    matches!(expr, Expr::Lit(ExprLit { lit: Lit::Str(_), .. }))
}
