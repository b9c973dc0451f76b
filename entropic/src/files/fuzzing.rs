//! The readers of journals for fuzzing: what a dead process has begun and not finished.

use super::{format1 as old, journal_line as new};

/// The attempts of a journal of today's format, each with the name of its result, if it publishes one. `None` is a
/// journal of a later version.
#[must_use]
pub fn journal(text: &[u8]) -> Option<Vec<(String, Option<String>)>> {
    let (open, _) = new::unfinished(text).ok()?;
    let name = |begun: &new::Unfinished| match begun {
        new::Unfinished::Publish { entry, .. } => Some(entry.name.clone()),
        new::Unfinished::Delete(_) => None,
    };
    Some(open.iter().map(|begun| (begun.attempt().to_owned(), name(begun))).collect())
}

/// The attempts of a journal of format 1.
#[must_use]
pub fn format1(text: &[u8]) -> Vec<String> {
    old::unfinished(text).into_iter().map(|(entry, _)| entry.attempt).collect()
}
