//! Rows as JSON values, the form in which the journal of a results directory keeps rows that the database does not have
//! yet.

use serde_json::{Map, Value};

use super::sql::CustomJson;
use super::{ColumnRole, ColumnSpec, RecordError, SimRecord, TimeOfDay, Timestamp};

/// A record whose rows can be converted to JSON values; implemented by the derive.
#[doc(hidden)]
pub trait Portable: SimRecord {
    /// Converts the parameters and outputs to JSON values, by column.
    fn to_values(&self, output: &Self::Output) -> Result<Map<String, Value>, RecordError>;

    /// Converts the values of [`to_values`](Self::to_values) back. Returns `None` if a record with other columns wrote
    /// them.
    fn from_values(values: Map<String, Value>) -> Option<(Self, Self::Output)>;
}

/// Returns the parameters and outputs by the first name of each column. Later schemas keep this name, so a program with
/// another schema finds the values by it.
pub(crate) fn to_stable_columns<T: Portable>(
    params: &T,
    output: &T::Output,
) -> Result<Map<String, Value>, RecordError> {
    let mut values = params.to_values(output)?;
    if T::TABLE.columns.iter().all(|column| column.key == column.name) {
        return Ok(values);
    }
    let first = |column: &ColumnSpec| Some((column.key.to_owned(), values.remove(column.name)?));
    Ok(T::TABLE.columns.iter().filter_map(first).collect())
}

/// Converts the values of [`to_stable_columns`], which a program with another schema may have made, to the present columns.
/// Returns `None` if this record has no column for one of the values.
pub(crate) fn to_current_columns<T: Portable>(
    mut columns: Map<String, Value>,
) -> Result<Option<Map<String, Value>>, RecordError> {
    let defaults = T::defaults()?;
    let fill = |column: &ColumnSpec| {
        let default = defaults.iter().find(|default| default.column == column.name);
        default.map(|default| default.fill.clone())
    };
    let mut current = Map::new();
    for column in T::TABLE.columns {
        let value = columns.remove(column.key);
        if matches!(column.role, ColumnRole::Retired | ColumnRole::Former) {
            if value.is_some() && value != fill(column) {
                return Ok(None);
            }
            continue;
        }
        let value = value.or_else(|| fill(column)).or(column.nullable.then_some(Value::Null));
        current.extend(value.map(|value| (column.name.to_owned(), value)));
    }
    Ok(columns.is_empty().then_some(current))
}

/// A column value that converts to a JSON value and back without loss.
#[doc(hidden)]
pub trait JsonRepr: Sized {
    fn to_value(&self) -> Value;
    fn from_value(value: Value) -> Option<Self>;
}

macro_rules! by_serde {
    ($($repr:ty),*) => {$(
        impl JsonRepr for $repr {
            fn to_value(&self) -> Value {
                serde_json::to_value(self).unwrap_or_default()
            }
            fn from_value(value: Value) -> Option<Self> {
                serde_json::from_value(value).ok()
            }
        }
    )*};
}

by_serde!(i16, i32, i64, bool, String, chrono::NaiveDate, Timestamp, TimeOfDay);

impl JsonRepr for f64 {
    fn to_value(&self) -> Value {
        // JSON has no infinities, so they are written as text.
        if self.is_finite() { Value::from(*self) } else { Value::from(self.to_string()) }
    }
    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl JsonRepr for f32 {
    fn to_value(&self) -> Value {
        f64::from(*self).to_value()
    }
    #[expect(clippy::cast_possible_truncation, reason = "it was widened from an f32")]
    fn from_value(value: Value) -> Option<Self> {
        f64::from_value(value).map(|wide| wide as Self)
    }
}

impl JsonRepr for CustomJson {
    fn to_value(&self) -> Value {
        Value::from(self.0.as_str())
    }
    fn from_value(value: Value) -> Option<Self> {
        value.as_str().map(|text| Self(text.to_owned()))
    }
}

impl<R: JsonRepr> JsonRepr for Option<R> {
    fn to_value(&self) -> Value {
        self.as_ref().map_or(Value::Null, R::to_value)
    }
    fn from_value(value: Value) -> Option<Self> {
        if value.is_null() { Some(None) } else { R::from_value(value).map(Some) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_come_back_to_the_bit() {
        for x in
            [0.1 + 0.2, -0.0, f64::MAX, f64::MIN_POSITIVE, 5e-324, f64::INFINITY, f64::NEG_INFINITY, 1e23]
        {
            let text = x.to_value().to_string();
            let back = serde_json::from_str(&text).ok().and_then(f64::from_value);
            assert_eq!(back.map(f64::to_bits), Some(x.to_bits()), "{text}");
        }
        for x in [0.1f32, f32::MAX, f32::NEG_INFINITY] {
            assert_eq!(f32::from_value(x.to_value()).map(f32::to_bits), Some(x.to_bits()));
        }
    }
}
