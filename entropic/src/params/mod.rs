//! Computes the id of a run from its parameters.
//!
//! An id is the first 16 hexadecimal digits of the SHA-256 of a *canonical
//! text*. The canonical text is, byte for byte, the text that the Python package
//! `entropic` hashes: JSON without spaces, ASCII only, objects sorted by key at
//! every depth, floats rounded to 12 decimals and written as Python's `repr`
//! writes them. Runs that Python stored are therefore hits in Rust, and runs
//! that Rust stored are hits in Python.
//!
//! This module promises:
//!
//! * **One text per value.** The text does not depend on the order in which a
//!   map or a struct serialises its entries, on the platform, or on the version
//!   of a float printer. `1` and `1.0` differ, `true` and `1` differ, `0.0` and
//!   `-0.0` differ. [`canonical_eq`] compares texts if a database may have
//!   dropped the sign of a zero.
//! * **Pure functions refuse only what has no canonical text.**
//!   [`canonical_json`] and [`hash_params`] accept everything that the Python
//!   package accepts, including `NaN` and infinities. They refuse maps whose keys
//!   have no common order, duplicate keys, keys that are not plain values, and
//!   values nested too deeply to be walked safely.
//! * **Records refuse more.** [`Canonical`], the writer behind derived records,
//!   also refuses values that could not be found again correctly: `NaN`, floats
//!   that the rounding would make indistinguishable, and text that one of the
//!   databases cannot hold. The error contains the cure, and the caller adds the
//!   name of the field.
//! * **A [`RunId`] is safe as a file name**, on every system to which a results
//!   directory may be copied. This also holds for ids that a caller chose.
//! * **No function panics**, for any input.
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

/// Returns the canonical text of any serialisable value, exactly as the Python
/// package writes it before hashing.
///
/// An enum variant without data is written as its name, any other variant as an
/// object with the name as its only key. Newtypes and `Some` are transparent.
/// `None` and units are `null`. An `f32` is widened to an `f64`. Bytes are an
/// array of integers. The keys of a map may be text, or numbers, which are then
/// sorted by value.
///
/// # Errors
///
/// [`ParamsError::MixedKeys`], [`ParamsError::DuplicateKey`],
/// [`ParamsError::BadKey`] and [`ParamsError::TooDeep`] (all
/// `is_invalid_input`) for a value without a canonical text;
/// [`ParamsError::Serialize`] (`is_invalid_input`) if the value's own
/// `Serialize` fails.
pub fn canonical_json<P: Serialize + ?Sized>(params: &P) -> Result<String, ParamsError> {
    let mut text = String::new();
    params.serialize(Writer::new(&mut text, Rules::Reference))?;
    Ok(text)
}

/// Returns the id of any serialisable value: the hash of its [`canonical_json`].
///
/// # Errors
///
/// Those of [`canonical_json`].
pub fn hash_params<P: Serialize + ?Sized>(params: &P) -> Result<RunId, ParamsError> {
    canonical_json(params).map(|text| RunId::from_canonical(&text))
}
