//! Diesel's module for the table.
//!
//! An outer module with a name of its own contains it, and a `use` exports it. The module is then as visible as the
//! record. If two records have the same table, or another module has the name of the table, only the `use` is an error,
//! and it points at the name.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::Expand;
use crate::model::Field;
use crate::names;

impl Expand<'_> {
    pub(super) fn table(&self) -> TokenStream {
        self.table_of(self.record.columns())
    }

    /// The path of Diesel's module in generated code.
    pub(super) fn module(&self) -> TokenStream {
        let (outer, module) = (self.outer_module(), &self.record.module);
        quote!(#outer::#module)
    }

    fn outer_module(&self) -> Ident {
        format_ident!("__{}", names::plain(&self.record.ident))
    }

    /// The module with some of the columns: the stand-in for a wrong record leaves wrong ones out.
    pub(super) fn table_of<'f>(&self, columns: impl Iterator<Item = &'f Field>) -> TokenStream {
        let (vis, module, table) = (&self.record.vis, &self.record.module, &self.record.table);
        let (entropic, outer) = (self.entropic, self.outer_module());
        let doc = format!("Diesel's table `{table}`, for typed queries.");
        let columns = columns.map(|field| {
            let (ident, name, sql) = (&field.column_ident, &field.column, self.sql_of(field));
            let doc = format!("The column `{name}`.");
            let sql_name = (ident != name).then(|| quote!(#[sql_name = #name]));
            quote! { #[doc = #doc] #sql_name #ident -> #sql, }
        });
        let sql_name = (names::plain(module) != *table).then(|| quote!(#[sql_name = #table]));
        let export = {
            let outer = Ident::new(&outer.to_string(), module.span());
            quote_spanned!(module.span()=> use #outer::#module;)
        };
        quote! {
            #[allow(non_snake_case, reason = "named like the record")]
            mod #outer {
                ::diesel::table! {
                    // Replaces Diesel's `use diesel::sql_types::*`, which collides with columns called `Date` or `Text`;
                    // the types below have full paths.
                    use ::diesel::sql_types::SingleValue as _;

                    #[doc = #doc]
                    #sql_name
                    #module (id) {
                        #(#columns)*
                        /// The id of the run.
                        id -> ::diesel::sql_types::Text,
                        /// Where the result is.
                        result_file -> ::diesel::sql_types::Text,
                        /// When the row was made, in UTC.
                        created_at -> #entropic::sql::UtcTimestamp,
                        /// A JSON object.
                        custom_data -> #entropic::sql::Json,
                    }
                }
            }
            #[allow(unused_imports, reason = "for typed queries, if there are any")]
            #vis #export
        }
    }
}
