//! Pages to be read.
//!
#![doc = include_str!("guarantees.md")]
