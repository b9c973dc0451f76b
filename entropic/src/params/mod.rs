//! Identity: from parameters to the name under which their run is found again.
//!
//! An id is the first 16 hex digits of the SHA-256 of a *canonical text*, and
//! the canonical text is, byte for byte, what the Python package `entropic`
//! hashes: JSON without spaces, ASCII only, objects sorted by key at every
//! depth, floats rounded to 12 decimals and written as Python's `repr` writes
//! them. A database that Python filled is therefore hit from here, and the
//! other way round.
//!
//! What this room promises:
//!
//! * **One text per value.** The order in which a map or a struct hands over
//!   its entries does not count, nor does the platform or the version of a
//!   float printer. `1` and `1.0` differ, `true` and `1` differ, `0.0` and
//!   `-0.0` differ; [`canonical_eq`] is the comparison for whoever had the sign
//!   of a zero taken away by a database.
//! * **Pure functions refuse only what has no canonical text.**
//!   [`canonical_json`] and [`hash_params`] take whatever the reference takes,
//!   `NaN` and infinities included. They refuse maps whose keys have no order
//!   among themselves, keys that occur twice, keys that are no plain value, and
//!   values nested too deeply to be walked safely.
//! * **Records refuse more.** [`Canonical`], the writer behind derived records,
//!   also refuses what would be found again wrongly or not at all: `NaN`, floats
//!   that the rounding makes indistinguishable, text that one of the databases
//!   cannot hold. The error carries the cure; the caller adds the field's name.
//! * **A [`RunId`] is safe as a file name**, whoever made it up, on every
//!   system a results folder may be carried to.
//! * **Nothing panics**, whatever the input.
//!
//! ```
//! use std::collections::BTreeMap;
//! use entropic::params::{canonical_json, hash_params};
//!
//! let params = BTreeMap::from([("steps", 5000.0), ("dt", 0.1 + 0.2)]);
//! assert_eq!(canonical_json(&params)?, r#"{"dt":0.3,"steps":5000.0}"#);
//! assert_eq!(hash_params(&params)?.as_str(), "5805bdae53c514fa");
//! # Ok::<(), entropic::params::ParamsError>(())
//! ```

mod canonical;
mod compound;
mod error;
mod float;
mod id;
mod key;
pub mod python;
mod scheme;
mod serialize;
mod text;
mod zeros;

pub use canonical::{Canonical, canonical_eq};
pub use error::ParamsError;
pub use id::RunId;
pub(crate) use id::{TOKEN, without_token};
pub use scheme::FloatScheme;

pub(crate) use serialize::MAX_NESTING;
pub(crate) use zeros::is_key_of;

use serde::Serialize;
use serialize::{Rules, Writer};

/// The canonical text of any serialisable value, exactly as the Python package
/// writes it before hashing.
///
/// Enum variants without data are written as their name, the others as an
/// object with the name as its only key; newtypes and `Some` are transparent;
/// `None` and units are `null`; an `f32` is the `f64` that it widens to; bytes
/// are an array of integers. Maps may have keys of text, or keys that are all
/// numbers, which then stand in numerical order.
///
/// # Errors
///
/// [`ParamsError::MixedKeys`], [`ParamsError::DuplicateKey`],
/// [`ParamsError::BadKey`] and [`ParamsError::TooDeep`] for values without a
/// canonical text, [`ParamsError::Serialize`] when the value's own `Serialize`
/// fails.
pub fn canonical_json<P: Serialize + ?Sized>(params: &P) -> Result<String, ParamsError> {
    let mut text = String::new();
    params.serialize(Writer::new(&mut text, Rules::Reference))?;
    Ok(text)
}

/// The id of any serialisable value: the hash of its [`canonical_json`].
///
/// # Errors
///
/// Those of [`canonical_json`].
pub fn hash_params<P: Serialize + ?Sized>(params: &P) -> Result<RunId, ParamsError> {
    canonical_json(params).map(|text| RunId::from_canonical(&text))
}
