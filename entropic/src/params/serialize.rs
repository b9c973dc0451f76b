//! Serialises any serde value as canonical text.

use serde::ser::{self, Serialize, Serializer};

use super::compound::{Array, Fields, Object};
use super::error::ParamsError;
use super::float::{push_float, round_decimal12};
use super::key::Key;
use super::scheme::FloatScheme;
use super::text::push_quoted;

/// The greatest number of nested levels that the serialiser walks. Newtypes and
/// `Some` count, because they use the stack as well. The limit for stored JSON
/// is [`MAX_NESTING`].
pub(super) const MAX_DEPTH: u16 = 256;

/// The greatest number of nested arrays and objects in JSON that a record stores.
///
/// `serde_json` reads 127 levels. Custom data is also read as part of other JSON: journal lines, and the output of
/// workers. The difference leaves room for these levels, and for later ones.
pub(crate) const MAX_NESTING: u16 = 100;

/// Returns the number of nested arrays and objects in a JSON text.
pub(super) fn nesting(text: &str) -> u16 {
    let (mut depth, mut deepest) = (0u16, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth = depth.saturating_add(1);
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Below this value, 12 decimals keep fewer than 3 significant digits.
const DECIMALS_FLOOR: f64 = 1e-10;

/// The struct names under which `serde_json` serialises numbers as text (with its
/// feature `arbitrary_precision`, which any crate of a build may switch on) and
/// raw JSON text.
const NUMBER: &str = "$serde_json::private::Number";
const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// Which values are accepted, and how floats are written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rules {
    /// Accepts everything that the Python package accepts.
    Reference,
    /// Accepts what a record may hold in a column of JSON text.
    Record(FloatScheme),
}

/// Returns the depth one level down, or an error if that is too deep.
pub(super) fn deeper(depth: u16) -> Result<u16, ParamsError> {
    if depth < MAX_DEPTH { Ok(depth + 1) } else { Err(ParamsError::TooDeep { limit: MAX_DEPTH }) }
}

/// Refuses a finite float of which 12 decimals keep fewer than 3 significant digits.
#[inline]
pub(super) fn check_decimals(x: f64) -> Result<(), ParamsError> {
    if x.abs() >= DECIMALS_FLOOR || x == 0.0 {
        return Ok(());
    }
    let rounded = round_decimal12(x);
    if rounded.abs() >= DECIMALS_FLOOR {
        return Ok(());
    }
    Err(ParamsError::LossyFloat { value: x, rounded })
}

/// Refuses text with a NUL character, which PostgreSQL cannot store.
#[inline]
pub(super) fn check_text(text: &str) -> Result<(), ParamsError> {
    if text.as_bytes().contains(&0) {
        return Err(ParamsError::NulInText);
    }
    Ok(())
}

/// Appends one value to a text.
pub(super) struct Writer<'a> {
    pub(super) out: &'a mut String,
    rules: Rules,
    depth: u16,
}

impl<'a> Writer<'a> {
    pub(super) fn new(out: &'a mut String, rules: Rules) -> Self {
        Self { out, rules, depth: 0 }
    }

    /// Returns a writer for a value inside this one.
    pub(super) fn inner(&mut self) -> Result<Writer<'_>, ParamsError> {
        Ok(Writer { depth: deeper(self.depth)?, out: self.out, rules: self.rules })
    }

    fn text(&mut self, text: &str) -> Result<(), ParamsError> {
        if let Rules::Record(_) = self.rules {
            check_text(text)?;
        }
        push_quoted(self.out, text);
        Ok(())
    }

    fn float(&mut self, x: f64) -> Result<(), ParamsError> {
        let scheme = match self.rules {
            Rules::Reference => FloatScheme::Decimal12,
            Rules::Record(scheme) => {
                check_stored(x)?;
                if scheme == FloatScheme::Decimal12 {
                    check_decimals(x)?;
                }
                scheme
            }
        };
        push_float(self.out, x, scheme);
        Ok(())
    }

    /// Writes a map key, which is not rounded.
    pub(super) fn key(&mut self, key: &Key) -> Result<(), ParamsError> {
        match (self.rules, key) {
            (Rules::Record(_), Key::Text(text)) => check_text(text)?,
            (Rules::Record(_), Key::Float(x)) => check_stored(*x)?,
            _ => {}
        }
        key.push(self.out);
        Ok(())
    }

    /// Writes `{"variant":`, the start of an enum variant with data.
    fn variant(&mut self, variant: &str) -> Result<(), ParamsError> {
        self.out.push('{');
        self.text(variant)?;
        self.out.push(':');
        Ok(())
    }

    /// Writes a number that arrives as text.
    pub(super) fn number(&mut self, text: &str) -> Result<(), ParamsError> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        // `serde_json` without `arbitrary_precision` reads `-0` as a float. The
        // features of a build must not change the hash.
        if text != "-0" && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            self.out.push_str(text);
            return Ok(());
        }
        match text.parse() {
            Ok(x) => self.float(x),
            Err(_) => Err(ser::Error::custom(format_args!("`{text:?}` is no number"))),
        }
    }
}

/// Refuses NaN and infinities, which JSON cannot represent.
fn check_stored(x: f64) -> Result<(), ParamsError> {
    if x.is_nan() {
        Err(ParamsError::NotANumber)
    } else if x.is_infinite() {
        Err(ParamsError::InfinityInJson { value: x })
    } else {
        Ok(())
    }
}

macro_rules! integers {
    ($($method:ident($type:ty)),* $(,)?) => {$(
        fn $method(self, v: $type) -> Result<(), ParamsError> {
            self.out.push_str(itoa::Buffer::new().format(v));
            Ok(())
        }
    )*};
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = ParamsError;
    type SerializeSeq = Array<'a>;
    type SerializeTuple = Array<'a>;
    type SerializeTupleStruct = Array<'a>;
    type SerializeTupleVariant = Array<'a>;
    type SerializeMap = Object<'a>;
    type SerializeStruct = Fields<'a>;
    type SerializeStructVariant = Fields<'a>;

    fn serialize_bool(self, v: bool) -> Result<(), ParamsError> {
        self.out.push_str(if v { "true" } else { "false" });
        Ok(())
    }

    integers! {
        serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64),
        serialize_i128(i128), serialize_u8(u8), serialize_u16(u16), serialize_u32(u32),
        serialize_u64(u64), serialize_u128(u128),
    }

    fn serialize_f32(mut self, v: f32) -> Result<(), ParamsError> {
        self.float(v.into())
    }

    fn serialize_f64(mut self, v: f64) -> Result<(), ParamsError> {
        self.float(v)
    }

    fn serialize_char(mut self, v: char) -> Result<(), ParamsError> {
        self.text(v.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(mut self, v: &str) -> Result<(), ParamsError> {
        self.text(v)
    }

    fn serialize_bytes(self, v: &[u8]) -> Result<(), ParamsError> {
        self.collect_seq(v)
    }

    fn serialize_none(self) -> Result<(), ParamsError> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(mut self, value: &T) -> Result<(), ParamsError> {
        value.serialize(self.inner()?)
    }

    fn serialize_unit(self) -> Result<(), ParamsError> {
        self.out.push_str("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), ParamsError> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), ParamsError> {
        self.text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        value: &T,
    ) -> Result<(), ParamsError> {
        value.serialize(self.inner()?)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), ParamsError> {
        self.variant(variant)?;
        value.serialize(self.inner()?)?;
        self.out.push('}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Array<'a>, ParamsError> {
        Ok(Array::new(self, "]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Array<'a>, ParamsError> {
        Ok(Array::new(self, "]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Array<'a>, ParamsError> {
        Ok(Array::new(self, "]"))
    }

    fn serialize_tuple_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Array<'a>, ParamsError> {
        self.variant(variant)?;
        Ok(Array::new(self, "]}"))
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Object<'a>, ParamsError> {
        Ok(Object::new(self, len.unwrap_or(0), "}"))
    }

    fn serialize_struct(self, name: &'static str, len: usize) -> Result<Fields<'a>, ParamsError> {
        match name {
            NUMBER => Ok(Fields::Number(self)),
            RAW_VALUE => Err(ser::Error::custom(
                "raw JSON text has no canonical form, hold a `serde_json::Value` instead",
            )),
            _ => Ok(Fields::Object(Object::new(self, len, "}"))),
        }
    }

    fn serialize_struct_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Fields<'a>, ParamsError> {
        self.variant(variant)?;
        Ok(Fields::Object(Object::new(self, len, "}}")))
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::{MAX_DEPTH, ParamsError, nesting};
    use crate::params::canonical_json;

    /// A `serde_json::Number` as it serialises if another crate of the build
    /// switches on `arbitrary_precision`.
    #[derive(Serialize)]
    #[serde(rename = "$serde_json::private::Number")]
    struct Disguised {
        #[serde(rename = "$serde_json::private::Number")]
        text: &'static str,
    }

    #[test]
    fn numbers_that_arrive_as_text_are_numbers() {
        let cases = [
            ("5", "5"),
            ("-7", "-7"),
            ("123456789012345678901234567890123456789012", "123456789012345678901234567890123456789012"),
            ("-0", "-0.0"),
            ("1.50", "1.5"),
            ("1E3", "1000.0"),
            ("0.30000000000000004", "0.3"),
        ];
        for (text, expected) in cases {
            assert_eq!(canonical_json(&Disguised { text }).as_deref(), Ok(expected));
        }
        for text in ["", "-", "one"] {
            let refused = canonical_json(&Disguised { text });
            assert!(matches!(refused, Err(ParamsError::Serialize(_))), "{text:?}");
        }
    }

    #[test]
    fn raw_json_is_refused_rather_than_hashed_as_it_happens_to_be_spelled() {
        #[derive(Serialize)]
        #[serde(rename = "$serde_json::private::RawValue")]
        struct Raw {
            text: &'static str,
        }
        let refused = canonical_json(&Raw { text: "{ }" });
        assert!(matches!(refused, Err(ParamsError::Serialize(_))));
    }

    #[test]
    fn brackets_in_text_are_no_nesting() {
        for (text, levels) in
            [("1", 0), ("[]", 1), (r#"[{"a":[1]},[]]"#, 3), (r#""[[[""#, 0), (r#"["\"[[\\",{"[":1}]"#, 2)]
        {
            assert_eq!(nesting(text), levels, "{text}");
        }
    }

    /// Wrappers that leave no trace in the text still use the stack.
    #[derive(Serialize)]
    struct Wrapped(Option<Box<Wrapped>>);

    #[test]
    fn transparent_wrappers_count_as_levels() {
        let nested = |levels: u16| (0..levels).fold(Wrapped(None), |inner, _| Wrapped(Some(Box::new(inner))));
        // A newtype and a `Some` each, and the newtype at the bottom.
        let most = (MAX_DEPTH - 1) / 2;
        assert_eq!(canonical_json(&nested(most)).as_deref(), Ok("null"));
        let refused = canonical_json(&nested(most + 1));
        assert_eq!(refused, Err(ParamsError::TooDeep { limit: MAX_DEPTH }));
    }
}
