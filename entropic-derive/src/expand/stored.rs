//! `impl Stored`: the statements, one body for both backends.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};

use super::sql_of;
use crate::model::{Record, Role, span_of};

pub fn expand(record: &Record) -> TokenStream {
    let Record { ident, entropic, module, .. } = record;
    let values: Vec<_> = (0..record.columns().count()).map(|at| format_ident!("value{at}")).collect();
    let columns: Vec<_> = record.columns().map(|field| &field.column_ident).collect();
    let reprs = record.columns().zip(&values).map(|(field, name)| {
        let (field_ident, ty, sql, column) = (&field.ident, &field.ty, sql_of(field, record), &field.column);
        let repr = match (field.role, field.is_json()) {
            (Role::Output, true) => quote_spanned! {span_of(ty)=>
                row.output.#field_ident.as_ref().map(#entropic::__private::json_to_repr::<#ty>).transpose()
            },
            (Role::Output, false) => quote_spanned! {span_of(ty)=>
                <::core::option::Option<#ty> as #entropic::__private::StoredAs<#sql>>::stored_repr(
                    &row.output.#field_ident
                )
            },
            (_, true) => quote_spanned! {span_of(ty)=>
                #entropic::__private::json_to_repr::<#ty>(&row.params.#field_ident)
            },
            (_, false) => quote_spanned! {span_of(ty)=>
                <#ty as #entropic::__private::StoredAs<#sql>>::stored_repr(&row.params.#field_ident)
            },
        };
        quote! {
            let #name = #repr.map_err(#entropic::RecordError::field(
                <Self as #entropic::SimRecord>::TABLE.name, #column
            ))?;
        }
    });
    let assigned = quote! {
        (
            #(#module::#columns.eq(#values),)*
            #module::id.eq(row.id),
            #module::result_file.eq(row.result_file),
            #module::created_at.eq(row.created_at),
            #module::custom_data.eq(row.custom_data),
        )
    };
    let reprs: Vec<_> = reprs.collect();
    quote! {
        #[automatically_derived]
        impl #entropic::__private::Stored for #ident {
            type Table = #module::table;

            fn find(
                conn: &mut #entropic::__private::Conn,
                id: &str,
            ) -> #entropic::__private::QueryResult<::core::option::Option<#entropic::Record<Self>>> {
                use #entropic::__private::diesel_prelude::*;
                #entropic::__private::on_backend!(conn, conn => {
                    // `get_result`, not `first`: a LIMIT would keep the statement out of Diesel's cache.
                    #module::table.find(id).get_result::<#entropic::Record<Self>>(conn).optional()
                })
            }

            fn find_all(
                conn: &mut #entropic::__private::Conn,
                ids: &#entropic::__private::IdIn,
            ) -> #entropic::__private::QueryResult<::std::vec::Vec<#entropic::Record<Self>>> {
                use #entropic::__private::diesel_prelude::*;
                #entropic::__private::on_backend!(conn, conn => {
                    #module::table.filter(ids).load::<#entropic::Record<Self>>(conn)
                })
            }

            fn insert(
                conn: &mut #entropic::__private::Conn,
                row: &#entropic::__private::NewRow<'_, Self>,
            ) -> ::core::result::Result<usize, #entropic::__private::RowError> {
                use #entropic::__private::diesel_prelude::*;
                #(#reprs)*
                ::core::result::Result::Ok(#entropic::__private::on_backend!(conn, conn => {
                    ::diesel::insert_into(#module::table).values(#assigned).execute(conn)
                })?)
            }

            fn upsert(
                conn: &mut #entropic::__private::Conn,
                row: &#entropic::__private::NewRow<'_, Self>,
            ) -> ::core::result::Result<usize, #entropic::__private::RowError> {
                use #entropic::__private::diesel_prelude::*;
                use #entropic::__private::excluded;
                #(#reprs)*
                ::core::result::Result::Ok(#entropic::__private::on_backend!(conn, conn => {
                    ::diesel::insert_into(#module::table)
                        .values(#assigned)
                        .on_conflict(#module::id)
                        .do_update()
                        .set((
                            #(#module::#columns.eq(excluded(#module::#columns)),)*
                            #module::result_file.eq(excluded(#module::result_file)),
                            #module::custom_data.eq(excluded(#module::custom_data)),
                        ))
                        .execute(conn)
                })?)
            }

            fn page(
                conn: &mut #entropic::__private::Conn,
                after: ::core::option::Option<(#entropic::Timestamp, &str)>,
                limit: i64,
            ) -> #entropic::__private::QueryResult<::std::vec::Vec<#entropic::Record<Self>>> {
                use #entropic::__private::diesel_prelude::*;
                #entropic::__private::on_backend!(conn, conn => {
                    let ordered = #module::table.order((#module::created_at.asc(), #module::id.asc()));
                    match after {
                        ::core::option::Option::None => {
                            ordered.limit(limit).load::<#entropic::Record<Self>>(conn)
                        }
                        ::core::option::Option::Some((moment, id)) => ordered
                            .filter(#module::created_at.gt(moment).or(
                                #module::created_at.eq(moment).and(#module::id.gt(id))
                            ))
                            .limit(limit)
                            .load::<#entropic::Record<Self>>(conn),
                    }
                })
            }

            fn list(
                conn: &mut #entropic::__private::Conn,
            ) -> #entropic::__private::QueryResult<::std::vec::Vec<#entropic::Record<Self>>> {
                use #entropic::__private::diesel_prelude::*;
                #entropic::__private::on_backend!(conn, conn => {
                    #module::table
                        .order((#module::created_at.asc(), #module::id.asc()))
                        .load::<#entropic::Record<Self>>(conn)
                })
            }

            fn each(
                conn: &mut #entropic::__private::Conn,
                take: #entropic::__private::TakeRecord<'_, Self>,
            ) -> #entropic::__private::QueryResult<()> {
                use #entropic::__private::diesel_prelude::*;
                #entropic::__private::on_backend_streaming!(conn, conn, Mode => {
                    let rows = #module::table
                        .order((#module::created_at.asc(), #module::id.asc()))
                        .load_iter::<#entropic::Record<Self>, Mode>(conn)?;
                    for row in rows {
                        if take(row?).is_break() {
                            break;
                        }
                    }
                    ::core::result::Result::Ok(())
                })
            }
        }
    }
}
