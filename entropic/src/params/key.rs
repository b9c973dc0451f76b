//! Map keys: their kinds, their order and their text.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde::ser::{Impossible, Serialize, Serializer};

use super::ParamsError;
use super::float::push_repr;
use super::text::push_quoted;

/// A map key before it becomes text. The Python package sorts keys by value.
#[derive(Debug, Clone)]
pub(super) enum Key {
    Text(Cow<'static, str>),
    Bool(bool),
    Int(i128),
    /// An integer that is too large for `Int`.
    Big(u128),
    Float(f64),
    Null,
}

impl Key {
    /// Converts a serialisable value to a key.
    pub(super) fn of<T: Serialize + ?Sized>(key: &T) -> Result<Self, ParamsError> {
        key.serialize(KeySerializer { depth: 0 })
    }

    fn unsigned(value: u128) -> Self {
        i128::try_from(value).map_or(Self::Big(value), Self::Int)
    }

    /// Writes the key as a JSON string. Floats are written in full, because the
    /// Python package rounds values and not keys.
    pub(super) fn push(&self, out: &mut String) {
        if let Self::Text(text) = self {
            return push_quoted(out, text);
        }
        out.push('"');
        match self {
            Self::Text(_) => {}
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Int(value) => out.push_str(itoa::Buffer::new().format(*value)),
            Self::Big(value) => out.push_str(itoa::Buffer::new().format(*value)),
            Self::Float(value) => push_repr(out, *value),
            Self::Null => out.push_str("null"),
        }
        out.push('"');
    }

    /// Compares two keys of one map as Python does: text by code points, numbers
    /// by value (a boolean is 0 or 1).
    ///
    /// # Errors
    ///
    /// [`ParamsError::MixedKeys`] if the keys have no order. Python accepts a
    /// `NaN` together with other numbers, but then the order depends on
    /// insertion, which is not a property of the value.
    pub(super) fn compare(&self, other: &Self) -> Result<Ordering, ParamsError> {
        let order = match (self, other) {
            // The byte order of UTF-8 is the order of code points.
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Null, Self::Null) => Some(Ordering::Equal),
            (Self::Float(a), Self::Float(b)) if a.is_nan() && b.is_nan() => Some(Ordering::Equal),
            (a, b) => match (a.number(), b.number()) {
                (Some(a), Some(b)) => a.compare(b),
                _ => None,
            },
        };
        order.ok_or(ParamsError::MixedKeys { first: self.kind(), second: other.kind() })
    }

    fn number(&self) -> Option<Number> {
        match self {
            Self::Text(_) | Self::Null => None,
            Self::Bool(value) => Some(Number::Int(i128::from(*value))),
            Self::Int(value) => Some(Number::Int(*value)),
            Self::Big(value) => Some(Number::Big(*value)),
            Self::Float(value) => Some(Number::Float(*value)),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Float(value) if value.is_nan() => "`NaN`",
            Self::Bool(_) | Self::Int(_) | Self::Big(_) | Self::Float(_) => "a number",
            Self::Null => "none",
        }
    }
}

/// A numeric key that is compared without loss of precision.
#[derive(Clone, Copy)]
enum Number {
    Int(i128),
    Big(u128),
    Float(f64),
}

impl Number {
    fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => Some(a.cmp(&b)),
            (Self::Big(a), Self::Big(b)) => Some(a.cmp(&b)),
            (Self::Int(_), Self::Big(_)) => Some(Ordering::Less),
            (Self::Big(_), Self::Int(_)) => Some(Ordering::Greater),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(&b),
            (integer, Self::Float(float)) => integer.compare_float(float),
            (Self::Float(float), integer) => integer.compare_float(float).map(Ordering::reverse),
        }
    }

    /// Compares an integer with a float.
    fn compare_float(self, float: f64) -> Option<Ordering> {
        const INT_END: f64 = (1u128 << 127) as f64;
        if float.is_nan() {
            return None;
        }
        let order = match self {
            // The casts drop the fraction and are exact within these bounds.
            Self::Int(_) if float >= INT_END => Ordering::Less,
            Self::Int(_) if float < -INT_END => Ordering::Greater,
            Self::Int(value) => value.cmp(&(float as i128)),
            Self::Big(_) if float < INT_END => Ordering::Greater,
            Self::Big(_) if float >= 2.0 * INT_END => Ordering::Less,
            Self::Big(value) => value.cmp(&(float as u128)),
            Self::Float(value) => return value.partial_cmp(&float),
        };
        Some(order.then(if float.fract() > 0.0 {
            Ordering::Less
        } else if float.fract() < 0.0 {
            Ordering::Greater
        } else {
            Ordering::Equal
        }))
    }
}

/// Converts a serialisable value to a [`Key`].
struct KeySerializer {
    depth: u16,
}

impl KeySerializer {
    fn refuse<T>(kind: &'static str) -> Result<T, ParamsError> {
        Err(ParamsError::BadKey { kind })
    }

    /// Converts a newtype or `Some` to the key that it contains.
    fn transparent<T: Serialize + ?Sized>(self, value: &T) -> Result<Key, ParamsError> {
        let depth = super::serialize::deeper(self.depth)?;
        value.serialize(Self { depth })
    }
}

macro_rules! integers {
    ($($method:ident($type:ty)),* $(,)?) => {$(
        fn $method(self, v: $type) -> Result<Key, ParamsError> {
            Ok(Key::Int(v.into()))
        }
    )*};
}

impl Serializer for KeySerializer {
    type Ok = Key;
    type Error = ParamsError;
    type SerializeSeq = Impossible<Key, ParamsError>;
    type SerializeTuple = Impossible<Key, ParamsError>;
    type SerializeTupleStruct = Impossible<Key, ParamsError>;
    type SerializeTupleVariant = Impossible<Key, ParamsError>;
    type SerializeMap = Impossible<Key, ParamsError>;
    type SerializeStruct = Impossible<Key, ParamsError>;
    type SerializeStructVariant = Impossible<Key, ParamsError>;

    fn serialize_bool(self, v: bool) -> Result<Key, ParamsError> {
        Ok(Key::Bool(v))
    }

    integers! {
        serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64),
        serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64),
    }

    fn serialize_i128(self, v: i128) -> Result<Key, ParamsError> {
        Ok(Key::Int(v))
    }

    fn serialize_u128(self, v: u128) -> Result<Key, ParamsError> {
        Ok(Key::unsigned(v))
    }

    fn serialize_f32(self, v: f32) -> Result<Key, ParamsError> {
        Ok(Key::Float(v.into()))
    }

    fn serialize_f64(self, v: f64) -> Result<Key, ParamsError> {
        Ok(Key::Float(v))
    }

    fn serialize_char(self, v: char) -> Result<Key, ParamsError> {
        Ok(Key::Text(v.to_string().into()))
    }

    fn serialize_str(self, v: &str) -> Result<Key, ParamsError> {
        Ok(Key::Text(v.to_owned().into()))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<Key, ParamsError> {
        Self::refuse("a byte string")
    }

    fn serialize_none(self) -> Result<Key, ParamsError> {
        Ok(Key::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Key, ParamsError> {
        self.transparent(value)
    }

    fn serialize_unit(self) -> Result<Key, ParamsError> {
        Ok(Key::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Key, ParamsError> {
        Ok(Key::Null)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Key, ParamsError> {
        Ok(Key::Text(variant.into()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Key, ParamsError> {
        self.transparent(value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Key, ParamsError> {
        Self::refuse("an enum variant with data")
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, ParamsError> {
        Self::refuse("a sequence")
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, ParamsError> {
        Self::refuse("a tuple")
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, ParamsError> {
        Self::refuse("a tuple struct")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, ParamsError> {
        Self::refuse("an enum variant with data")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, ParamsError> {
        Self::refuse("a map")
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, ParamsError> {
        Self::refuse("a struct")
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, ParamsError> {
        Self::refuse("an enum variant with data")
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering::{Equal, Greater, Less};

    use super::{Key, ParamsError};

    #[test]
    fn numbers_are_compared_without_loss() {
        let two_to = |power: i32| 2f64.powi(power);
        let cases = [
            (Key::Int(2), Less, Key::Int(10)),
            (Key::Bool(true), Equal, Key::Float(1.0)),
            (Key::Int(-2), Less, Key::Float(-1.5)),
            (Key::Int(-1), Greater, Key::Float(-1.5)),
            (Key::Int(1), Less, Key::Float(1.5)),
            // Neighbouring integers that round to the same float.
            (Key::Int((1 << 53) + 1), Greater, Key::Float(two_to(53))),
            (Key::Int(i128::MAX), Less, Key::Float(two_to(127))),
            (Key::Int(i128::MIN), Equal, Key::Float(-two_to(127))),
            (Key::Int(i128::MIN), Greater, Key::Float(-two_to(128))),
            (Key::Big(1 << 127), Equal, Key::Float(two_to(127))),
            (Key::Big((1 << 127) + 1), Greater, Key::Float(two_to(127))),
            (Key::Big(u128::MAX), Less, Key::Float(two_to(128))),
            (Key::Big(u128::MAX), Greater, Key::Int(i128::MAX)),
            (Key::Big(u128::MAX), Less, Key::Float(f64::INFINITY)),
            (Key::Int(i128::MIN), Greater, Key::Float(f64::NEG_INFINITY)),
        ];
        for (a, order, b) in cases {
            assert_eq!(a.compare(&b), Ok(order), "{a:?} {b:?}");
            assert_eq!(b.compare(&a), Ok(order.reverse()), "{b:?} {a:?}");
        }
    }

    #[test]
    fn kinds_without_an_order_are_named() {
        let error = Key::Text("a".into()).compare(&Key::Int(1));
        assert_eq!(error, Err(ParamsError::MixedKeys { first: "text", second: "a number" }));
        let error = Key::Float(f64::NAN).compare(&Key::Null);
        assert_eq!(error, Err(ParamsError::MixedKeys { first: "`NaN`", second: "none" }));
    }
}
