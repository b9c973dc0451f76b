//! The writer of canonical text for derived records, and the comparison of canonical texts.

use serde::Serialize;

use super::error::ParamsError;
use super::float::push_float;
use super::id::RunId;
use super::scheme::FloatScheme;
use super::serialize::{MAX_NESTING, Rules, Writer, check_decimals, check_text, nesting};
use super::text::push_quoted;

/// Writes the canonical text of one record, field by field.
///
/// The caller passes the fields sorted by name, and the names as JSON text.
/// Generated code knows both at compile time, so the writer neither sorts nor
/// escapes names. One buffer can serve any number of records.
///
/// Unlike [`canonical_json`](super::canonical_json), the writer refuses values
/// whose run could not be stored or found again. After a refusal, the text ends
/// where the value would have begun.
///
/// ```
/// use entropic::params::{Canonical, FloatScheme};
///
/// let mut text = Canonical::new();
/// text.begin();
/// text.key(r#""dt":"#);
/// text.float(0.01, FloatScheme::Decimal12)?;
/// text.key(r#""steps":"#);
/// text.int(5000);
/// text.end();
/// assert_eq!(text.as_str(), r#"{"dt":0.01,"steps":5000}"#);
/// assert!(text.finish_id().is_hashed());
/// # Ok::<(), entropic::params::ParamsError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Canonical {
    out: String,
}

impl Canonical {
    /// Creates a writer with an empty buffer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a writer that reuses the memory of `buffer` and discards its text.
    #[must_use]
    pub fn with_buffer(mut buffer: String) -> Self {
        buffer.clear();
        Self { out: buffer }
    }

    /// Clears the text and keeps the memory.
    pub fn clear(&mut self) {
        self.out.clear();
    }

    /// Returns the text written so far.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.out
    }

    /// Returns the text written so far, together with its buffer.
    #[must_use]
    pub fn into_string(self) -> String {
        self.out
    }

    /// Returns the number of bytes written so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Returns whether nothing has been written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Removes everything after the first `len` bytes, for example a field that
    /// turned out to have its default value. Does nothing if the text is not
    /// longer than `len`.
    pub fn truncate(&mut self, len: usize) {
        // The text is ASCII, except for keys that a caller passes.
        if self.out.is_char_boundary(len) {
            self.out.truncate(len);
        }
    }

    /// Opens the object.
    #[inline]
    pub fn begin(&mut self) {
        // One allocation instead of several, for most records.
        self.out.reserve(256);
        self.out.push('{');
    }

    /// Writes the name of the next field. It must be canonical JSON text with the
    /// colon, such as `"dt":`, and sort after every earlier name.
    #[inline]
    pub fn key(&mut self, quoted: &'static str) {
        // No value ends with an opening brace. Looking at the last byte instead
        // of counting fields stays correct after a `truncate`.
        if self.out.as_bytes().last() != Some(&b'{') {
            self.out.push(',');
        }
        self.out.push_str(quoted);
    }

    /// Closes the object.
    #[inline]
    pub fn end(&mut self) {
        self.out.push('}');
    }

    /// Writes a signed integer.
    #[inline]
    pub fn int(&mut self, value: i64) {
        self.out.push_str(itoa::Buffer::new().format(value));
    }

    /// Writes an unsigned integer.
    #[inline]
    pub fn uint(&mut self, value: u64) {
        self.out.push_str(itoa::Buffer::new().format(value));
    }

    /// Writes a boolean.
    #[inline]
    pub fn bool(&mut self, value: bool) {
        self.out.push_str(if value { "true" } else { "false" });
    }

    /// Writes `null`, the absence of a value.
    #[inline]
    pub fn null(&mut self) {
        self.out.push_str("null");
    }

    /// Writes a string.
    ///
    /// # Errors
    ///
    /// [`ParamsError::NulInText`] (`is_invalid_input`) if the text contains NUL.
    #[inline]
    pub fn str(&mut self, value: &str) -> Result<(), ParamsError> {
        check_text(value)?;
        push_quoted(&mut self.out, value);
        Ok(())
    }

    /// Writes a float. Infinities are allowed, because float columns can hold them.
    ///
    /// # Errors
    ///
    /// [`ParamsError::NotANumber`] (`is_invalid_input`) for NaN, and
    /// [`ParamsError::LossyFloat`] (`is_invalid_input`) if
    /// [`FloatScheme::Decimal12`] would keep fewer than 3 significant digits.
    #[inline]
    pub fn float(&mut self, value: f64, scheme: FloatScheme) -> Result<(), ParamsError> {
        if value.is_nan() {
            return Err(ParamsError::NotANumber);
        }
        if scheme == FloatScheme::Decimal12 {
            check_decimals(value)?;
        }
        push_float(&mut self.out, value, scheme);
        Ok(())
    }

    /// Writes any serialisable value, for a column of JSON text.
    ///
    /// # Errors
    ///
    /// Those of [`canonical_json`](super::canonical_json); those of
    /// [`str`](Self::str) and [`float`](Self::float) for every text, key and
    /// float inside; [`ParamsError::InfinityInJson`] for an infinity; and
    /// [`ParamsError::TooDeep`] for more than 100 levels of nested arrays and
    /// objects. All are `is_invalid_input`.
    pub fn json<V: Serialize + ?Sized>(&mut self, value: &V, scheme: FloatScheme) -> Result<(), ParamsError> {
        self.json_within(value, scheme, MAX_NESTING)
    }

    /// Writes any serialisable value with at most `limit` levels of nesting, for values that are later split up or put
    /// into another value.
    pub(crate) fn json_within<V: Serialize + ?Sized>(
        &mut self,
        value: &V,
        scheme: FloatScheme,
        limit: u16,
    ) -> Result<(), ParamsError> {
        let start = self.out.len();
        let written = value.serialize(Writer::new(&mut self.out, Rules::Record(scheme))).and_then(|()| {
            if nesting(&self.out[start..]) > limit { Err(ParamsError::TooDeep { limit }) } else { Ok(()) }
        });
        if written.is_err() {
            self.out.truncate(start);
        }
        written
    }

    /// Returns the id of the text written so far.
    #[must_use]
    pub fn finish_id(&self) -> RunId {
        RunId::from_canonical(&self.out)
    }
}

/// Returns whether two canonical texts are equal if `-0.0` counts as `0.0`.
///
/// SQLite does not keep the sign of a zero, so a stored record may have lost it.
#[must_use]
pub fn canonical_eq(a: &str, b: &str) -> bool {
    a == b || signless_zeros(a).eq(signless_zeros(b))
}

/// Iterates over the bytes of a canonical text, without the signs of negative zeros.
fn signless_zeros(text: &str) -> impl Iterator<Item = u8> {
    let bytes = text.as_bytes();
    let mut in_string = false;
    let mut escaped = false;
    bytes.iter().enumerate().filter_map(move |(index, &byte)| {
        if in_string {
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            return Some(byte);
        }
        in_string = byte == b'"';
        // Outside strings, a minus begins a number or an exponent, and no
        // exponent is `-0.0`.
        let negative_zero = bytes[index..]
            .strip_prefix(b"-0.0")
            .is_some_and(|rest| matches!(rest.first(), None | Some(b',' | b'}' | b']')));
        (!negative_zero).then_some(byte)
    })
}

#[cfg(test)]
mod tests {
    use super::{Canonical, FloatScheme, ParamsError};

    #[test]
    fn a_refused_value_leaves_no_text_behind() {
        let mut text = Canonical::new();
        text.begin();
        text.key("\"a\":");
        let before = text.len();
        assert_eq!(text.json(&("x", 1, "\0"), FloatScheme::Exact), Err(ParamsError::NulInText));
        assert_eq!(text.str("x\0"), Err(ParamsError::NulInText));
        assert_eq!(text.float(f64::NAN, FloatScheme::Exact), Err(ParamsError::NotANumber));
        assert!(text.float(1e-13, FloatScheme::Decimal12).is_err());
        assert_eq!(text.len(), before);
    }

    #[test]
    fn a_field_can_be_taken_back_wherever_it_stands() {
        let mut text = Canonical::new();
        text.begin();
        for (key, kept) in [("\"a\":", false), ("\"b\":", true), ("\"c\":", false), ("\"d\":", true)] {
            let before = text.len();
            text.key(key);
            text.null();
            if !kept {
                text.truncate(before);
            }
        }
        text.end();
        assert_eq!(text.as_str(), r#"{"b":null,"d":null}"#);
        text.truncate(1000);
        assert_eq!(text.len(), 19);
    }
}
