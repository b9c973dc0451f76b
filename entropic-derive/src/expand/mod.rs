//! A judged record as tokens.
//!
//! Generated code stands in the user's module, whose names it cannot know: every path is absolute, every local
//! name begins with two underscores (a `use orbits::dsl::*` brings a unit struct for each column, and a pattern
//! of that name would be that struct), and methods of traits are called by the name of the trait.

mod checks;
mod fallback;
mod grid;
mod output;
mod portable;
mod record;
mod shown;
mod stored;
mod table;
mod values;
mod via;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use crate::check;
use crate::errors::Errors;
use crate::manifest::Crates;
use crate::model::{Field, Record};
use crate::names;

/// `#[derive(SimRecord)]` on tokens.
pub fn derive(input: TokenStream, crates: Crates) -> TokenStream {
    let mut errors = Errors::new();
    let Some(input) = errors.keep(syn::parse2(input)) else {
        return errors.finish().unwrap_or_default();
    };
    let record = Record::read(input, crates, &mut errors);
    check::check(&record, &mut errors);
    let diesel = crates.require_diesel(record.ident.span(), &mut errors);
    let nameless = errors.nameless;
    match errors.finish() {
        Some(messages) if nameless => messages,
        Some(messages) => {
            let stand_in = fallback::expand(&record, diesel);
            quote!(#messages #stand_in)
        }
        None => judged(&record),
    }
}

/// A record without mistakes. A wide one goes through a macro that knows whether Diesel was compiled for such;
/// features of the library cannot be seen from here.
fn judged(record: &Record) -> TokenStream {
    let whole = whole(record);
    let width = record.columns().count() + names::RESERVED.len();
    if width <= 32 {
        return whole;
    }
    let Record { ident, entropic, .. } = record;
    let stand_in = fallback::expand(record, true);
    let message = format!(
        "`{ident}` has {width} columns with the four that entropic adds, and 32 is the most unless the feature \
         `wide-tables` of entropic is on (then 64): turn it on, or gather some fields in a struct and store it \
         with `#[sim(json)]`",
    );
    let error = quote_spanned!(ident.span()=> ::core::compile_error! { #message });
    quote! {
        #entropic::__private::wide_table! { { #whole } { #error #stand_in } }
    }
}

/// What the user may name, and the implementations behind it.
fn whole(record: &Record) -> TokenStream {
    let table = table::expand(record);
    let (output, grid) = (output::declare(record), grid::declare(record));
    let types = via::types(record);
    let implementations = [
        output::implement(record),
        grid::implement(record),
        record::expand(record),
        portable::expand(record),
        stored::expand(record),
    ];
    quote! {
        #table
        #output
        #grid
        #[allow(non_camel_case_types, reason = "types are named like the columns")]
        const _: () = {
            #types
            #(#implementations)*
        };
    }
}

/// The SQL type of a column, `Nullable` and all.
fn sql_of(field: &Field, record: &Record) -> TokenStream {
    let sql = value_sql_of(field, record);
    if field.nullable { quote!(::diesel::sql_types::Nullable<#sql>) } else { sql }
}

/// The SQL type of a value in a column.
fn value_sql_of(field: &Field, record: &Record) -> TokenStream {
    field.sql.unwrap_or(crate::sql_type::SqlType::Text).tokens(&record.entropic)
}

/// `<Name>Output` and `<Name>Grid`.
fn companion(record: &Record, what: &str) -> Ident {
    format_ident!("{}{what}", names::plain(&record.ident), span = record.ident.span())
}

/// Where Diesel's module is, seen from generated code.
fn module(record: &Record) -> TokenStream {
    let (room, module) = (table::room(record), &record.module);
    quote!(#room::#module)
}

/// A local name in generated code.
fn local(name: &str, at: usize) -> Ident {
    Ident::new(&format!("__{name}{at}"), Span::call_site())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(input: TokenStream) -> usize {
        derive(input, Crates::ALL).to_string().matches("compile_error").count()
    }

    #[test]
    fn mistakes_are_told_together_and_a_stand_in_goes_with_them() {
        let input = || {
            quote! {
                #[sim(tabel = "orbits", output(energy: Option<f64>))]
                struct Orbit { id: i64, list: Vec<f64>, #[sim(ignore, float = "exact")] dt: f64 }
            }
        };
        assert_eq!(errors(input()), 5);
        let tokens = derive(input(), Crates::ALL).to_string();
        for part in ["struct OrbitOutput", "struct OrbitGrid", "SimRecord for Orbit", "Stored for Orbit"] {
            assert!(tokens.contains(part), "{part} is not in {tokens}");
        }
    }

    #[test]
    fn whatever_is_no_struct_is_refused_once() {
        for input in [
            quote!(
                enum Orbit {
                    Circle,
                }
            ),
            quote!(union Orbit { a: f64, b: f64 }),
            quote!(
                struct Orbit(f64);
            ),
            quote!(
                struct Orbit;
            ),
            quote!(
                struct Orbit {}
            ),
            quote!(
                struct Orbit<T> {
                    mass: T,
                }
            ),
        ] {
            assert_eq!(errors(input.clone()), 1, "{input}");
        }
        assert_eq!(
            errors(quote!(
                fn orbit() {}
            )),
            1
        );
    }
}
