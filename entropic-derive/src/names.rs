//! Names: what an identifier is called in the database, in canonical text and in Diesel's module.

use heck::{ToKebabCase, ToLowerCamelCase, ToPascalCase, ToShoutySnakeCase, ToSnakeCase};
use proc_macro2::{Ident, Span};
use unicode_ident::{is_xid_continue, is_xid_start};

/// Columns that every record has.
pub const RESERVED: [&str; 4] = ["id", "result_file", "created_at", "custom_data"];

/// The longest identifier PostgreSQL keeps whole, in bytes.
pub const LONGEST: usize = 63;

/// Names that `diesel::table!` cannot take as a column, because its expansion uses them itself: found by giving it
/// every identifier that occurs in its source, with its feature `postgres`. It also has names of its own that
/// begin with two underscores.
const TAKEN_BY_DIESEL: [&str; 22] = [
    "table",
    "columns",
    "dsl",
    "star",
    "all_columns",
    "diesel",
    "q",
    "bool",
    "str",
    "Ok",
    "SqlType",
    "BoxedQuery",
    "T",
    "DB",
    "QS",
    "TSM",
    "Rhs",
    "Left",
    "Right",
    "Join",
    "On",
    "From",
];

/// What no identifier can be without `r#`, in any edition.
const KEYWORDS: [&str; 52] = [
    "as", "break", "const", "continue", "crate", "else", "enum", "extern", "false", "fn", "for", "if",
    "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "self", "Self",
    "static", "struct", "super", "trait", "true", "type", "unsafe", "use", "where", "while", "async",
    "await", "dyn", "abstract", "become", "box", "do", "final", "gen", "macro", "override", "priv", "try",
    "typeof", "unsized", "virtual", "yield",
];

/// Names that would hide a crate, if a module was called so.
const CRATES: [&str; 5] = ["std", "core", "alloc", "diesel", "entropic"];

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
        "lowercase",
        "UPPERCASE",
        "PascalCase",
        "camelCase",
        "snake_case",
        "SCREAMING_SNAKE_CASE",
        "kebab-case",
        "SCREAMING-KEBAB-CASE",
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

    /// What to say of a text that is none of them.
    pub fn expected(text: &str) -> String {
        let same = |name: &&&str| {
            name.to_lowercase().replace(['_', '-'], "") == text.to_lowercase().replace(['_', '-'], "")
        };
        match Self::NAMES.iter().find(same) {
            Some(near) => format!("`rename_all` has no {text:?}: did you mean {near:?}?"),
            None => format!(
                "`rename_all` has no {text:?}: it is one of {}",
                Self::NAMES.map(|name| format!("{name:?}")).join(", ")
            ),
        }
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

/// Why a text cannot be the name of a column or table; `rename` is the attribute that gives it another.
pub fn refusal(name: &str, rename: &str) -> Option<String> {
    if name.is_empty() {
        Some("a name cannot be empty".to_owned())
    } else if name.len() > LONGEST {
        Some(format!(
            "`{name}` is {} bytes long, and PostgreSQL keeps {LONGEST} at most: give it a shorter name with \
             `#[sim({rename} = \"…\")]`",
            name.len()
        ))
    } else if name.starts_with('$') {
        Some(format!("`{name}` begins with `$`, which entropic keeps for itself"))
    } else {
        let bad = name.chars().find(|c| c.is_control() || matches!(c, '"' | '`' | '\\' | '\''))?;
        Some(format!("`{}` contains {bad:?}, which cannot stand in an SQL name", name.escape_debug()))
    }
}

/// The identifier of a column in Diesel's module: the name itself where that can be, else with `_` behind. `used`
/// are the names of all columns, and the identifiers given so far.
pub fn column_ident(name: &str, table: &str, used: &[String], span: Span) -> Ident {
    ident(name, span, |text| {
        TAKEN_BY_DIESEL.contains(&text)
            || (text.starts_with("__") && !text.ends_with('_'))
            || text == table
            || (text != name && used.iter().any(|used| used == text))
    })
}

/// The identifier of Diesel's module: the name of the table, or as near to it as can be.
pub fn module_ident(table: &str, span: Span) -> Ident {
    ident(table, span, |text| CRATES.contains(&text) || RESERVED.contains(&text))
}

/// The name where it can be an identifier, else the nearest to it. Rust's own lexer is not asked: it would tell the
/// user of every text that is none.
fn ident(name: &str, span: Span, taken: impl Fn(&str) -> bool) -> Ident {
    let mut text: String = name.chars().map(|c| if is_xid_continue(c) { c } else { '_' }).collect();
    if !text.starts_with(|c| c == '_' || is_xid_start(c)) {
        text.insert(0, '_');
    }
    while text == "_" || KEYWORDS.contains(&text.as_str()) || taken(&text) {
        text.push('_');
    }
    Ident::new(&text, span)
}

/// The nearest of the known names, for "did you mean".
pub fn nearest(given: &str, known: &[&'static str]) -> Option<&'static str> {
    known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(given, name), *name))
        .filter(|(distance, name)| *distance <= (given.len().max(name.len()) / 3).max(1))
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
