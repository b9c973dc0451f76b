//! `impl SimRecord`: the table as data, canonical text, checks, and rows read back.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};

use super::sql_of;
use crate::model::{Default, Field, Record, Role, Scheme, span_of};
use crate::names;

pub fn expand(record: &Record) -> TokenStream {
    let Record { ident, entropic, .. } = record;
    let output = format_ident!("{}Output", names::plain(ident), span = ident.span());
    let spec = spec(record);
    let row = row(record);
    let canonical = canonical(record);
    let check = checks(record);
    let texts = texts(record);
    let parts = parts(record, &output);
    let patch = patch(record);
    let clean = clean(record);
    quote! {
        #[automatically_derived]
        impl #entropic::SimRecord for #ident {
            type Output = #output;
            type Row = #row;
            const TABLE: #entropic::TableSpec = #spec;
            #canonical
            #check
            #texts
            #parts
            #patch
            #clean
        }
    }
}

pub fn spec(record: &Record) -> TokenStream {
    let Record { entropic, table, version, .. } = record;
    let columns = record.columns().map(|field| {
        let (name, sql, nullable, index) = (&field.column, sql_of(field, record), field.nullable, field.index);
        let role = match field.role {
            Role::Identity => quote!(Identity),
            Role::Ignored => quote!(Ignored),
            Role::Output => quote!(Output),
        };
        let float = scheme(field, record);
        quote! {
            #entropic::__private::ColumnSpec::new(
                #name,
                <#sql as #entropic::__private::SqlColumn>::KIND,
                #nullable,
                #entropic::__private::ColumnRole::#role,
                #index,
                #float,
            )
        }
    });
    quote! { #entropic::TableSpec::new(#table, &[#(#columns),*], #version) }
}

/// The tuple of what Diesel reads, all of it concrete: a wrong field type must not show up here again.
pub fn row(record: &Record) -> TokenStream {
    let entropic = &record.entropic;
    let columns = record.columns().map(|field| {
        let sql = sql_of(field, record);
        quote!(<#sql as #entropic::__private::SqlColumn>::Read)
    });
    quote! {
        (
            #(#columns,)*
            ::std::string::String,
            ::std::string::String,
            #entropic::Timestamp,
            #entropic::CustomData,
        )
    }
}

fn scheme(field: &Field, record: &Record) -> TokenStream {
    let entropic = &record.entropic;
    let name = match field.float {
        Scheme::Decimal => quote!(Decimal12),
        Scheme::Significant => quote!(Significant12),
        Scheme::Exact => quote!(Exact),
    };
    quote!(#entropic::__private::FloatScheme::#name)
}

/// What names the field in an error.
fn blame(field: &Field, record: &Record, what: &str) -> TokenStream {
    let (entropic, column) = (&record.entropic, &field.column);
    let what = format_ident!("{what}");
    quote! {
        .map_err(#entropic::RecordError::#what(<Self as #entropic::SimRecord>::TABLE.name, #column))?
    }
}

/// `value` written into `out`, as a `Result`.
fn write(field: &Field, record: &Record, value: TokenStream, out: TokenStream) -> TokenStream {
    let (entropic, ty, sql, scheme) = (&record.entropic, &field.ty, sql_of(field, record), scheme(field, record));
    if field.is_json() {
        quote_spanned! {span_of(ty)=> #entropic::__private::json_canonical::<#ty>(#value, #out, #scheme) }
    } else {
        quote_spanned! {span_of(ty)=>
            <#ty as #entropic::__private::StoredAs<#sql>>::stored_canonical(#value, #out, #scheme)
        }
    }
}

/// The identity fields, by key: the order of the canonical text.
fn identity(record: &Record) -> Vec<&Field> {
    let mut fields: Vec<&Field> = record.fields.iter().filter(|field| field.role == Role::Identity).collect();
    fields.sort_by(|a, b| a.column.cmp(&b.column));
    fields
}

fn canonical(record: &Record) -> TokenStream {
    let entropic = &record.entropic;
    // `$` sorts before every letter, and no column begins with it.
    let version = (record.version > 1).then(|| {
        let version = u64::from(record.version);
        quote! { out.key("\"$version\":"); out.uint(#version); }
    });
    let fields = identity(record).into_iter().map(|field| {
        let (ident, key) = (&field.ident, names::json_key(&field.column));
        let blame = blame(field, record, "field");
        let Some(default) = &field.default else {
            let write = write(field, record, quote!(&self.#ident), quote!(out));
            return quote! { out.key(#key); #write #blame; };
        };
        let ty = &field.ty;
        let default = match default {
            Default::OfType => quote!(<#ty as ::core::default::Default>::default()),
            Default::Expr(expr) => default_value(expr, ty),
        };
        let own = write(field, record, quote!(&self.#ident), quote!(out));
        let other = write(field, record, quote!(&default), quote!(out));
        quote! {
            #entropic::__private::unless_default(
                out,
                #key,
                |out| #own,
                |out| { let default: #ty = #default; #other },
            ) #blame;
        }
    });
    quote! {
        fn write_canonical(
            &self,
            out: &mut #entropic::__private::Canonical,
        ) -> ::core::result::Result<(), #entropic::RecordError> {
            out.begin();
            #version
            #(#fields)*
            out.end();
            ::core::result::Result::Ok(())
        }
    }
}

/// A default as written; text becomes a `String`.
fn default_value(expr: &syn::Expr, ty: &syn::Type) -> TokenStream {
    let text = |expr: &syn::Expr| {
        matches!(expr, syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(_), .. }))
    };
    if text(expr) {
        quote_spanned!(span_of(ty)=> <#ty as ::core::convert::From<&'static str>>::from(#expr))
    } else {
        quote!(#expr)
    }
}

fn checks(record: &Record) -> TokenStream {
    let Record { entropic, .. } = record;
    let checks = record.fields.iter().map(|field| {
        let (ident, ty, sql) = (&field.ident, &field.ty, sql_of(field, record));
        let blame = blame(field, record, "field");
        let check = if field.is_json() {
            quote_spanned! {span_of(ty)=> #entropic::__private::json_check::<#ty>(&self.#ident) }
        } else {
            quote_spanned! {span_of(ty)=>
                <#ty as #entropic::__private::StoredAs<#sql>>::stored_check(&self.#ident)
            }
        };
        quote!(#check #blame;)
    });
    quote! {
        fn check(&self) -> ::core::result::Result<(), #entropic::RecordError> {
            #(#checks)*
            ::core::result::Result::Ok(())
        }
    }
}

fn texts(record: &Record) -> TokenStream {
    let Record { entropic, .. } = record;
    let texts = identity(record).into_iter().map(|field| {
        let (ident, column) = (&field.ident, &field.column);
        let write = write(field, record, quote!(&self.#ident), quote!(&mut out));
        let blame = blame(field, record, "field");
        quote! {
            let mut out = #entropic::__private::Canonical::new();
            #write #blame;
            texts.push((#column, out.into_string()));
        }
    });
    quote! {
        fn field_texts(
            &self,
        ) -> ::core::result::Result<
            ::std::vec::Vec<(&'static str, ::std::string::String)>,
            #entropic::RecordError,
        > {
            let mut texts = ::std::vec::Vec::new();
            #(#texts)*
            ::core::result::Result::Ok(texts)
        }
    }
}

/// `value`, a `Repr`, as the field, as a `Result`.
fn read(field: &Field, record: &Record, value: TokenStream) -> TokenStream {
    let (entropic, ty, sql) = (&record.entropic, &field.ty, sql_of(field, record));
    match (field.role, field.is_json()) {
        (Role::Output, true) => quote_spanned! {span_of(ty)=>
            #value.map(#entropic::__private::json_from_repr::<#ty>).transpose()
        },
        (Role::Output, false) => quote_spanned! {span_of(ty)=>
            <::core::option::Option<#ty> as #entropic::__private::StoredAs<#sql>>::from_stored(#value)
        },
        (_, true) => quote_spanned! {span_of(ty)=> #entropic::__private::json_from_repr::<#ty>(#value) },
        (_, false) => quote_spanned! {span_of(ty)=>
            <#ty as #entropic::__private::StoredAs<#sql>>::from_stored(#value)
        },
    }
}

fn parts(record: &Record, output: &proc_macro2::Ident) -> TokenStream {
    let Record { ident, entropic, .. } = record;
    let names: Vec<_> = (0..record.columns().count()).map(|at| format_ident!("column{at}")).collect();
    let mut values = record.columns().zip(&names).map(|(field, name)| {
        let field_ident = &field.ident;
        let sql = sql_of(field, record);
        let repr = quote! {
            #entropic::__private::ReadAs::<<#sql as #entropic::__private::SqlColumn>::Repr>::read_as(#name)
        };
        let read = read(field, record, repr);
        let blame = blame(field, record, "stored");
        quote!(#field_ident: #read #blame,)
    });
    let params: Vec<_> = values.by_ref().take(record.fields.len()).collect();
    let outputs: Vec<_> = values.collect();
    quote! {
        fn parts(
            row: Self::Row,
        ) -> ::core::result::Result<#entropic::__private::RowParts<Self>, #entropic::RecordError> {
            let (#(#names,)* id, result_file, created_at, custom_data,) = row;
            ::core::result::Result::Ok(#entropic::__private::RowParts {
                params: #ident { #(#params)* },
                output: #output { #(#outputs)* },
                id,
                result_file,
                created_at,
                custom_data,
            })
        }
    }
}

fn patch(record: &Record) -> TokenStream {
    let Record { entropic, .. } = record;
    let arms = record.columns().filter(|field| field.role != Role::Identity).map(|field| {
        let (ident, column, sql) = (&field.ident, &field.column, sql_of(field, record));
        let blame = blame(field, record, "field");
        let value = quote! {
            #entropic::__private::patched::<<#sql as #entropic::__private::SqlColumn>::Repr>(value) #blame
        };
        let read = read(field, record, value);
        let target = if field.role == Role::Output { quote!(output) } else { quote!(self) };
        quote! {
            #column => { #target.#ident = #read #blame; }
        }
    });
    quote! {
        fn patch_column(
            &mut self,
            output: &mut Self::Output,
            column: &str,
            value: #entropic::__private::JsonValue,
        ) -> ::core::result::Result<(), #entropic::RecordError> {
            match column {
                #(#arms)*
                _ => return ::core::result::Result::Err(
                    #entropic::__private::not_patchable::<Self>(column)
                ),
            }
            #[allow(unreachable_code, reason = "a record without such columns always refuses")]
            ::core::result::Result::Ok(())
        }
    }
}

fn clean(record: &Record) -> TokenStream {
    let Record { entropic, outputs, .. } = record;
    let cleaned = outputs.iter().map(|field| {
        let (ident, ty, sql, column) = (&field.ident, &field.ty, sql_of(field, record), &field.column);
        let check = if field.is_json() {
            quote_spanned! {span_of(ty)=> #entropic::__private::json_check(&output.#ident) }
        } else {
            quote_spanned! {span_of(ty)=>
                <::core::option::Option<#ty> as #entropic::__private::StoredAs<#sql>>::stored_check(
                    &output.#ident
                )
            }
        };
        quote! {
            if let ::core::result::Result::Err(why) = #check {
                output.#ident = ::core::option::Option::None;
                refused.push((#column, why));
            }
        }
    });
    quote! {
        fn clean_output(
            output: &mut Self::Output,
        ) -> ::std::vec::Vec<(&'static str, #entropic::ColumnError)> {
            #[allow(unused_mut, reason = "a record without outputs has nothing to refuse")]
            let mut refused = ::std::vec::Vec::new();
            #(#cleaned)*
            let _ = output;
            refused
        }
    }
}
