//! One connection type over both backends.
#![allow(missing_docs, reason = "Diesel's derive makes public items without any")]

use diesel::deserialize::{self, FromSql};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Bool, Date, Double, Float, HasSqlType, Integer, SmallInt, Text};

use crate::record::sql::{CustomJson, Json, Time6, UtcTimestamp};
use crate::record::{CustomData, Read, TimeOfDay, Timestamp};

/// A connection to either backend; plain Diesel runs on `&mut Conn`.
///
/// What Diesel's multi backend cannot do (upserts, batch inserts) is done by matching on the variant, or by
/// [`on_backend`](crate::on_backend), which does that.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// Embedded.
    #[cfg(feature = "sqlite")]
    Sqlite(diesel::SqliteConnection),
    /// Server.
    #[cfg(feature = "postgres")]
    Postgres(diesel::PgConnection),
}

/// Reading what the concrete backends can read.
macro_rules! read {
    ($($sql:ty => $value:ty),*) => {$(
        impl FromSql<$sql, MultiBackend> for $value {
            fn from_sql(value: <MultiBackend as diesel::backend::Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                value.from_sql::<$value, $sql>()
            }
        }
    )*};
}

/// The bridges that the derive makes for Diesel's own types, for ours.
macro_rules! bridged {
    ($($sql:ty: $($value:ty),+;)*) => {$(
        impl HasSqlType<$sql> for MultiBackend {
            fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
                Self::lookup_sql_type::<$sql>(lookup)
            }
        }
        $(
            impl ToSql<$sql, MultiBackend> for $value {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                    out.set_value((<$sql>::default(), self));
                    Ok(IsNull::No)
                }
            }
            read!($sql => $value);
        )+
    )*};
}

/// The columns of a record.
macro_rules! columns {
    ($($sql:ty => $value:ty),* $(,)?) => {$(
        impl FromSql<$sql, MultiBackend> for Read<$value> {
            fn from_sql(value: <MultiBackend as diesel::backend::Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                value.from_sql::<Self, $sql>()
            }

            fn from_nullable_sql(
                value: Option<<MultiBackend as diesel::backend::Backend>::RawValue<'_>>,
            ) -> deserialize::Result<Self> {
                value.map_or_else(|| Ok(Self::null()), <Self as FromSql<$sql, MultiBackend>>::from_sql)
            }
        }
    )*};
}

columns! {
    SmallInt => i16, Integer => i32, BigInt => i64, Float => f32, Double => f64, Bool => bool, Text => String,
    Date => chrono::NaiveDate, UtcTimestamp => Timestamp, Time6 => TimeOfDay, Json => CustomJson,
    Json => CustomData,
}

bridged! {
    UtcTimestamp: Timestamp;
    Time6: TimeOfDay;
    Json: CustomData, CustomJson;
    diesel::sql_types::Json: serde_json::Value;
    diesel::sql_types::Jsonb: serde_json::Value;
}
