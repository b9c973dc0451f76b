//! Describes the values of a column beyond its SQL type. The description is recorded with the table and compared when the
//! table is opened again.

use super::{ColumnError, json_canonical, json_from_repr, sql::CustomJson};
use crate::params::{Canonical, FloatScheme};

/// The values that a column can have.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum Values {
    /// Every value of the column's SQL type.
    Any,
    /// The texts of an enum.
    Texts {
        /// The name of the enum.
        name: &'static str,
        /// The texts of all variants, including retired ones.
        texts: &'static [&'static str],
    },
    /// JSON that is a value of one type.
    Json {
        /// The name that the compiler gives the type, with its modules.
        name: &'static str,
        /// Parses a stored text as this type and returns the canonical text of the value.
        round_trip: fn(&str) -> Result<String, ColumnError>,
    },
}

impl Values {
    /// Describes the values of a `#[sim(json)]` field.
    pub fn json<V: serde::Serialize + serde::de::DeserializeOwned>() -> Self {
        Self::Json { name: std::any::type_name::<V>(), round_trip: round_trip::<V> }
    }
}

fn round_trip<V: serde::Serialize + serde::de::DeserializeOwned>(text: &str) -> Result<String, ColumnError> {
    let value: V = json_from_repr(CustomJson(text.to_owned()))?;
    let mut out = Canonical::new();
    json_canonical(&value, &mut out, FloatScheme::Exact)?;
    Ok(out.into_string())
}

/// Removes the modules from the name of a type and of its arguments, because a type may move to another module.
pub(crate) fn plain_type_name(full: &str) -> String {
    let mut plain = String::with_capacity(full.len());
    let mut start = 0;
    let mut rest = full.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        if c == ':' && rest.next_if(|(_, next)| *next == ':').is_some() {
            plain.truncate(start);
        } else if c.is_alphanumeric() || c == '_' {
            plain.push(c);
        } else {
            // Keep the space in `dyn Trait`; drop all others.
            let is_kept = c != ' ' || full[at + 1..].starts_with(|next: char| next.is_alphanumeric());
            plain.extend(is_kept.then_some(c));
            start = plain.len();
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_the_same_in_another_module() {
        for (full, plain) in [
            ("f64", "f64"),
            ("lab::shapes::Shape", "Shape"),
            ("alloc::vec::Vec<lab::Shape>", "Vec<Shape>"),
            ("[lab::a::Shape; 3]", "[Shape; 3]"),
            ("(f64, lab::Shape)", "(f64, Shape)"),
            (
                "std::collections::hash::map::HashMap<alloc::string::String, core::option::Option<a::B>>",
                "HashMap<String, Option<B>>",
            ),
            ("&dyn core::fmt::Debug", "&dyn Debug"),
        ] {
            assert_eq!(plain_type_name(full), plain);
        }
        assert_eq!(plain_type_name("a::Wrap<b::C>"), plain_type_name("x::y::Wrap<C>"));
        assert_ne!(plain_type_name("a::Wrap<b::C>"), plain_type_name("a::Wrap<b::D>"));
    }
}
