//! What a caller can do about an error.

use std::io;

/// What a caller can do about an error: [`Error::kind`](crate::Error::kind).
///
/// The list is closed, so a `match` on it needs no `_`. [`guide::errors`](crate::guide::errors) has the causes and cures
/// of each kind.
///
/// ```
/// use entropic::{Error, ErrorKind};
///
/// enum Next { Retry, Skip, GiveUp }
///
/// fn next(error: &Error) -> Next {
///     match error.kind() {
///         ErrorKind::Transient => Next::Retry,
///         ErrorKind::RunFailed | ErrorKind::NotFound => Next::Skip,
///         ErrorKind::Cancelled
///         | ErrorKind::Conflict
///         | ErrorKind::Corrupt
///         | ErrorKind::InvalidInput
///         | ErrorKind::Unsupported
///         | ErrorKind::System => Next::GiveUp,
///     }
/// }
/// # let _ = next;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// What was asked for is not there: a run, its result, a database, a file to register. Create it, or correct the name.
    NotFound,
    /// Something is there that must not be overwritten or mixed up: another store's directory, a run registered twice, a
    /// table that differs from its struct. Decide which of the two counts.
    Conflict,
    /// What is stored is not what was stored: a changed result, a damaged database, a row that cannot be read. Restore it,
    /// or make the run again.
    Corrupt,
    /// The caller gave something that cannot be: parameters, ids, URLs, patches. Correct the call; nothing was done.
    InvalidInput,
    /// The same call may succeed later: a busy database, a lost connection, a full disk, a run that another process is still
    /// making. Try again.
    Transient,
    /// Not with this program, this store or this machine: a read-only store, no runner, a feature that is off, a format of a
    /// newer version. Open the store in another way, or change the program.
    Unsupported,
    /// A [`CancelToken`](crate::CancelToken) or Ctrl-C ended the call. Call again to do the rest.
    Cancelled,
    /// The run itself failed: the runner returned an error, panicked, took too long, wrote no result, or its process died.
    /// Correct the runner, or the parameters.
    RunFailed,
    /// The system, the database or the batch system refused for a reason that entropic has no kind for. The
    /// [`source`](std::error::Error::source) or the message quotes it.
    System,
}

/// The kind of an error of the system.
pub(crate) fn of_io(error: &io::Error) -> ErrorKind {
    match error.kind() {
        io::ErrorKind::NotFound => ErrorKind::NotFound,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorKind::Transient,
        _ => ErrorKind::System,
    }
}

/// The kind of an error that keeps a finished run from being stored. The run is kept, so the cause matters only as far as
/// it says when to try again.
pub(crate) fn of_kept(cause: ErrorKind) -> ErrorKind {
    match cause {
        ErrorKind::Transient | ErrorKind::Unsupported => cause,
        ErrorKind::NotFound
        | ErrorKind::Conflict
        | ErrorKind::Corrupt
        | ErrorKind::InvalidInput
        | ErrorKind::Cancelled
        | ErrorKind::RunFailed
        | ErrorKind::System => ErrorKind::System,
    }
}
