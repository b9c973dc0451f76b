//! What the errors of databases mean: Diesel gives most of them no kind of their own, so their words must do.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// Whether the database is kept busy by somebody else and the statement did nothing.
pub(crate) fn is_busy(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        DieselError::DatabaseError(_, info) => {
            let message = info.message();
            // SQLite's SQLITE_BUSY and SQLITE_LOCKED, PostgreSQL's deadlock_detected and lock_not_available:
            // Diesel gives them no kind of their own.
            message.contains("database is locked")
                || message.contains("database table is locked")
                || message.contains("deadlock detected")
                || message.contains("lock timeout")
        }
        _ => false,
    }
}

/// Whether the connection is gone.
pub(crate) fn is_lost(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, _)
        | DieselError::BrokenTransactionManager => true,
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, info) => {
            let message = info.message();
            [
                "server closed the connection",
                "terminating connection",
                "no connection to the server",
                "connection to server",
                "could not receive data",
                "could not send data",
                "the database system is",
            ]
            .iter()
            .any(|sign| message.contains(sign))
        }
        _ => false,
    }
}

/// Whether the database takes no writes.
pub(super) fn is_read_only(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _) => true,
        DieselError::DatabaseError(_, info) => {
            // SQLite's SQLITE_READONLY; PostgreSQL's read_only_sql_transaction.
            info.message().contains("attempt to write a readonly database")
                || info.message().contains("in a read-only transaction")
        }
        _ => false,
    }
}

/// Whether the disk of the database is full.
pub(super) fn is_full(error: &DieselError) -> bool {
    matches!(error, DieselError::DatabaseError(_, info)
        // SQLite's SQLITE_FULL; PostgreSQL's disk_full, which quotes the system.
        if info.message().contains("database or disk is full") || info.message().contains("No space left on device"))
}

/// What a server says when it will say the same another time, and what when it will not. A server may also speak another
/// language: it is asked again then.
pub(super) fn is_final(said: &str) -> bool {
    let passes = [
        "Connection refused",
        "too many",
        "remaining connection slots",
        "starting up",
        "shutting down",
        "recovery",
        "timeout expired",
        "closed the connection",
        "Temporary failure",
    ];
    let stays = [
        "authentication failed",
        "no password supplied",
        "pg_hba.conf",
        "does not exist",
        "permission denied",
        "not permitted",
        "could not translate host name",
        "does not support SSL",
        "certificate",
        "invalid",
        "libpq does not take the URL",
        "not currently accepting connections",
    ];
    let has = |signs: &[&str]| signs.iter().any(|sign| said.contains(sign));
    has(&stays) && !has(&passes)
}

/// Whether the file is no database, or a broken one.
pub(super) fn is_damaged(error: &DieselError) -> bool {
    matches!(error, DieselError::DatabaseError(_, info)
        if info.message().contains("file is not a database") || info.message().contains("malformed"))
}
