//! Whether the crate that uses the derives has what generated code names.
//!
//! Diesel's `table!` names the crate `diesel`, so the user's crate must depend on it. Without it the compiler would
//! say so a hundred times, and never what to write. The compiler cannot be asked from here, but the manifest can.

use std::path::Path;

use proc_macro2::Span;

use crate::errors::Errors;

const MESSAGE: &str = "generated code names the crate `diesel`, which this crate does not depend on: add `diesel = { version \
     = \"2.3\", default-features = false }` below `[dependencies]` in its Cargo.toml";

/// Tells of a manifest without Diesel. Gives whether generated code may name it.
pub fn has_diesel(span: Span, errors: &mut Errors) -> bool {
    let found = std::env::var_os("CARGO_MANIFEST_DIR").is_none_or(|dir| names_diesel(Path::new(&dir)));
    if !found {
        errors.at(span, MESSAGE);
    }
    found
}

/// A manifest that cannot be read, under a build system other than Cargo say, gets the benefit of the doubt. However
/// a dependency is written down, its name is in the text.
fn names_diesel(dir: &Path) -> bool {
    std::fs::read_to_string(dir.join("Cargo.toml")).map_or(true, |manifest| manifest.contains("diesel"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_manifest_that_can_be_read_and_has_no_diesel_is_told() {
        assert!(!names_diesel(Path::new(env!("CARGO_MANIFEST_DIR"))), "the derive itself needs no Diesel");
        assert!(names_diesel(Path::new("/nonexistent")));
    }
}
