//! One body, compiled once for each backend.
//!
//! `#[cfg]` in the expansion of an exported macro would be about the features of the user's crate. So only a macro itself
//! depends on a feature: `__match_conn` is the one that knows the backends.

/// A `match` with the arms of the backends that are compiled in.
#[cfg(all(feature = "sqlite", feature = "postgres"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __match_conn {
    ($conn:expr, { $($sqlite:tt)* } { $($postgres:tt)* }) => { match $conn { $($sqlite)* $($postgres)* } };
}

#[cfg(all(feature = "sqlite", not(feature = "postgres")))]
#[doc(hidden)]
#[macro_export]
macro_rules! __match_conn {
    ($conn:expr, { $($sqlite:tt)* } { $($postgres:tt)* }) => { match $conn { $($sqlite)* } };
}

#[cfg(all(feature = "postgres", not(feature = "sqlite")))]
#[doc(hidden)]
#[macro_export]
macro_rules! __match_conn {
    ($conn:expr, { $($sqlite:tt)* } { $($postgres:tt)* }) => { match $conn { $($postgres)* } };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __on_backend {
    ($conn:expr, $inner:ident => $body:expr) => {
        $crate::__match_conn!(
            $conn,
            { $crate::Conn::Sqlite($inner) => $body, }
            { $crate::Conn::Postgres($inner) => $body, }
        )
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

/// Runs a body on the concrete connection, with the loading mode that keeps memory flat as `$mode`: PostgreSQL returns rows
/// one by one only on request.
#[doc(hidden)]
#[macro_export]
macro_rules! __on_backend_streaming {
    ($conn:expr, $inner:ident, $mode:ident => $body:expr) => {
        $crate::__match_conn!(
            $conn,
            {
                $crate::Conn::Sqlite($inner) => {
                    type $mode = $crate::__private::DefaultLoadingMode;
                    $body
                }
            }
            {
                $crate::Conn::Postgres($inner) => {
                    type $mode = $crate::__private::PgRowByRowLoadingMode;
                    $body
                }
            }
        )
    };
}

/// Gives a table of more than 32 columns, or its stand-in if Diesel was not compiled for wide tables.
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
