//! SQL types for columns that Diesel's own types would store differently from other programs.
//!
//! Generated tables use these types. In typed queries, compare such columns with [`Timestamp`] and [`TimeOfDay`].

use diesel::sql_types::{self, Nullable, SqlOrd, SqlType};

use super::read::{Read, ReadAs};
use super::{ColumnKind, CustomData, TimeOfDay, Timestamp};

/// A moment in UTC: `TIMESTAMP WITHOUT TIME ZONE` on PostgreSQL; on SQLite the text
/// `2026-11-20 23:50:28.740700`, always with six decimals, as SQLAlchemy writes it.
#[derive(Debug, Clone, Copy, Default, SqlType, diesel::query_builder::QueryId)]
#[cfg_attr(feature = "sqlite", diesel(sqlite_type(name = "Text")))]
#[cfg_attr(feature = "postgres", diesel(postgres_type(oid = 1114, array_oid = 1115)))]
pub struct UtcTimestamp;

/// A time of day: `TIME` on PostgreSQL; on SQLite the text `03:04:05.000600`, always with six decimals.
#[derive(Debug, Clone, Copy, Default, SqlType, diesel::query_builder::QueryId)]
#[cfg_attr(feature = "sqlite", diesel(sqlite_type(name = "Text")))]
#[cfg_attr(feature = "postgres", diesel(postgres_type(oid = 1083, array_oid = 1183)))]
pub struct Time6;

/// JSON text: `JSON` on PostgreSQL, text on SQLite.
#[derive(Debug, Clone, Copy, Default, SqlType, diesel::query_builder::QueryId)]
#[cfg_attr(feature = "sqlite", diesel(sqlite_type(name = "Text")))]
#[cfg_attr(feature = "postgres", diesel(postgres_type(oid = 114, array_oid = 199)))]
pub struct Json;

impl SqlOrd for UtcTimestamp {}
impl SqlOrd for Time6 {}

/// An SQL type that a column of a record can have.
///
/// Implemented for Diesel's `SmallInt`, `Integer`, `BigInt`, `Float`, `Double`, `Bool`, `Text` and `Date`, for the types
/// of this module, and for [`Nullable`] around each.
pub trait SqlColumn: SqlType {
    /// The value that Diesel writes for a column of this type.
    type Repr: serde::de::DeserializeOwned + super::JsonRepr;
    /// What Diesel reads: the value, or what is wrong with the stored one.
    type Read: ReadAs<Self::Repr>;
    /// The kind of the column.
    const KIND: ColumnKind;
    /// Whether the column may hold NULL.
    const NULLABLE: bool = false;
}

macro_rules! sql_columns {
    ($($sql:ty => $repr:ty, $kind:ident;)*) => {$(
        impl SqlColumn for $sql {
            type Repr = $repr;
            type Read = Read<$repr>;
            const KIND: ColumnKind = ColumnKind::$kind;
        }
    )*};
}

sql_columns! {
    sql_types::SmallInt => i16, SmallInt;
    sql_types::Integer => i32, Integer;
    sql_types::BigInt => i64, BigInt;
    sql_types::Float => f32, Float;
    sql_types::Double => f64, Double;
    sql_types::Bool => bool, Bool;
    sql_types::Text => String, Text;
    sql_types::Date => chrono::NaiveDate, Date;
    UtcTimestamp => Timestamp, Timestamp;
    Time6 => TimeOfDay, Time;
    Json => CustomJson, Json;
}

impl<S> SqlColumn for Nullable<S>
where
    S: SqlColumn + SqlType<IsNull = sql_types::is_nullable::NotNull>,
    Nullable<S>: SqlType,
{
    type Repr = Option<S::Repr>;
    type Read = Option<S::Read>;
    const KIND: ColumnKind = S::KIND;
    const NULLABLE: bool = true;
}

/// The text of a `#[sim(json)]` column.
#[derive(Debug, Clone, PartialEq, Eq, diesel::deserialize::FromSqlRow, diesel::expression::AsExpression)]
#[diesel(sql_type = Json)]
pub struct CustomJson(pub(crate) String);

impl<'de> serde::Deserialize<'de> for CustomJson {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde_json::Value::deserialize(deserializer).map(|value| Self(value.to_string()))
    }
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use diesel::deserialize::{self, FromSql};
    use diesel::serialize::{self, IsNull, Output, ToSql};
    use diesel::sql_types::Text;
    use diesel::sqlite::{Sqlite, SqliteValue};

    use super::{CustomData, CustomJson, Json, Time6, TimeOfDay, Timestamp, UtcTimestamp};

    impl ToSql<UtcTimestamp, Sqlite> for Timestamp {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
            out.set_value(self.to_string());
            Ok(IsNull::No)
        }
    }

    impl FromSql<UtcTimestamp, Sqlite> for Timestamp {
        fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
            Ok(value.read_text().parse()?)
        }
    }

    impl ToSql<Time6, Sqlite> for TimeOfDay {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
            out.set_value(self.to_string());
            Ok(IsNull::No)
        }
    }

    impl FromSql<Time6, Sqlite> for TimeOfDay {
        fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
            Ok(value.read_text().parse()?)
        }
    }

    impl ToSql<Json, Sqlite> for CustomJson {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
            <str as ToSql<Text, Sqlite>>::to_sql(self.0.as_str(), out)
        }
    }

    impl FromSql<Json, Sqlite> for CustomJson {
        fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
            Ok(Self(value.read_text().to_owned()))
        }
    }

    impl ToSql<Json, Sqlite> for CustomData {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
            out.set_value(self.to_json()?);
            Ok(IsNull::No)
        }
    }

    impl FromSql<Json, Sqlite> for CustomData {
        fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
            Ok(Self::from_json(value.read_text())?)
        }
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use std::io::Write;

    use diesel::deserialize::{self, FromSql};
    use diesel::pg::{Pg, PgValue};
    use diesel::serialize::{self, IsNull, Output, ToSql};
    use diesel::sql_types;

    use super::{CustomData, CustomJson, Json, Time6, TimeOfDay, Timestamp, UtcTimestamp};

    impl ToSql<UtcTimestamp, Pg> for Timestamp {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
            <chrono::NaiveDateTime as ToSql<sql_types::Timestamp, Pg>>::to_sql(
                &self.naive_utc(),
                &mut out.reborrow(),
            )
        }
    }

    impl FromSql<UtcTimestamp, Pg> for Timestamp {
        fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
            let naive = <chrono::NaiveDateTime as FromSql<sql_types::Timestamp, Pg>>::from_sql(value)?;
            Ok(Self::from(naive))
        }
    }

    impl ToSql<Time6, Pg> for TimeOfDay {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
            <chrono::NaiveTime as ToSql<sql_types::Time, Pg>>::to_sql(&self.0, &mut out.reborrow())
        }
    }

    impl FromSql<Time6, Pg> for TimeOfDay {
        fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
            <chrono::NaiveTime as FromSql<sql_types::Time, Pg>>::from_sql(value).map(Self)
        }
    }

    impl ToSql<Json, Pg> for CustomJson {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
            out.write_all(self.0.as_bytes())?;
            Ok(IsNull::No)
        }
    }

    impl FromSql<Json, Pg> for CustomJson {
        fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
            Ok(Self(std::str::from_utf8(value.as_bytes())?.to_owned()))
        }
    }

    impl ToSql<Json, Pg> for CustomData {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
            out.write_all(self.to_json()?.as_bytes())?;
            Ok(IsNull::No)
        }
    }

    impl FromSql<Json, Pg> for CustomData {
        fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
            Ok(Self::from_json(std::str::from_utf8(value.as_bytes())?)?)
        }
    }
}
