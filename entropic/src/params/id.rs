//! The id of a run.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use serde::{Deserialize, Deserializer, Serialize, de};
use sha2::{Digest, Sha256};

use super::ParamsError;
use super::text::push_hex;

/// The greatest length of an id in bytes. It leaves room for suffixes in a file name of 255 bytes.
const LONGEST: usize = 128;
/// The length in bytes of an id that is a hash.
const HASHED: usize = 16;

/// The id of a run: the hash of its parameters, or a name that the caller chose.
///
/// In typed queries, compare it with the column `id`: `orbits::id.eq(&record.id)`, `orbits::id.eq_any(ids)`.
///
/// Both kinds are valid file names on every system. An id has 1 to 128 bytes.
/// It contains no path separators, no control characters and none of
/// `<>:"|?*`. It neither begins nor ends with a dot or whitespace, so it is
/// never a hidden file or `..`. It does not end with `~` and twelve hexadecimal
/// digits, because results get such names when their run is made again. And it
/// is none of the device names that Windows reserves.
///
/// ```
/// use entropic::params::RunId;
///
/// let id: RunId = "calibration-2026.03".parse()?;
/// assert!(!id.is_hashed());
/// assert!("../../evil".parse::<RunId>().is_err());
/// # Ok::<(), entropic::params::ParamsError>(())
/// ```
#[derive(
    Clone,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = Text)]
#[serde(transparent)]
pub struct RunId(Box<str>);

impl RunId {
    /// Creates an id from a name that the caller chose.
    ///
    /// # Errors
    ///
    /// [`ParamsError::BadId`] (`is_invalid_input`) if the name is not safe as a file name.
    pub fn new(id: impl Into<String>) -> Result<Self, ParamsError> {
        let id = id.into();
        match fault(&id) {
            None => Ok(Self(id.into_boxed_str())),
            Some(reason) => Err(ParamsError::BadId { id: shortened(id), reason }),
        }
    }

    /// Creates an id from a database without checking it, because rows that
    /// another program stored must be readable.
    #[doc(hidden)]
    #[must_use]
    pub fn from_stored(id: String) -> Self {
        Self(id.into_boxed_str())
    }

    /// Hashes a canonical text: the first 16 hexadecimal digits of its SHA-256.
    #[must_use]
    pub fn from_canonical(text: &str) -> Self {
        let mut id = String::with_capacity(HASHED);
        for byte in first_eight(text) {
            push_hex(&mut id, byte);
        }
        Self(id.into_boxed_str())
    }

    /// Returns the id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether the id looks like a hash: 16 lower-case hexadecimal digits.
    #[must_use]
    pub fn is_hashed(&self) -> bool {
        self.hash_value().is_some()
    }

    /// Returns the number of the run's advisory lock: the 64 bits of a hashed
    /// id, or the first 64 bits (big endian) of the SHA-256 of any other id.
    #[must_use]
    pub fn lock_key(&self) -> i64 {
        match self.hash_value() {
            Some(value) => value.cast_signed(),
            None => i64::from_be_bytes(first_eight(self.as_str())),
        }
    }

    /// Returns a seed for the random numbers of the run: the first 63 bits of the SHA-256 of the id's text. It fits a
    /// signed 64-bit integer.
    ///
    /// ```
    /// let id: entropic::params::RunId = "calibration-1".parse()?;
    /// assert_eq!(id.seed(), id.clone().seed());
    /// # Ok::<(), entropic::params::ParamsError>(())
    /// ```
    #[must_use]
    pub fn seed(&self) -> u64 {
        u64::from_be_bytes(first_eight(self.as_str())) >> 1
    }

    /// Returns the id of a replicate: this id, followed by `-r` and the number.
    #[must_use]
    pub fn replicate(&self, number: u32) -> Self {
        Self(format!("{}-r{number}", self.0).into_boxed_str())
    }

    /// Splits the id of a replicate into the id and the number that were passed to [`replicate`](Self::replicate).
    /// Returns `None` if it is not a replicate of a hashed id.
    #[must_use]
    pub fn replicated(&self) -> Option<(Self, u32)> {
        let (base, number) = self.0.rsplit_once("-r")?;
        let number: u32 = number.parse().ok()?;
        let base = Self(base.into());
        (base.is_hashed() && base.replicate(number) == *self).then_some((base, number))
    }

    /// Returns the number that a hashed id encodes. Upper-case digits are not
    /// accepted, because two different ids would then share a lock.
    fn hash_value(&self) -> Option<u64> {
        let digits = self.0.as_bytes();
        let hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if digits.len() != HASHED || !digits.iter().all(hex) {
            return None;
        }
        u64::from_str_radix(&self.0, 16).ok()
    }
}

/// The number of hexadecimal digits in the token of a result's name.
pub(crate) const TOKEN: usize = 12;

/// Returns the part of a result's name before `~` and the token, or `None` if the name does not end with a token. No id
/// ends with one, so the results of two runs never have the same name.
pub(crate) fn without_token(stem: &str) -> Option<&str> {
    let (id, token) = stem.rsplit_once('~')?;
    let hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    (token.len() == TOKEN && token.bytes().all(hex)).then_some(id)
}

fn first_eight(text: &str) -> [u8; 8] {
    let digest: [u8; 32] = Sha256::digest(text).into();
    let [a, b, c, d, e, f, g, h, ..] = digest;
    [a, b, c, d, e, f, g, h]
}

/// Returns why `id` is not safe as a file name, or `None` if it is.
fn fault(id: &str) -> Option<&'static str> {
    if id.is_empty() {
        Some("it is empty")
    } else if id.len() > LONGEST {
        Some("it is longer than 128 bytes")
    } else if id.contains(['/', '\\']) {
        Some("it contains a path separator")
    } else if id.contains(char::is_control) {
        Some("it contains a control character")
    } else if id.contains(['<', '>', ':', '"', '|', '?', '*']) {
        Some("it contains one of `<>:\"|?*`")
    } else if without_token(id).is_some() {
        Some("it ends with `~` and twelve hex digits, as the names of overwritten runs' results do")
    } else if id.starts_with('.') || id.ends_with('.') {
        Some("it begins or ends with a dot")
    } else if id.starts_with(char::is_whitespace) || id.ends_with(char::is_whitespace) {
        Some("it begins or ends with a space")
    } else if is_device(id) {
        Some("Windows reserves this name for a device")
    } else {
        None
    }
}

/// Returns whether Windows opens a device instead of a file. Windows considers
/// only the part before the first dot and ignores spaces at its end.
fn is_device(id: &str) -> bool {
    let stem = id.split('.').next().unwrap_or(id).trim_end();
    let is = |name: &str| stem.eq_ignore_ascii_case(name);
    let numbered = |name: &str| {
        stem.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
            && matches!(
                stem.get(name.len()..),
                Some("0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
            )
    };
    ["con", "prn", "aux", "nul", "conin$", "conout$"].into_iter().any(is)
        || ["com", "lpt"].into_iter().any(numbered)
}

/// Shortens an id that is too long to be shown in full.
fn shortened(id: String) -> String {
    if id.len() <= LONGEST {
        return id;
    }
    id.chars().take(LONGEST / 4).chain(['…']).collect()
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RunId").field(&self.as_str()).finish()
    }
}

impl AsRef<str> for RunId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for RunId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for RunId {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for RunId {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl From<RunId> for String {
    fn from(id: RunId) -> Self {
        id.0.into_string()
    }
}

impl FromStr for RunId {
    type Err = ParamsError;

    fn from_str(id: &str) -> Result<Self, ParamsError> {
        Self::new(id)
    }
}

impl TryFrom<&str> for RunId {
    type Error = ParamsError;

    fn try_from(id: &str) -> Result<Self, ParamsError> {
        Self::new(id)
    }
}

impl TryFrom<String> for RunId {
    type Error = ParamsError;

    fn try_from(id: String) -> Result<Self, ParamsError> {
        Self::new(id)
    }
}

impl<'de> Deserialize<'de> for RunId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        Self::new(id).map_err(de::Error::custom)
    }
}

impl<DB> ToSql<Text, DB> for RunId
where
    DB: Backend,
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.as_str().to_sql(out)
    }
}

impl<DB> FromSql<Text, DB> for RunId
where
    DB: Backend,
    String: FromSql<Text, DB>,
{
    fn from_sql(value: DB::RawValue<'_>) -> deserialize::Result<Self> {
        String::from_sql(value).map(Self::from_stored)
    }
}
