//! What is written down of one compiler: its messages, and the items of the library as it lists them.

use std::env;
use std::io::{self, Write};
use std::process::Command;

/// Where that compiler is pinned.
const TOOLCHAIN: &str = include_str!("../rust-toolchain.toml");
/// Makes another compiler a failure.
const REQUIRE: &str = "ENTROPIC_REQUIRE_UI";

/// Whether this is the compiler that the toolchain file pins; says `SKIPPED` if not.
///
/// # Panics
/// If it is not, and `ENTROPIC_REQUIRE_UI` is 1.
pub fn is_pinned() -> bool {
    let channel = TOOLCHAIN.lines().find_map(|line| line.strip_prefix("channel = \"")?.strip_suffix('"'));
    let compiler = format!("rustc {} ", channel.expect("a pinned channel"));
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().expect("a compiler").stdout;
    let version = String::from_utf8_lossy(&version);
    if version.starts_with(&compiler) {
        return true;
    }
    let required = env::var_os(REQUIRE).is_some_and(|value| value == "1");
    assert!(!required, "{REQUIRE} is set, and this is {version}");
    let line = format!("SKIPPED: what is expected is that of {compiler}and this is {version}\n");
    // Past the capture of the tests' output. Nobody is left to tell if it fails.
    let _ = io::stderr().write_all(line.as_bytes());
    false
}
