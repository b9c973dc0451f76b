//! The record as the rest of the crate sees it.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{Data, DeriveInput, Expr, Fields, Generics, Path, Token, Type, Visibility};

use crate::attr::{self, Item, Items, Place};
use crate::errors::Errors;
use crate::names::{self, Case};
use crate::sql_type::{self, SqlType};

/// A struct that is to be a record.
pub struct Record {
    pub ident: Ident,
    pub vis: Visibility,
    /// Those of a wrong record; a right one has none.
    pub generics: Generics,
    pub entropic: Path,
    /// Name of the table in the database.
    pub table: String,
    /// Name of Diesel's module for it.
    pub module: Ident,
    pub version: u32,
    pub fields: Vec<Field>,
    pub outputs: Vec<Field>,
    /// Whether it is a struct with named fields and without generics.
    pub well_shaped: bool,
}

/// A field of the struct, or an output.
pub struct Field {
    pub ident: Ident,
    /// The type as written; for an output the type inside its `Option`.
    pub ty: Type,
    /// The type whose values are stored: that inside the `Option` of a column that can be NULL.
    pub value: Type,
    /// Name of the column.
    pub column: String,
    /// Where the column got its name.
    pub named_at: Span,
    /// Name of the column in Diesel's module.
    pub column_ident: Ident,
    /// What is stored; nothing if that was an error.
    pub sql: Option<SqlType>,
    pub nullable: bool,
    pub role: Role,
    pub default: Option<Default>,
    pub float: Scheme,
    pub index: bool,
    /// Whether nothing was wrong with its attributes.
    pub sound: bool,
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
    /// Reads the struct; of what cannot be a record at all, what its stand-in needs.
    pub fn read(input: DeriveInput, errors: &mut Errors) -> Self {
        let items = attr::items(&input.attrs, Place::Record, errors);
        let entropic = attr::crate_path(&items, errors);
        let table = table_name(&items, &input.ident, errors);
        let rename_all = items.get("rename_all").and_then(|item| case(item, errors));
        let float = items.get("float").and_then(|item| scheme(item, errors)).unwrap_or(Scheme::Decimal);
        let version = items.get("version").and_then(|item| version(item, errors)).unwrap_or(1);
        let outputs = items.get("output").map(|item| outputs(item, errors)).unwrap_or_default();
        let fields = fields(&input, errors);

        let module_span = items
            .get("table")
            .and_then(|item| item.text().ok())
            .map_or(input.ident.span(), |text| text.span());
        let module = names::module_ident(&table, module_span);
        let mut record = Self {
            ident: input.ident,
            vis: input.vis,
            generics: input.generics,
            entropic,
            table,
            module,
            version,
            well_shaped: fields.is_some(),
            fields: Vec::new(),
            outputs: Vec::new(),
        };
        for raw in fields.into_iter().flatten() {
            record.fields.push(Field::read(raw, Place::Field, rename_all, float, errors));
        }
        for raw in outputs {
            record.outputs.push(Field::read(raw, Place::Output, None, float, errors));
        }
        record.name_columns();
        record
    }

    /// Fields and outputs, in table order.
    pub fn columns(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().chain(&self.outputs)
    }

    /// Gives each column its name in Diesel's module.
    fn name_columns(&mut self) {
        let module = self.module.to_string();
        let mut used: Vec<String> = self.columns().map(|field| field.column.clone()).collect();
        used.extend(names::RESERVED.map(str::to_owned));
        for field in self.fields.iter_mut().chain(&mut self.outputs) {
            field.column_ident = names::column_ident(&field.column, &module, &used, field.ident.span());
            used.push(field.column_ident.to_string());
        }
    }
}

/// The named fields, or what is wrong with the shape.
fn fields(input: &DeriveInput, errors: &mut Errors) -> Option<Vec<Raw>> {
    let named = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => &fields.named,
            _ => {
                errors.on(
                    &input.ident,
                    format!(
                        "a record needs named fields, one for each column: `struct {} {{ mass: f64 }}`",
                        input.ident
                    ),
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
    let raw = |field: &syn::Field| {
        Some(Raw { attrs: field.attrs.clone(), ident: field.ident.clone()?, ty: field.ty.clone() })
    };
    Some(named.iter().filter_map(raw).collect())
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
    fn read(raw: Raw, place: Place, rename_all: Option<Case>, float: Scheme, errors: &mut Errors) -> Self {
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
        if ignore {
            for key in ["default", "float"] {
                if let Some(item) = items.get(key) {
                    errors.at(
                        item.span,
                        format!(
                            "`{key}` says how a field enters the identity, and `ignore` that it does not: keep one"
                        ),
                    );
                }
            }
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
                _ if ignore => Role::Ignored,
                _ => Role::Identity,
            },
            value: if json { ty.clone() } else { inner.unwrap_or(&ty).clone() },
            ty,
            // Until all columns are known.
            column_ident: raw.ident.clone(),
            ident: raw.ident,
            column,
            named_at,
            sql,
            default,
            float: own_float.unwrap_or(float),
            index,
            sound: items.sound,
        }
    }

    /// Whether the field is stored as JSON.
    pub fn is_json(&self) -> bool {
        self.sql == Some(SqlType::Json)
    }
}

fn table_name(items: &Items, ident: &Ident, errors: &mut Errors) -> String {
    let given = items.get("table").and_then(|item| errors.keep(item.text()));
    let name = match &given {
        Some(given) => given.value(),
        None => format!("{}s", Case::Snake.apply(&names::plain(ident))),
    };
    let lower = name.to_lowercase();
    let reason = match ["entropic_", "sqlite_", "pg_"].iter().find(|prefix| lower.starts_with(**prefix)) {
        Some(prefix) => Some(format!(
            "tables whose names begin with `{prefix}` are not the user's: choose another with \
             `#[sim(table = \"…\")]`"
        )),
        None => names::refusal(&name, "table"),
    };
    if let Some(reason) = reason {
        match &given {
            Some(given) => errors.on(given, reason),
            None if items.get("table").is_none() && items.sound => errors.on(ident, reason),
            None => {}
        }
    }
    name
}

fn case(item: &Item, errors: &mut Errors) -> Option<Case> {
    let text = errors.keep(item.text())?;
    let case = Case::parse(&text.value());
    if case.is_none() {
        errors.on(&text, Case::expected(&text.value()));
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
                "`float` is one of \"decimal\" (12 decimals, as in the Python package), \
                 \"significant\" (12 significant digits) and \"exact\"",
            );
            None
        }
    }
}

fn version(item: &Item, errors: &mut Errors) -> Option<u32> {
    let number = errors.keep(item.number())?;
    if number == 0 {
        errors.at(item.span, "versions count from 1, which is what a record without `version` has");
        return None;
    }
    Some(number)
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

fn outputs(item: &Item, errors: &mut Errors) -> Vec<Raw> {
    errors.keep(item.list()).into_iter().flatten().collect()
}

/// A default is the same for all records, so it cannot speak of one.
fn refuse_self(expr: &Expr, errors: &mut Errors) {
    fn first_self(tokens: TokenStream) -> Option<Ident> {
        tokens.into_iter().find_map(|token| match token {
            TokenTree::Ident(ident) if ident == "self" => Some(ident),
            TokenTree::Group(group) => first_self(group.stream()),
            _ => None,
        })
    }
    if let Some(ident) = first_self(expr.to_token_stream()) {
        errors.on(&ident, "a default is the same for every record: it cannot depend on the other fields");
    }
}
