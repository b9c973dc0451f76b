//! `#[sim(…)]`: which keys there are, where each may stand, and what each looks like.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Path, Token};

use crate::errors::Errors;
use crate::names;

/// Where an attribute stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Record,
    Field,
    Output,
    Enum,
    Variant,
    Newtype,
}

impl Place {
    fn name(self) -> &'static str {
        match self {
            Self::Record => "a record",
            Self::Field => "a field",
            Self::Output => "an output",
            Self::Enum => "an enum",
            Self::Variant => "a variant",
            Self::Newtype => "a newtype",
        }
    }
}

/// One key: its name, where it may stand, and its form.
struct Key {
    name: &'static str,
    places: &'static [Place],
    form: &'static str,
}

use Place::{Enum, Field, Newtype, Output, Record, Variant};

/// Every key there is. All messages about keys are made from this table.
const KEYS: &[Key] = &[
    Key { name: "table", places: &[Record], form: "table = \"orbits\"" },
    Key { name: "output", places: &[Record], form: "output(energy: f64, period: f64)" },
    Key { name: "version", places: &[Record], form: "version = 2" },
    Key { name: "rename_all", places: &[Record, Enum], form: "rename_all = \"snake_case\"" },
    Key { name: "crate", places: &[Record, Enum, Newtype], form: "crate = \"::entropic\"" },
    Key { name: "float", places: &[Record, Field], form: "float = \"significant\"" },
    Key { name: "rename", places: &[Field, Output, Variant], form: "rename = \"name\"" },
    Key { name: "ignore", places: &[Field], form: "ignore" },
    Key { name: "default", places: &[Field], form: "default = 0.0" },
    Key { name: "json", places: &[Field, Output], form: "json" },
    Key { name: "sql", places: &[Field, Output], form: "sql = Double" },
    Key { name: "index", places: &[Field, Output], form: "index" },
];

/// One `key`, `key = value` or `key(…)`.
pub struct Item {
    pub key: &'static str,
    pub span: Span,
    value: Value,
}

enum Value {
    None,
    Expr(Expr),
    List(TokenStream),
}

impl Item {
    fn wrong_form(&self) -> syn::Error {
        let form = KEYS.iter().find(|key| key.name == self.key).map_or("", |key| key.form);
        syn::Error::new(self.span, format!("`{}` is written like this: `#[sim({form})]`", self.key))
    }

    /// `key` alone.
    pub fn flag(&self) -> syn::Result<()> {
        if matches!(self.value, Value::None) { Ok(()) } else { Err(self.wrong_form()) }
    }

    /// `key = "text"`.
    pub fn text(&self) -> syn::Result<LitStr> {
        match &self.value {
            Value::Expr(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => Ok(text.clone()),
            _ => Err(self.wrong_form()),
        }
    }

    /// `key = 2`.
    pub fn number(&self) -> syn::Result<u32> {
        match &self.value {
            Value::Expr(Expr::Lit(ExprLit { lit: Lit::Int(number), .. })) => number.base10_parse(),
            _ => Err(self.wrong_form()),
        }
    }

    /// `key = Name`, or `key = "Name"`.
    pub fn name(&self) -> syn::Result<(String, Span)> {
        match &self.value {
            Value::Expr(Expr::Path(path)) => match path.path.segments.last() {
                Some(last) => Ok((names::plain(&last.ident), path.span())),
                None => Err(self.wrong_form()),
            },
            Value::Expr(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => Ok((text.value(), text.span())),
            _ => Err(self.wrong_form()),
        }
    }

    /// `key` alone or `key = expression`.
    pub fn optional_expr(&self) -> syn::Result<Option<Expr>> {
        match &self.value {
            Value::None => Ok(None),
            Value::Expr(expr) => Ok(Some(expr.clone())),
            Value::List(_) => Err(self.wrong_form()),
        }
    }

    /// `key(…)`.
    pub fn list(&self) -> syn::Result<TokenStream> {
        match &self.value {
            Value::List(tokens) => Ok(tokens.clone()),
            _ => Err(self.wrong_form()),
        }
    }
}

/// The items of all `#[sim(…)]` here; unknown, misplaced and repeated keys are errors.
pub fn items(attrs: &[Attribute], place: Place, errors: &mut Errors) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("sim")) {
        let metas = if matches!(attr.meta, Meta::List(_)) {
            attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
        } else {
            Err(syn::Error::new_spanned(&attr.meta, "write `#[sim(…)]` with what is meant inside"))
        };
        for meta in errors.keep(metas).into_iter().flatten() {
            let Some(key) = key_of(meta.path(), place, errors) else { continue };
            let span = meta.path().span();
            if items.iter().any(|item| item.key == key) {
                errors.at(span, format!("`{key}` is given twice; keep one"));
                continue;
            }
            let value = match meta {
                Meta::Path(_) => Value::None,
                Meta::NameValue(pair) => Value::Expr(pair.value),
                Meta::List(list) => Value::List(list.tokens),
            };
            items.push(Item { key, span, value });
        }
    }
    items
}

fn key_of(path: &Path, place: Place, errors: &mut Errors) -> Option<&'static str> {
    let given = path.to_token_stream().to_string();
    let Some(key) = KEYS.iter().find(|key| key.name == given) else {
        let here: Vec<&str> =
            KEYS.iter().filter(|key| key.places.contains(&place)).map(|key| key.name).collect();
        let hint = match names::nearest(&given, &here) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("{} takes {}", place.name(), listed(&here)),
        };
        errors.on(path, format!("there is no attribute `{given}` for {}: {hint}", place.name()));
        return None;
    };
    if !key.places.contains(&place) {
        let places: Vec<&str> = key.places.iter().map(|place| place.name()).collect();
        errors.on(
            path,
            format!(
                "`{given}` stands on {}, not on {}: `#[sim({})]`",
                places.join(" or "),
                place.name(),
                key.form
            ),
        );
        return None;
    }
    Some(key.name)
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The path generated code reaches the library by: `::entropic`, or what `crate = "…"` says.
pub fn crate_path(items: &[Item], errors: &mut Errors) -> Path {
    let standard = || syn::parse_quote!(::entropic);
    let Some(item) = items.iter().find(|item| item.key == "crate") else { return standard() };
    let Some(text) = errors.keep(item.text()) else { return standard() };
    match syn::parse_str::<Path>(&text.value()) {
        Ok(path) if path.leading_colon.is_some() || path.segments.first().is_some_and(|s| s.ident == "crate") => {
            path
        }
        _ => {
            errors.on(
                &text,
                "the path must hold everywhere: begin it with `::` or `crate::`, e.g. `crate = \"::entropic\"`",
            );
            standard()
        }
    }
}
