//! The record, read from its attributes: all that the checks and the expansion know of it.

use proc_macro2::{Ident, Span};
use syn::parse::Parse;
use syn::{Data, DeriveInput, Fields, Generics, Path, Visibility};

use crate::attr::{self, Item, Items, Key, Target};
use crate::errors::Errors;
use crate::field::{Inherited, Raw, Retired, refuse_self, scheme};
use crate::manifest::Crates;
use crate::names::{self, Case};

pub use crate::field::{Default, Field, Role, Scheme};

/// A struct that derives `SimRecord`.
pub struct Record {
    pub ident: Ident,
    pub vis: Visibility,
    /// Only a wrong record has any.
    pub generics: Generics,
    pub entropic: Path,
    /// Name of the table in the database.
    pub table: String,
    /// Name of Diesel's module for it.
    pub module: Ident,
    pub version: u32,
    pub fields: Vec<Field>,
    pub outputs: Vec<Field>,
    /// Former fields and outputs whose columns stay.
    pub retired: Vec<Field>,
    /// Indexes over several columns, each as the names of its columns.
    pub indexes: Vec<Vec<String>>,
    /// Whether it is a struct with named fields and without generics.
    pub well_shaped: bool,
    /// Where the record has `float`.
    pub float_at: Option<Span>,
}

impl Record {
    /// Reads the struct; of an item that cannot be a record, what its stand-in needs.
    pub fn read(input: DeriveInput, crates: Crates, errors: &mut Errors) -> Self {
        let items = attr::items(&input.attrs, Target::Record, errors);
        let entropic = attr::crate_path(&items, input.ident.span(), crates, errors);
        let table = table_name(&items, &input.ident, errors);
        let rename_all = items.get(Key::RenameAll).and_then(|item| item.case(errors));
        let float = items.get(Key::Float).and_then(|item| scheme(item, errors)).unwrap_or(Scheme::Decimal);
        let version = items.get(Key::Version).and_then(|item| version(item, errors)).unwrap_or(1);
        let outputs = items.get(Key::Output).map(|item| list(item, errors)).unwrap_or_default();
        let retired: Vec<Retired> =
            items.get(Key::Retired).map(|item| list(item, errors)).unwrap_or_default();
        let fields = fields(&input, errors);

        let module_span = items
            .get(Key::Table)
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
            float_at: items.get(Key::Float).map(|item| item.span),
            fields: Vec::new(),
            outputs: Vec::new(),
            retired: Vec::new(),
            indexes: Vec::new(),
        };
        for raw in fields.into_iter().flatten() {
            record.fields.push(Field::read(raw, Target::Field, Inherited { rename_all, float }, errors));
        }
        // `rename_all` is for the fields of the struct.
        let inherited = Inherited { rename_all: None, float };
        for raw in outputs {
            record.outputs.push(Field::read(raw, Target::Output, inherited, errors));
        }
        for Retired { raw, value } in retired {
            let mut field = Field::read(raw, Target::Retired, inherited, errors);
            refuse_self(&value, errors);
            field.retired_value = Some(Default::Expr(Box::new(value)));
            record.retired.push(field);
        }
        record.name_columns();
        // The shape of a record without fields is an error already.
        if record.well_shaped {
            record.indexes = items.all(Key::Index).filter_map(|item| record.index(item, errors)).collect();
        }
        record
    }

    /// Fields, outputs and retired parameters, in the order of the table.
    pub fn columns(&self) -> impl Iterator<Item = &Field> {
        self.present().chain(&self.retired)
    }

    /// Fields and outputs, in the order of the table.
    pub fn present(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().chain(&self.outputs)
    }

    /// The columns of an index over several columns.
    fn index(&self, item: &Item, errors: &mut Errors) -> Option<Vec<String>> {
        let mut columns = Vec::new();
        for ident in errors.keep(item.list::<Ident>())? {
            let name = names::plain(&ident);
            let found = self.columns().find(|field| names::plain(&field.ident) == name);
            let column = match found {
                Some(field) => field.column.clone(),
                None if names::RESERVED.contains(&name.as_str()) => name,
                None => {
                    let known: Vec<String> = self.columns().map(|field| names::plain(&field.ident)).collect();
                    let known: Vec<&str> = known.iter().map(String::as_str).chain(names::RESERVED).collect();
                    let takes = || {
                        format!(
                            "it takes fields, outputs and retired parameters by their names in Rust, and `{}`",
                            names::RESERVED.join("`, `")
                        )
                    };
                    let hint = names::nearest(&name, &known)
                        .map_or_else(takes, |near| format!("did you mean `{near}`?"));
                    errors.on(&ident, format!("there is no field or output `{name}` for an index: {hint}"));
                    return None;
                }
            };
            if columns.contains(&column) {
                errors.on(&ident, format!("`{column}` is in this index already"));
                return None;
            }
            columns.push(column);
        }
        if columns.len() < 2 {
            let form = "write an index over one column on its field, `#[sim(index)]`, and an index over several \
                        columns on the struct, `#[sim(index(mass, dt))]`";
            errors.at(item.span, form);
            return None;
        }
        Some(columns)
    }

    /// Gives each column its name in Diesel's module.
    fn name_columns(&mut self) {
        let module = self.module.to_string();
        let mut used: Vec<String> = self.columns().map(|field| field.column.clone()).collect();
        used.extend(names::RESERVED.map(str::to_owned));
        for field in self.fields.iter_mut().chain(&mut self.outputs).chain(&mut self.retired) {
            field.column_ident = names::column_ident(&field.column, &module, &used, field.ident.span());
            used.push(field.column_ident.to_string());
        }
    }
}

/// The named fields; an error if the item has another shape.
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
            "a record cannot be generic, because it describes one table: write a struct for each table",
        );
        return None;
    }
    let raw = |field: &syn::Field| {
        Some(Raw { attrs: field.attrs.clone(), ident: field.ident.clone()?, ty: field.ty.clone() })
    };
    Some(named.iter().filter_map(raw).collect())
}

fn table_name(items: &Items, ident: &Ident, errors: &mut Errors) -> String {
    let given = items.text(Key::Table, errors);
    let name = match &given {
        Some(given) => given.value(),
        None => format!("{}s", Case::Snake.apply(&names::plain(ident))),
    };
    let lower = name.to_lowercase();
    let reason = match ["entropic_", "sqlite_", "pg_"].iter().find(|prefix| lower.starts_with(**prefix)) {
        Some(prefix) => Some(format!(
            "table names that begin with `{prefix}` are reserved: choose another with `#[sim(table = \"…\")]`"
        )),
        None if name.contains('.') => Some(format!(
            "`{name}` would be one name that contains a dot, not a table in a schema: leave the schema out, and select \
             it with `search_path` in the URL of a PostgreSQL database, `postgres://…?options=-csearch_path%3D{}`",
            name.split('.').next().unwrap_or_default()
        )),
        None => names::refusal(&name, Key::Table),
    };
    if let Some(reason) = reason {
        match &given {
            Some(given) => errors.on(given, reason),
            None if items.get(Key::Table).is_none() && items.is_valid => errors.on(ident, reason),
            None => {}
        }
    }
    name
}

fn version(item: &Item, errors: &mut Errors) -> Option<u32> {
    let number = errors.keep(item.number())?;
    if number == 0 {
        errors.at(item.span, "versions start at 1, the version of a record without `version`");
        return None;
    }
    Some(number)
}

fn list<T: Parse>(item: &Item, errors: &mut Errors) -> Vec<T> {
    errors.keep(item.list()).into_iter().flatten().collect()
}
