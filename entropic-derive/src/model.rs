//! The record as the rest of the crate sees it.

use proc_macro2::{Ident, Span};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Expr, Fields, Path, Token, Type, Visibility};

use crate::attr::{self, Item, Place};
use crate::errors::Errors;
use crate::names::{self, Case};
use crate::sql_type::{self, SqlType};

/// A struct that is to be a record.
pub struct Record {
    pub ident: Ident,
    pub vis: Visibility,
    pub entropic: Path,
    /// Name of the table in the database.
    pub table: String,
    /// Name of Diesel's module for it.
    pub module: Ident,
    pub version: u32,
    pub fields: Vec<Field>,
    pub outputs: Vec<Field>,
}

/// A field of the struct, or an output.
pub struct Field {
    pub ident: Ident,
    /// The type as written; for an output the type inside its `Option`.
    pub ty: Type,
    /// Name of the column.
    pub column: String,
    /// Name of the column in Diesel's module.
    pub column_ident: Ident,
    /// What is stored; nothing if that was an error.
    pub sql: Option<SqlType>,
    pub nullable: bool,
    pub role: Role,
    pub default: Option<Default>,
    pub float: Scheme,
    pub index: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Identity,
    Ignored,
    Output,
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

impl Record {
    /// Reads the struct. Nothing comes back if it is not a struct that could be a record at all.
    pub fn read(input: DeriveInput, errors: &mut Errors) -> Option<Self> {
        let fields = match input.data {
            Data::Struct(data) => match data.fields {
                Fields::Named(fields) => fields.named,
                _ => {
                    errors.on(
                        &input.ident,
                        "a record needs named fields, one for each column: `struct Orbit { mass: f64 }`",
                    );
                    return None;
                }
            },
            Data::Enum(_) => {
                errors.on(
                    &input.ident,
                    "an enum cannot be a record: derive `SimRecord` on a struct with named fields; \
                     an enum that is a parameter derives `SimEnum`",
                );
                return None;
            }
            Data::Union(_) => {
                errors.on(&input.ident, "a union cannot be a record: use a struct with named fields");
                return None;
            }
        };
        if !input.generics.params.is_empty() {
            errors.on(
                &input.generics,
                "a record cannot be generic, since it stands for one table: write a struct for each table",
            );
            return None;
        }

        let items = attr::items(&input.attrs, Place::Record, errors);
        let entropic = attr::crate_path(&items, errors);
        let item = |key: &str| items.iter().find(|item| item.key == key);
        let table = table_name(item("table"), &input.ident, errors);
        let rename_all = item("rename_all").and_then(|item| case(item, errors));
        let float = item("float").and_then(|item| scheme(item, errors)).unwrap_or(Scheme::Decimal);
        let version = item("version").and_then(|item| version(item, errors)).unwrap_or(1);
        let outputs = item("output").map(|item| outputs(item, errors)).unwrap_or_default();

        let module_span = item("table").map_or(input.ident.span(), |item| item.span);
        let module = names::diesel_ident(&table, "", &[], module_span);
        let mut record = Self {
            ident: input.ident,
            vis: input.vis,
            entropic,
            table,
            module,
            version,
            fields: Vec::new(),
            outputs: Vec::new(),
        };
        for field in fields {
            let Some(ident) = field.ident else { continue };
            let raw = Raw { attrs: field.attrs, ident, ty: field.ty };
            let field = Field::read(raw, Place::Field, rename_all, float, &record, errors);
            record.fields.push(field);
        }
        for raw in outputs {
            let field = Field::read(raw, Place::Output, None, float, &record, errors);
            record.outputs.push(field);
        }
        Some(record)
    }

    /// Fields and outputs, in table order.
    pub fn columns(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().chain(&self.outputs)
    }
}

/// A field before its attributes are read.
struct Raw {
    attrs: Vec<syn::Attribute>,
    ident: Ident,
    ty: Type,
}

impl Parse for Raw {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(syn::Attribute::parse_outer)?;
        let ident = input.parse()?;
        input.parse::<Token![:]>()?;
        Ok(Self { attrs, ident, ty: input.parse()? })
    }
}

impl Field {
    fn read(
        raw: Raw,
        place: Place,
        rename_all: Option<Case>,
        float: Scheme,
        record: &Record,
        errors: &mut Errors,
    ) -> Self {
        let items = attr::items(&raw.attrs, place, errors);
        let item = |key: &str| items.iter().find(|item| item.key == key);

        let renamed = item("rename").and_then(|item| errors.keep(item.text()));
        let column = match (&renamed, rename_all) {
            (Some(text), _) => text.value(),
            (None, Some(case)) => case.apply(&names::plain(&raw.ident)),
            (None, None) => names::plain(&raw.ident),
        };
        if let Some(reason) = names::refusal(&column) {
            let span = renamed.as_ref().map_or(raw.ident.span(), syn::LitStr::span);
            errors.at(span, reason);
        }

        let json = item("json").is_some_and(|item| errors.keep(item.flag()).is_some());
        let ignore = item("ignore").is_some_and(|item| errors.keep(item.flag()).is_some());
        let index = item("index").is_some_and(|item| errors.keep(item.flag()).is_some());
        let default = item("default").and_then(|item| errors.keep(item.optional_expr())).map(|expr| match expr {
            Some(expr) => Default::Expr(Box::new(expr)),
            None => Default::OfType,
        });
        let own_float = item("float").and_then(|item| scheme(item, errors));

        let inner = sql_type::option_inner(&raw.ty);
        if place == Place::Output && inner.is_some() {
            errors.on(&raw.ty, "an output is always optional: write its type without `Option`");
        }
        let stated = item("sql").and_then(|item| stated_sql(item, json, errors));
        let sql = if json {
            Some(SqlType::Json)
        } else if item("sql").is_some() {
            stated
        } else {
            SqlType::of(inner.unwrap_or(&raw.ty)).map_err(|message| errors.on(&raw.ty, message)).ok()
        };

        if let (true, Some(item)) = (ignore, item("default")) {
            errors.at(item.span, "`default` says how a field enters the identity, and `ignore` that it does not: keep one");
        }
        if let (true, Some(item)) = (ignore, item("float")) {
            errors.at(item.span, "`float` says how a field enters the identity, and `ignore` that it does not: keep one");
        }

        let used: Vec<String> = record
            .columns()
            .map(|field| field.column_ident.to_string())
            .chain(names::RESERVED.map(str::to_owned))
            .collect();
        let column_ident = if names::RESERVED.contains(&column.as_str()) {
            Ident::new(&column, raw.ident.span())
        } else {
            names::diesel_ident(&column, &record.module.to_string(), &used, raw.ident.span())
        };
        Self {
            nullable: place == Place::Output || (inner.is_some() && !json),
            role: match place {
                Place::Output => Role::Output,
                _ if ignore => Role::Ignored,
                _ => Role::Identity,
            },
            ident: raw.ident,
            ty: raw.ty,
            column,
            column_ident,
            sql,
            default,
            float: own_float.unwrap_or(float),
            index,
        }
    }

    /// Whether the field is stored as JSON.
    pub fn is_json(&self) -> bool {
        self.sql == Some(SqlType::Json)
    }
}

fn table_name(item: Option<&Item>, ident: &Ident, errors: &mut Errors) -> String {
    let given = item.and_then(|item| errors.keep(item.text()));
    let Some(given) = given else {
        return format!("{}s", Case::Snake.apply(&names::plain(ident)));
    };
    let name = given.value();
    if let Some(reason) = names::refusal(&name) {
        errors.on(&given, reason);
    }
    let lower = name.to_lowercase();
    if let Some(prefix) = ["entropic_", "sqlite_", "pg_"].iter().find(|prefix| lower.starts_with(**prefix)) {
        errors.on(&given, format!("table names that begin with `{prefix}` are taken; choose another"));
    }
    name
}

fn case(item: &Item, errors: &mut Errors) -> Option<Case> {
    let text = errors.keep(item.text())?;
    let case = Case::parse(&text.value());
    if case.is_none() {
        errors.on(&text, format!("`rename_all` is one of {}", quoted(&Case::NAMES)));
    }
    case
}

fn scheme(item: &Item, errors: &mut Errors) -> Option<Scheme> {
    let text = errors.keep(item.text())?;
    match text.value().as_str() {
        "decimal" => Some(Scheme::Decimal),
        "significant" => Some(Scheme::Significant),
        "exact" => Some(Scheme::Exact),
        _ => {
            errors.on(
                &text,
                "`float` is one of \"decimal\" (12 decimals, as the Python package), \
                 \"significant\" (12 significant digits) and \"exact\"",
            );
            None
        }
    }
}

fn version(item: &Item, errors: &mut Errors) -> Option<u32> {
    let number = errors.keep(item.number())?;
    if number == 0 {
        errors.at(item.span, "versions count from 1");
        return None;
    }
    Some(number)
}

fn stated_sql(item: &Item, json: bool, errors: &mut Errors) -> Option<SqlType> {
    if json {
        errors.at(item.span, "`json` says how the field is stored already; keep one of `json` and `sql`");
        return None;
    }
    let (name, span): (String, Span) = errors.keep(item.name())?;
    let sql = SqlType::parse(&name);
    if sql.is_none() {
        errors.at(span, format!("`sql` is one of {}", SqlType::NAMES.join(", ")));
    }
    sql
}

fn outputs(item: &Item, errors: &mut Errors) -> Vec<Raw> {
    let Some(tokens) = errors.keep(item.list()) else { return Vec::new() };
    let parsed = syn::parse::Parser::parse2(Punctuated::<Raw, Token![,]>::parse_terminated, tokens);
    errors.keep(parsed).into_iter().flatten().collect()
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

/// The place of a type, for messages and checks that shall point at it.
pub fn span_of(ty: &Type) -> Span {
    ty.span()
}
