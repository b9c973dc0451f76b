//! Whether a database takes writes, as far as that was seen: asked of a server with each new connection, learned from each
//! write that is refused, and asked again only while the last answer was no.

use std::sync::{Mutex, PoisonError};

use super::{Backend, DbError, DbUrl};

/// What was seen last.
#[derive(Debug, Default)]
pub(super) struct Writes(Mutex<Option<String>>);

impl Writes {
    /// Why the last write was refused, if it was.
    pub(super) fn refused(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes what was seen.
    pub(super) fn note(&self, refused: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = refused;
    }
}

/// What a server says of itself that takes no writes.
pub(super) const SERVER_READS_ONLY: &str = "its transactions are read-only";

/// The error of a database that takes no writes.
pub(super) fn read_only(url: &DbUrl, reason: String) -> DbError {
    let cure = match url.backend() {
        Backend::Sqlite => "let this user write the file and its directory",
        Backend::Postgres => "connect to the primary server, or turn `default_transaction_read_only` off",
    };
    DbError::ReadOnly { url: url.to_string(), reason, cure }
}
