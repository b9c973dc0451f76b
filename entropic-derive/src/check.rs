//! Rules that need more than one attribute or field.

use std::collections::HashMap;

use crate::errors::Errors;
use crate::model::{Field, Record};
use crate::names;

/// The most columns Diesel can be compiled for here, with the feature `wide-tables`.
const WIDEST: usize = 64;

/// Judges the record as a whole.
pub fn check(record: &Record, errors: &mut Errors) {
    has_a_parameter(record, errors);
    no_reserved_name(record, errors);
    no_column_twice(record, errors);
    not_too_wide(record, errors);
}

fn has_a_parameter(record: &Record, errors: &mut Errors) {
    if record.fields.is_empty() {
        errors.on(&record.ident, "a record needs at least one parameter");
    }
}

/// The four columns that every record has cannot be the user's; names differ in more than case, because SQL
/// does not see case.
fn no_reserved_name(record: &Record, errors: &mut Errors) {
    for field in record.columns() {
        let lower = field.column.to_lowercase();
        if let Some(reserved) = names::RESERVED.iter().find(|name| **name == lower) {
            errors.on(
                &field.ident,
                format!(
                    "`{reserved}` is a column that entropic adds to every record: rename the field, \
                     e.g. `{}_{reserved}`",
                    record.table.trim_end_matches('s')
                ),
            );
        }
    }
}

fn no_column_twice(record: &Record, errors: &mut Errors) {
    let mut seen: HashMap<String, &Field> = HashMap::new();
    for field in record.columns() {
        let lower = field.column.to_lowercase();
        match seen.get(&lower) {
            Some(first) if first.column == field.column => errors.on(
                &field.ident,
                format!(
                    "column `{}` is there twice: give one of the fields another with `#[sim(rename = \"…\")]`",
                    field.column
                ),
            ),
            Some(first) => errors.on(
                &field.ident,
                format!(
                    "columns `{}` and `{}` are the same to SQL, which ignores case: \
                     give one another name with `#[sim(rename = \"…\")]`",
                    first.column, field.column
                ),
            ),
            None => {
                seen.insert(lower, field);
            }
        }
    }
}

fn not_too_wide(record: &Record, errors: &mut Errors) {
    let width = record.columns().count() + names::RESERVED.len();
    if width > WIDEST {
        errors.on(
            &record.ident,
            format!(
                "`{}` has {width} columns with the four reserved ones, and {WIDEST} is the most: \
                 gather some fields in a struct and store it with `#[sim(json)]`",
                record.ident
            ),
        );
    }
}
