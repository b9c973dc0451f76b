//! What can be wrong with parameters, each with its cure.

use serde::ser;

/// Why parameters, or an id, were refused.
///
/// The messages do not know which field they speak of: whoever does puts its
/// name in front.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParamsError {
    /// A `NaN` where a record has to be found again.
    #[error(
        "`NaN` equals nothing, itself included, so its run could never be found again; use an \
         `Option`, or a number that stands for \"unknown\""
    )]
    NotANumber,

    /// A float of which 12 decimals keep too little to tell it from others.
    #[error(
        "`{value:?}` becomes `{rounded:?}` in the 12 decimals that count, which keeps fewer than \
         3 significant digits; declare the field `#[sim(float = \"significant\")]`, or express it \
         in a smaller unit"
    )]
    LossyFloat {
        /// The float as it was given.
        value: f64,
        /// What 12 decimals leave of it.
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
    InfinityInJson {
        /// The infinity, with its sign.
        value: f64,
    },

    /// A map whose keys cannot be put in order.
    #[error("a map has {first} and {second} among its keys, which have no order; use keys of one kind")]
    MixedKeys {
        /// What one of the keys is.
        first: &'static str,
        /// What another one is.
        second: &'static str,
    },

    /// A map or struct that has the same key twice.
    #[error("the key `{key}` occurs twice in one map; keep one of them")]
    DuplicateKey {
        /// The key as canonical JSON text.
        key: String,
    },

    /// A map key that JSON has no text for.
    #[error(
        "a map key is {kind}; use text, a number, a boolean or none as keys, or turn the map into \
         a sequence of pairs"
    )]
    BadKey {
        /// What the key is.
        kind: &'static str,
    },

    /// A value nested more deeply than is safe to walk.
    #[error("a value is nested more than `{limit}` levels deep; flatten it")]
    TooDeep {
        /// The number of levels that are accepted.
        limit: u16,
    },

    /// Text that is no id of a run.
    #[error(
        "`{id:?}` cannot be the id of a run: {reason}; use 1 to 128 bytes of text that every file \
         system accepts as a file name, such as letters, digits, `-`, `_` and inner dots"
    )]
    BadId {
        /// The refused text, cut when it is very long.
        id: String,
        /// What is wrong with it.
        reason: &'static str,
    },

    /// Text that names no [`FloatScheme`](super::FloatScheme).
    #[error("`{name:?}` is no float scheme; use `decimal`, `significant` or `exact`")]
    BadScheme {
        /// The refused name.
        name: String,
    },

    /// A `Serialize` implementation that failed, in its own words.
    #[error("a value could not be serialised: {0}; correct its `Serialize` implementation")]
    Serialize(String),
}

impl ser::Error for ParamsError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self::Serialize(message.to_string())
    }
}
