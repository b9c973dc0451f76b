//! Recognizes ids of parameters whose zeros lost their sign in a database.

use super::RunId;

/// The greatest number of zeros in a text for which both signs are tried.
const MOST: usize = 10;

/// Returns whether an id is the hash of a canonical text, for any choice of signs for the zeros in the text.
pub(crate) fn is_key_of(id: &RunId, text: &str) -> bool {
    RunId::from_canonical(text) == *id || signs_of_zero(text).any(|text| RunId::from_canonical(&text) == *id)
}

/// Iterates over the text with each choice of signs for its zeros. Returns nothing if there are more than [`MOST`] zeros.
fn signs_of_zero(text: &str) -> impl Iterator<Item = String> {
    // A zero must be a value of its own, as in `:0.0,`, and not part of a longer number or of a string.
    let mut parts: Vec<String> = vec![String::new()];
    let mut in_text = false;
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let before = parts.last().and_then(|part| part.chars().last()).unwrap_or(' ');
        let zero = ["-0.0", "0.0"].into_iter().find(|zero| {
            !(in_text || before.is_ascii_digit() || ".-+e".contains(before))
                && rest.strip_prefix(zero).is_some_and(|after| after.starts_with([',', '}', ']']))
        });
        if let Some(zero) = zero {
            parts.push(String::new());
            rest = &rest[zero.len()..];
            continue;
        }
        let escaped = in_text && next == '\\';
        in_text ^= next == '"';
        let taken = if escaped { rest.chars().take(2).map(char::len_utf8).sum() } else { next.len_utf8() };
        if let Some(part) = parts.last_mut() {
            part.push_str(&rest[..taken]);
        }
        rest = &rest[taken..];
    }
    let zeros = parts.len() - 1;
    let choices = if (1..=MOST).contains(&zeros) { 1u32 << zeros } else { 0 };
    (0..choices).map(move |choice| {
        let mut out = parts[0].clone();
        for (at, part) in parts[1..].iter().enumerate() {
            out.push_str(if choice >> at & 1 == 1 { "-0.0" } else { "0.0" });
            out.push_str(part);
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_are_tried_with_either_sign_and_nothing_else_is() {
        let mut tried: Vec<_> = signs_of_zero(r#"{"a":0.0,"b":[10.0,-0.0],"c":"0.0,","d":0.05}"#).collect();
        tried.sort();
        assert_eq!(
            tried,
            [
                r#"{"a":-0.0,"b":[10.0,-0.0],"c":"0.0,","d":0.05}"#,
                r#"{"a":-0.0,"b":[10.0,0.0],"c":"0.0,","d":0.05}"#,
                r#"{"a":0.0,"b":[10.0,-0.0],"c":"0.0,","d":0.05}"#,
                r#"{"a":0.0,"b":[10.0,0.0],"c":"0.0,","d":0.05}"#,
            ]
        );
        assert_eq!(signs_of_zero(r#"{"a":1.0,"t":"a\"0.0,"}"#).count(), 0);
    }
}
