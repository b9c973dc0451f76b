//! The SQL type of a field. `diesel::table!` takes only concrete types, so the last segment of the field's type decides,
//! and the bounds in generated code make the compiler check the decision.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{GenericArgument, Path, PathArguments, PathSegment, Type};

use crate::names;

/// A SQL type that a column can have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SqlType {
    SmallInt,
    Integer,
    BigInt,
    Float,
    Double,
    Bool,
    Text,
    Date,
    Timestamp,
    Time,
    Json,
}

impl SqlType {
    /// The names that `#[sim(sql = …)]` takes.
    pub const NAMES: [&str; 10] =
        ["SmallInt", "Integer", "BigInt", "Float", "Double", "Bool", "Text", "Date", "Timestamp", "Time"];

    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "SmallInt" => Self::SmallInt,
            "Integer" => Self::Integer,
            "BigInt" => Self::BigInt,
            "Float" => Self::Float,
            "Double" => Self::Double,
            "Bool" => Self::Bool,
            "Text" => Self::Text,
            "Date" => Self::Date,
            "Timestamp" => Self::Timestamp,
            "Time" => Self::Time,
            _ => return None,
        })
    }

    /// The name of the SQL type in `#[sim(sql = …)]`.
    pub fn name(self) -> &'static str {
        match self {
            Self::SmallInt => "SmallInt",
            Self::Integer => "Integer",
            Self::BigInt => "BigInt",
            Self::Float => "Float",
            Self::Double => "Double",
            Self::Bool => "Bool",
            Self::Text => "Text",
            Self::Date => "Date",
            Self::Timestamp => "Timestamp",
            Self::Time => "Time",
            Self::Json => "Json",
        }
    }

    /// The SQL type of a primitive type.
    pub fn of_primitive(name: &str) -> Option<Self> {
        Some(match name {
            "i8" | "i16" | "u8" => Self::SmallInt,
            "i32" | "u16" => Self::Integer,
            "i64" | "u32" | "u64" | "isize" | "usize" => Self::BigInt,
            "f32" => Self::Float,
            "f64" => Self::Double,
            "bool" => Self::Bool,
            _ => return None,
        })
    }

    /// The type as a path.
    pub fn tokens(self, entropic: &Path) -> TokenStream {
        match self {
            Self::SmallInt => quote!(::diesel::sql_types::SmallInt),
            Self::Integer => quote!(::diesel::sql_types::Integer),
            Self::BigInt => quote!(::diesel::sql_types::BigInt),
            Self::Float => quote!(::diesel::sql_types::Float),
            Self::Double => quote!(::diesel::sql_types::Double),
            Self::Bool => quote!(::diesel::sql_types::Bool),
            Self::Text => quote!(::diesel::sql_types::Text),
            Self::Date => quote!(::diesel::sql_types::Date),
            Self::Timestamp => quote!(#entropic::sql::UtcTimestamp),
            Self::Time => quote!(#entropic::sql::Time6),
            Self::Json => quote!(#entropic::sql::Json),
        }
    }

    /// The SQL type of a type, by its name; an error says what to write instead.
    pub fn of(ty: &Type) -> Result<Self, String> {
        let json = |what: &str| {
            Err(format!("{what} cannot be a column: store it as JSON with `#[sim(json)]` on the field"))
        };
        match ty {
            Type::Path(path) if path.qself.is_none() => match path.path.segments.last() {
                Some(last) => Self::named(last),
                None => Ok(Self::Text),
            },
            Type::Group(group) => Self::of(&group.elem),
            Type::Paren(paren) => Self::of(&paren.elem),
            Type::Tuple(_) => json("a tuple"),
            Type::Array(_) | Type::Slice(_) => json("an array"),
            Type::Reference(_) => {
                Err("a record owns its parameters, so a reference cannot be a field: write `String` for text"
                    .to_owned())
            }
            _ => json("this type"),
        }
    }

    fn named(segment: &PathSegment) -> Result<Self, String> {
        let name = names::plain(&segment.ident);
        if let Some(wrong) = wrong_time_zone(segment) {
            return Err(format!(
                "times are stored in UTC: write `DateTime<Utc>` instead of `DateTime<{wrong}>`"
            ));
        }
        if let Some(primitive) = Self::of_primitive(&name) {
            return Ok(primitive);
        }
        let refused = |why: &str| Err(format!("`{name}` cannot be a column{why}"));
        // An enum of the user may have one of these names.
        let foreign = |why: &str| {
            Err(format!(
                "`{name}` cannot be a column{why}; if it is a column type of your own, write its SQL type on the field, \
                 e.g. `#[sim(sql = Text)]`"
            ))
        };
        match name.as_str() {
            "NaiveDate" => Ok(Self::Date),
            "DateTime" | "NaiveDateTime" => Ok(Self::Timestamp),
            "NaiveTime" => Ok(Self::Time),
            "i128" | "u128" => {
                refused(", which has at most 64 bits: use `i64` or `u64`, or `String` for larger numbers")
            }
            "char" | "str" => refused(": use `String`"),
            "Cow" if segment.arguments.is_empty() => foreign(": use `String`"),
            "Cow" => refused(": use `String`"),
            "PathBuf" | "OsString" => {
                foreign(", because it may hold something other than text: use `String`")
            }
            "Duration" | "TimeDelta" => foreign(": use a number, e.g. seconds as `f64`"),
            "SystemTime" | "Instant" => foreign(": use `chrono::DateTime<chrono::Utc>`"),
            "Option" => Err("an `Option` of an `Option` cannot be a column: remove one of them".to_owned()),
            "Vec" | "VecDeque" | "HashMap" | "BTreeMap" | "HashSet" | "BTreeSet" | "Box" | "Arc" | "Rc"
                if !segment.arguments.is_empty() =>
            {
                refused(": store it as JSON with `#[sim(json)]` on the field")
            }
            _ => Ok(Self::Text),
        }
    }
}

/// The time zone of a chrono type, if it is not UTC.
fn wrong_time_zone(segment: &PathSegment) -> Option<String> {
    if segment.ident != "DateTime" {
        return None;
    }
    let Type::Path(zone) = only_argument(segment)? else { return None };
    let zone = names::plain(&zone.path.segments.last()?.ident);
    ["Local", "FixedOffset"].contains(&zone.as_str()).then_some(zone)
}

/// `T` of `Name<T>`.
fn only_argument(segment: &PathSegment) -> Option<&Type> {
    match &segment.arguments {
        PathArguments::AngleBracketed(arguments) if arguments.args.len() == 1 => {
            match arguments.args.first()? {
                GenericArgument::Type(inner) => Some(inner),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The type inside an `Option`.
pub fn option_inner(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Group(group) => option_inner(&group.elem),
        Type::Paren(paren) => option_inner(&paren.elem),
        Type::Path(path) if path.qself.is_none() => {
            let last = path.path.segments.last()?;
            if last.ident == "Option" { only_argument(last) } else { None }
        }
        _ => None,
    }
}

/// The type inside the invisible group that a `$ty:ty` of a macro becomes.
fn ungrouped(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungrouped(&group.elem),
        other => other,
    }
}

/// Whether a type may hold a float. A type that is not known by its name may.
pub fn may_hold_floats(ty: &Type) -> bool {
    match SqlType::of(ty) {
        Ok(SqlType::Text) => !is_named(ty, &["String"]),
        Ok(sql) => matches!(sql, SqlType::Float | SqlType::Double),
        Err(_) => true,
    }
}

/// The SQL type of a type, if it is primitive.
pub fn primitive(ty: &Type) -> Option<SqlType> {
    let Type::Path(path) = ungrouped(ty) else { return None };
    path.path.get_ident().and_then(|ident| SqlType::of_primitive(&ident.to_string()))
}

/// Whether a type is written as a path that ends in one of these names.
pub fn is_named(ty: &Type, wanted: &[&str]) -> bool {
    let Type::Path(path) = ungrouped(ty) else { return false };
    path.path.segments.last().is_some_and(|last| wanted.contains(&names::plain(&last.ident).as_str()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn of(ty: &str) -> Result<&'static str, String> {
        SqlType::of(&syn::parse_str(ty).unwrap()).map(SqlType::name)
    }

    #[test]
    fn known_types_are_stored_as_what_they_are() {
        for (ty, sql) in [
            ("i8", "SmallInt"),
            ("u16", "Integer"),
            ("u64", "BigInt"),
            ("usize", "BigInt"),
            ("f32", "Float"),
            ("core::primitive::f64", "Double"),
            ("bool", "Bool"),
            ("String", "Text"),
            ("::std::string::String", "Text"),
            ("chrono::NaiveDate", "Date"),
            ("NaiveDateTime", "Timestamp"),
            ("DateTime<Utc>", "Timestamp"),
            ("chrono::DateTime<chrono::offset::Utc>", "Timestamp"),
            ("NaiveTime", "Time"),
            ("(f64)", "Double"),
        ] {
            assert_eq!(of(ty), Ok(sql), "{ty}");
        }
    }

    #[test]
    fn other_types_are_taken_for_enums_and_left_to_the_compiler() {
        for ty in ["Method", "crate::Method", "Value", "Path", "Vec", "HashMap", "Foreign<f64>"] {
            assert_eq!(of(ty), Ok("Text"), "{ty}");
        }
    }

    #[test]
    fn types_that_never_can_be_are_refused_with_what_to_write() {
        for (ty, cure) in [
            ("u128", "`i64` or `u64`"),
            ("char", "`String`"),
            ("&'static str", "`String`"),
            ("Cow<'static, str>", "`String`"),
            ("std::path::PathBuf", "`String`"),
            ("Vec<f64>", "`#[sim(json)]`"),
            ("std::collections::BTreeMap<String, f64>", "`#[sim(json)]`"),
            ("Box<Shape>", "`#[sim(json)]`"),
            ("(f64, f64)", "`#[sim(json)]`"),
            ("[f64; 3]", "`#[sim(json)]`"),
            ("fn(f64) -> f64", "`#[sim(json)]`"),
            ("Duration", "seconds as `f64`"),
            ("std::time::Instant", "`chrono::DateTime<chrono::Utc>`"),
            ("DateTime<Local>", "`DateTime<Utc>`"),
            ("chrono::DateTime<chrono::FixedOffset>", "`DateTime<Utc>`"),
            ("Option<f64>", "`Option`"),
        ] {
            let refusal = of(ty).unwrap_err();
            assert!(refusal.contains(cure), "{ty}: {refusal}");
        }
    }

    #[test]
    fn an_option_is_seen_however_it_is_written() {
        for (ty, inner) in [
            ("Option<f64>", Some("f64")),
            ("std::option::Option<Mass>", Some("Mass")),
            ("(::core::option::Option<i64>)", Some("i64")),
            ("Maybe<f64>", None),
            ("Option", None),
            ("<T as Trait>::Option<f64>", None),
        ] {
            let ty = syn::parse_str(ty).unwrap();
            let found = option_inner(&ty).map(|inner| quote!(#inner).to_string());
            assert_eq!(found.as_deref(), inner);
        }
    }

    #[test]
    fn every_name_of_an_sql_type_is_known() {
        for name in SqlType::NAMES {
            assert_eq!(SqlType::parse(name).map(SqlType::name), Some(name));
        }
        assert!(SqlType::parse("Json").is_none() && SqlType::parse("f64").is_none());
    }
}
