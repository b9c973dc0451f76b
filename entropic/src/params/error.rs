//! The errors of parameters and ids, each with its cure.

use serde::ser;

use crate::ErrorKind;

/// Why parameters or an id were refused.
///
/// The messages do not name the field; the error around this one does.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParamsError {
    /// A `NaN` in a record. `NaN` is not equal to itself, so its run could never be found again.
    #[error(
        "`NaN` equals nothing, itself included, so its run could never be found again; use an \
         `Option`, or a number that stands for \"unknown\""
    )]
    NotANumber,

    /// A float of which 12 decimals keep fewer than 3 significant digits.
    #[error(
        "`{value:?}` becomes `{rounded:?}` in the 12 decimals that count, which keeps fewer than \
         3 significant digits; declare the field `#[sim(float = \"significant\")]`, or express it \
         in a smaller unit"
    )]
    #[non_exhaustive]
    LossyFloat {
        /// The float.
        value: f64,
        /// The float rounded to 12 decimals.
        rounded: f64,
    },

    /// A NUL character in text.
    #[error(
        "a text contains a NUL (`\\0`), which PostgreSQL cannot store; remove it, or encode \
         the bytes as hex or base64"
    )]
    NulInText,

    /// An infinity inside a value that is stored as JSON.
    #[error(
        "`{value:?}` cannot be stored as JSON; use an `Option` inside the value, or move it to a \
         field of its own"
    )]
    #[non_exhaustive]
    InfinityInJson {
        /// The infinity, with its sign.
        value: f64,
    },

    /// A map whose keys have no common order.
    #[error("a map has {first} and {second} among its keys, which have no order; use keys of one kind")]
    #[non_exhaustive]
    MixedKeys {
        /// The kind of one key.
        first: &'static str,
        /// The kind of another key.
        second: &'static str,
    },

    /// A map or struct with a duplicate key.
    #[error("the key `{key}` occurs twice in one map; keep one of them")]
    #[non_exhaustive]
    DuplicateKey {
        /// The key as canonical JSON text.
        key: String,
    },

    /// A map key that is not a plain value, and therefore has no canonical text.
    #[error(
        "a map key is {kind}; use text, a number, a boolean or none as keys, or turn the map into \
         a sequence of pairs"
    )]
    #[non_exhaustive]
    BadKey {
        /// The kind of the key.
        kind: &'static str,
    },

    /// A value with too many nested levels.
    #[error("a value is nested more than `{limit}` levels deep; flatten it")]
    #[non_exhaustive]
    TooDeep {
        /// The greatest number of levels that is accepted.
        limit: u16,
    },

    /// Text that cannot be the id of a run.
    #[error(
        "cannot use `{id:?}` as the id of a run: {reason}; use 1 to 128 bytes of text that every file \
         system accepts as a file name, such as letters, digits, `-`, `_` and inner dots"
    )]
    #[non_exhaustive]
    BadId {
        /// The refused text, shortened if it is very long.
        id: String,
        /// What is wrong with it.
        reason: &'static str,
    },

    /// Text that is not the name of a [`FloatScheme`](super::FloatScheme).
    #[error("`{name:?}` is not a float scheme; use `decimal`, `significant` or `exact`")]
    #[non_exhaustive]
    BadScheme {
        /// The refused name.
        name: String,
    },

    /// A `Serialize` implementation that failed, with its message.
    #[error("cannot serialise a value: {0}; correct its `Serialize` implementation")]
    Serialize(String),
}

impl ParamsError {
    /// Returns the kind of the error, which says what a caller can do about it.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotANumber
            | Self::LossyFloat { .. }
            | Self::NulInText
            | Self::InfinityInJson { .. }
            | Self::MixedKeys { .. }
            | Self::DuplicateKey { .. }
            | Self::BadKey { .. }
            | Self::TooDeep { .. }
            | Self::BadId { .. }
            | Self::BadScheme { .. }
            | Self::Serialize(_) => ErrorKind::InvalidInput,
        }
    }
}

impl ser::Error for ParamsError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self::Serialize(message.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_thing_and_the_cure_in_one_sentence() {
        let errors = [
            ParamsError::NotANumber,
            ParamsError::LossyFloat { value: 1e-13, rounded: 0.0 },
            ParamsError::NulInText,
            ParamsError::InfinityInJson { value: f64::INFINITY },
            ParamsError::MixedKeys { first: "text", second: "a number" },
            ParamsError::DuplicateKey { key: "\"a\"".into() },
            ParamsError::BadKey { kind: "a tuple" },
            ParamsError::TooDeep { limit: 1 },
            ParamsError::BadId { id: "a/b".into(), reason: "it contains a path separator" },
            ParamsError::BadScheme { name: "fast".into() },
            ParamsError::Serialize("no".into()),
        ];
        for error in errors {
            let message = error.to_string();
            assert!(message.starts_with(|c: char| c == '`' || c.is_lowercase()), "{message}");
            assert!(!message.ends_with('.'), "{message}");
            assert!(message.contains(';'), "no cure: {message}");
            assert!(std::error::Error::source(&error).is_none());
        }
        let lossy = ParamsError::LossyFloat { value: 1e-13, rounded: 0.0 }.to_string();
        assert!(lossy.contains("`1e-13`") && lossy.contains("`#[sim(float = \"significant\")]`"), "{lossy}");
    }
}
