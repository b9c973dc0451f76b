//! Whether the user's crate can name the crates that generated code names.
//!
//! Diesel's `table!` names the crate `diesel`, and everything else names `entropic`, so the user's crate must depend on
//! both. If it does not, the compiler would say so many times, but never what to write. The compiler runs a derive in its
//! own process, so the arguments of the process list the crates. If they do not (a macro server of an editor, arguments in
//! a file), the manifest does.

use std::path::Path;

use proc_macro2::Span;

use crate::errors::Errors;

const NO_DIESEL: &str = "generated code uses the crate `diesel`, which is not a dependency of this crate: add `diesel = { version \
     = \"2.3\", default-features = false }` below `[dependencies]` in its Cargo.toml";
const NO_ENTROPIC: &str = "generated code uses the crate `entropic`, which has another name here: write its name from \
     Cargo.toml in `#[sim(crate = \"::other_name\")]`";

/// Which of the crates that generated code names the user's crate can name.
#[derive(Clone, Copy)]
pub struct Crates {
    diesel: bool,
    entropic: bool,
}

impl Crates {
    /// Both of them.
    #[cfg(test)]
    pub const ALL: Self = Self { diesel: true, entropic: true };
    /// Only the library itself.
    #[cfg(test)]
    pub const WITHOUT_DIESEL: Self = Self { diesel: false, entropic: true };

    /// Those of the crate that is being compiled.
    pub fn here() -> Self {
        let externs = externs(std::env::args());
        let manifest_dir = || std::env::var_os("CARGO_MANIFEST_DIR");
        match externs {
            Some(names) => {
                let has = |name: &str| names.iter().any(|known| known == name);
                Self { diesel: has("diesel"), entropic: has("entropic") }
            }
            None => Self {
                diesel: manifest_dir().is_none_or(|dir| has_manifest_diesel(Path::new(&dir))),
                entropic: true,
            },
        }
    }

    /// Whether generated code can name `diesel`; an error at `span` if not.
    pub fn require_diesel(self, span: Span, errors: &mut Errors) -> bool {
        if !self.diesel {
            errors.at(span, NO_DIESEL);
        }
        self.diesel
    }

    /// An error at `span` if generated code cannot name `entropic`.
    pub fn require_entropic(self, span: Span, errors: &mut Errors) {
        if !self.entropic {
            errors.at(span, NO_ENTROPIC);
            errors.nameless = true;
        }
    }
}

/// The crates in the arguments of the compiler, and the one that it compiles; `None` if these are not the arguments of a
/// compiler, or not all of them.
fn externs(args: impl Iterator<Item = String>) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut any = false;
    let mut args = args.skip(1);
    while let Some(arg) = args.next() {
        if arg.starts_with('@') {
            return None;
        }
        let (key, value) = match arg.split_once('=') {
            Some((key @ ("--extern" | "--crate-name"), value)) => (key.to_owned(), value.to_owned()),
            _ if arg == "--extern" || arg == "--crate-name" => (arg, args.next()?),
            _ => continue,
        };
        any |= key == "--extern";
        // `priv,noprelude:name=path`
        let name = value.split('=').next().unwrap_or_default();
        names.push(name.rsplit(':').next().unwrap_or_default().to_owned());
    }
    any.then_some(names)
}

/// Whether the manifest depends on Diesel; true if there is no manifest to read, as under another build system than Cargo.
fn has_manifest_diesel(dir: &Path) -> bool {
    std::fs::read_to_string(dir.join("Cargo.toml")).map_or(true, |manifest| depends_on(&manifest, "diesel"))
}

/// Whether a manifest has a dependency of that name. Development dependencies count, because the code may be a test.
fn depends_on(manifest: &str, name: &str) -> bool {
    let unquoted = |key: &str| key.trim().trim_matches(['"', '\'']).to_owned();
    let mut section = String::new();
    manifest.lines().map(str::trim).any(|line| {
        if let Some(header) = line.strip_prefix('[') {
            section = header.split(']').next().unwrap_or_default().trim().to_owned();
            let Some((table, last)) = section.rsplit_once('.') else { return false };
            return table.ends_with("dependencies") && unquoted(last) == name;
        }
        let key = line.split(['=', '.']).next().unwrap_or_default();
        section.ends_with("dependencies") && line.contains('=') && unquoted(key) == name
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_without_diesel_is_recognised() {
        assert!(
            !has_manifest_diesel(Path::new(env!("CARGO_MANIFEST_DIR"))),
            "the derive itself needs no Diesel"
        );
        assert!(has_manifest_diesel(Path::new("/nonexistent")));
    }

    #[test]
    fn a_dependency_is_more_than_a_word() {
        for (manifest, has) in [
            ("[package]\nname = \"nodiesel\"\n[dependencies]\n# diesel = \"2\"\nother = \"1\"", false),
            ("[package]\ndiesel = 1", false),
            ("[dependencies]\ndiesel_migrations = \"2\"", false),
            ("[dependencies]\ndiesel = \"2\"", true),
            ("[dependencies]\n\"diesel\" = { version = \"2\" }", true),
            ("[dependencies]\ndiesel.workspace = true", true),
            ("[dependencies.diesel]\nversion = \"2\"", true),
            ("[target.'cfg(unix)'.dependencies]\ndiesel = \"2\"", true),
            ("[dev-dependencies]\ndiesel = \"2\"", true),
        ] {
            assert_eq!(depends_on(manifest, "diesel"), has, "{manifest}");
        }
    }

    #[test]
    fn the_crates_in_the_arguments_of_the_compiler_are_found() {
        let externs = |args: &[&str]| externs(args.iter().map(|arg| (*arg).to_owned()));
        assert_eq!(
            externs(&[
                "rustc",
                "--crate-name",
                "mine",
                "--extern",
                "diesel=/x.rlib",
                "--extern=priv:entropic=/y"
            ]),
            Some(["mine", "diesel", "entropic"].map(str::to_owned).into())
        );
        assert_eq!(externs(&["rustc", "--extern", "noprelude:diesel"]), Some(vec!["diesel".to_owned()]));
        assert_eq!(externs(&["rustc", "@arguments"]), None);
        assert_eq!(externs(&["server"]), None);
    }
}
