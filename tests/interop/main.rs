//! A database shared with the Python package `entropic`: what one side writes, the other finds.
//!
//! A Python process at the other end of a pipe ([`python`]) drives the reference package as `peer.py` says. Its
//! interpreter is what `ENTROPIC_TEST_PYTHON` names, which must have [`python::REQUIREMENTS`]; otherwise a virtual
//! environment is made once in the target folder. Where that cannot be done the tests say `SKIPPED` and pass, unless
//! `ENTROPIC_REQUIRE_PYTHON=1`: then they fail, as they should in CI.

#![cfg(any(feature = "sqlite", feature = "postgres"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, reason = "tests")]

#[path = "../it/support/mod.rs"]
mod support;

mod alternating;
mod foreign_values;
mod identity;
mod limits;
mod python;
mod python_writes;
mod records;
mod rust_writes;
mod tables;
mod verbatim;
