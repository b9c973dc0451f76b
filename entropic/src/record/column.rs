//! Converts fields to columns and back.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use diesel::sql_types::{self, Nullable, SqlType, is_nullable};

use super::sql::{CustomJson, SqlColumn, Time6, UtcTimestamp};
use super::{ColumnError, TimeOfDay, Timestamp, Values};
use crate::params::{Canonical, FloatScheme, ParamsError, python};

/// A type that can be a field of a record.
///
/// Implemented for the integers up to 64 bits, `f32`, `f64`, `bool`, `String`, chrono's `DateTime<Utc>`,
/// `NaiveDateTime`, `NaiveDate` and `NaiveTime`, and `Option` of each. Enums implement it with
/// [`#[derive(SimEnum)]`](derive@crate::SimEnum), newtypes with `#[derive(SimColumn)]`. A field of any other
/// type that serde supports is stored as JSON with `#[sim(json)]`.
///
/// ```
/// use entropic::{ColumnError, SimColumn, params::{Canonical, FloatScheme}};
///
/// /// An angle, stored in degrees.
/// #[derive(Clone)]
/// struct Angle { radians: f64 }
///
/// impl SimColumn for Angle {
///     type Sql = diesel::sql_types::Double;
///     fn to_repr(&self) -> Result<f64, ColumnError> { Ok(self.radians.to_degrees()) }
///     fn from_repr(degrees: f64) -> Result<Self, ColumnError> {
///         Ok(Self { radians: degrees.to_radians() })
///     }
///     fn canonical(&self, out: &mut Canonical, scheme: FloatScheme) -> Result<(), ColumnError> {
///         SimColumn::canonical(&self.to_repr()?, out, scheme)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type that entropic can store",
    label = "cannot be a column as it is",
    note = "an enum of plain variants needs `#[derive(SimEnum)]`",
    note = "a newtype needs `#[derive(SimColumn)]`",
    note = "any other type that serde can write and read is stored with `#[sim(json)]` on the field of a record"
)]
pub trait SimColumn: Clone {
    /// The SQL type of the column.
    type Sql: SqlColumn;

    /// Returns the value to store.
    ///
    /// # Errors
    /// [`ColumnError`] if the column cannot hold the value.
    fn to_repr(&self) -> Result<<Self::Sql as SqlColumn>::Repr, ColumnError>;

    /// Converts a stored value back to the field.
    ///
    /// # Errors
    /// [`ColumnError`] if the stored value is not a value of this type.
    fn from_repr(repr: <Self::Sql as SqlColumn>::Repr) -> Result<Self, ColumnError>;

    /// Writes the canonical text that enters the hash.
    ///
    /// # Errors
    /// [`ColumnError`] if the value has no canonical text or would lose its meaning in it.
    fn canonical(&self, out: &mut Canonical, scheme: FloatScheme) -> Result<(), ColumnError>;

    /// Checks whether the value can be stored, without converting it: every hit calls this method.
    ///
    /// # Errors
    /// Those of [`to_repr`](Self::to_repr).
    fn check(&self) -> Result<(), ColumnError> {
        self.to_repr().map(drop)
    }

    /// Returns what a table records about the values of this type.
    #[doc(hidden)]
    fn values() -> Values {
        Values::Any
    }
}

/// A field type that is stored as `Sql`. Generated code requires only this trait.
///
/// Do not implement it by hand: every [`SimColumn`] implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type that entropic can store as `{Sql}`",
    label = "cannot be a column as it is",
    note = "an enum of plain variants needs `#[derive(SimEnum)]`",
    note = "a newtype needs `#[derive(SimColumn)]`, and `#[sim(sql = Double)]`, with what it wraps, on the field",
    note = "an alias needs `#[sim(sql = Double)]`, with what it stands for, on the field",
    note = "any other type that serde can write and read is stored with `#[sim(json)]` on the field"
)]
pub trait StoredAs<Sql: SqlColumn>: Sized {
    /// Returns the value that Diesel writes.
    fn repr(&self) -> Result<Sql::Repr, ColumnError>;
    /// Converts the value that Diesel has read.
    fn read(repr: Sql::Repr) -> Result<Self, ColumnError>;
    /// Writes the canonical text.
    fn write(&self, out: &mut Canonical, scheme: FloatScheme) -> Result<(), ColumnError>;
    /// Checks whether the value can be stored.
    fn verify(&self) -> Result<(), ColumnError>;
    /// Clones the value for another point of a grid.
    fn copy(&self) -> Self;
    /// Returns what a table records about the values of this type.
    fn values() -> Values {
        Values::Any
    }

    // The methods for nullable columns are part of this trait, so that a compile error names the type inside the
    // `Option`.

    /// Returns the value that Diesel writes to a nullable column.
    fn optional_repr(value: &Option<Self>) -> Result<Option<Sql::Repr>, ColumnError> {
        value.as_ref().map(Self::repr).transpose()
    }
    /// Converts the value that Diesel has read from a nullable column.
    fn optional_read(repr: Option<Sql::Repr>) -> Result<Option<Self>, ColumnError> {
        repr.map(Self::read).transpose()
    }
    /// Writes the canonical text, `null` for `None`.
    fn optional_write(
        value: &Option<Self>,
        out: &mut Canonical,
        scheme: FloatScheme,
    ) -> Result<(), ColumnError> {
        match value {
            Some(value) => value.write(out, scheme),
            None => {
                out.null();
                Ok(())
            }
        }
    }
    /// Checks whether the optional value can be stored.
    fn optional_verify(value: &Option<Self>) -> Result<(), ColumnError> {
        value.as_ref().map_or(Ok(()), Self::verify)
    }
    /// Clones the optional value for another point of a grid.
    fn optional_copy(value: &Option<Self>) -> Option<Self> {
        value.as_ref().map(Self::copy)
    }
}

#[diagnostic::do_not_recommend]
impl<F, S> StoredAs<S> for F
where
    S: SqlColumn,
    F: SimColumn<Sql = S>,
{
    fn repr(&self) -> Result<S::Repr, ColumnError> {
        self.to_repr()
    }
    fn read(repr: S::Repr) -> Result<Self, ColumnError> {
        Self::from_repr(repr)
    }
    fn write(&self, out: &mut Canonical, scheme: FloatScheme) -> Result<(), ColumnError> {
        self.canonical(out, scheme)
    }
    fn verify(&self) -> Result<(), ColumnError> {
        self.check()
    }
    fn copy(&self) -> Self {
        self.clone()
    }
    fn values() -> Values {
        F::values()
    }
}

macro_rules! integers {
    ($($int:ty => $sql:ident, $repr:ty, $column:literal, $wide:ty, $write:ident;)*) => {$(
        impl SimColumn for $int {
            type Sql = sql_types::$sql;
            fn to_repr(&self) -> Result<$repr, ColumnError> {
                <$repr>::try_from(*self).map_err(|_| ColumnError::OutOfRange {
                    value: self.to_string(),
                    column: $column,
                    largest: <$repr>::MAX.to_string(),
                })
            }
            fn from_repr(repr: $repr) -> Result<Self, ColumnError> {
                Self::try_from(repr).map_err(|_| ColumnError::OutOfRange {
                    value: repr.to_string(),
                    column: concat!("`", stringify!($int), "`"),
                    largest: Self::MAX.to_string(),
                })
            }
            fn canonical(&self, out: &mut Canonical, _: FloatScheme) -> Result<(), ColumnError> {
                out.$write(*self as $wide);
                Ok(())
            }
        }
    )*};
}

integers! {
    i8 => SmallInt, i16, "a 16-bit column", i64, int;
    i16 => SmallInt, i16, "a 16-bit column", i64, int;
    i32 => Integer, i32, "a 32-bit column", i64, int;
    i64 => BigInt, i64, "a 64-bit column", i64, int;
    isize => BigInt, i64, "a 64-bit column", i64, int;
    u8 => SmallInt, i16, "a 16-bit column", u64, uint;
    u16 => Integer, i32, "a 32-bit column", u64, uint;
    u32 => BigInt, i64, "a 64-bit column", u64, uint;
    u64 => BigInt, i64, "a signed 64-bit column", u64, uint;
    usize => BigInt, i64, "a signed 64-bit column", u64, uint;
}

impl SimColumn for f64 {
    type Sql = sql_types::Double;
    fn to_repr(&self) -> Result<f64, ColumnError> {
        if self.is_nan() { Err(ParamsError::NotANumber.into()) } else { Ok(*self) }
    }
    fn from_repr(repr: f64) -> Result<Self, ColumnError> {
        Ok(repr)
    }
    fn canonical(&self, out: &mut Canonical, scheme: FloatScheme) -> Result<(), ColumnError> {
        Ok(out.float(*self, scheme)?)
    }
}

impl SimColumn for f32 {
    type Sql = sql_types::Float;
    fn to_repr(&self) -> Result<f32, ColumnError> {
        if self.is_nan() { Err(ParamsError::NotANumber.into()) } else { Ok(*self) }
    }
    fn from_repr(repr: f32) -> Result<Self, ColumnError> {
        Ok(repr)
    }
    fn canonical(&self, out: &mut Canonical, scheme: FloatScheme) -> Result<(), ColumnError> {
        Ok(out.float(f64::from(*self), scheme)?)
    }
}

impl SimColumn for bool {
    type Sql = sql_types::Bool;
    fn to_repr(&self) -> Result<bool, ColumnError> {
        Ok(*self)
    }
    fn from_repr(repr: bool) -> Result<Self, ColumnError> {
        Ok(repr)
    }
    fn canonical(&self, out: &mut Canonical, _: FloatScheme) -> Result<(), ColumnError> {
        out.bool(*self);
        Ok(())
    }
}

impl SimColumn for String {
    type Sql = sql_types::Text;
    fn to_repr(&self) -> Result<String, ColumnError> {
        self.check()?;
        Ok(self.clone())
    }
    fn from_repr(repr: String) -> Result<Self, ColumnError> {
        Ok(repr)
    }
    fn canonical(&self, out: &mut Canonical, _: FloatScheme) -> Result<(), ColumnError> {
        Ok(out.str(self)?)
    }
    fn check(&self) -> Result<(), ColumnError> {
        if self.contains('\0') { Err(ParamsError::NulInText.into()) } else { Ok(()) }
    }
}

fn check_date(date: NaiveDate) -> Result<(), ColumnError> {
    if (1..=9999).contains(&date.year()) {
        Ok(())
    } else {
        Err(ColumnError::YearOutOfRange { value: date.to_string() })
    }
}

fn check_time(time: NaiveTime) -> Result<(), ColumnError> {
    // chrono represents a leap second as 1,000,000,000 nanoseconds or more; neither database has leap seconds.
    if time.nanosecond().is_multiple_of(1_000) && time.nanosecond() < 1_000_000_000 {
        Ok(())
    } else {
        Err(ColumnError::TooFine { value: time.to_string() })
    }
}

impl SimColumn for NaiveDate {
    type Sql = sql_types::Date;
    fn to_repr(&self) -> Result<NaiveDate, ColumnError> {
        check_date(*self)?;
        Ok(*self)
    }
    fn from_repr(repr: NaiveDate) -> Result<Self, ColumnError> {
        Ok(repr)
    }
    fn canonical(&self, out: &mut Canonical, _: FloatScheme) -> Result<(), ColumnError> {
        check_date(*self)?;
        Ok(out.str(&python::naive_date(self))?)
    }
}

impl SimColumn for NaiveTime {
    type Sql = Time6;
    fn to_repr(&self) -> Result<TimeOfDay, ColumnError> {
        check_time(*self)?;
        Ok(TimeOfDay(*self))
    }
    fn from_repr(repr: TimeOfDay) -> Result<Self, ColumnError> {
        Ok(repr.0)
    }
    fn canonical(&self, out: &mut Canonical, _: FloatScheme) -> Result<(), ColumnError> {
        check_time(*self)?;
        Ok(out.str(&python::naive_time(self))?)
    }
}

impl SimColumn for NaiveDateTime {
    type Sql = UtcTimestamp;
    fn to_repr(&self) -> Result<Timestamp, ColumnError> {
        check_date(self.date())?;
        check_time(self.time())?;
        Ok(Timestamp::from(*self))
    }
    fn from_repr(repr: Timestamp) -> Result<Self, ColumnError> {
        Ok(repr.naive_utc())
    }
    fn canonical(&self, out: &mut Canonical, _: FloatScheme) -> Result<(), ColumnError> {
        check_date(self.date())?;
        check_time(self.time())?;
        Ok(out.str(&python::naive_datetime(self))?)
    }
}

impl SimColumn for DateTime<Utc> {
    type Sql = UtcTimestamp;
    fn to_repr(&self) -> Result<Timestamp, ColumnError> {
        self.naive_utc().to_repr()
    }
    fn from_repr(repr: Timestamp) -> Result<Self, ColumnError> {
        Ok(repr.to_utc())
    }
    fn canonical(&self, out: &mut Canonical, _: FloatScheme) -> Result<(), ColumnError> {
        self.naive_utc().to_repr()?;
        Ok(out.str(&python::utc_datetime(self))?)
    }
}

impl<F> SimColumn for Option<F>
where
    F: SimColumn,
    F::Sql: SqlType<IsNull = is_nullable::NotNull>,
    Nullable<F::Sql>: SqlColumn<Repr = Option<<F::Sql as SqlColumn>::Repr>>,
{
    type Sql = Nullable<F::Sql>;
    fn to_repr(&self) -> Result<Option<<F::Sql as SqlColumn>::Repr>, ColumnError> {
        self.as_ref().map(F::to_repr).transpose()
    }
    fn from_repr(repr: Option<<F::Sql as SqlColumn>::Repr>) -> Result<Self, ColumnError> {
        repr.map(F::from_repr).transpose()
    }
    fn canonical(&self, out: &mut Canonical, scheme: FloatScheme) -> Result<(), ColumnError> {
        match self {
            Some(value) => value.canonical(out, scheme),
            None => {
                out.null();
                Ok(())
            }
        }
    }
    fn check(&self) -> Result<(), ColumnError> {
        self.as_ref().map_or(Ok(()), F::check)
    }
    fn values() -> Values {
        F::values()
    }
}

/// Returns the text to store for a `#[sim(json)]` field.
pub fn json_to_repr<V: serde::Serialize>(value: &V) -> Result<CustomJson, ColumnError> {
    json_check(value)?;
    serde_json::to_string(value).map(CustomJson).map_err(ColumnError::Json)
}

/// Checks that the stored text of a `#[sim(json)]` field reads back as the same value. serde_json writes NaN and
/// infinities as null; the canonical writer refuses them.
pub fn json_check<V: serde::Serialize>(value: &V) -> Result<(), ColumnError> {
    Ok(Canonical::new().json(value, FloatScheme::Exact)?)
}

/// Parses a `#[sim(json)]` field from its stored text.
pub fn json_from_repr<V: serde::de::DeserializeOwned>(repr: CustomJson) -> Result<V, ColumnError> {
    super::custom_data::from_python_json(&repr.0)
        .map_err(|error| ColumnError::StoredJson { value: repr.0, why: error.to_string() })
}

/// Writes the canonical text of a `#[sim(json)]` field.
pub fn json_canonical<V: serde::Serialize>(
    value: &V,
    out: &mut Canonical,
    scheme: FloatScheme,
) -> Result<(), ColumnError> {
    Ok(out.json(value, scheme)?)
}
