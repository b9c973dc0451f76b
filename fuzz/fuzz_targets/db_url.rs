//! Database URLs: what is shown of one is one, means the same, and tells no password.
#![no_main]

use entropic::DbUrl;
use libfuzzer_sys::fuzz_target;

#[derive(arbitrary::Arbitrary, Debug)]
struct Input<'a> {
    text: &'a str,
    secret: &'a str,
}

/// No message has it.
const MARK: &str = "Xq7";

fuzz_target!(|input: Input<'_>| {
    if let Ok(url) = input.text.parse::<DbUrl>() {
        let shown = url.to_string();
        let again: DbUrl = shown.parse().unwrap_or_else(|error| panic!("{shown}: {error}"));
        assert_eq!(again.to_string(), shown);
        assert_eq!(again.path(), url.path(), "{shown}");
    }
    for text in [
        format!("postgres://u:{}{MARK}@h/d", input.secret),
        format!("postgres://h/d?password={MARK}{}", input.secret),
        format!("host=h password={MARK}{}", input.secret),
    ] {
        let shown = match text.parse::<DbUrl>() {
            Ok(url) => format!("{url} {url:?}"),
            Err(error) => format!("{error} {error:?}"),
        };
        assert!(!shown.contains(MARK), "{text}: {shown}");
    }
});
