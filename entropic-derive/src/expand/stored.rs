//! `impl Stored`: the statements, one body for both backends.

use proc_macro2::TokenStream;
use quote::quote;

use super::{Expand, local};
use crate::model::{Field, Role};

impl Expand<'_> {
    pub(super) fn stored(&self) -> TokenStream {
        let (record, ident) = (self.record, &self.record.ident);
        let (entropic, private, module) = (self.entropic, &self.private, self.module());
        let result = quote!(::core::result::Result);
        let found = quote!(#entropic::Record<Self>);
        let readable = quote!(#private::Readable<Self>);
        let load = quote!(::diesel::RunQueryDsl::load::<#readable>);
        let eq = quote!(::diesel::ExpressionMethods::eq);
        let str = quote!(::core::primitive::str);

        let columns: Vec<_> = record.columns().map(|field| &field.column_ident).collect();
        let reprs = self.reprs();
        let values: Vec<_> = (0..columns.len()).map(|at| local("value", at)).collect();
        // A row keeps the value of a retired parameter.
        let updated: Vec<_> = record.present().map(|field| &field.column_ident).collect();
        let names = record.present().map(|field| &field.column);
        let updates =
            updated.iter().filter_map(|column| Some(&values[columns.iter().position(|c| c == column)?]));
        let assigned = quote! {
            (
                #(#eq(#module::#columns, #values),)*
                #eq(#module::id, __row.id),
                #eq(#module::result_file, __row.result_file),
                #eq(#module::created_at, __row.created_at),
                #eq(#module::custom_data, __row.custom_data),
            )
        };
        let in_order = quote! {
            ::diesel::QueryDsl::order(
                #module::table,
                (
                    ::diesel::ExpressionMethods::asc(#module::created_at),
                    ::diesel::ExpressionMethods::asc(#module::id),
                ),
            )
        };
        // The second condition implies the first, which lets the database start in an index.
        let behind = quote! {
            ::diesel::BoolExpressionMethods::and(
                ::diesel::ExpressionMethods::ge(#module::created_at, __moment),
                ::diesel::BoolExpressionMethods::or(
                    ::diesel::ExpressionMethods::gt(#module::created_at, __moment),
                    ::diesel::ExpressionMethods::gt(#module::id, __id),
                ),
            )
        };
        quote! {
            #[automatically_derived]
            impl #private::Stored for #ident {
                type Table = #module::table;

                fn find(
                    __conn: &mut #private::Conn,
                    __id: &#str,
                ) -> #private::QueryResult<::core::option::Option<#found>> {
                    #private::on_backend!(__conn, __conn => {
                        // `get_result`, not `first`: Diesel does not cache a statement with LIMIT.
                        ::diesel::OptionalExtension::optional(::diesel::RunQueryDsl::get_result::<#found>(
                            ::diesel::QueryDsl::find(#module::table, __id),
                            __conn,
                        ))
                    })
                }

                fn find_all(
                    __conn: &mut #private::Conn,
                    __ids: &#private::IdIn,
                ) -> #private::QueryResult<::std::vec::Vec<#readable>> {
                    #private::on_backend!(__conn, __conn => {
                        #load(::diesel::QueryDsl::filter(#module::table, __ids), __conn)
                    })
                }

                fn insert(
                    __conn: &mut #private::Conn,
                    __row: &#private::NewRow<'_, Self>,
                ) -> #result<::core::primitive::usize, #private::RowError> {
                    #(#reprs)*
                    #result::Ok(#private::on_backend!(__conn, __conn => {
                        ::diesel::RunQueryDsl::execute(
                            ::diesel::insert_into(#module::table).values(#assigned),
                            __conn,
                        )
                    })?)
                }

                fn update(
                    __conn: &mut #private::Conn,
                    __row: &#private::NewRow<'_, Self>,
                    __seen: &#str,
                    __changes: #private::Changes<'_>,
                ) -> #result<::core::primitive::usize, #private::RowError> {
                    #(#reprs)*
                    #result::Ok(#private::on_backend!(__conn, __conn => {
                        ::diesel::RunQueryDsl::execute(
                            ::diesel::update(::diesel::QueryDsl::filter(
                                #module::table,
                                ::diesel::BoolExpressionMethods::and(
                                    #eq(#module::id, __row.id),
                                    #eq(#module::result_file, __seen),
                                ),
                            ))
                            .set((
                                #(__changes.of(#names).then(|| #eq(#module::#updated, #updates)),)*
                                __changes.of("result_file").then(|| #eq(#module::result_file, __row.result_file)),
                                __changes.of("custom_data").then(|| #eq(#module::custom_data, __row.custom_data)),
                            )),
                            __conn,
                        )
                    })?)
                }

                fn page(
                    __conn: &mut #private::Conn,
                    __after: ::core::option::Option<(#entropic::Timestamp, &#str)>,
                    __limit: ::core::primitive::i64,
                ) -> #private::QueryResult<::std::vec::Vec<#readable>> {
                    #private::on_backend!(__conn, __conn => {
                        let __ordered = #in_order;
                        match __after {
                            ::core::option::Option::None => {
                                #load(::diesel::QueryDsl::limit(__ordered, __limit), __conn)
                            }
                            ::core::option::Option::Some((__moment, __id)) => #load(
                                ::diesel::QueryDsl::limit(
                                    ::diesel::QueryDsl::filter(__ordered, #behind),
                                    __limit,
                                ),
                                __conn,
                            ),
                        }
                    })
                }

                fn list(__conn: &mut #private::Conn) -> #private::QueryResult<::std::vec::Vec<#readable>> {
                    #private::on_backend!(__conn, __conn => { #load(#in_order, __conn) })
                }

                fn each(
                    __conn: &mut #private::Conn,
                    __take: #private::TakeRecord<'_, Self>,
                ) -> #private::QueryResult<()> {
                    #private::on_backend_streaming!(__conn, __conn, __Mode => {
                        let __rows = ::diesel::RunQueryDsl::load_iter::<#readable, __Mode>(#in_order, __conn)?;
                        for __record in __rows {
                            if __take(__record?).is_break() {
                                break;
                            }
                        }
                        #result::Ok(())
                    })
                }
            }
        }
    }

    /// What Diesel writes, one `let` for each column: the error for a value that cannot be stored names its column.
    fn reprs(&self) -> Vec<TokenStream> {
        let repr = |(at, field): (usize, &Field)| {
            let name = local("value", at);
            let owner = if field.role == Role::Output { quote!(__row.output) } else { quote!(__row.params) };
            let repr = self.ops(field).repr(&self.value_of(field, &owner));
            let error = self.field_error(field);
            quote!(let #name = #repr.map_err(#error)?;)
        };
        self.record.columns().enumerate().map(repr).collect()
    }
}
