//! Numbers of things and errors with their causes, as people read them.

/// `1 hit`, `2 hits`, `1 miss`, `2 misses`, `1 entry`, `2 entries`: a number and the thing that it counts.
pub(crate) fn count(number: usize, one: &str) -> String {
    if number == 1 {
        return format!("1 {one}");
    }
    match one.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{number} {stem}ies"),
        _ if one.ends_with(['s', 'x', 'z']) || one.ends_with("ch") || one.ends_with("sh") => {
            format!("{number} {one}es")
        }
        _ => format!("{number} {one}s"),
    }
}

/// An error with its causes, on one line: no message repeats its source.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_one_and_others_are_many() {
        for (number, one, said) in [
            (0, "hit", "0 hits"),
            (1, "hit", "1 hit"),
            (2, "miss", "2 misses"),
            (1, "miss", "1 miss"),
            (3, "entry", "3 entries"),
            (3, "day", "3 days"),
        ] {
            assert_eq!(count(number, one), said);
        }
    }
}
