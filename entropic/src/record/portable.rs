//! A row as JSON values: how the journal of a results folder keeps what a database has not taken yet.

use serde_json::{Map, Value};

use super::sql::CustomJson;
use super::{ColumnRole, ColumnSpec, RecordError, SimRecord, TimeOfDay, Timestamp};

/// A record whose rows can be kept as JSON values; made by the derive.
#[doc(hidden)]
pub trait Portable: SimRecord {
    /// The parameters and outputs, by column.
    fn to_values(&self, output: &Self::Output) -> Result<Map<String, Value>, RecordError>;

    /// The same back. `None` when they were written by a record of another shape.
    fn from_values(values: Map<String, Value>) -> Option<(Self, Self::Output)>;
}

/// Parameters and outputs by the first name of each column, which later schemas keep: a program with another schema finds
/// them by it.
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

/// Turns what [`to_stable_columns`] made, perhaps in a program with another schema, into the present columns. `None` if it
/// holds something that this record has no place for.
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

/// What a column holds, as a JSON value that gives it back exactly.
#[doc(hidden)]
pub trait Repr: Sized {
    fn to_value(&self) -> Value;
    fn from_value(value: Value) -> Option<Self>;
}

macro_rules! by_serde {
    ($($repr:ty),*) => {$(
        impl Repr for $repr {
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

impl Repr for f64 {
    fn to_value(&self) -> Value {
        // JSON has no infinities; text stands for them.
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

impl Repr for f32 {
    fn to_value(&self) -> Value {
        f64::from(*self).to_value()
    }
    #[expect(clippy::cast_possible_truncation, reason = "it was widened from an f32")]
    fn from_value(value: Value) -> Option<Self> {
        f64::from_value(value).map(|wide| wide as Self)
    }
}

impl Repr for CustomJson {
    fn to_value(&self) -> Value {
        Value::from(self.0.as_str())
    }
    fn from_value(value: Value) -> Option<Self> {
        value.as_str().map(|text| Self(text.to_owned()))
    }
}

impl<R: Repr> Repr for Option<R> {
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
