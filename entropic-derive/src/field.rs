//! One field: of the struct, of its outputs, or one that it had.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Token, Type};

use crate::attr::{self, Item, Place};
use crate::errors::Errors;
use crate::names::{self, Case};
use crate::sql_type::{self, SqlType};

/// A field of the struct, or an output.
pub struct Field {
    pub ident: Ident,
    /// The type as written; for an output the type inside its `Option`.
    pub ty: Type,
    /// The type whose values are stored: that inside the `Option` of a column that can be NULL.
    pub value: Type,
    /// Name of the column.
    pub column: String,
    /// The name under which it enters the identity: that of the column when the first ids were made.
    pub key: String,
    /// Where the column got its name.
    pub named_at: Span,
    /// Name of the column in Diesel's module.
    pub column_ident: Ident,
    /// What is stored; nothing if that was an error.
    pub sql: Option<SqlType>,
    pub nullable: bool,
    pub role: Role,
    pub default: Option<Default>,
    /// The value of a retired parameter.
    pub value_then: Option<Default>,
    pub float: Scheme,
    pub index: bool,
    /// Whether it may have a float in it.
    pub floats: bool,
    /// Whether nothing was wrong with its attributes.
    pub sound: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Identity,
    Ignored,
    Output,
    Retired,
    /// Retired, and never part of the identity: an ignored field, or an output.
    Former,
}

/// `#[sim(default)]` or `#[sim(default = …)]`.
pub enum Default {
    OfType,
    Expr(Box<Expr>),
}

/// How floats enter the hash.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    Decimal,
    Significant,
    Exact,
}

/// A field before its attributes are read.
pub struct Raw {
    pub attrs: Vec<syn::Attribute>,
    pub ident: Ident,
    pub ty: Type,
}

impl Parse for Raw {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(syn::Attribute::parse_outer)?;
        let ident = input.parse()?;
        input.parse::<Token![:]>()?;
        Ok(Self { attrs, ident, ty: input.parse()? })
    }
}

/// A parameter that the struct had, with the value of the runs that stay.
pub struct Retired {
    pub raw: Raw,
    pub value: Expr,
}

impl Parse for Retired {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let raw = input.parse()?;
        input.parse::<Token![=]>()?;
        Ok(Self { raw, value: input.parse()? })
    }
}

impl Field {
    pub fn read(
        raw: Raw,
        place: Place,
        rename_all: Option<Case>,
        float: Scheme,
        errors: &mut Errors,
    ) -> Self {
        let items = attr::items(&raw.attrs, place, errors);

        let renamed = items.get("rename").and_then(|item| errors.keep(item.text()));
        let column = match (&renamed, rename_all) {
            (Some(text), _) => text.value(),
            (None, Some(case)) => case.apply(&names::plain(&raw.ident)),
            (None, None) => names::plain(&raw.ident),
        };
        let named_at = renamed.as_ref().map_or(raw.ident.span(), syn::LitStr::span);
        if let Some(reason) = names::refusal(&column, "rename")
            && items.sound
        {
            errors.at(named_at, reason);
        }

        let was = items.get("was").and_then(|item| errors.keep(item.text()));
        let key = was.as_ref().map_or_else(|| column.clone(), syn::LitStr::value);
        if let Some(was) = &was
            && let Some(reason) = names::refusal(&was.value(), "was")
        {
            errors.on(was, reason);
        }

        let json = items.has_flag("json", errors);
        let ignore = items.has_flag("ignore", errors);
        let index = items.has_flag("index", errors);
        let default =
            items.get("default").and_then(|item| errors.keep(item.optional_expr())).map(|expr| match expr {
                Some(expr) => {
                    refuse_self(&expr, errors);
                    Default::Expr(Box::new(expr))
                }
                None => Default::OfType,
            });
        let own_float = items.get("float").and_then(|item| scheme(item, errors));
        if ignore && let Some(item) = items.get("float") {
            errors.at(
                item.span,
                "`float` says how a field enters the identity, and `ignore` that it does not: keep one",
            );
        }

        let inner = sql_type::option_inner(&raw.ty);
        let ty = match (place, inner) {
            (Place::Output, Some(inner)) => {
                errors.on(
                    &raw.ty,
                    format!(
                        "an output is optional anyway: write its type without `Option`, `{}: {}`",
                        raw.ident,
                        inner.to_token_stream()
                    ),
                );
                inner.clone()
            }
            _ => raw.ty.clone(),
        };
        let floats =
            json || items.get("sql").is_some() || sql_type::may_hold_floats(inner.unwrap_or(&raw.ty));
        if !floats
            && !ignore
            && let Some(item) = items.get("float")
        {
            let ty = raw.ty.to_token_stream().to_string().replace(' ', "");
            errors.at(
                item.span,
                format!(
                    "`float` says how floats enter the identity, and there are none in `{ty}`: leave it out"
                ),
            );
        }
        let sql = match items.get("sql") {
            Some(item) if json => {
                errors.at(
                    item.span,
                    "`json` says how the field is stored already: keep one of `json` and `sql`",
                );
                Some(SqlType::Json)
            }
            _ if json => Some(SqlType::Json),
            Some(item) => stated_sql(item, inner.unwrap_or(&ty), errors),
            None if !items.sound => None,
            None => SqlType::of(inner.unwrap_or(&raw.ty)).map_err(|why| errors.on(&raw.ty, why)).ok(),
        };

        Self {
            nullable: place == Place::Output || (inner.is_some() && !json),
            role: match place {
                Place::Output => Role::Output,
                Place::Retired if ignore => Role::Former,
                Place::Retired => Role::Retired,
                _ if ignore => Role::Ignored,
                _ => Role::Identity,
            },
            value: if json { ty.clone() } else { inner.unwrap_or(&ty).clone() },
            ty,
            // Until all columns are known.
            column_ident: raw.ident.clone(),
            ident: raw.ident,
            column,
            key,
            named_at,
            sql,
            default,
            value_then: None,
            float: own_float.unwrap_or(float),
            index,
            floats,
            sound: items.sound,
        }
    }

    /// Whether its values are some of those that its column can hold: an enum among texts, a type among JSON.
    pub fn is_one_of_a_kind(&self) -> bool {
        self.is_json() || (self.sql == Some(SqlType::Text) && !sql_type::is_named(&self.value, &["String"]))
    }

    /// Whether the field is stored as JSON.
    pub fn is_json(&self) -> bool {
        self.sql == Some(SqlType::Json)
    }
}

fn stated_sql(item: &Item, ty: &Type, errors: &mut Errors) -> Option<SqlType> {
    let (name, at) = errors.keep(item.name())?;
    let known = sql_type::primitive(ty);
    match SqlType::parse(&name) {
        Some(stated) => match known {
            Some(sql) if sql != stated => {
                errors.on(
                    &at,
                    format!("`{}` is stored as `{}`: leave `sql` out", ty.to_token_stream(), sql.name()),
                );
                None
            }
            _ => Some(stated),
        },
        None => {
            let hint = match SqlType::of_primitive(&name) {
                Some(sql) => format!("did you mean `{}`?", sql.name()),
                None => format!("it is one of {}", SqlType::NAMES.join(", ")),
            };
            errors.on(&at, format!("`sql` has no `{name}`: {hint}"));
            None
        }
    }
}

/// How floats enter the hash, as `float = "…"` says it.
pub fn scheme(item: &Item, errors: &mut Errors) -> Option<Scheme> {
    let text = errors.keep(item.text())?;
    match text.value().as_str() {
        "decimal" => Some(Scheme::Decimal),
        "significant" => Some(Scheme::Significant),
        "exact" => Some(Scheme::Exact),
        _ => {
            errors.on(
                &text,
                "`float` is one of \"decimal\" (12 decimals, as in the Python package), \
                 \"significant\" (12 significant digits) and \"exact\"",
            );
            None
        }
    }
}

/// A default is the same for all records, so it cannot speak of one.
pub fn refuse_self(expr: &Expr, errors: &mut Errors) {
    fn first_self(tokens: TokenStream) -> Option<Ident> {
        tokens.into_iter().find_map(|token| match token {
            TokenTree::Ident(ident) if ident == "self" => Some(ident),
            TokenTree::Group(group) => first_self(group.stream()),
            _ => None,
        })
    }
    if let Some(ident) = first_self(expr.to_token_stream()) {
        errors.on(&ident, "this value is the same for every record: it cannot depend on other fields");
    }
}
