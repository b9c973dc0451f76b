//! What the derives write, as files under review: each `tests/expansions/NAME.rs` holds one item with its derive, and
//! `tests/expansions/NAME.expanded.rs` what the derive makes of it, laid out by `prettyplease`.
//!
//! A change of generated code fails the test below. Write the expansions again with
//!
//! ```text
//! ENTROPIC_BLESS=1 cargo test -p entropic-derive expansions
//! ```
//!
//! and read the difference before you commit it. To add an example, add a `NAME.rs` and do the same.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::DeriveInput;

use crate::manifest::Crates;

/// Set to `1`, it writes the expansions instead of comparing them.
const BLESS: &str = "ENTROPIC_BLESS";

/// What the derive that an item asks for makes of it.
fn expanded(source: &str) -> String {
    let mut input: DeriveInput = syn::parse_str(source).unwrap();
    let derives = input.attrs.extract_if(.., |attr| attr.path().is_ident("derive"));
    let derives: TokenStream = derives.map(|attr| attr.meta.into_token_stream()).collect();
    let derive = match derives.to_string().replace(' ', "").as_str() {
        "derive(SimRecord)" => crate::expand::derive,
        "derive(SimEnum)" => crate::sim_enum::derive,
        "derive(SimColumn)" => crate::sim_column::derive,
        other => panic!("`{other}` is no derive of this crate"),
    };
    let tokens = derive(input.into_token_stream(), Crates::ALL);
    let text = prettyplease::unparse(&syn::parse2(tokens).unwrap());
    // As the formatter of the repository wants the ends of its files.
    format!("{}\n", text.trim_end())
}

fn examples() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expansions");
    let paths = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let mut examples: Vec<_> =
        paths.filter(|path| !path.to_str().unwrap().ends_with(".expanded.rs")).collect();
    examples.sort();
    examples
}

#[test]
fn expansions_are_those_under_review() {
    let bless = std::env::var_os(BLESS).is_some_and(|value| value == "1");
    let mut differing = Vec::new();
    for example in examples() {
        let found = expanded(&fs::read_to_string(&example).unwrap());
        let path = example.with_extension("expanded.rs");
        if bless {
            fs::write(path, found).unwrap();
        } else if fs::read_to_string(&path).unwrap_or_default() != found {
            differing.push(format!("{}:\n{found}", path.display()));
        }
    }
    assert!(
        differing.is_empty(),
        "generated code has changed; write it again with {BLESS}=1 and review it:\n{}",
        differing.join("\n")
    );
}
