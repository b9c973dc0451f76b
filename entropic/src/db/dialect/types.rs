//! How columns are declared, and values written.

use serde_json::Value;

use super::super::{Backend, Conn};
use super::backend_of;
use crate::record::{ColumnKind, ColumnSpec, TimeOfDay};

/// How a column is declared.
pub(crate) fn declared(backend: Backend, column: &ColumnSpec) -> &'static str {
    use ColumnKind as Kind;
    match (column.kind, backend) {
        (Kind::Json, Backend::Postgres) => "JSON",
        // SQLite gives what is declared JSON the affinity of numbers: fine for objects, which is what custom
        // data is, but a bare `1.50` would come back as 1.5.
        (Kind::Json, Backend::Sqlite) if column.name == "custom_data" => "JSON",
        (Kind::Json, Backend::Sqlite) => "TEXT",
        // 64 bits are what SQLite's INTEGER has, and the name SQLAlchemy gives it.
        (Kind::SmallInt | Kind::Integer | Kind::BigInt, Backend::Sqlite) => "INTEGER",
        (Kind::SmallInt, Backend::Postgres) => "SMALLINT",
        (Kind::Integer, Backend::Postgres) => "INTEGER",
        (Kind::BigInt, Backend::Postgres) => "BIGINT",
        (Kind::Float, Backend::Sqlite) => "FLOAT",
        (Kind::Float, Backend::Postgres) => "REAL",
        (Kind::Double, Backend::Sqlite) => "DOUBLE",
        (Kind::Double, Backend::Postgres) => "DOUBLE PRECISION",
        (Kind::Bool, _) => "BOOLEAN",
        // Text is compared by its bytes on SQLite; neither what a query finds nor its order shall depend on the
        // server's locale.
        (Kind::Text, Backend::Postgres) => "VARCHAR COLLATE \"C\"",
        (Kind::Text, Backend::Sqlite) => "VARCHAR",
        (Kind::Timestamp, Backend::Sqlite) => "DATETIME",
        (Kind::Timestamp, Backend::Postgres) => "TIMESTAMP WITHOUT TIME ZONE",
        (Kind::Date, _) => "DATE",
        (Kind::Time, Backend::Sqlite) => "TIME",
        (Kind::Time, Backend::Postgres) => "TIME WITHOUT TIME ZONE",
    }
}

/// Text as it stands in a statement.
pub(crate) fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// A value as it stands in a statement; `value` as [`Repr`](crate::record::Repr) writes it.
pub(crate) fn literal(backend: Backend, kind: ColumnKind, value: &Value) -> String {
    match (kind, value) {
        (_, Value::Null) => "NULL".to_owned(),
        (_, Value::Bool(truth)) => match backend {
            Backend::Sqlite => i32::from(*truth).to_string(),
            Backend::Postgres => truth.to_string().to_uppercase(),
        },
        // JSON has no infinities; text stands for them.
        (ColumnKind::Float | ColumnKind::Double, Value::String(infinite)) => match backend {
            Backend::Sqlite => format!("{}9e999", if infinite.starts_with('-') { "-" } else { "" }),
            Backend::Postgres => text(if infinite.starts_with('-') { "-Infinity" } else { "Infinity" }),
        },
        // Rows have six digits always.
        (ColumnKind::Time, Value::String(_)) => {
            let time = serde_json::from_value::<TimeOfDay>(value.clone());
            text(&time.map(|time| time.to_string()).unwrap_or_default())
        }
        (_, Value::String(value)) => text(value),
        (_, value) => value.to_string(),
    }
}

/// Whether every value of a declared type is one of a column's, and the same.
pub(crate) fn widens(backend: Backend, declared: &str, kind: ColumnKind) -> bool {
    use ColumnKind as Kind;
    backend == Backend::Postgres
        && matches!(
            (declared, kind),
            ("smallint", Kind::Integer | Kind::BigInt) | ("integer", Kind::BigInt) | ("real", Kind::Double)
        )
}

/// The width of the floats in a column: SQLite has one, and what is declared says another if it is a name that only
/// one of them has. SQLAlchemy says FLOAT of any.
pub(crate) fn float_bits(declared: &str, remembered: Option<u8>) -> Option<u8> {
    if declared.to_lowercase().contains("doub") { Some(64) } else { remembered }
}

/// A column as text.
pub(crate) fn as_text(conn: &Conn, column: &str) -> String {
    match backend_of(conn) {
        Backend::Sqlite => format!("CAST({column} AS TEXT)"),
        Backend::Postgres => format!("{column}::text"),
    }
}

/// Whether a declared type can hold a column's values and give them back.
pub(crate) fn holds(backend: Backend, declared: &str, kind: ColumnKind) -> bool {
    use ColumnKind as Kind;
    let declared = declared.to_lowercase();
    match backend {
        // Diesel reads PostgreSQL's types by their width, so they must be the very ones.
        Backend::Postgres => match kind {
            Kind::SmallInt => declared == "smallint",
            Kind::Integer => declared == "integer",
            Kind::BigInt => declared == "bigint",
            Kind::Float => declared == "real",
            Kind::Double => declared == "double precision",
            Kind::Bool => declared == "boolean",
            Kind::Text => {
                declared == "text"
                    || ["character varying", "varchar"].iter().any(|name| declared.starts_with(name))
            }
            Kind::Timestamp => {
                declared.starts_with("timestamp")
                    && declared.ends_with("without time zone")
                    && !declared.contains('(')
            }
            Kind::Date => declared == "date",
            Kind::Time => declared == "time without time zone",
            Kind::Json => declared == "json",
        },
        // SQLite's columns hold anything; what counts is that their affinity changes nothing.
        Backend::Sqlite => {
            let integer = declared.contains("int");
            let text = ["char", "clob", "text"].iter().any(|part| declared.contains(part));
            let real = ["real", "floa", "doub"].iter().any(|part| declared.contains(part));
            match kind {
                Kind::SmallInt | Kind::Integer | Kind::BigInt => integer,
                Kind::Float | Kind::Double => real && !integer && !text,
                Kind::Bool => declared.starts_with("bool"),
                Kind::Text => text && !integer,
                Kind::Timestamp => declared.starts_with("datetime") || declared.starts_with("timestamp"),
                Kind::Date => declared == "date",
                Kind::Time => declared == "time",
                Kind::Json => declared == "json" || (text && !integer),
            }
        }
    }
}
