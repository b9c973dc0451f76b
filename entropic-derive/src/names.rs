//! Names: of a column in the database, in canonical text and in Diesel's module.

use heck::{ToKebabCase, ToLowerCamelCase, ToPascalCase, ToShoutySnakeCase, ToSnakeCase};
use proc_macro2::{Ident, Span};
use unicode_ident::{is_xid_continue, is_xid_start};

use crate::attr::Key;

/// Columns that every record has.
pub const RESERVED: [&str; 4] = ["id", "result_file", "created_at", "custom_data"];

/// The longest identifier PostgreSQL keeps whole, in bytes.
pub const LONGEST: usize = 63;

/// Names that `diesel::table!` cannot take as a column, because its expansion uses them itself. Found by trying every
/// identifier of its source, with its feature `postgres`. It also uses names that begin with two underscores.
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

/// The keywords of all editions, which are identifiers only with `r#`.
const KEYWORDS: [&str; 52] = [
    "as", "break", "const", "continue", "crate", "else", "enum", "extern", "false", "fn", "for", "if",
    "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return", "self", "Self",
    "static", "struct", "super", "trait", "true", "type", "unsafe", "use", "where", "while", "async",
    "await", "dyn", "abstract", "become", "box", "do", "final", "gen", "macro", "override", "priv", "try",
    "typeof", "unsized", "virtual", "yield",
];

/// Crates that a module of the same name would hide.
const CRATES: [&str; 5] = ["std", "core", "alloc", "diesel", "entropic"];

/// The values of `rename_all`, named as in serde.
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

    /// The message for a text that is none of them.
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

/// The text of an identifier, without `r#`.
pub fn plain(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map_or(text.clone(), str::to_owned)
}

/// Why a text cannot be the name of a column or table. `rename` is the attribute with which the user chooses another.
pub fn refusal(name: &str, rename: Key) -> Option<String> {
    if name.is_empty() {
        Some("a name cannot be empty".to_owned())
    } else if name.len() > LONGEST {
        Some(format!(
            "`{name}` is {} bytes long, and PostgreSQL keeps at most {LONGEST}: choose a shorter name with \
             `#[sim({} = \"…\")]`",
            name.len(),
            rename.name()
        ))
    } else if name.starts_with('$') {
        Some(format!("`{name}` begins with `$`, which is reserved for entropic"))
    } else {
        let bad = name.chars().find(|c| c.is_control() || matches!(c, '"' | '`' | '\\' | '\''))?;
        Some(format!("`{}` contains {bad:?}, which an SQL name cannot contain", name.escape_debug()))
    }
}

/// The identifier of a column in Diesel's module: the name itself if Diesel can take it, otherwise the name and `_`.
/// `used` holds the names of all columns, and the identifiers chosen so far.
pub fn column_ident(name: &str, table: &str, used: &[String], span: Span) -> Ident {
    ident(name, span, |text| {
        TAKEN_BY_DIESEL.contains(&text)
            || (text.starts_with("__") && !text.ends_with('_'))
            || text == table
            || (text != name && used.iter().any(|used| used == text))
    })
}

/// The identifier of Diesel's module: the name of the table, or the nearest identifier.
pub fn module_ident(table: &str, span: Span) -> Ident {
    ident(table, span, |text| CRATES.contains(&text) || RESERVED.contains(&text))
}

/// The name if it is an identifier, otherwise the nearest one. Rust's lexer is not asked: it would report every other
/// text to the user.
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
pub fn nearest<'a>(given: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(given, name), *name))
        .filter(|(distance, name)| *distance <= (given.len().max(name.len()) / 3).max(1))
        .min()
        .map(|(_, name)| name)
}

/// The key of an object in the canonical text: a JSON string of ASCII characters, and `:`.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str) -> String {
        column_ident(name, "runs", &[name.to_owned()], Span::call_site()).to_string()
    }

    #[test]
    fn a_column_keeps_its_name_where_diesel_can_take_it() {
        for name in
            ["mass", "dt_max", "θ", "x1", "_", "self_", "id_", "conn", "Text", "union", "raw", "__done_"]
        {
            let wanted = if name == "_" { "__" } else { name };
            assert_eq!(column(name), wanted);
        }
    }

    #[test]
    fn other_columns_get_the_nearest_identifier() {
        for (name, wanted) in [
            ("q", "q_"),
            ("T", "T_"),
            ("table", "table_"),
            ("runs", "runs_"),
            ("type", "type_"),
            ("gen", "gen_"),
            ("self", "self_"),
            ("__GB", "__GB_"),
            ("__diesel_internal_rhs", "__diesel_internal_rhs_"),
            ("dt-max", "dt_max"),
            ("dt max", "dt_max"),
            ("1st", "_1st"),
            ("x²", "x_"),
            ("-", "__"),
            ("#n", "_n"),
        ] {
            assert_eq!(column(name), wanted, "{name}");
        }
    }

    #[test]
    fn a_mapped_column_gives_way_to_one_that_is_called_so() {
        let used = ["q", "q_", "a-b", "a_b"].map(str::to_owned);
        let ident = |name| column_ident(name, "runs", &used, Span::call_site()).to_string();
        assert_eq!([ident("q"), ident("q_"), ident("a-b"), ident("a_b")], ["q__", "q_", "a_b_", "a_b"]);
    }

    #[test]
    fn a_table_hides_neither_a_crate_nor_a_reserved_column() {
        for (table, wanted) in [
            ("orbits", "orbits"),
            ("my-runs", "my_runs"),
            ("order", "order"),
            ("match", "match_"),
            ("std", "std_"),
            ("diesel", "diesel_"),
            ("entropic", "entropic_"),
            ("id", "id_"),
            ("custom_data", "custom_data_"),
        ] {
            assert_eq!(module_ident(table, Span::call_site()).to_string(), wanted);
        }
    }

    #[test]
    fn raw_identifiers_are_named_without_their_mark() {
        assert_eq!(plain(&Ident::new_raw("type", Span::call_site())), "type");
        assert_eq!(plain(&Ident::new("mass", Span::call_site())), "mass");
    }

    #[test]
    fn names_that_no_database_could_hold_are_refused() {
        for name in ["mass", "dt max", "größe", "x.y", "%", &"x".repeat(63)] {
            assert_eq!(refusal(name, Key::Rename), None, "{name}");
        }
        for name in ["", "$mass", "a\"b", "a`b", "a'b", "a\\b", "a\0b", "a\nb", "a\u{7f}b"] {
            assert!(refusal(name, Key::Rename).is_some(), "{name:?}");
        }
        let long = refusal(&"ä".repeat(32), Key::Table).unwrap_or_default();
        assert!(long.contains("64 bytes") && long.contains("#[sim(table = \"…\")]"), "{long}");
    }

    #[test]
    fn a_misspelt_key_is_recognised_and_another_word_is_not() {
        let keys = ["table", "output", "version", "rename", "json", "sql", "ignore", "default"];
        for (given, wanted) in [
            ("tabel", Some("table")),
            ("outputs", Some("output")),
            ("verison", Some("version")),
            ("renamed", Some("rename")),
            ("jsn", Some("json")),
            ("Json", Some("json")),
            ("ignored", Some("ignore")),
            ("defalut", Some("default")),
            ("primary_key", None),
            ("skip", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(given, &keys), wanted, "{given}");
        }
    }

    #[test]
    fn keys_are_written_as_python_writes_them() {
        for (name, key) in [
            ("mass", r#""mass":"#),
            ("dt max", r#""dt max":"#),
            ("θ", r#""\u03b8":"#),
            ("a𝛼", r#""a\ud835\udefc":"#),
            ("a\"\\b", r#""a\"\\b":"#),
            ("a\u{7f}b", r#""a\u007fb":"#),
        ] {
            assert_eq!(json_key(name), key);
        }
    }

    #[test]
    fn every_case_can_be_named_and_applied() {
        let applied: Vec<String> =
            Case::NAMES.iter().filter_map(|name| Some(Case::parse(name)?.apply("dt_max"))).collect();
        assert_eq!(applied, ["dt_max", "DT_MAX", "DtMax", "dtMax", "dt_max", "DT_MAX", "dt-max", "DT-MAX"]);
        assert!(Case::parse("Snake_Case").is_none());
        assert!(Case::expected("Snake_Case").contains("did you mean \"snake_case\"?"));
        assert!(Case::expected("title").contains("\"kebab-case\""));
    }
}
