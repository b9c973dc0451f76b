//! One body, an arm for each backend that is compiled in.
//!
//! `cfg` inside an exported macro would be judged in the user's crate, so each macro stands here once for each
//! combination of features.

/// Runs a body on the concrete connection inside a [`Conn`](crate::Conn).
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
