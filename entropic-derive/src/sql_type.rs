//! Which SQL type a field has: `diesel::table!` takes concrete types only, so the last segment of the field's
//! type decides, and generated code then asks the compiler whether that was right.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{GenericArgument, Path, PathArguments, Type};

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
    /// What `#[sim(sql = …)]` takes.
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

    /// What a type is stored as, judged by its name; an error says what to write instead.
    pub fn of(ty: &Type) -> Result<Self, String> {
        let json = |what: &str| {
            Err(format!("{what} cannot be a column: store it as JSON with `#[sim(json)]` on the field"))
        };
        match ty {
            Type::Path(path) if path.qself.is_none() => match path.path.segments.last() {
                Some(last) => Self::named(&last.ident.to_string()),
                None => Ok(Self::Text),
            },
            Type::Group(group) => Self::of(&group.elem),
            Type::Paren(paren) => Self::of(&paren.elem),
            Type::Tuple(_) => json("a tuple"),
            Type::Array(_) | Type::Slice(_) => json("an array"),
            Type::Reference(_) => Err(
                "a record owns its parameters: a reference cannot be a field; write `String` for text".to_owned(),
            ),
            _ => json("this type"),
        }
    }

    fn named(name: &str) -> Result<Self, String> {
        Ok(match name {
            "i8" | "i16" | "u8" => Self::SmallInt,
            "i32" | "u16" => Self::Integer,
            "i64" | "u32" | "u64" | "isize" | "usize" => Self::BigInt,
            "f32" => Self::Float,
            "f64" => Self::Double,
            "bool" => Self::Bool,
            "String" => Self::Text,
            "NaiveDate" => Self::Date,
            "DateTime" | "NaiveDateTime" => Self::Timestamp,
            "NaiveTime" => Self::Time,
            "i128" | "u128" => {
                return Err(format!(
                    "`{name}` does not fit a column: use `i64` or `u64`, or `String` for larger numbers"
                ));
            }
            "char" | "str" => return Err(format!("`{name}` cannot be a column: use `String`")),
            "PathBuf" | "Path" | "OsString" => {
                return Err(format!("`{name}` cannot be a column, since it may hold what is not text: use `String`"));
            }
            "Duration" | "TimeDelta" => {
                return Err(format!("`{name}` cannot be a column: use a number, e.g. seconds as `f64`"));
            }
            "Vec" | "VecDeque" | "HashMap" | "BTreeMap" | "HashSet" | "BTreeSet" | "Value" | "Box" | "Arc"
            | "Rc" => {
                return Err(format!(
                    "`{name}` cannot be a column: store it as JSON with `#[sim(json)]` on the field"
                ));
            }
            "Option" => return Err("an `Option` of an `Option` cannot be a column: use one".to_owned()),
            _ => Self::Text,
        })
    }
}

/// What an `Option` holds.
pub fn option_inner(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Group(group) => option_inner(&group.elem),
        Type::Paren(paren) => option_inner(&paren.elem),
        Type::Path(path) if path.qself.is_none() => {
            let last = path.path.segments.last()?;
            if last.ident != "Option" {
                return None;
            }
            match &last.arguments {
                PathArguments::AngleBracketed(arguments) if arguments.args.len() == 1 => {
                    match arguments.args.first()? {
                        GenericArgument::Type(inner) => Some(inner),
                        _ => None,
                    }
                }
                _ => None,
            }
        }
        _ => None,
    }
}
