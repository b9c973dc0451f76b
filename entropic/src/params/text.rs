//! Writes text as Python's `json.dumps` does: quoted, and ASCII only.

/// Writes `text` as a JSON string.
#[inline]
pub(super) fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    if is_plain(text) {
        out.push_str(text);
    } else {
        push_escaped(out, text);
    }
    out.push('"');
}

/// Returns whether `text` needs no escapes inside the quotes.
#[inline]
fn is_plain(text: &str) -> bool {
    // Python escapes DEL (0x7f) like any other control character.
    text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\')
}

#[cold]
fn push_escaped(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(character),
            _ => {
                // One code unit, or a surrogate pair outside the Basic Multilingual Plane.
                for unit in character.encode_utf16(&mut [0; 2]) {
                    push_unit(out, *unit);
                }
            }
        }
    }
}

fn push_unit(out: &mut String, unit: u16) {
    out.push_str("\\u");
    for byte in unit.to_be_bytes() {
        push_hex(out, byte);
    }
}

/// Writes a byte as two lower-case hex digits.
pub(super) fn push_hex(out: &mut String, byte: u8) {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    out.push(DIGITS[usize::from(byte >> 4)]);
    out.push(DIGITS[usize::from(byte & 15)]);
}

#[cfg(test)]
mod tests {
    use super::push_quoted;

    #[test]
    fn every_kind_of_character_is_written_as_python_writes_it() {
        let cases = [
            ("", r#""""#),
            ("rk4 ~", r#""rk4 ~""#),
            ("\u{7f}", r#""\u007f""#),
            ("\"\\/", r#""\"\\/""#),
            ("\u{8}\u{c}\n\r\t", r#""\b\f\n\r\t""#),
            ("\0\u{1f}", r#""\u0000\u001f""#),
            ("\u{80}é漢\u{ffff}", r#""\u0080\u00e9\u6f22\uffff""#),
            ("😀\u{10ffff}", r#""\ud83d\ude00\udbff\udfff""#),
        ];
        for (text, expected) in cases {
            let mut out = String::new();
            push_quoted(&mut out, text);
            assert_eq!(out, expected, "{text:?}");
        }
    }
}
