//! `#[sim(…)]`: which keys exist, where each one may be written, and in which form.

use proc_macro2::Span;
use syn::parse::Parse;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, MetaList, Path, Token};

use crate::errors::Errors;
use crate::manifest::Crates;
use crate::names::{self, Case};

/// What an attribute is written on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Record,
    Field,
    Output,
    Retired,
    Enum,
    Variant,
    Newtype,
}

impl Target {
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

/// What an attribute is called. A key may have several forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Table,
    Output,
    Retired,
    Index,
    Version,
    RenameAll,
    Crate,
    Float,
    Rename,
    Was,
    Ignore,
    Default,
    Json,
    Sql,
    Without,
}

impl Key {
    /// The key as the user writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Output => "output",
            Self::Retired => "retired",
            Self::Index => "index",
            Self::Version => "version",
            Self::RenameAll => "rename_all",
            Self::Crate => "crate",
            Self::Float => "float",
            Self::Rename => "rename",
            Self::Was => "was",
            Self::Ignore => "ignore",
            Self::Default => "default",
            Self::Json => "json",
            Self::Sql => "sql",
            Self::Without => "without",
        }
    }
}

/// How a key is written on some targets.
struct Form {
    key: Key,
    targets: &'static [Target],
    example: &'static str,
}

use Target::{Enum, Field, Newtype, Output, Record, Retired, Variant};

impl Form {
    const fn new(key: Key, targets: &'static [Target], example: &'static str) -> Self {
        Self { key, targets, example }
    }

    /// A record may have several indexes over several columns.
    fn may_be_repeated(&self) -> bool {
        self.key == Key::Index && self.targets.contains(&Record)
    }
}

/// Every form of every key. All messages about keys are made from this table.
const FORMS: &[Form] = &[
    Form::new(Key::Table, &[Record], "table = \"orbits\""),
    Form::new(Key::Output, &[Record], "output(energy: f64, period: f64)"),
    Form::new(Key::Retired, &[Record], "retired(drag: f64 = 0.5)"),
    Form::new(Key::Retired, &[Variant], "retired"),
    Form::new(Key::Index, &[Record], "index(mass, dt)"),
    Form::new(Key::Version, &[Record], "version = 2"),
    Form::new(Key::RenameAll, &[Record, Enum], "rename_all = \"snake_case\""),
    Form::new(Key::Crate, &[Record, Enum, Newtype], "crate = \"::entropic\""),
    Form::new(Key::Float, &[Record, Field, Retired], "float = \"significant\""),
    Form::new(Key::Rename, &[Field, Output, Retired, Variant], "rename = \"name\""),
    Form::new(Key::Was, &[Field, Output, Retired], "was = \"old_name\""),
    Form::new(Key::Ignore, &[Field, Retired], "ignore"),
    Form::new(Key::Default, &[Field, Retired], "default = 0.0"),
    Form::new(Key::Json, &[Field, Output, Retired], "json"),
    Form::new(Key::Sql, &[Field, Output, Retired], "sql = Double"),
    Form::new(Key::Index, &[Field, Output], "index"),
    Form::new(Key::Without, &[Enum], "without(Display, FromStr)"),
];

/// One `key`, `key = value` or `key(…)`.
pub struct Item {
    pub span: Span,
    form: &'static Form,
    value: Value,
}

enum Value {
    None,
    Expr(Expr),
    List(MetaList),
}

impl Item {
    fn key(&self) -> Key {
        self.form.key
    }

    fn wrong_form(&self) -> syn::Error {
        let (key, example) = (self.key().name(), self.form.example);
        syn::Error::new(self.span, format!("`{key}` is written `#[sim({example})]`"))
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

    /// `key = Name`: the last segment, and the expression for an error to point at.
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

    /// `key(…)`, a list of `T` separated by commas.
    pub fn list<T: Parse>(&self) -> syn::Result<Punctuated<T, Token![,]>> {
        match &self.value {
            Value::List(list) => list.parse_args_with(Punctuated::parse_terminated).map_err(|error| {
                with_form(&error, &format!("`{}` is written `{}`", self.key().name(), self.form.example))
            }),
            _ => Err(self.wrong_form()),
        }
    }

    /// `rename_all = "snake_case"`.
    pub fn case(&self, errors: &mut Errors) -> Option<Case> {
        let text = errors.keep(self.text())?;
        let case = Case::parse(&text.value());
        if case.is_none() {
            errors.on(&text, Case::expected(&text.value()));
        }
        case
    }
}

/// The `#[sim(…)]` attributes of one target.
pub struct Items {
    items: Vec<Item>,
    /// Whether all of them were right. Otherwise a wrong item may have been meant to provide what seems to be missing,
    /// so nothing is reported as missing.
    pub is_valid: bool,
}

impl Items {
    pub fn get(&self, key: Key) -> Option<&Item> {
        self.all(key).next()
    }

    /// The items of a key that may be repeated.
    pub fn all(&self, key: Key) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |item| item.key() == key)
    }

    /// The value of `key = "text"`.
    pub fn text(&self, key: Key, errors: &mut Errors) -> Option<LitStr> {
        self.get(key).and_then(|item| errors.keep(item.text()))
    }

    /// Whether `key` is written here; an error if it has a value.
    pub fn has_flag(&self, key: Key, errors: &mut Errors) -> bool {
        self.get(key).is_some_and(|item| {
            errors.keep(item.flag());
            true
        })
    }
}

/// The items of all `#[sim(…)]` of a target. Unknown, misplaced and repeated keys are errors. A misspelt key counts as the
/// one that it resembles, so that it causes no second error.
pub fn items(attrs: &[Attribute], target: Target, errors: &mut Errors) -> Items {
    const SHAPE: &str = "attributes are written `#[sim(key, key = value)]`";
    let mut items: Vec<Item> = Vec::new();
    let mut is_valid = true;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("sim")) {
        let metas = if matches!(attr.meta, Meta::List(_)) {
            attr.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
                .map_err(|error| with_form(&error, SHAPE))
        } else {
            Err(syn::Error::new_spanned(&attr.meta, SHAPE))
        };
        let Some(metas) = errors.keep(metas) else {
            is_valid = false;
            continue;
        };
        for meta in metas {
            let is_new = |form: &Form| items.iter().all(|item| item.key() != form.key);
            let form = match form_of(meta.path(), target) {
                Ok(form) if is_new(form) || form.may_be_repeated() => form,
                Ok(form) => {
                    errors.on(meta.path(), format!("`{}` is given twice; keep one", form.key.name()));
                    is_valid = false;
                    continue;
                }
                Err((error, meant)) => {
                    errors.push(error);
                    is_valid = false;
                    match meant.filter(|form| is_new(form)) {
                        Some(form) => form,
                        None => continue,
                    }
                }
            };
            let span = meta.path().span();
            let value = match meta {
                Meta::Path(_) => Value::None,
                Meta::NameValue(pair) => Value::Expr(ungrouped(pair.value)),
                Meta::List(list) => Value::List(list),
            };
            items.push(Item { span, form, value });
        }
    }
    Items { items, is_valid }
}

/// The expression inside the invisible group that a `$value:literal` of a macro becomes.
fn ungrouped(expr: Expr) -> Expr {
    match expr {
        Expr::Group(group) => ungrouped(*group.expr),
        other => other,
    }
}

/// The message of Rust's parser, followed by the form that the user should have written.
fn with_form(error: &syn::Error, form: &str) -> syn::Error {
    syn::Error::new(error.span(), format!("{error}; {form}"))
}

/// The form of the key at `path`; otherwise the error, and the form that the user probably meant.
fn form_of(path: &Path, target: Target) -> Result<&'static Form, (syn::Error, Option<&'static Form>)> {
    let given = path.segments.iter().map(|s| names::plain(&s.ident)).collect::<Vec<_>>().join("::");
    let error = |message: String| syn::Error::new_spanned(path, message);
    let of_name = |name: &str| FORMS.iter().filter(|form| form.key.name() == name).collect::<Vec<_>>();
    let here = |form: &Form| form.targets.contains(&target);
    let known = of_name(&given);
    if let Some(form) = known.iter().find(|form| here(form)) {
        return Ok(form);
    }
    let Some(form) = known.first() else {
        let names: Vec<&str> = FORMS.iter().filter(|form| here(form)).map(|form| form.key.name()).collect();
        let near = names::nearest(&given, &names);
        let hint = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("{} takes {}", target.name(), listed(&names)),
        };
        let meant = near.and_then(|near| of_name(near).into_iter().find(|form| here(form)));
        let message = format!("there is no attribute `{given}` for {}: {hint}", target.name());
        return Err((error(message), meant));
    };
    let targets: Vec<&str> = form.targets.iter().map(|target| target.name()).collect();
    let targets = targets.join(", ");
    let targets =
        targets.rsplit_once(", ").map_or(targets.clone(), |(most, last)| format!("{most} or {last}"));
    let message = format!("`#[sim({})]` belongs on {targets}, not on {}", form.example, target.name());
    Err((error(message), None))
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The path of the library in generated code: `::entropic`, or the value of `crate = "…"`.
pub fn crate_path(items: &Items, at: Span, crates: Crates, errors: &mut Errors) -> Path {
    let standard = || syn::parse_quote!(::entropic);
    let Some(item) = items.get(Key::Crate) else {
        crates.require_entropic(at, errors);
        return standard();
    };
    let Some(text) = errors.keep(item.text()) else { return standard() };
    // Rust's lexer would report other text itself, in words that do not help.
    let given = text.value();
    let path = given
        .chars()
        .all(|c| c.is_alphanumeric() || c == '_' || c == ':')
        .then(|| syn::parse_str::<Path>(&given));
    let Some(Ok(mut path)) = path else {
        errors.on(&text, "`crate` takes the path of the library, e.g. `crate = \"::entropic\"`");
        return standard();
    };
    if path.leading_colon.is_none() && path.segments.first().is_none_or(|first| first.ident != "crate") {
        errors.on(
            &text,
            format!(
                "the path must resolve from every module: begin it with `::` or `crate::`, e.g. \
                 `crate = \"::{given}\"`"
            ),
        );
        path.leading_colon = Some(syn::token::PathSep::default());
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_begins_with_its_key() {
        for form in FORMS {
            let end = form.example.find(|c: char| c != '_' && !c.is_alphanumeric());
            let key = &form.example[..end.unwrap_or(form.example.len())];
            assert_eq!(key, form.key.name());
        }
    }

    #[test]
    fn no_target_takes_two_forms_of_a_key() {
        for (at, form) in FORMS.iter().enumerate() {
            for other in FORMS[at + 1..].iter().filter(|other| other.key == form.key) {
                assert!(form.targets.iter().all(|target| !other.targets.contains(target)), "{:?}", form.key);
            }
        }
    }
}
