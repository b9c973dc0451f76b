//! One column of the user: a field of the struct, an output, or a retired parameter.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{Expr, Token, Type};

use crate::attr::{self, Item, Items, Key, Target};
use crate::errors::Errors;
use crate::names::{self, Case};
use crate::sql_type::{self, SqlType};

/// A column of the user.
pub struct Field {
    pub ident: Ident,
    /// The type as written; for an output the type inside its `Option`.
    pub ty: Type,
    /// The type whose values are stored: that inside the `Option` of a column that can be NULL.
    pub value: Type,
    /// Name of the column.
    pub column: String,
    /// The name under which it enters the identity: the first name of the column.
    pub key: String,
    /// Where the user wrote the name of the column.
    pub named_at: Span,
    /// Name of the column in Diesel's module.
    pub column_ident: Ident,
    /// The SQL type of the values; `None` after an error.
    pub sql: Option<SqlType>,
    pub nullable: bool,
    pub role: Role,
    pub default: Option<Default>,
    /// The value of a retired parameter in every new row.
    pub retired_value: Option<Default>,
    pub float: Scheme,
    pub index: bool,
    /// Whether its type may hold a float.
    pub floats: bool,
    /// Whether its attributes are right.
    pub is_valid: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Identity,
    Ignored,
    Output,
    Retired,
    /// Retired, and never part of the identity: it was an ignored field or an output.
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

/// A retired parameter, with the value that new rows get.
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

/// What a field takes from its record unless it says otherwise.
#[derive(Clone, Copy)]
pub struct Inherited {
    pub rename_all: Option<Case>,
    pub float: Scheme,
}

impl Field {
    pub fn read(raw: Raw, target: Target, inherited: Inherited, errors: &mut Errors) -> Self {
        let items = attr::items(&raw.attrs, target, errors);
        let (column, named_at) = column_name(&items, &raw.ident, inherited.rename_all, errors);
        let key = first_name(&items, errors).unwrap_or_else(|| column.clone());
        let json = items.has_flag(Key::Json, errors);
        let ignore = items.has_flag(Key::Ignore, errors);
        let index = items.has_flag(Key::Index, errors);
        let default = default_value(&items, errors);
        let ty = declared_type(&raw, target, errors);
        let inner = sql_type::option_inner(&raw.ty);
        let value = inner.unwrap_or(&raw.ty);
        let floats = json || items.get(Key::Sql).is_some() || sql_type::may_hold_floats(value);
        let float = own_float(&items, &raw.ty, ignore, floats, errors);
        let sql = stored_as(&items, json, value, &raw.ty, errors);
        Self {
            nullable: target == Target::Output || (inner.is_some() && !json),
            role: match target {
                Target::Output => Role::Output,
                Target::Retired if ignore => Role::Former,
                Target::Retired => Role::Retired,
                _ if ignore => Role::Ignored,
                _ => Role::Identity,
            },
            value: if json { ty.clone() } else { value.clone() },
            ty,
            // `Record::read` replaces it once all columns are known.
            column_ident: raw.ident.clone(),
            ident: raw.ident,
            column,
            key,
            named_at,
            sql,
            default,
            retired_value: None,
            float: float.unwrap_or(inherited.float),
            index,
            floats,
            is_valid: items.is_valid,
        }
    }

    /// Whether its values are only some of those that its column can hold: an enum among texts, a type among JSON.
    pub fn is_one_of_a_kind(&self) -> bool {
        self.is_json() || (self.sql == Some(SqlType::Text) && !self.is_string())
    }

    /// Whether the field is stored as JSON.
    pub fn is_json(&self) -> bool {
        self.sql == Some(SqlType::Json)
    }

    /// Whether its values are of the type `String`.
    pub fn is_string(&self) -> bool {
        sql_type::is_named(&self.value, &["String"])
    }

    /// Whether it is part of the identity.
    pub fn is_identity(&self) -> bool {
        matches!(self.role, Role::Identity | Role::Retired)
    }

    /// Whether the struct has a field of that name.
    pub fn is_in_struct(&self) -> bool {
        matches!(self.role, Role::Identity | Role::Ignored)
    }

    /// Whether only its column is left.
    pub fn is_retired(&self) -> bool {
        matches!(self.role, Role::Retired | Role::Former)
    }
}

/// The name of the column, and where the user wrote it.
fn column_name(
    items: &Items,
    ident: &Ident,
    rename_all: Option<Case>,
    errors: &mut Errors,
) -> (String, Span) {
    let renamed = items.text(Key::Rename, errors);
    let column = match (&renamed, rename_all) {
        (Some(text), _) => text.value(),
        (None, Some(case)) => case.apply(&names::plain(ident)),
        (None, None) => names::plain(ident),
    };
    let named_at = renamed.as_ref().map_or(ident.span(), syn::LitStr::span);
    if let Some(reason) = names::refusal(&column, Key::Rename)
        && items.is_valid
    {
        errors.at(named_at, reason);
    }
    (column, named_at)
}

/// The name that `was` gives.
fn first_name(items: &Items, errors: &mut Errors) -> Option<String> {
    let was = items.text(Key::Was, errors)?;
    if let Some(reason) = names::refusal(&was.value(), Key::Was) {
        errors.on(&was, reason);
    }
    Some(was.value())
}

fn default_value(items: &Items, errors: &mut Errors) -> Option<Default> {
    let item = items.get(Key::Default)?;
    Some(match errors.keep(item.optional_expr())? {
        Some(expr) => {
            refuse_self(&expr, errors);
            Default::Expr(Box::new(expr))
        }
        None => Default::OfType,
    })
}

/// The type as generated code names it: that of an output is the one inside its `Option`.
fn declared_type(raw: &Raw, target: Target, errors: &mut Errors) -> Type {
    match sql_type::option_inner(&raw.ty) {
        Some(inner) if target == Target::Output => {
            errors.on(
                &raw.ty,
                format!(
                    "outputs are always optional: write the type without `Option`, `{}: {}`",
                    raw.ident,
                    inner.to_token_stream()
                ),
            );
            inner.clone()
        }
        _ => raw.ty.clone(),
    }
}

/// The field's own `float`, which must make a difference.
fn own_float(items: &Items, ty: &Type, ignore: bool, floats: bool, errors: &mut Errors) -> Option<Scheme> {
    let item = items.get(Key::Float)?;
    let float = scheme(item, errors);
    if ignore {
        errors.at(
            item.span,
            "`float` says how a field enters the identity, and `ignore` says that it does not: keep one of them",
        );
    } else if !floats {
        let ty = ty.to_token_stream().to_string().replace(' ', "");
        errors.at(
            item.span,
            format!("`float` says how floats enter the identity, and `{ty}` holds none: remove it"),
        );
    }
    float
}

/// How the column stores the field: as JSON, as `sql` says, or as the type implies.
fn stored_as(
    items: &Items,
    json: bool,
    value: &Type,
    written: &Type,
    errors: &mut Errors,
) -> Option<SqlType> {
    match items.get(Key::Sql) {
        Some(item) if json => {
            errors.at(item.span, "`json` and `sql` both say how the field is stored: keep one of them");
            Some(SqlType::Json)
        }
        _ if json => Some(SqlType::Json),
        Some(item) => stated_sql(item, value, errors),
        None if !items.is_valid => None,
        None => SqlType::of(value).map_err(|why| errors.on(written, why)).ok(),
    }
}

fn stated_sql(item: &Item, ty: &Type, errors: &mut Errors) -> Option<SqlType> {
    let (name, at) = errors.keep(item.name())?;
    let Some(stated) = SqlType::parse(&name) else {
        let hint = match SqlType::of_primitive(&name) {
            Some(sql) => format!("did you mean `{}`?", sql.name()),
            None => format!("it is one of {}", SqlType::NAMES.join(", ")),
        };
        errors.on(&at, format!("`sql` has no `{name}`: {hint}"));
        return None;
    };
    if let Some(sql) = sql_type::primitive(ty)
        && sql != stated
    {
        errors.on(
            &at,
            format!("`{}` is always stored as `{}`: remove `sql`", ty.to_token_stream(), sql.name()),
        );
        return None;
    }
    Some(stated)
}

/// The scheme that `float = "…"` names.
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

/// Refuses a default that names `self`: it is evaluated without a record.
pub fn refuse_self(expr: &Expr, errors: &mut Errors) {
    fn first_self(tokens: TokenStream) -> Option<Ident> {
        tokens.into_iter().find_map(|token| match token {
            TokenTree::Ident(ident) if ident == "self" => Some(ident),
            TokenTree::Group(group) => first_self(group.stream()),
            _ => None,
        })
    }
    if let Some(ident) = first_self(expr.to_token_stream()) {
        errors.on(&ident, "this value is the same for every record, so it cannot depend on other fields");
    }
}
