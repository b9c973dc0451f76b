//! Every public item of the library is written down in `golden/public-api.txt`, so that a change of one is seen in
//! review and not by users.
//!
//! `ENTROPIC_BLESS=1 cargo test --features postgres,cluster --test public_api` writes the file anew. The list is made
//! from rustdoc's JSON, which is an unstable format: it is read with the compiler in `rust-toolchain.toml` only.
#![cfg(all(feature = "sqlite", feature = "derive", feature = "postgres", feature = "cluster"))]
#![allow(clippy::expect_used, clippy::panic, reason = "tests say what went wrong by panicking")]

mod compiler;

use std::path::Path;
use std::process::Command;
use std::{env, fs};

const BLESS: &str = "ENTROPIC_BLESS";

#[test]
fn no_public_item_changes_unseen() {
    if !compiler::is_pinned() {
        return;
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("a target directory");
    // libpq as these tests have it, so that less is built again.
    let features =
        if cfg!(feature = "postgres-bundled") { "postgres-bundled,cluster" } else { "postgres,cluster" };
    let status = Command::new(env!("CARGO"))
        .args(["rustdoc", "--quiet", "--package", "entropic", "--lib", "--features", features])
        .args(["--target-dir", &target.display().to_string()])
        .args(["--", "-Z", "unstable-options", "--output-format", "json", "--cap-lints", "allow"])
        .env("RUSTDOC", here.join("rustdoc-unstable.sh"))
        .current_dir(here)
        .status()
        .expect("cargo");
    assert!(status.success(), "rustdoc failed");

    let api = public_api::Builder::from_rustdoc_json(target.join("doc/entropic.json"))
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()
        .expect("rustdoc's JSON is of the format that the crate `public-api` reads");
    let found: String = api.items().map(|item| format!("{item}\n")).collect();

    let snapshot = here.join("golden/public-api.txt");
    if env::var_os(BLESS).is_some_and(|value| value == "1") {
        fs::write(&snapshot, found).expect("the snapshot can be written");
        return;
    }
    let expected = fs::read_to_string(&snapshot).expect("a snapshot");
    let only = |these: &str, those: &str, sign: char| {
        let lines = these.lines().filter(|line| !those.lines().any(|other| other == *line));
        lines.map(|line| format!("{sign} {line}\n")).collect::<String>()
    };
    let changes = only(&expected, &found, '-') + &only(&found, &expected, '+');
    assert!(
        expected == found,
        "the public interface has changed (if it should have, write the snapshot anew with {BLESS}=1):\n{changes}"
    );
}
