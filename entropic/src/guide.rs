//! Pages to be read.
//!
#![doc = include_str!("guarantees.md")]

#[doc = include_str!("schemas.md")]
pub mod schemas {}

#[doc = include_str!("errors.md")]
pub mod errors {}
