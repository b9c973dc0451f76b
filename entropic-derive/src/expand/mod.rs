//! The tokens of a record that passed the checks, and the stand-in for one that did not.
//!
//! Generated code is part of the user's module, whose names it cannot know. So every path is absolute, and methods of
//! traits are called by the name of the trait. Every local name begins with two underscores: `use orbits::dsl::*`
//! imports a unit struct for each column, and a pattern with the name of a column would be that struct.

mod checks;
mod constants;
mod fallback;
mod field_ops;
mod grid;
mod output;
mod portable;
mod record;
mod shown;
mod stored;
mod table;
mod values;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Path;

use crate::check;
use crate::errors::Errors;
use crate::manifest::Crates;
use crate::model::{Field, Record, Scheme};
use crate::names;
use crate::sql_type::SqlType;

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
    let expand = Expand::new(&record);
    match errors.finish() {
        Some(messages) if nameless => messages,
        Some(messages) => {
            let stand_in = expand.stand_in(diesel);
            quote!(#messages #stand_in)
        }
        None => expand.any_width(),
    }
}

/// A record, and the names that its generated code uses. Each file of this module adds the methods for its part.
pub struct Expand<'a> {
    record: &'a Record,
    /// The library.
    entropic: &'a Path,
    /// The names of the library that are for generated code only.
    private: TokenStream,
    /// `<Name>Output`.
    output: Ident,
    /// `<Name>Grid`.
    grid: Ident,
}

impl<'a> Expand<'a> {
    fn new(record: &'a Record) -> Self {
        let entropic = &record.entropic;
        let name = names::plain(&record.ident);
        let span = record.ident.span();
        Self {
            record,
            entropic,
            private: quote!(#entropic::__private),
            output: format_ident!("{name}Output", span = span),
            grid: format_ident!("{name}Grid", span = span),
        }
    }

    /// The record. A wide one goes through a macro of the library that knows whether Diesel was compiled for wide tables:
    /// a derive cannot see the features of the library.
    fn any_width(&self) -> TokenStream {
        let whole = self.whole();
        let width = self.record.columns().count() + names::RESERVED.len();
        if width <= 32 {
            return whole;
        }
        let (ident, private, stand_in) = (&self.record.ident, &self.private, self.stand_in(true));
        let message = format!(
            "`{ident}` has {width} columns, including the four that entropic adds, and a table can have 32, or 64 with \
             the feature `wide-tables` of entropic: turn it on, or group some fields in a struct and store it with \
             `#[sim(json)]`",
        );
        let error = quote_spanned!(ident.span()=> ::core::compile_error! { #message });
        quote! {
            #private::wide_table! { { #whole } { #error #stand_in } }
        }
    }

    /// The items that the user may name, and the implementations for them.
    fn whole(&self) -> TokenStream {
        let table = self.table();
        let (output, grid) = (self.declare_output(), self.declare_grid());
        let (types, constants) = (self.types(), self.constants());
        let implementations = [
            self.implement_output(),
            self.implement_grid(),
            self.sim_record(),
            self.portable(),
            self.stored(),
        ];
        quote! {
            #table
            #output
            #grid
            #[allow(
                dead_code, deprecated, non_camel_case_types, non_snake_case,
                reason = "not every default is used, a field may be deprecated, and columns have the names that they have"
            )]
            const _: () = {
                #types
                #constants
                #(#implementations)*
            };
        }
    }

    /// The SQL type of a column, including `Nullable`.
    fn sql_of(&self, field: &Field) -> TokenStream {
        let sql = self.value_sql_of(field);
        if field.nullable { quote!(::diesel::sql_types::Nullable<#sql>) } else { sql }
    }

    /// The SQL type of a value in a column.
    fn value_sql_of(&self, field: &Field) -> TokenStream {
        field.sql.unwrap_or(SqlType::Text).tokens(self.entropic)
    }

    /// How the floats of a field enter the hash.
    fn float_scheme(&self, field: &Field) -> TokenStream {
        let private = &self.private;
        let name = match field.float {
            Scheme::Decimal => quote!(Decimal12),
            Scheme::Significant => quote!(Significant12),
            Scheme::Exact => quote!(Exact),
        };
        quote!(#private::FloatScheme::#name)
    }

    /// For `map_err`: the error that names the field.
    fn field_error(&self, field: &Field) -> TokenStream {
        let (entropic, table, column) = (self.entropic, &self.record.table, &field.column);
        quote!(#entropic::RecordError::field(#table, #column))
    }

    /// For `map_err`: the error that names the column of a patch.
    fn patch_error(&self, field: &Field) -> TokenStream {
        let (entropic, table, column) = (self.entropic, &self.record.table, &field.column);
        quote!(#entropic::RecordError::patch(#table, #column))
    }

    /// For `map_err`: the error that names the run and the column. The id is in `__id`.
    fn stored_error(&self, column: &str) -> TokenStream {
        let (entropic, table) = (self.entropic, &self.record.table);
        quote!(#entropic::RecordError::stored(#table, #column, &__id))
    }
}

/// A local name in generated code.
fn local(name: &str, at: usize) -> Ident {
    Ident::new(&format!("__{name}{at}"), Span::call_site())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(input: TokenStream, crates: Crates) -> usize {
        derive(input, crates).to_string().matches("compile_error").count()
    }

    #[test]
    fn mistakes_are_reported_together_and_a_stand_in_goes_with_them() {
        let input = || {
            quote! {
                #[sim(tabel = "orbits", output(energy: Option<f64>))]
                struct Orbit { id: i64, list: Vec<f64>, #[sim(ignore, float = "exact")] dt: f64 }
            }
        };
        assert_eq!(errors(input(), Crates::ALL), 5);
        assert_eq!(errors(input(), Crates::WITHOUT_DIESEL), 5 + 1);
        for crates in [Crates::ALL, Crates::WITHOUT_DIESEL] {
            let tokens = derive(input(), crates).to_string();
            for part in ["struct OrbitOutput", "struct OrbitGrid", "StandIn for Orbit"] {
                assert!(tokens.contains(part), "{part} is not in {tokens}");
            }
        }
    }

    #[test]
    fn without_diesel_no_generated_code_names_it() {
        let input = quote!(
            struct Orbit {
                mass: f64,
            }
        );
        let tokens = derive(input, Crates::WITHOUT_DIESEL).to_string();
        assert!(tokens.contains("compile_error") && !tokens.contains(":: diesel"), "{tokens}");
    }

    #[test]
    fn an_item_of_another_shape_is_refused_once() {
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
            quote!(
                fn orbit() {}
            ),
        ] {
            assert_eq!(errors(input.clone(), Crates::ALL), 1, "{input}");
        }
    }
}
