//! Rules that need more than one attribute or field.

use std::collections::HashMap;

use crate::errors::Errors;
use crate::model::{Field, Record, Role};
use crate::names;

/// The most columns Diesel can be compiled for here, with the feature `wide-tables`.
const WIDEST: usize = 64;

/// Judges the record as a whole.
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
                "a record needs at least one parameter, by which its runs are found: \
                 `struct {} {{ mass: f64 }}`",
                record.ident
            ),
        );
    } else if record.fields.iter().all(|field| field.role == Role::Ignored) {
        errors.on(
            &record.ident,
            "every field is ignored, so that all points would be one run: leave `ignore` out on those that the result \
             depends on",
        );
    }
    let identity = record.columns().filter(|field| matches!(field.role, Role::Identity | Role::Retired));
    let floats = |field: &Field| field.floats || !field.sound;
    if let Some(span) = record.float_at
        && !record.fields.is_empty()
        && !identity.into_iter().any(floats)
    {
        errors.at(span, "`float` says how floats enter the identity, and no parameter is one: leave it out");
    }
}

/// The four columns that every record has cannot be the user's; names differ in more than case, because SQLite
/// does not see the case of ASCII letters.
fn no_reserved_name(record: &Record, errors: &mut Errors) {
    for field in record.columns().filter(|field| field.sound) {
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

fn in_struct(field: &Field) -> bool {
    matches!(field.role, Role::Identity | Role::Ignored)
}

fn is_retired(field: &Field) -> bool {
    matches!(field.role, Role::Retired | Role::Former)
}

fn no_column_twice(record: &Record, errors: &mut Errors) {
    let mut seen: HashMap<String, &Field> = HashMap::new();
    for field in record.columns().filter(|field| field.sound) {
        let Some(first) = seen.get(&field.column.to_ascii_lowercase()) else {
            seen.insert(field.column.to_ascii_lowercase(), field);
            continue;
        };
        if first.column != field.column {
            errors.at(
                field.named_at,
                format!(
                    "columns `{}` and `{}` are the same to SQLite, which ignores case: \
                     give one another name with `#[sim(rename = \"…\")]`",
                    first.column, field.column
                ),
            );
        } else if first.ident == field.ident && in_struct(first) && in_struct(field) {
            // The compiler says of its own accord that a field is declared twice.
            errors.silently();
        } else if is_retired(field) && !is_retired(first) {
            errors.at(
                first.named_at,
                format!(
                    "`{}` is the name of a retired parameter, whose column stays: give the new one another name, or \
                     take the old one back by removing it from `retired(…)`",
                    field.column
                ),
            );
        } else {
            errors.at(
                field.named_at,
                format!(
                    "there is a column `{}` already: give one of them another name with \
                     `#[sim(rename = \"…\")]`",
                    field.column
                ),
            );
        }
    }
}

/// What two parameters are hashed under must differ, or runs of the one would be taken for runs of the other.
fn no_key_twice(record: &Record, errors: &mut Errors) {
    let mut seen: HashMap<&str, &Field> = HashMap::new();
    for field in record.columns().filter(|field| field.sound) {
        if field.key != field.column && names::RESERVED.contains(&field.key.as_str()) {
            errors.at(
                field.named_at,
                format!(
                    "`{}` was never a field: it is a column that entropic adds to every record",
                    field.key
                ),
            );
        }
        let Some(first) = seen.insert(&field.key, field) else { continue };
        if first.column != field.column {
            // One of the two says `was`.
            let told = if field.key == field.column { first } else { field };
            errors.at(
                told.named_at,
                format!(
                    "`{}` and `{}` cannot both have been `{}` at first: `was` is the first name of one column alone; \
                     if they swapped their names, say `was` on both",
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
                "`{}` has {width} columns with the four that entropic adds, and {WIDEST} is the most: \
                 gather some fields in a struct and store it with `#[sim(json)]`",
                record.ident
            ),
        );
    }
}
