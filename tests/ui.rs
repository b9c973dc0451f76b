//! What the derives say of a mistake, and what they accept: each file below `tests/ui` is compiled as a program of
//! its own.
//!
//! The messages are those of the compiler in `rust-toolchain.toml`. Another compiler skips the test and says so; with
//! `ENTROPIC_REQUIRE_UI=1` it is a failure. `TRYBUILD=overwrite cargo test --test ui` writes the messages anew, for everybody
//! to read whether a newcomer would know what to write instead.
#![cfg(all(feature = "sqlite", feature = "derive"))]
#![allow(clippy::expect_used, reason = "tests say what went wrong by panicking")]

use std::env;
use std::io::{self, Write};
use std::process::Command;

use trybuild::TestCases;

/// Where the compiler is pinned whose messages these are.
const TOOLCHAIN: &str = include_str!("../rust-toolchain.toml");
/// Makes another compiler a failure.
const REQUIRE: &str = "ENTROPIC_REQUIRE_UI";

#[test]
fn every_mistake_is_one_message_with_its_cure() {
    let channel = TOOLCHAIN.lines().find_map(|line| line.strip_prefix("channel = \"")?.strip_suffix('"'));
    let compiler = format!("rustc {} ", channel.expect("a pinned channel"));
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().expect("a compiler").stdout;
    let version = String::from_utf8_lossy(&version);
    if !version.starts_with(&compiler) {
        assert!(
            env::var_os(REQUIRE).is_none_or(|value| value != "1"),
            "{REQUIRE} is set, and this is {version}"
        );
        let line = format!("SKIPPED: the messages are those of {compiler}and this is {version}\n");
        // Past the capture of the tests' output. Nobody is left to tell if it fails.
        let _ = io::stderr().write_all(line.as_bytes());
        return;
    }
    let tests = TestCases::new();
    tests.pass("ui/pass/*.rs");
    tests.compile_fail("ui/fail/*.rs");
    if cfg!(feature = "wide-tables") {
        tests.pass("ui/wide/*.rs");
    } else {
        tests.compile_fail("ui/narrow/*.rs");
    }
}
