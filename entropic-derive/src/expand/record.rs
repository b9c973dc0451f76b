//! `impl SimRecord`: the table as data, canonical text, checks, and rows read back.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::via::Via;
use super::{checks, companion, local, shown, sql_of, values};
use crate::model::{Default, Field, Record, Role, Scheme};
use crate::names;
use crate::sql_type;

pub fn expand(record: &Record) -> TokenStream {
    let Record { ident, entropic, .. } = record;
    let output = companion(record, "Output");
    let spec = spec(record);
    let row = row(record, record.columns());
    let canonical = canonical(record);
    let check = checks::of_params(record);
    let (texts, all_texts) = (texts(record), shown::expand(record));
    let defaults = defaults(record);
    let values = values::expand(record);
    let parts = parts(record, &output);
    let patch = patch(record);
    let clean = checks::of_outputs(record);
    quote! {
        #[automatically_derived]
        #[allow(deprecated, reason = "a field may be")]
        impl #entropic::SimRecord for #ident {
            type Output = #output;
            type Row = #row;
            const TABLE: #entropic::TableSpec = #spec;
            #canonical
            #check
            #texts
            #all_texts
            #defaults
            #values
            #parts
            #patch
            #clean
        }
    }
}

fn spec(record: &Record) -> TokenStream {
    let Record { entropic, table, version, indexes, .. } = record;
    let columns = record.columns().map(|field| {
        let (name, key, sql, nullable, index) =
            (&field.column, &field.key, sql_of(field, record), field.nullable, field.index);
        let role = match field.role {
            Role::Identity => quote!(Identity),
            Role::Ignored => quote!(Ignored),
            Role::Output => quote!(Output),
            Role::Retired => quote!(Retired),
            Role::Former => quote!(Former),
        };
        let float = scheme(field, record);
        let keyed = (name != key).then(|| quote!(.keyed(#key)));
        quote! {
            #entropic::__private::ColumnSpec::new(
                #name,
                <#sql as #entropic::__private::SqlColumn>::KIND,
                #nullable,
                #entropic::__private::ColumnRole::#role,
                #index,
                #float,
            ) #keyed
        }
    });
    let indexes = (!indexes.is_empty()).then(|| quote!(.indexed(&[#(&[#(#indexes),*]),*])));
    quote! { #entropic::TableSpec::new(#table, &[#(#columns),*], #version) #indexes }
}

/// The tuple of what Diesel reads, all of it concrete: a wrong field type must not show up here again.
pub fn row<'a>(record: &Record, columns: impl Iterator<Item = &'a Field>) -> TokenStream {
    let entropic = &record.entropic;
    let columns = columns.map(|field| {
        let sql = sql_of(field, record);
        quote!(<#sql as #entropic::__private::SqlColumn>::Read)
    });
    quote! {
        (
            #(#columns,)*
            #entropic::__private::Read<::std::string::String>,
            #entropic::__private::Read<::std::string::String>,
            #entropic::__private::Read<#entropic::Timestamp>,
            #entropic::__private::Read<#entropic::CustomData>,
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
pub fn blame(field: &Field, record: &Record, what: &str) -> TokenStream {
    let (entropic, column) = (&record.entropic, &field.column);
    let what = format_ident!("{what}");
    quote! {
        .map_err(#entropic::RecordError::#what(<Self as #entropic::SimRecord>::TABLE.name, #column))?
    }
}

/// What names the run and the column in an error.
fn blame_stored(column: &str, record: &Record) -> TokenStream {
    let entropic = &record.entropic;
    quote! {
        .map_err(#entropic::RecordError::stored(<Self as #entropic::SimRecord>::TABLE.name, #column, &__id))?
    }
}

fn canonical(record: &Record) -> TokenStream {
    let entropic = &record.entropic;
    let mut entries: Vec<(&str, TokenStream)> =
        identity(record).map(|field| (field.key.as_str(), entry(field, record))).collect();
    if record.version > 1 {
        let version = u64::from(record.version);
        entries.push(("$version", quote! { __out.key("\"$version\":"); __out.uint(#version); }));
    }
    entries.sort_by_key(|(key, _)| *key);
    let entries = entries.into_iter().map(|(_, entry)| entry);
    quote! {
        fn write_canonical(
            &self,
            __out: &mut #entropic::__private::Canonical,
        ) -> ::core::result::Result<(), #entropic::RecordError> {
            __out.begin();
            #(#entries)*
            __out.end();
            ::core::result::Result::Ok(())
        }
    }
}

/// One identity field in the canonical text.
fn entry(field: &Field, record: &Record) -> TokenStream {
    let entropic = &record.entropic;
    let key = names::json_key(&field.key);
    let (via, scheme, blame) = (Via::of(field, record), scheme(field, record), blame(field, record, "field"));
    let value = value_of(field, &quote!(self), record);
    let own = via.write(&value, &quote!(__out), &scheme);
    let Some(default) = &field.default else {
        return quote! { __out.key(#key); #own #blame; };
    };
    let default = constant(field, default, record);
    let other = via.write(&quote!(&#default), &quote!(__out), &scheme);
    quote! {
        #entropic::__private::unless_default(__out, #key, |__out| #own, |__out| #other) #blame;
    }
}

/// The value of a column, as a reference: that of the field of `owner`, or the one that it was retired with.
pub fn value_of(field: &Field, owner: &TokenStream, record: &Record) -> TokenStream {
    match &field.value_then {
        Some(then) => {
            let then = constant(field, then, record);
            quote!(&#then)
        }
        None => {
            let ident = &field.ident;
            quote!(&#owner.#ident)
        }
    }
}

/// A value that is the same for all records, as an expression.
fn constant(field: &Field, value: &Default, record: &Record) -> TokenStream {
    let via = Via::of(field, record);
    let value = match value {
        Default::OfType => via.default(),
        Default::Expr(expr) if is_text(expr) && field.nullable => quote!(#expr),
        Default::Expr(expr) if is_text(expr) && sql_type::is_named(&field.value, &["String"]) => {
            quote!(::core::convert::From::from(#expr))
        }
        Default::Expr(expr) => quote!(#expr),
    };
    let ty = via.ty();
    // A function, so that it cannot depend on what is around it.
    quote!({ fn __constant() -> #ty { #value } __constant() })
}

fn is_text(expr: &syn::Expr) -> bool {
    matches!(expr, syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(_), .. }))
}

/// The fields that make the identity.
fn identity(record: &Record) -> impl Iterator<Item = &Field> {
    record.columns().filter(|field| matches!(field.role, Role::Identity | Role::Retired))
}

fn texts(record: &Record) -> TokenStream {
    let Record { entropic, .. } = record;
    let texts = identity(record).map(|field| {
        let column = &field.column;
        let value = value_of(field, &quote!(self), record);
        let own = scheme(field, record);
        let scheme = quote!(::core::option::Option::unwrap_or(__scheme, #own));
        let write = Via::of(field, record).write(&value, &quote!(&mut __out), &scheme);
        let blame = blame(field, record, "field");
        quote! {
            let mut __out = #entropic::__private::Canonical::new();
            #write #blame;
            __texts.push((#column, __out.into_string()));
        }
    });
    quote! {
        fn field_texts(
            &self,
            __scheme: ::core::option::Option<#entropic::__private::FloatScheme>,
        ) -> ::core::result::Result<
            ::std::vec::Vec<(&'static ::core::primitive::str, ::std::string::String)>,
            #entropic::RecordError,
        > {
            let _ = __scheme;
            let mut __texts = ::std::vec::Vec::new();
            #(#texts)*
            ::core::result::Result::Ok(__texts)
        }
    }
}

fn defaults(record: &Record) -> TokenStream {
    let Record { entropic, .. } = record;
    let defaults = record.columns().filter_map(|field| {
        let column = &field.column;
        let (via, scheme, blame) =
            (Via::of(field, record), scheme(field, record), blame(field, record, "field"));
        let fill = constant(field, field.value_then.as_ref().or(field.default.as_ref())?, record);
        let repr = via.repr(&quote!(&#fill));
        let text_of = |value: &Default| {
            let value = constant(field, value, record);
            let write = via.write(&quote!(&#value), &quote!(&mut __out), &scheme);
            quote! {{
                let mut __out = #entropic::__private::Canonical::new();
                #write #blame;
                ::core::option::Option::Some(__out.into_string())
            }}
        };
        let none = || quote!(::core::option::Option::None);
        let text = field
            .default
            .as_ref()
            .filter(|_| !matches!(field.role, Role::Ignored | Role::Former))
            .map_or_else(none, text_of);
        let retired =
            field.value_then.as_ref().filter(|_| field.role == Role::Retired).map_or_else(none, text_of);
        Some(quote! {
            let (__text, __retired) = (#text, #retired);
            __defaults.push(#entropic::__private::ColumnDefault {
                column: #column,
                text: __text,
                retired: __retired,
                fill: #entropic::__private::Repr::to_value(&#repr #blame),
            });
        })
    });
    quote! {
        fn defaults() -> ::core::result::Result<
            ::std::vec::Vec<#entropic::__private::ColumnDefault>,
            #entropic::RecordError,
        > {
            #[allow(unused_mut, reason = "most records have none")]
            let mut __defaults = ::std::vec::Vec::new();
            #(#defaults)*
            ::core::result::Result::Ok(__defaults)
        }
    }
}

fn parts(record: &Record, output: &Ident) -> TokenStream {
    let Record { ident, entropic, .. } = record;
    let names: Vec<_> = (0..record.columns().count()).map(|at| local("column", at)).collect();
    let mut values = record.columns().zip(&names).map(|(field, name)| {
        let field_ident = &field.ident;
        let sql = sql_of(field, record);
        let blame = blame_stored(&field.column, record);
        let repr = quote! {
            #entropic::__private::ReadAs::<<#sql as #entropic::__private::SqlColumn>::Repr>::read_as(#name) #blame
        };
        let read = Via::of(field, record).read(&repr);
        quote!(#field_ident: #read #blame,)
    });
    let params: Vec<_> = values.by_ref().take(record.fields.len()).collect();
    let outputs: Vec<_> = values.by_ref().take(record.outputs.len()).collect();
    drop(values);
    let retired = record.retired.iter().zip(&names[names.len() - record.retired.len()..]).map(|(field, name)| {
        let (via, scheme) = (Via::of(field, record), scheme(field, record));
        let then = field.value_then.as_ref().map(|then| constant(field, then, record));
        let sql = sql_of(field, record);
        let blame = blame_stored(&field.column, record);
        let repr = quote! {
            #entropic::__private::ReadAs::<<#sql as #entropic::__private::SqlColumn>::Repr>::read_as(#name) #blame
        };
        let read = via.read(&repr);
        let (stored, then) = (
            via.write(&quote!(&__stored), &quote!(__out), &scheme),
            via.write(&quote!(&#then), &quote!(__out), &scheme),
        );
        if field.role == Role::Former {
            return quote!(let _ = #name;);
        }
        quote! {
            let __stored = #read #blame;
            __as_retired &= #entropic::__private::same_text(|__out| #stored, |__out| #then);
        }
    });
    let reserved = |column: &str| blame_stored(column, record);
    let (file, at, data) = (reserved("result_file"), reserved("created_at"), reserved("custom_data"));
    let read_as = quote!(#entropic::__private::ReadAs::read_as);
    quote! {
        fn parts(
            __row: Self::Row,
        ) -> ::core::result::Result<#entropic::__private::RowParts<Self>, #entropic::RecordError> {
            let (#(#names,)* __id, __result_file, __created_at, __custom_data,) = __row;
            let __id = __id.key();
            #[allow(unused_mut, reason = "most records have nothing retired")]
            let mut __as_retired = true;
            #(#retired)*
            ::core::result::Result::Ok(#entropic::__private::RowParts {
                params: #ident { #(#params)* },
                output: #output { #(#outputs)* },
                result_file: #read_as(__result_file) #file,
                created_at: #read_as(__created_at) #at,
                custom_data: #read_as(__custom_data) #data,
                id: __id,
                as_retired: __as_retired,
            })
        }
    }
}

fn patch(record: &Record) -> TokenStream {
    let Record { entropic, .. } = record;
    let arms =
        record.columns().filter(|field| matches!(field.role, Role::Ignored | Role::Output)).map(|field| {
            let (ident, column, sql) = (&field.ident, &field.column, sql_of(field, record));
            let blame = blame(field, record, "patch");
            let value = quote!(#entropic::__private::patched::<#sql>(__value) #blame);
            let read = Via::of(field, record).read(&value);
            let target = if field.role == Role::Output { quote!(__output) } else { quote!(self) };
            quote! {
                #column => { #target.#ident = #read #blame; }
            }
        });
    quote! {
        fn patch_column(
            &mut self,
            __output: &mut Self::Output,
            __column: &::core::primitive::str,
            __value: #entropic::__private::JsonValue,
        ) -> ::core::result::Result<(), #entropic::RecordError> {
            match __column {
                #(#arms)*
                _ => return ::core::result::Result::Err(
                    #entropic::__private::not_patchable::<Self>(__column)
                ),
            }
            #[allow(unreachable_code, reason = "a record without such columns always refuses")]
            ::core::result::Result::Ok(())
        }
    }
}
