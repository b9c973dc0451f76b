//! What the derives say of a mistake, and what they accept: each file below `tests/ui` is compiled as a program of
//! its own.
//!
//! The messages are those of the compiler in `rust-toolchain.toml`. Another compiler skips the test and says so; with
//! `ENTROPIC_REQUIRE_UI=1` it is a failure. `TRYBUILD=overwrite cargo test --test ui` writes the messages anew, for
//! everybody to read whether a newcomer would know what to write instead.
#![cfg(all(feature = "sqlite", feature = "derive"))]
#![allow(clippy::expect_used, reason = "tests say what went wrong by panicking")]

mod compiler;

use trybuild::TestCases;

#[test]
fn every_mistake_is_one_message_with_its_cure() {
    if !compiler::is_pinned() {
        return;
    }
    let tests = TestCases::new();
    tests.pass("ui/pass/*.rs");
    tests.compile_fail("ui/fail/*.rs");
    // With `wide-tables` it compiles.
    if !cfg!(feature = "wide-tables") {
        tests.compile_fail("ui/narrow/*.rs");
    }
}

// trybuild passes no feature of entropic on, so this program is compiled with the test.
#[cfg(feature = "wide-tables")]
#[path = "ui/wide/sixty_four_columns.rs"]
mod sixty_four_columns;

#[cfg(feature = "wide-tables")]
#[test]
fn a_record_may_have_sixty_four_columns() {
    sixty_four_columns::main();
}
