//! One connection type over both backends.
#![allow(missing_docs, reason = "Diesel's derive makes public items without any")]

use diesel::deserialize::{self, FromSql};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, HasSqlType, Integer, SmallInt};

use crate::record::sql::{CustomJson, Json, Time6, UtcTimestamp, Whole};
use crate::record::{CustomData, TimeOfDay, Timestamp};

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

read!(SmallInt => Whole<i16>, Integer => Whole<i32>, BigInt => Whole<i64>);

bridged! {
    UtcTimestamp: Timestamp;
    Time6: TimeOfDay;
    Json: CustomData, CustomJson;
    diesel::sql_types::Json: serde_json::Value;
    diesel::sql_types::Jsonb: serde_json::Value;
}
