//! `impl SimRecord`: the table as data, canonical text, checks, and rows read back.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{Expand, local};
use crate::model::{Field, Role};
use crate::names;

impl<'a> Expand<'a> {
    pub(super) fn sim_record(&self) -> TokenStream {
        let (ident, entropic, output) = (&self.record.ident, self.entropic, &self.output);
        let row = self.row(self.record.columns());
        let spec = self.table_spec();
        let methods = [
            self.write_canonical(),
            self.check(),
            self.field_texts(),
            self.all_texts(),
            self.defaults(),
            self.values(),
            self.parts(),
            self.patch_column(),
            self.clean_output(),
        ];
        quote! {
            #[automatically_derived]
            impl #entropic::SimRecord for #ident {
                type Output = #output;
                type Row = #row;
                const TABLE: #entropic::TableSpec = #spec;
                #(#methods)*
            }
        }
    }

    fn table_spec(&self) -> TokenStream {
        let (entropic, private) = (self.entropic, &self.private);
        let (table, version, indexes) = (&self.record.table, self.record.version, &self.record.indexes);
        let columns = self.record.columns().map(|field| {
            let (name, key, nullable, index) = (&field.column, &field.key, field.nullable, field.index);
            let (sql, float) = (self.sql_of(field), self.float_scheme(field));
            let role = match field.role {
                Role::Identity => quote!(Identity),
                Role::Ignored => quote!(Ignored),
                Role::Output => quote!(Output),
                Role::Retired => quote!(Retired),
                Role::Former => quote!(Former),
            };
            let keyed = (name != key).then(|| quote!(.keyed(#key)));
            quote! {
                #private::ColumnSpec::new(
                    #name,
                    <#sql as #private::SqlColumn>::KIND,
                    #nullable,
                    #private::ColumnRole::#role,
                    #index,
                    #float,
                ) #keyed
            }
        });
        let indexes = (!indexes.is_empty()).then(|| quote!(.indexed(&[#(&[#(#indexes),*]),*])));
        quote! { #entropic::TableSpec::new(#table, &[#(#columns),*], #version) #indexes }
    }

    /// The tuple that Diesel reads. It has no type of a field, so that a wrong one is not an error here as well.
    pub(super) fn row<'f>(&self, columns: impl Iterator<Item = &'f Field>) -> TokenStream {
        let (entropic, private) = (self.entropic, &self.private);
        let columns = columns.map(|field| {
            let sql = self.sql_of(field);
            quote!(<#sql as #private::SqlColumn>::Read)
        });
        quote! {
            (
                #(#columns,)*
                #private::Read<::std::string::String>,
                #private::Read<::std::string::String>,
                #private::Read<#entropic::Timestamp>,
                #private::Read<#entropic::CustomData>,
            )
        }
    }

    fn write_canonical(&self) -> TokenStream {
        let (entropic, private) = (self.entropic, &self.private);
        let mut entries: Vec<(&str, TokenStream)> =
            self.identity().map(|field| (field.key.as_str(), self.canonical_entry(field))).collect();
        if self.record.version > 1 {
            let version = u64::from(self.record.version);
            entries.push(("$version", quote! { __out.key("\"$version\":"); __out.uint(#version); }));
        }
        entries.sort_by_key(|(key, _)| *key);
        let entries = entries.into_iter().map(|(_, entry)| entry);
        quote! {
            fn write_canonical(
                &self,
                __out: &mut #private::Canonical,
            ) -> ::core::result::Result<(), #entropic::RecordError> {
                __out.begin();
                #(#entries)*
                __out.end();
                ::core::result::Result::Ok(())
            }
        }
    }

    /// One field of the identity in the canonical text.
    fn canonical_entry(&self, field: &Field) -> TokenStream {
        let private = &self.private;
        let key = names::json_key(&field.key);
        let (ops, scheme, error) = (self.ops(field), self.float_scheme(field), self.field_error(field));
        let own = ops.write(&self.value_of(field, &quote!(self)), &quote!(__out), &scheme);
        let Some(default) = self.default_of(field) else {
            return quote! { __out.key(#key); #own.map_err(#error)?; };
        };
        let other = ops.write(&quote!(&#default), &quote!(__out), &scheme);
        quote! {
            #private::unless_default(__out, #key, |__out| #own, |__out| #other).map_err(#error)?;
        }
    }

    /// The fields that make the identity.
    fn identity(&self) -> impl Iterator<Item = &'a Field> {
        self.record.columns().filter(|field| field.is_identity())
    }

    fn field_texts(&self) -> TokenStream {
        let (entropic, private) = (self.entropic, &self.private);
        let texts = self.identity().map(|field| {
            let column = &field.column;
            let value = self.value_of(field, &quote!(self));
            let own = self.float_scheme(field);
            let scheme = quote!(::core::option::Option::unwrap_or(__scheme, #own));
            let write = self.ops(field).write(&value, &quote!(&mut __out), &scheme);
            let error = self.field_error(field);
            quote! {
                let mut __out = #private::Canonical::new();
                #write.map_err(#error)?;
                __texts.push((#column, __out.into_string()));
            }
        });
        quote! {
            fn field_texts(
                &self,
                __scheme: ::core::option::Option<#private::FloatScheme>,
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

    fn defaults(&self) -> TokenStream {
        let (entropic, private) = (self.entropic, &self.private);
        let defaults = self.record.columns().filter_map(|field| self.column_default(field));
        quote! {
            fn defaults() -> ::core::result::Result<
                ::std::vec::Vec<#private::ColumnDefault>,
                #entropic::RecordError,
            > {
                #[allow(unused_mut, reason = "most records have none")]
                let mut __defaults = ::std::vec::Vec::new();
                #(#defaults)*
                ::core::result::Result::Ok(__defaults)
            }
        }
    }

    /// The `ColumnDefault` of a column that has one.
    fn column_default(&self, field: &Field) -> Option<TokenStream> {
        let (private, column) = (&self.private, &field.column);
        let (ops, scheme, error) = (self.ops(field), self.float_scheme(field), self.field_error(field));
        let (default, retired) = (self.default_of(field), self.retired_value_of(field));
        let fill = retired.as_ref().or(default.as_ref())?;
        let repr = ops.repr(&quote!(&#fill));
        let text_of = |value: Option<&TokenStream>| {
            let Some(value) = value else { return quote!(::core::option::Option::None) };
            let write = ops.write(&quote!(&#value), &quote!(&mut __out), &scheme);
            quote! {{
                let mut __out = #private::Canonical::new();
                #write.map_err(#error)?;
                ::core::option::Option::Some(__out.into_string())
            }}
        };
        let text = text_of(default.as_ref().filter(|_| field.is_identity()));
        let retired = text_of(retired.as_ref().filter(|_| field.is_identity()));
        Some(quote! {
            let (__text, __retired) = (#text, #retired);
            __defaults.push(#private::ColumnDefault {
                column: #column,
                text: __text,
                retired: __retired,
                fill: #private::Repr::to_value(&#repr.map_err(#error)?),
            });
        })
    }

    /// `SimRecord::parts`. A value that cannot be read names its run and its column.
    fn parts(&self) -> TokenStream {
        let (ident, entropic, private, output) =
            (&self.record.ident, self.entropic, &self.private, &self.output);
        let columns: Vec<(&Field, Ident)> =
            self.record.columns().enumerate().map(|(at, field)| (field, local("column", at))).collect();
        let names = columns.iter().map(|(_, name)| name);
        let (params, rest) = columns.split_at(self.record.fields.len());
        let (outputs, retired) = rest.split_at(self.record.outputs.len());
        let read = |(field, name): &(&Field, Ident)| {
            let (ident, read) = (&field.ident, self.read_column(field, name));
            quote!(#ident: #read,)
        };
        let (params, outputs) = (params.iter().map(read), outputs.iter().map(read));
        let retired = retired.iter().map(|(field, name)| self.read_retired(field, name));
        let reserved = |column: &str, name: TokenStream| {
            let error = self.stored_error(column);
            quote!(#private::ReadAs::read_as(#name).map_err(#error)?)
        };
        let file = reserved("result_file", quote!(__result_file));
        let at = reserved("created_at", quote!(__created_at));
        let data = reserved("custom_data", quote!(__custom_data));
        quote! {
            fn parts(
                __row: Self::Row,
            ) -> ::core::result::Result<#private::RowParts<Self>, #entropic::RecordError> {
                let (#(#names,)* __id, __result_file, __created_at, __custom_data,) = __row;
                let __id = __id.key();
                #[allow(unused_mut, reason = "most records have nothing retired")]
                let mut __as_retired = true;
                #(#retired)*
                ::core::result::Result::Ok(#private::RowParts {
                    params: #ident { #(#params)* },
                    output: #output { #(#outputs)* },
                    result_file: #file,
                    created_at: #at,
                    custom_data: #data,
                    id: __id,
                    as_retired: __as_retired,
                })
            }
        }
    }

    /// The value of a column that Diesel has read as `name`.
    fn read_column(&self, field: &Field, name: &Ident) -> TokenStream {
        let (private, sql, error) = (&self.private, self.sql_of(field), self.stored_error(&field.column));
        let repr = quote! {
            #private::ReadAs::<<#sql as #private::SqlColumn>::Repr>::read_as(#name).map_err(#error)?
        };
        let read = self.ops(field).read(&repr);
        quote!(#read.map_err(#error)?)
    }

    /// Compares a retired parameter with the value that new rows get.
    fn read_retired(&self, field: &Field, name: &Ident) -> TokenStream {
        let Some(value) = self.retired_value_of(field).filter(|_| field.is_identity()) else {
            return quote!(let _ = #name;);
        };
        let (private, ops, scheme) = (&self.private, self.ops(field), self.float_scheme(field));
        let read = self.read_column(field, name);
        let stored = ops.write(&quote!(&__stored), &quote!(__out), &scheme);
        let value = ops.write(&quote!(&#value), &quote!(__out), &scheme);
        quote! {
            let __stored = #read;
            __as_retired &= #private::same_text(|__out| #stored, |__out| #value);
        }
    }

    fn patch_column(&self) -> TokenStream {
        let (entropic, private) = (self.entropic, &self.private);
        let patched = |field: &&Field| matches!(field.role, Role::Ignored | Role::Output);
        let arms = self.record.columns().filter(patched).map(|field| {
            let (ident, column, sql) = (&field.ident, &field.column, self.sql_of(field));
            let error = self.patch_error(field);
            let value = quote!(#private::patched::<#sql>(__value).map_err(#error)?);
            let read = self.ops(field).read(&value);
            let target = if field.role == Role::Output { quote!(__output) } else { quote!(self) };
            quote! {
                #column => { #target.#ident = #read.map_err(#error)?; }
            }
        });
        quote! {
            fn patch_column(
                &mut self,
                __output: &mut Self::Output,
                __column: &::core::primitive::str,
                __value: #private::JsonValue,
            ) -> ::core::result::Result<(), #entropic::RecordError> {
                match __column {
                    #(#arms)*
                    _ => return ::core::result::Result::Err(#private::not_patchable::<Self>(__column)),
                }
                #[allow(unreachable_code, reason = "a record without such columns always refuses")]
                ::core::result::Result::Ok(())
            }
        }
    }
}
