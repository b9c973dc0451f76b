//! One body, an arm for each backend that is compiled in.
//!
//! `cfg` inside an exported macro would be judged in the user's crate, so each macro stands here once for each
//! combination of features.

#[cfg(all(feature = "sqlite", feature = "postgres"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __on_backend {
    ($conn:expr, $inner:ident => $body:expr) => {
        match $conn {
            $crate::Conn::Sqlite($inner) => $body,
            $crate::Conn::Postgres($inner) => $body,
        }
    };
}

#[cfg(all(feature = "sqlite", not(feature = "postgres")))]
#[doc(hidden)]
#[macro_export]
macro_rules! __on_backend {
    ($conn:expr, $inner:ident => $body:expr) => {
        match $conn {
            $crate::Conn::Sqlite($inner) => $body,
        }
    };
}

#[cfg(all(feature = "postgres", not(feature = "sqlite")))]
#[doc(hidden)]
#[macro_export]
macro_rules! __on_backend {
    ($conn:expr, $inner:ident => $body:expr) => {
        match $conn {
            $crate::Conn::Postgres($inner) => $body,
        }
    };
}

/// Runs a body on the concrete connection inside a [`Conn`](crate::Conn): for what Diesel's multi backend cannot do, such
/// as inserts of many rows and upserts. The body is compiled once for each backend.
///
/// Takes a `&mut Conn`, a name for the connection in it, and the body.
///
/// ```
/// # mod sim {
/// #     use entropic::prelude::*;
/// #     #[derive(SimRecord)]
/// #     #[sim(table = "decays")]
/// #     pub struct Decay { pub rate: f64 }
/// # }
/// # use sim::Decay;
/// # let dir = tempfile::tempdir()?;
/// # let store = entropic::Store::<Decay>::builder()
/// #     .database(dir.path().join("runs.db"))
/// #     .results_dir(dir.path().join("results"))
/// #     .open()?;
/// use diesel::connection::SimpleConnection;
/// use diesel::prelude::*;
/// use entropic::on_backend;
///
/// diesel::table! {
///     notes (run) {
///         run -> Text,
///         note -> Json,
///     }
/// }
///
/// let mut connection = store.connection()?;
/// connection.batch_execute("CREATE TABLE notes (run TEXT PRIMARY KEY, note JSON NOT NULL)")?;
///
/// // Many rows at once.
/// let rows: Vec<_> = ["a", "b"]
///     .map(|run| (notes::run.eq(run), notes::note.eq(serde_json::json!({"good": true}))))
///     .into();
/// on_backend!(&mut *connection, conn => diesel::insert_into(notes::table).values(&rows).execute(conn))?;
///
/// // An upsert.
/// let doubt = serde_json::json!({"good": false});
/// on_backend!(&mut *connection, conn => {
///     diesel::insert_into(notes::table)
///         .values((notes::run.eq("b"), notes::note.eq(&doubt)))
///         .on_conflict(notes::run)
///         .do_update()
///         .set(notes::note.eq(&doubt))
///         .execute(conn)
/// })?;
///
/// let read: Vec<(String, serde_json::Value)> = notes::table.order(notes::run).load(&mut connection)?;
/// assert_eq!(read[1], ("b".to_owned(), doubt));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(inline)]
pub use crate::__on_backend as on_backend;

/// The same with the loading mode that keeps memory flat: PostgreSQL must be asked for rows one by one.
#[cfg(all(feature = "sqlite", feature = "postgres"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __on_backend_streaming {
    ($conn:expr, $inner:ident, $mode:ident => $body:expr) => {
        match $conn {
            $crate::Conn::Sqlite($inner) => {
                type $mode = $crate::__private::DefaultLoadingMode;
                $body
            }
            $crate::Conn::Postgres($inner) => {
                type $mode = $crate::__private::PgRowByRowLoadingMode;
                $body
            }
        }
    };
}

#[cfg(all(feature = "sqlite", not(feature = "postgres")))]
#[doc(hidden)]
#[macro_export]
macro_rules! __on_backend_streaming {
    ($conn:expr, $inner:ident, $mode:ident => $body:expr) => {
        match $conn {
            $crate::Conn::Sqlite($inner) => {
                type $mode = $crate::__private::DefaultLoadingMode;
                $body
            }
        }
    };
}

#[cfg(all(feature = "postgres", not(feature = "sqlite")))]
#[doc(hidden)]
#[macro_export]
macro_rules! __on_backend_streaming {
    ($conn:expr, $inner:ident, $mode:ident => $body:expr) => {
        match $conn {
            $crate::Conn::Postgres($inner) => {
                type $mode = $crate::__private::PgRowByRowLoadingMode;
                $body
            }
        }
    };
}

/// Passes a table of more than 32 columns, or what stands in for it when Diesel was not compiled for such.
#[cfg(feature = "wide-tables")]
#[doc(hidden)]
#[macro_export]
macro_rules! __wide_table {
    ({ $($table:tt)* } { $($stand_in:tt)* }) => { $($table)* };
}

#[cfg(not(feature = "wide-tables"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __wide_table {
    ({ $($table:tt)* } { $($stand_in:tt)* }) => { $($stand_in)* };
}
