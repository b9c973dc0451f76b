//! A database shared with the Python package `entropic`: what one side writes, the other finds.
//!
//! Each test has a Python process of its own at the other end of a pipe ([`python`]), which drives the reference
//! package as `peer.py` says. The interpreter is what `ENTROPIC_TEST_PYTHON` names: it must have the packages of
//! [`python::REQUIREMENTS`]. Without it, a virtual environment is made once in the target folder. Where that cannot
//! be done the tests say `SKIPPED` and pass, unless `ENTROPIC_REQUIRE_PYTHON=1`: then they fail, as they should in
//! CI.

#![cfg(any(feature = "sqlite", feature = "postgres"))]
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../it/support/mod.rs"]
mod support;

mod alternating;
mod identity;
mod limits;
mod python;
mod python_writes;
mod records;
mod rust_writes;
mod tables;
mod verbatim;
