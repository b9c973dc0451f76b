//! Zeros that have lost their sign in a database.

use super::RunId;

/// How many zeros of a text are tried with either sign.
const MOST: usize = 10;

/// Whether an id is the key of a canonical text, whichever sign its zeros had when it was made.
pub(crate) fn is_key_of(id: &RunId, text: &str) -> bool {
    RunId::from_canonical(text) == *id || signs_of_zero(text).any(|text| RunId::from_canonical(&text) == *id)
}

/// The same text with each choice of signs for its zeros; too many zeros are not tried.
fn signs_of_zero(text: &str) -> impl Iterator<Item = String> {
    // A zero is a value of its own: `:0.0,`, not a part of a longer number, nor of text.
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
