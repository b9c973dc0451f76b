//! The rules that need more than one attribute or field.

use std::collections::HashMap;

use crate::errors::Errors;
use crate::model::{Field, Record, Role};
use crate::names;

/// The most columns that a table can have, with the feature `wide-tables`.
const WIDEST: usize = 64;

/// Checks the record as a whole.
pub fn check(record: &Record, errors: &mut Errors) {
    if !record.well_shaped {
        return;
    }
    has_a_parameter(record, errors);
    no_reserved_name(record, errors);
    no_column_twice(record, errors);
    no_key_twice(record, errors);
    not_too_wide(record, errors);
}

fn has_a_parameter(record: &Record, errors: &mut Errors) {
    if record.fields.is_empty() {
        errors.on(
            &record.ident,
            format!(
                "a record needs at least one parameter to identify its runs: \
                 `struct {} {{ mass: f64 }}`",
                record.ident
            ),
        );
    } else if record.fields.iter().all(|field| field.role == Role::Ignored) {
        errors.on(
            &record.ident,
            "every field is ignored, so all points would be the same run: remove `ignore` from the fields that the \
             result depends on",
        );
    }
    let mut identity = record.columns().filter(|field| field.is_identity());
    let floats = |field: &Field| field.floats || !field.is_valid;
    if let Some(span) = record.float_at
        && !record.fields.is_empty()
        && !identity.any(floats)
    {
        errors.at(span, "`float` says how floats enter the identity, and no parameter holds one: remove it");
    }
}

/// A column of the user cannot have the name of one of the four columns that every record has. The case of ASCII letters
/// makes no difference, because SQLite ignores it.
fn no_reserved_name(record: &Record, errors: &mut Errors) {
    for field in record.columns().filter(|field| field.is_valid) {
        let lower = field.column.to_ascii_lowercase();
        if let Some(reserved) = names::RESERVED.iter().find(|name| **name == lower) {
            let owner = names::Case::Snake.apply(&names::plain(&record.ident));
            errors.at(
                field.named_at,
                format!(
                    "`{reserved}` is a column that entropic adds to every record: choose another name, \
                     e.g. `{owner}_{reserved}`"
                ),
            );
        }
    }
}

fn no_column_twice(record: &Record, errors: &mut Errors) {
    let mut seen: HashMap<String, &Field> = HashMap::new();
    for field in record.columns().filter(|field| field.is_valid) {
        let Some(first) = seen.get(&field.column.to_ascii_lowercase()) else {
            seen.insert(field.column.to_ascii_lowercase(), field);
            continue;
        };
        if first.column != field.column {
            errors.at(
                field.named_at,
                format!(
                    "columns `{}` and `{}` are the same to SQLite, which ignores case: \
                     rename one of them with `#[sim(rename = \"…\")]`",
                    first.column, field.column
                ),
            );
        } else if first.ident == field.ident && first.is_in_struct() && field.is_in_struct() {
            // The compiler itself reports a field that is declared twice.
            errors.silently();
        } else if field.is_retired() && !first.is_retired() {
            errors.at(
                first.named_at,
                format!(
                    "`{}` is the name of a retired parameter, whose column stays: choose another name, or restore the \
                     old parameter by removing it from `retired(…)`",
                    field.column
                ),
            );
        } else {
            errors.at(
                field.named_at,
                format!(
                    "there already is a column `{}`: rename one of them with `#[sim(rename = \"…\")]`",
                    field.column
                ),
            );
        }
    }
}

/// Two parameters cannot enter the hash under the same key: runs that differ in them could have the same id.
fn no_key_twice(record: &Record, errors: &mut Errors) {
    let mut seen: HashMap<&str, &Field> = HashMap::new();
    for field in record.columns().filter(|field| field.is_valid) {
        if field.key != field.column && names::RESERVED.contains(&field.key.as_str()) {
            errors.at(
                field.named_at,
                format!(
                    "`{}` cannot have been a field: it is a column that entropic adds to every record",
                    field.key
                ),
            );
        }
        let Some(first) = seen.insert(&field.key, field) else { continue };
        if first.column != field.column {
            // At least one of the two has `was`.
            let at = if field.key == field.column { first } else { field };
            errors.at(
                at.named_at,
                format!(
                    "`{}` and `{}` cannot both have been `{}` at first, because `was` is the first name of one column: \
                     if they swapped names, write `was` on both",
                    first.column, field.column, field.key
                ),
            );
        }
    }
}

fn not_too_wide(record: &Record, errors: &mut Errors) {
    let width = record.columns().count() + names::RESERVED.len();
    if width > WIDEST {
        errors.on(
            &record.ident,
            format!(
                "`{}` has {width} columns, including the four that entropic adds, and a table can have {WIDEST}: \
                 group some fields in a struct and store it with `#[sim(json)]`",
                record.ident
            ),
        );
    }
}
