//! Names: what an identifier is called in the database, in canonical text and in Diesel's module.

use heck::{ToKebabCase, ToLowerCamelCase, ToPascalCase, ToShoutySnakeCase, ToSnakeCase};
use proc_macro2::{Ident, Span};

/// Columns that every record has.
pub const RESERVED: [&str; 4] = ["id", "result_file", "created_at", "custom_data"];

/// The longest identifier PostgreSQL keeps whole, in bytes.
pub const LONGEST: usize = 63;

/// Names that `diesel::table!` cannot take as a column, because its expansion uses them itself.
const TAKEN_BY_DIESEL: [&str; 18] = [
    "table", "columns", "dsl", "star", "all_columns", "SqlType", "BoxedQuery", "q", "T", "DB", "QS", "diesel",
    "self", "super", "crate", "Self", "_", "__",
];

/// `rename_all`, in serde's words.
#[derive(Clone, Copy)]
pub enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl Case {
    pub const NAMES: [&str; 8] = [
        "lowercase", "UPPERCASE", "PascalCase", "camelCase", "snake_case", "SCREAMING_SNAKE_CASE",
        "kebab-case", "SCREAMING-KEBAB-CASE",
    ];

    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "snake_case" => Self::Snake,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            _ => return None,
        })
    }

    pub fn apply(self, name: &str) -> String {
        match self {
            Self::Lower => name.to_lowercase(),
            Self::Upper => name.to_uppercase(),
            Self::Pascal => name.to_pascal_case(),
            Self::Camel => name.to_lower_camel_case(),
            Self::Snake => name.to_snake_case(),
            Self::ScreamingSnake => name.to_shouty_snake_case(),
            Self::Kebab => name.to_kebab_case(),
            Self::ScreamingKebab => name.to_kebab_case().to_uppercase(),
        }
    }
}

/// An identifier as text, without `r#`.
pub fn plain(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map_or(text.clone(), str::to_owned)
}

/// Why a text cannot be the name of a column or table.
pub fn refusal(name: &str) -> Option<String> {
    if name.is_empty() {
        Some("a name cannot be empty".to_owned())
    } else if name.len() > LONGEST {
        Some(format!(
            "`{name}` is {} bytes long; PostgreSQL keeps {LONGEST} at most: give it a shorter name with `rename`",
            name.len()
        ))
    } else if name.starts_with('$') {
        Some(format!("`{name}` begins with `$`, which entropic keeps for itself"))
    } else if let Some(bad) = name.chars().find(|c| c.is_control() || matches!(c, '"' | '`' | '\\' | '\'')) {
        Some(format!("`{}` contains {bad:?}, which cannot stand in an SQL name", name.escape_debug()))
    } else {
        None
    }
}

/// The identifier of a column in Diesel's module: the name itself where that can be, else with `_` behind.
pub fn diesel_ident(name: &str, table: &str, used: &[String], span: Span) -> Ident {
    let mut text: String =
        name.chars().map(|c| if c == '_' || c.is_alphanumeric() { c } else { '_' }).collect();
    if text.starts_with(|c: char| c.is_numeric()) {
        text.insert(0, '_');
    }
    while !fits(&text) || text == table || used.contains(&text) {
        text.push('_');
    }
    Ident::new(&text, span)
}

/// Whether a text can be an identifier that `diesel::table!` takes.
pub fn fits(text: &str) -> bool {
    !TAKEN_BY_DIESEL.contains(&text) && syn::parse_str::<Ident>(text).is_ok()
}

/// The nearest of the known names, for "did you mean".
pub fn nearest<'a>(given: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(given, name), *name))
        .filter(|(distance, name)| *distance <= 2.max(name.len() / 3))
        .min()
        .map(|(_, name)| name)
}

/// Text as a JSON string with ASCII alone, as the canonical text writes keys.
pub fn json_key(name: &str) -> String {
    let mut out = String::from("\"");
    for c in name.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            ' '..='~' => out.push(c),
            _ => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push_str("\":");
    out
}
