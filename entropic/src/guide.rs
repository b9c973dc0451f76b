//! Pages to be read.
//!
#![doc = include_str!("guarantees.md")]

#[doc = include_str!("schemas.md")]
pub mod schemas {}
