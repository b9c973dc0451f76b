//! What the values of a column can be, beyond its SQL type: kept with the table, and compared when it is opened again.

use super::{ColumnError, json_canonical, json_from_repr, sql::CustomJson};
use crate::params::{Canonical, FloatScheme};

/// What the values of a column can be.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum Values {
    /// Whatever the column holds.
    Any,
    /// The texts of an enum.
    Texts {
        /// Its name.
        name: &'static str,
        /// Those of its variants, retired ones and all.
        texts: &'static [&'static str],
    },
    /// JSON that is a value of one type.
    Json {
        /// What the compiler calls it, paths and all.
        name: &'static str,
        /// The canonical text of what a stored text is to that type.
        again: fn(&str) -> Result<String, ColumnError>,
    },
}

impl Values {
    /// Those of a `#[sim(json)]` field.
    pub fn json<V: serde::Serialize + serde::de::DeserializeOwned>() -> Self {
        Self::Json { name: std::any::type_name::<V>(), again: again::<V> }
    }
}

fn again<V: serde::Serialize + serde::de::DeserializeOwned>(text: &str) -> Result<String, ColumnError> {
    let value: V = json_from_repr(CustomJson(text.to_owned()))?;
    let mut out = Canonical::new();
    json_canonical(&value, &mut out, FloatScheme::Exact)?;
    Ok(out.into_string())
}

/// The name of a type without the modules that it, and its arguments, stand in: where a type lives says nothing about
/// what it is.
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
            // Spaces tell `dyn Trait` from a name, and nothing else.
            let between = c != ' ' || full[at + 1..].starts_with(|next: char| next.is_alphanumeric());
            plain.extend(between.then_some(c));
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
