//! `#[derive(SimEnum)]`: a unit enum stored as text.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, Ident, Path};

use crate::attr::{self, Items, Key, Target};
use crate::errors::Errors;
use crate::manifest::Crates;
use crate::names;

struct Variant {
    ident: Ident,
    text: String,
    /// Rows may have it; `all` leaves it out.
    retired: bool,
}

pub fn derive(input: TokenStream, crates: Crates) -> TokenStream {
    let mut errors = Errors::new();
    let Some(input) = errors.keep(syn::parse2::<DeriveInput>(input)) else {
        return errors.finish().unwrap_or_default();
    };
    let items = attr::items(&input.attrs, Target::Enum, &mut errors);
    let entropic = attr::crate_path(&items, input.ident.span(), crates, &mut errors);
    let variants = variants(&input, &items, &mut errors);
    let generic = !input.generics.params.is_empty();
    if generic {
        errors.on(
            &input.generics,
            "a `SimEnum` cannot be generic, because it is stored as the names of its variants",
        );
    }
    let without = without(&items, &mut errors);
    let diesel = crates.require_diesel(input.ident.span(), &mut errors);
    let nameless = errors.nameless;
    let messages = errors.finish();
    // There is no stand-in: the implementations of a wrong enum have its right variants.
    let tokens = (!generic && !nameless).then(|| {
        let column = column(&input.ident, &entropic, &variants);
        let by_hand = by_hand(&input.ident, &entropic, &without);
        let expressions = diesel.then(|| expressions(&input.ident, &entropic));
        quote!(#column #by_hand #expressions)
    });
    quote!(#messages #tokens)
}

/// The variants that can be stored.
fn variants(input: &DeriveInput, items: &Items, errors: &mut Errors) -> Vec<Variant> {
    let data = match &input.data {
        Data::Enum(data) => data,
        Data::Struct(_) => {
            errors.on(
                &input.ident,
                "`SimEnum` is for an enum of plain variants: derive `SimColumn` on a struct around one value, and \
                 `SimRecord` on a struct of parameters",
            );
            return Vec::new();
        }
        Data::Union(_) => {
            errors.on(&input.ident, "`SimEnum` is for an enum of plain variants");
            return Vec::new();
        }
    };
    if data.variants.is_empty() {
        errors.on(&input.ident, "a `SimEnum` needs at least one variant");
    }
    let case = items.get(Key::RenameAll).and_then(|item| item.case(errors));
    let mut variants: Vec<Variant> = Vec::new();
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            errors.on(
                &variant.ident,
                "a variant of a `SimEnum` is stored as its name and cannot have fields: to store an enum with fields as \
                 JSON, remove the derive and write `#[sim(json)]` on the field of the record",
            );
            continue;
        }
        let items = attr::items(&variant.attrs, Target::Variant, errors);
        let renamed = items.text(Key::Rename, errors);
        let retired = items.has_flag(Key::Retired, errors);
        let text = match (&renamed, case) {
            (Some(text), _) => text.value(),
            (None, Some(case)) => case.apply(&names::plain(&variant.ident)),
            (None, None) => names::plain(&variant.ident),
        };
        let at = renamed.as_ref().map_or(variant.ident.span(), syn::LitStr::span);
        if text.contains('\0') {
            errors.at(at, "PostgreSQL cannot store a NUL character in text");
        }
        match variants.iter().find(|other| other.text == text) {
            Some(_) if !items.is_valid => {}
            // The compiler itself reports a variant that is declared twice.
            Some(first) if first.ident == variant.ident => errors.silently(),
            Some(first) => errors.at(
                at,
                format!(
                    "`{}` is stored as {text:?} already: rename one of them with `#[sim(rename = \"…\")]`",
                    first.ident
                ),
            ),
            None => variants.push(Variant { ident: variant.ident.clone(), text, retired }),
        }
    }
    variants
}

/// The implementations that `without(…)` can leave out.
const OPTIONAL: [&str; 4] = ["Display", "FromStr", "all", "as_str"];

/// The implementations that `without(…)` leaves out.
fn without(items: &Items, errors: &mut Errors) -> Vec<String> {
    let list = items.get(Key::Without).and_then(|item| errors.keep(item.list::<Ident>()));
    let mut without = Vec::new();
    for ident in list.into_iter().flatten() {
        let name = names::plain(&ident);
        if OPTIONAL.contains(&name.as_str()) {
            without.push(name);
            continue;
        }
        let hint = names::nearest(&name, &OPTIONAL).map_or_else(
            || format!("it takes `{}`", OPTIONAL.join("`, `")),
            |near| format!("did you mean `{near}`?"),
        );
        errors.on(&ident, format!("`without` has no `{name}`: {hint}"));
    }
    without
}

/// The implementations that users may write themselves.
fn by_hand(ident: &Ident, entropic: &Path, without: &[String]) -> TokenStream {
    let str = quote!(::core::primitive::str);
    let of_trait = quote!(<Self as #entropic::SimEnum>);
    let unless = |name: &str, tokens: TokenStream| (!without.iter().any(|w| w == name)).then_some(tokens);
    let all = unless(
        "all",
        quote! {
            /// All variants that are not retired, in the order of the enum.
            #[allow(dead_code, unreachable_pub, reason = "not every user needs it")]
            pub fn all() -> ::std::vec::Vec<Self> {
                #of_trait::all()
            }
        },
    );
    let as_str = unless(
        "as_str",
        quote! {
            /// The stored text of this variant.
            #[allow(dead_code, unreachable_pub, reason = "not every user needs it")]
            pub fn as_str(&self) -> &'static #str {
                #of_trait::as_str(self)
            }
        },
    );
    let display = unless(
        "Display",
        quote! {
            #[automatically_derived]
            impl ::core::fmt::Display for #ident {
                fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    ::core::fmt::Formatter::pad(__f, #of_trait::as_str(self))
                }
            }
        },
    );
    let from_str = unless(
        "FromStr",
        quote! {
            #[automatically_derived]
            impl ::core::str::FromStr for #ident {
                type Err = #entropic::ColumnError;
                fn from_str(__text: &#str) -> ::core::result::Result<Self, #entropic::ColumnError> {
                    #of_trait::from_repr_text(__text)
                }
            }
        },
    );
    quote! {
        #[automatically_derived]
        impl #ident {
            #all
            #as_str
        }
        #display
        #from_str
    }
}

/// The enum as a column.
fn column(ident: &Ident, entropic: &Path, variants: &[Variant]) -> TokenStream {
    let name = names::plain(ident);
    let idents: Vec<_> = variants.iter().map(|variant| &variant.ident).collect();
    let present = variants.iter().filter(|variant| !variant.retired).map(|variant| &variant.ident);
    let texts: Vec<_> = variants.iter().map(|variant| &variant.text).collect();
    let result = quote!(::core::result::Result);
    let error = quote!(#entropic::ColumnError);
    let str = quote!(::core::primitive::str);
    quote! {
        #[automatically_derived]
        #[allow(deprecated, reason = "a variant may be")]
        impl #entropic::SimEnum for #ident {
            const NAME: &'static #str = #name;
            const TEXTS: &'static [&'static #str] = &[#(#texts),*];
            fn all() -> ::std::vec::Vec<Self> {
                ::std::vec![#(Self::#present),*]
            }
            fn as_str(&self) -> &'static #str {
                #[allow(unreachable_patterns, reason = "a wrong enum has variants that are missing here")]
                match self {
                    #(Self::#idents => #texts,)*
                    _ => ::core::unreachable!(),
                }
            }
            fn from_text(__text: &#str) -> ::core::option::Option<Self> {
                match __text {
                    #(#texts => ::core::option::Option::Some(Self::#idents),)*
                    _ => ::core::option::Option::None,
                }
            }
        }

        #[automatically_derived]
        impl #entropic::SimColumn for #ident {
            type Sql = #entropic::__private::Text;
            fn to_repr(&self) -> #result<::std::string::String, #error> {
                #result::Ok(::core::convert::From::from(<Self as #entropic::SimEnum>::as_str(self)))
            }
            fn from_repr(__repr: ::std::string::String) -> #result<Self, #error> {
                <Self as #entropic::SimEnum>::from_repr_text(&__repr)
            }
            fn canonical(
                &self,
                __out: &mut #entropic::__private::Canonical,
                _: #entropic::__private::FloatScheme,
            ) -> #result<(), #error> {
                #result::Ok(__out.str(<Self as #entropic::SimEnum>::as_str(self))?)
            }
            fn check(&self) -> #result<(), #error> {
                #result::Ok(())
            }
            fn values() -> #entropic::__private::Values {
                #entropic::__private::Values::Texts {
                    name: <Self as #entropic::SimEnum>::NAME,
                    texts: <Self as #entropic::SimEnum>::TEXTS,
                }
            }
        }
    }
}

/// Lets typed queries compare the enum with its column and select it. Diesel needs `Debug` to bind a list of values; an
/// enum need not have it.
fn expressions(ident: &Ident, entropic: &Path) -> TokenStream {
    let text = quote!(::diesel::sql_types::Text);
    let expressions = [text.clone(), quote!(::diesel::sql_types::Nullable<#text>)].into_iter().map(|sql| {
        let expression = quote!(::diesel::expression::AsExpression<#sql>);
        let str = quote!(&'static ::core::primitive::str);
        quote! {
            #[automatically_derived]
            impl<'__a> #expression for &'__a #ident {
                type Expression = <#str as #expression>::Expression;
                fn as_expression(self) -> Self::Expression {
                    <#str as #expression>::as_expression(<#ident as #entropic::SimEnum>::as_str(self))
                }
            }

            #[automatically_derived]
            impl #expression for #ident {
                type Expression = <#str as #expression>::Expression;
                fn as_expression(self) -> Self::Expression {
                    <&#ident as #expression>::as_expression(&self)
                }
            }
        }
    });
    let string = quote!(::std::string::String);
    quote! {
        #(#expressions)*

        #[automatically_derived]
        impl<__DB> ::diesel::serialize::ToSql<#text, __DB> for #ident
        where
            __DB: ::diesel::backend::Backend,
            ::core::primitive::str: ::diesel::serialize::ToSql<#text, __DB>,
            // Without the lifetime the compiler would refuse a condition that it knows to be false.
            for<'__always> #ident: ::core::fmt::Debug,
        {
            fn to_sql<'__b>(
                &'__b self,
                __out: &mut ::diesel::serialize::Output<'__b, '_, __DB>,
            ) -> ::diesel::serialize::Result {
                <::core::primitive::str as ::diesel::serialize::ToSql<#text, __DB>>::to_sql(
                    <Self as #entropic::SimEnum>::as_str(self),
                    __out,
                )
            }
        }

        #[automatically_derived]
        impl<__DB> ::diesel::deserialize::FromSql<#text, __DB> for #ident
        where
            __DB: ::diesel::backend::Backend,
            #string: ::diesel::deserialize::FromSql<#text, __DB>,
        {
            fn from_sql(__value: __DB::RawValue<'_>) -> ::diesel::deserialize::Result<Self> {
                let __text = <#string as ::diesel::deserialize::FromSql<#text, __DB>>::from_sql(__value)?;
                ::core::result::Result::Ok(<Self as #entropic::SimEnum>::from_repr_text(&__text)?)
            }
        }

        #[automatically_derived]
        impl<__DB> ::diesel::deserialize::Queryable<#text, __DB> for #ident
        where
            __DB: ::diesel::backend::Backend,
            Self: ::diesel::deserialize::FromSql<#text, __DB>,
        {
            type Row = Self;
            fn build(__row: Self) -> ::diesel::deserialize::Result<Self> {
                ::core::result::Result::Ok(__row)
            }
        }
    }
}
