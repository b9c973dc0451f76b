//! Float schemes: how much of a float counts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ParamsError;

/// How much of a float enters the identity of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub enum FloatScheme {
    /// 12 decimals, as in the Python package; `-0.0` differs from `0.0`.
    ///
    /// Suits quantities of everyday size. Records refuse a float of which it
    /// would keep fewer than 3 significant digits: see [`ParamsError::LossyFloat`].
    #[default]
    #[serde(rename = "decimal")]
    Decimal12,
    /// 12 significant digits at every magnitude; `-0.0` equals `0.0`.
    #[serde(rename = "significant")]
    Significant12,
    /// Every bit of the value, except for the sign of zero: `-0.0` equals `0.0`.
    #[serde(rename = "exact")]
    Exact,
}

impl FloatScheme {
    /// All schemes.
    pub(crate) const ALL: [Self; 3] = [Self::Decimal12, Self::Significant12, Self::Exact];

    /// Returns the name that attributes and recorded schemas use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Decimal12 => "decimal",
            Self::Significant12 => "significant",
            Self::Exact => "exact",
        }
    }
}

impl fmt::Display for FloatScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for FloatScheme {
    type Err = ParamsError;

    fn from_str(name: &str) -> Result<Self, ParamsError> {
        match name {
            "decimal" => Ok(Self::Decimal12),
            "significant" => Ok(Self::Significant12),
            "exact" => Ok(Self::Exact),
            _ => Err(ParamsError::BadScheme { name: name.to_owned() }),
        }
    }
}
