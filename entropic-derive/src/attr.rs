//! `#[sim(…)]`: which keys there are, where each may stand, and what each looks like.

use proc_macro2::Span;
use syn::parse::Parse;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, MetaList, Path, Token};

use crate::errors::Errors;
use crate::manifest::Crates;
use crate::names;

/// Where an attribute stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Record,
    Field,
    Output,
    Retired,
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
            Self::Retired => "a retired parameter",
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

use Place::{Enum, Field, Newtype, Output, Record, Retired, Variant};

impl Key {
    /// A record may have several indexes over several columns.
    fn may_be_repeated(&self) -> bool {
        self.name == "index" && self.places.contains(&Record)
    }
}

/// Every key there is. All messages about keys are made from this table.
const KEYS: &[Key] = &[
    Key { name: "table", places: &[Record], form: "table = \"orbits\"" },
    Key { name: "output", places: &[Record], form: "output(energy: f64, period: f64)" },
    Key { name: "retired", places: &[Record], form: "retired(drag: f64 = 0.5)" },
    Key { name: "retired", places: &[Variant], form: "retired" },
    Key { name: "index", places: &[Record], form: "index(mass, dt)" },
    Key { name: "version", places: &[Record], form: "version = 2" },
    Key { name: "rename_all", places: &[Record, Enum], form: "rename_all = \"snake_case\"" },
    Key { name: "crate", places: &[Record, Enum, Newtype], form: "crate = \"::entropic\"" },
    Key { name: "float", places: &[Record, Field, Retired], form: "float = \"significant\"" },
    Key { name: "rename", places: &[Field, Output, Retired, Variant], form: "rename = \"name\"" },
    Key { name: "was", places: &[Field, Output, Retired], form: "was = \"old_name\"" },
    Key { name: "ignore", places: &[Field, Retired], form: "ignore" },
    Key { name: "default", places: &[Field, Retired], form: "default = 0.0" },
    Key { name: "json", places: &[Field, Output, Retired], form: "json" },
    Key { name: "sql", places: &[Field, Output, Retired], form: "sql = Double" },
    Key { name: "index", places: &[Field, Output], form: "index" },
    Key { name: "without", places: &[Enum], form: "without(Display, FromStr)" },
];

/// One `key`, `key = value` or `key(…)`.
pub struct Item {
    pub key: &'static str,
    pub span: Span,
    form: &'static str,
    value: Value,
}

enum Value {
    None,
    Expr(Expr),
    List(MetaList),
}

impl Item {
    fn wrong_form(&self) -> syn::Error {
        syn::Error::new(self.span, format!("`{}` is written `#[sim({})]`", self.key, self.form))
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
            Value::Expr(Expr::Lit(ExprLit { lit: Lit::Int(number), .. })) => {
                number.base10_parse().map_err(|_| self.wrong_form())
            }
            _ => Err(self.wrong_form()),
        }
    }

    /// `key = Name`: the last segment, and the whole to point at.
    pub fn name(&self) -> syn::Result<(String, Expr)> {
        if let Value::Expr(expr @ Expr::Path(path)) = &self.value
            && let Some(last) = path.path.segments.last()
        {
            return Ok((names::plain(&last.ident), expr.clone()));
        }
        match &self.value {
            Value::Expr(expr @ Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => {
                Ok((text.value(), expr.clone()))
            }
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

    /// `key(…)`, a list of `T` with commas between.
    pub fn list<T: Parse>(&self) -> syn::Result<Punctuated<T, Token![,]>> {
        match &self.value {
            Value::List(list) => list
                .parse_args_with(Punctuated::parse_terminated)
                .map_err(|error| explained(&error, &format!("`{}` is written `{}`", self.key, self.form))),
            _ => Err(self.wrong_form()),
        }
    }
}

/// What the `#[sim(…)]` of one place say.
pub struct Items {
    items: Vec<Item>,
    /// Whether nothing was wrong with them. What seems to be missing in a place with a mistake may be what the
    /// mistake was meant to say, so it is not told as well.
    pub sound: bool,
}

impl Items {
    pub fn get(&self, key: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.key == key)
    }

    /// Those of a key that may be repeated.
    pub fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Item> {
        self.items.iter().filter(move |item| item.key == key)
    }

    /// Whether `key` stands here, alone as it should.
    pub fn has_flag(&self, key: &str, errors: &mut Errors) -> bool {
        self.get(key).is_some_and(|item| {
            errors.keep(item.flag());
            true
        })
    }
}

/// The items of all `#[sim(…)]` here; unknown, misplaced and repeated keys are errors. A misspelt key is taken
/// for the one that it resembles, so that nothing else goes wrong because of it.
pub fn items(attrs: &[Attribute], place: Place, errors: &mut Errors) -> Items {
    let mut items: Vec<Item> = Vec::new();
    let mut sound = true;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("sim")) {
        let metas = if matches!(attr.meta, Meta::List(_)) {
            attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
                .map_err(|error| explained(&error, "attributes are written `#[sim(key, key = value)]`"))
        } else {
            Err(syn::Error::new_spanned(&attr.meta, "attributes are written `#[sim(key, key = value)]`"))
        };
        let Some(metas) = errors.keep(metas) else {
            sound = false;
            continue;
        };
        for meta in metas {
            let span = meta.path().span();
            let key = match key_of(meta.path(), place) {
                Ok(key) if !key.may_be_repeated() && items.iter().any(|item| item.key == key.name) => {
                    errors.on(meta.path(), format!("`{}` is given twice; keep one", key.name));
                    sound = false;
                    continue;
                }
                Ok(key) => key,
                Err((error, meant)) => {
                    errors.push(error);
                    sound = false;
                    match meant {
                        Some(key) if items.iter().all(|item| item.key != key.name) => key,
                        _ => continue,
                    }
                }
            };
            let value = match meta {
                Meta::Path(_) => Value::None,
                Meta::NameValue(pair) => Value::Expr(ungrouped(pair.value)),
                Meta::List(list) => Value::List(list),
            };
            items.push(Item { key: key.name, span, form: key.form, value });
        }
    }
    Items { items, sound }
}

/// What a `$value:literal` of a macro stands for comes in invisible brackets.
fn ungrouped(expr: Expr) -> Expr {
    match expr {
        Expr::Group(group) => ungrouped(*group.expr),
        other => other,
    }
}

/// What the parser of Rust says, and what should have been written.
fn explained(error: &syn::Error, form: &str) -> syn::Error {
    syn::Error::new(error.span(), format!("{error}; {form}"))
}

/// The key that stands there; else what is wrong with it, and the key that it must have meant.
fn key_of(path: &Path, place: Place) -> Result<&'static Key, (syn::Error, Option<&'static Key>)> {
    let given = path.segments.iter().map(|s| names::plain(&s.ident)).collect::<Vec<_>>().join("::");
    let error = |message: String| syn::Error::new_spanned(path, message);
    let of_name = |name: &str| KEYS.iter().filter(|key| key.name == name).collect::<Vec<_>>();
    let here = |key: &Key| key.places.contains(&place);
    let known = of_name(&given);
    if let Some(key) = known.iter().find(|key| here(key)) {
        return Ok(key);
    }
    let Some(key) = known.first() else {
        let names: Vec<&'static str> = KEYS.iter().filter(|key| here(key)).map(|key| key.name).collect();
        let near = names::nearest(&given, &names);
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("{} takes {}", place.name(), listed(&names)),
        };
        let meant = near.and_then(|near| of_name(near).into_iter().find(|key| here(key)));
        return Err((error(format!("there is no attribute `{given}` for {}: {hint}", place.name())), meant));
    };
    let places: Vec<&str> = key.places.iter().map(|place| place.name()).collect();
    let places = places.join(", ");
    let places = places.rsplit_once(", ").map_or(places.clone(), |(most, last)| format!("{most} or {last}"));
    Err((error(format!("`#[sim({})]` stands on {places}, not on {}", key.form, place.name())), None))
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The path generated code reaches the library by: `::entropic`, or what `crate = "…"` says.
pub fn crate_path(items: &Items, at: Span, crates: Crates, errors: &mut Errors) -> Path {
    let standard = || syn::parse_quote!(::entropic);
    let Some(item) = items.get("crate") else {
        crates.require_entropic(at, errors);
        return standard();
    };
    let Some(text) = errors.keep(item.text()) else { return standard() };
    // What is no path is not shown to Rust's lexer, which has words of its own for it.
    let given = text.value();
    let path = given
        .chars()
        .all(|c| c.is_alphanumeric() || c == '_' || c == ':')
        .then(|| syn::parse_str::<Path>(&given));
    let Some(Ok(mut path)) = path else {
        errors.on(&text, "`crate` is the path of the library, e.g. `crate = \"::entropic\"`");
        return standard();
    };
    if path.leading_colon.is_none() && path.segments.first().is_none_or(|first| first.ident != "crate") {
        errors.on(
            &text,
            format!(
                "the path must hold everywhere: begin it with `::` or `crate::`, e.g. `crate = \"::{given}\"`"
            ),
        );
        path.leading_colon = Some(syn::token::PathSep::default());
    }
    path
}
