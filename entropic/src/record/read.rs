//! Reads a column as a value, or as a description of what is wrong with it.
//!
//! Diesel fails a whole statement if it cannot convert one value. The types in this file never fail to read. A single row
//! that is not a valid record can therefore be reported by its id, and the other rows remain readable.

use std::fmt;

use diesel::deserialize::{self, FromSql};
use diesel::sql_types;

use super::error::shown;
use super::sql::{CustomJson, Json, Time6, UtcTimestamp};
use super::{CustomData, TimeOfDay, Timestamp};

/// The stored value of a column, or why it does not fit.
#[doc(hidden)]
#[derive(Debug, diesel::deserialize::FromSqlRow)]
pub struct Read<R>(Result<R, Box<Unfit>>);

/// A stored value that does not fit its column.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// The value as text, as far as it can be shown.
    value: String,
    why: String,
}

impl Unfit {
    pub(super) fn new(value: &str, why: impl fmt::Display) -> Box<Self> {
        Box::new(Self { value: value.to_owned(), why: why.to_string() })
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.value.is_empty() {
            f.write_str(&self.why)
        } else {
            write!(f, "`{}` {}", shown(&self.value), self.why)
        }
    }
}

impl<R> Read<R> {
    /// Returns the error for NULL in a column whose field is not an `Option`.
    #[cold]
    pub(crate) fn null() -> Self {
        Self(Err(Unfit::new("NULL", "is no value of the field")))
    }
}

impl Read<String> {
    /// Returns the id of a row. Returns it as text even if it is not a valid value, so that messages can show it.
    #[doc(hidden)]
    pub fn key(self) -> String {
        self.0.unwrap_or_else(|unfit| unfit.value)
    }
}

/// Converts a value that was read to the type of the column.
#[doc(hidden)]
pub trait ReadAs<T> {
    fn read_as(self) -> Result<T, super::ColumnError>;
}

impl<T> ReadAs<T> for Read<T> {
    #[inline]
    fn read_as(self) -> Result<T, super::ColumnError> {
        self.0.map_err(|unfit| super::ColumnError::WrongValue { what: unfit.to_string() })
    }
}

impl<R: ReadAs<T>, T> ReadAs<Option<T>> for Option<R> {
    #[inline]
    fn read_as(self) -> Result<Option<T>, super::ColumnError> {
        self.map(R::read_as).transpose()
    }
}

/// Implements reading from both databases for each column type.
macro_rules! columns {
    ($($sql:ty => $value:ty, $read:ident;)*) => {$(
        #[cfg(feature = "sqlite")]
        impl FromSql<$sql, diesel::sqlite::Sqlite> for Read<$value> {
            #[inline]
            fn from_sql(mut value: diesel::sqlite::SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
                Ok(Self(sqlite::$read(&mut value)))
            }

            #[inline]
            fn from_nullable_sql(
                value: Option<diesel::sqlite::SqliteValue<'_, '_, '_>>,
            ) -> deserialize::Result<Self> {
                value.map_or_else(|| Ok(Self::null()), <Self as FromSql<$sql, diesel::sqlite::Sqlite>>::from_sql)
            }
        }

        // PostgreSQL enforces the declared type of a column.
        #[cfg(feature = "postgres")]
        impl FromSql<$sql, diesel::pg::Pg> for Read<$value> {
            fn from_sql(value: diesel::pg::PgValue<'_>) -> deserialize::Result<Self> {
                Ok(Self(postgres::read::<$sql, $value>(value)))
            }

            fn from_nullable_sql(value: Option<diesel::pg::PgValue<'_>>) -> deserialize::Result<Self> {
                value.map_or_else(|| Ok(Self::null()), <Self as FromSql<$sql, diesel::pg::Pg>>::from_sql)
            }
        }
    )*};
}

columns! {
    sql_types::SmallInt => i16, integer;
    sql_types::Integer => i32, integer;
    sql_types::BigInt => i64, integer;
    sql_types::Float => f32, single;
    sql_types::Double => f64, double;
    sql_types::Bool => bool, truth;
    sql_types::Text => String, text;
    sql_types::Date => chrono::NaiveDate, date;
    UtcTimestamp => Timestamp, parsed;
    Time6 => TimeOfDay, parsed;
    Json => CustomJson, json;
    Json => CustomData, custom_data;
}

/// Checks the storage class of each value. SQLite stores any value in a column of any type, and Diesel would convert it:
/// text in a column of numbers would read as 0.
#[cfg(feature = "sqlite")]
mod sqlite {
    use std::fmt::Display;
    use std::str::FromStr;

    use diesel::sqlite::{SqliteType, SqliteValue};

    use super::{CustomData, CustomJson, Unfit};

    type Value<'r, 's, 'q> = SqliteValue<'r, 's, 'q>;
    type Result<R> = std::result::Result<R, Box<Unfit>>;

    #[cold]
    fn unfit(value: &mut Value<'_, '_, '_>, wanted: &str) -> Box<Unfit> {
        match value.value_type() {
            Some(SqliteType::Binary) => {
                // More bytes than a message shows.
                let bytes = value.read_blob();
                let hex: String = bytes.iter().take(40).map(|byte| format!("{byte:02x}")).collect();
                Unfit::new(
                    &format!("x{hex}"),
                    format_args!("is {}, not {wanted}", crate::words::count(bytes.len(), "byte")),
                )
            }
            Some(SqliteType::Text) => Unfit::new(value.read_text(), format_args!("is text, not {wanted}")),
            Some(_) => Unfit::new(value.read_text(), format_args!("is not {wanted}")),
            None => Unfit::new("NULL", format_args!("is not {wanted}")),
        }
    }

    pub(super) fn integer<I: TryFrom<i64>>(value: &mut Value<'_, '_, '_>) -> Result<I> {
        if value.value_type() != Some(SqliteType::Long) {
            return Err(unfit(value, "an integer"));
        }
        let long = value.read_long();
        I::try_from(long).map_err(|_| {
            Unfit::new(&long.to_string(), format_args!("does not fit {} bits", size_of::<I>() * 8))
        })
    }

    pub(super) fn double(value: &mut Value<'_, '_, '_>) -> Result<f64> {
        match value.value_type() {
            // Another program may have declared the column without float affinity; then whole numbers are integers.
            Some(SqliteType::Double | SqliteType::Long) => Ok(value.read_double()),
            _ => Err(unfit(value, "a number")),
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "a narrow field may lose digits; losing the whole value is refused"
    )]
    pub(super) fn single(value: &mut Value<'_, '_, '_>) -> Result<f32> {
        let wide = double(value)?;
        let narrow = wide as f32;
        if narrow.is_infinite() && wide.is_finite() {
            return Err(Unfit::new(&wide.to_string(), "does not fit a 32-bit float"));
        }
        Ok(narrow)
    }

    pub(super) fn truth(value: &mut Value<'_, '_, '_>) -> Result<bool> {
        if value.value_type() != Some(SqliteType::Long) {
            return Err(unfit(value, "a truth value"));
        }
        match value.read_long() {
            0 => Ok(false),
            1 => Ok(true),
            other => {
                Err(Unfit::new(&other.to_string(), "is neither 0 nor 1, which stand for false and true"))
            }
        }
    }

    /// Returns a value as text unless it is a blob. In a column of another affinity it may be a number.
    fn as_text<'v>(value: &'v mut Value<'_, '_, '_>) -> Result<&'v str> {
        if value.value_type() == Some(SqliteType::Binary) {
            return Err(unfit(value, "text"));
        }
        Ok(value.read_text())
    }

    pub(super) fn text(value: &mut Value<'_, '_, '_>) -> Result<String> {
        as_text(value).map(str::to_owned)
    }

    pub(super) fn date(value: &mut Value<'_, '_, '_>) -> Result<chrono::NaiveDate> {
        let text = as_text(value)?;
        chrono::NaiveDate::parse_from_str(text, "%F")
            .map_err(|_| Unfit::new(text, "is no date of the form 2026-11-20"))
    }

    pub(super) fn parsed<R: FromStr<Err: Display>>(value: &mut Value<'_, '_, '_>) -> Result<R> {
        // The error shows the value.
        as_text(value)?.parse().map_err(|error| Unfit::new("", error))
    }

    pub(super) fn json(value: &mut Value<'_, '_, '_>) -> Result<CustomJson> {
        text(value).map(CustomJson)
    }

    pub(super) fn custom_data(value: &mut Value<'_, '_, '_>) -> Result<CustomData> {
        let text = as_text(value)?;
        CustomData::from_json(text).map_err(|error| Unfit::new(text, error))
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use diesel::deserialize::FromSql;
    use diesel::pg::{Pg, PgValue};

    use super::Unfit;

    pub(super) fn read<S, R: FromSql<S, Pg>>(value: PgValue<'_>) -> Result<R, Box<Unfit>> {
        let stored = value;
        R::from_sql(value).map_err(|error| {
            // Only text can be shown; numbers and times arrive in binary form.
            let text = std::str::from_utf8(stored.as_bytes()).ok().filter(|text| !text.contains('\0'));
            let text: String = text.unwrap_or_default().chars().take(SHOWN_OF).collect();
            Unfit::new(&text, error)
        })
    }

    /// More characters than a message shows.
    const SHOWN_OF: usize = 100;
}
