//! What is inside the canonical text of JSON: in which key two of them differ, and what they are without one.

use crate::params::canonical_eq;

/// How many keys are left out in turn.
const MOST_KEYS: usize = 200;

/// Canonical text taken apart; numbers and keys stay as they are written.
#[derive(Debug, Clone, PartialEq)]
enum Node<'a> {
    Object(Vec<(&'a str, Node<'a>)>),
    Array(Vec<Node<'a>>),
    Leaf(&'a str),
}

/// A place where two texts differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Inside {
    /// Keys and places in lists, with dots between.
    pub(super) path: String,
    /// What one has there, if anything.
    pub(super) asked: Option<String>,
    /// What the other has there.
    pub(super) stored: Option<String>,
}

/// Where two objects or lists differ; `None` for what is neither.
pub(super) fn inside(asked: &str, stored: &str) -> Option<Vec<Inside>> {
    let (asked, stored) = (Node::parse(asked)?, Node::parse(stored)?);
    let comparable =
        matches!((&asked, &stored), (Node::Object(_), Node::Object(_)) | (Node::Array(_), Node::Array(_)));
    let mut found = Vec::new();
    asked.compare(&stored, "", &mut found);
    comparable.then_some(found)
}

/// The text without one of its keys, for each: its path (in lists: of every element), and what is left.
pub(super) fn without_one_key(text: &str) -> Vec<(String, String)> {
    let Some(node) = Node::parse(text) else { return Vec::new() };
    let mut paths = Vec::new();
    node.paths(&mut Vec::new(), &mut paths);
    paths.truncate(MOST_KEYS);
    paths.into_iter().map(|path| (shown(&path), node.without(&path))).collect()
}

fn plain(key: &str) -> String {
    serde_json::from_str(key).unwrap_or_else(|_| key.to_owned())
}

fn shown(path: &[&str]) -> String {
    path.iter().map(|key| plain(key)).collect::<Vec<_>>().join(".")
}

fn joined(path: &str, step: &str) -> String {
    if path.is_empty() { step.to_owned() } else { format!("{path}.{step}") }
}

impl<'a> Node<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut rest = text;
        let node = Self::read(&mut rest)?;
        rest.is_empty().then_some(node)
    }

    fn read(rest: &mut &'a str) -> Option<Self> {
        match rest.as_bytes().first()? {
            b'{' => {
                let mut entries = Vec::new();
                Self::items(rest, '}', |rest| {
                    let key = Self::token(rest)?;
                    *rest = rest.strip_prefix(':')?;
                    entries.push((key, Self::read(rest)?));
                    Some(())
                })?;
                Some(Self::Object(entries))
            }
            b'[' => {
                let mut items = Vec::new();
                Self::items(rest, ']', |rest| {
                    items.push(Self::read(rest)?);
                    Some(())
                })?;
                Some(Self::Array(items))
            }
            _ => Self::token(rest).map(Self::Leaf),
        }
    }

    /// What stands between brackets, with commas between.
    fn items(
        rest: &mut &'a str,
        close: char,
        mut item: impl FnMut(&mut &'a str) -> Option<()>,
    ) -> Option<()> {
        *rest = &rest[1..];
        if let Some(after) = rest.strip_prefix(close) {
            *rest = after;
            return Some(());
        }
        loop {
            item(rest)?;
            if let Some(after) = rest.strip_prefix(',') {
                *rest = after;
            } else {
                *rest = rest.strip_prefix(close)?;
                return Some(());
            }
        }
    }

    /// Text in quotes, a number or a word.
    fn token(rest: &mut &'a str) -> Option<&'a str> {
        let end = if let Some(quoted) = rest.strip_prefix('"') {
            let mut escaped = false;
            let closing = quoted.find(|c| {
                let closes = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                closes
            })?;
            closing + 2
        } else {
            rest.find([',', ':', ']', '}']).unwrap_or(rest.len())
        };
        let (token, after) = rest.split_at(end);
        *rest = after;
        (!token.is_empty()).then_some(token)
    }

    fn text(&self) -> String {
        self.without(&[])
    }

    /// The text, without what is at a path of keys.
    fn without(&self, path: &[&str]) -> String {
        match self {
            Self::Leaf(text) => (*text).to_owned(),
            Self::Array(items) => {
                let items: Vec<String> = items.iter().map(|item| item.without(path)).collect();
                format!("[{}]", items.join(","))
            }
            Self::Object(entries) => {
                let within = |key: &str| match path.split_first() {
                    Some((first, rest)) if *first == key => rest,
                    // A path that leads elsewhere leads to nothing here.
                    _ => &[],
                };
                let entries: Vec<String> = entries
                    .iter()
                    .filter(|(key, _)| path != [*key])
                    .map(|(key, value)| format!("{key}:{}", value.without(within(key))))
                    .collect();
                format!("{{{}}}", entries.join(","))
            }
        }
    }

    /// Every path of keys, each once.
    fn paths(&self, above: &mut Vec<&'a str>, all: &mut Vec<Vec<&'a str>>) {
        match self {
            Self::Leaf(_) => {}
            Self::Array(items) => items.iter().for_each(|item| item.paths(above, all)),
            Self::Object(entries) => {
                for (key, value) in entries {
                    above.push(key);
                    if !all.contains(above) {
                        all.push(above.clone());
                    }
                    if all.len() < MOST_KEYS {
                        value.paths(above, all);
                    }
                    above.pop();
                }
            }
        }
    }

    fn compare(&self, other: &Self, path: &str, found: &mut Vec<Inside>) {
        match (self, other) {
            (Self::Object(one), Self::Object(two)) => {
                let of = |entries: &[(&'a str, Self)], key: &str| {
                    entries.iter().find(|(other, _)| *other == key).map(|(_, value)| value.clone())
                };
                for (key, value) in one {
                    let path = joined(path, &plain(key));
                    match of(two, key) {
                        Some(other) => value.compare(&other, &path, found),
                        None => found.push(Inside { path, asked: Some(value.text()), stored: None }),
                    }
                }
                for (key, value) in two.iter().filter(|(key, _)| of(one, key).is_none()) {
                    let path = joined(path, &plain(key));
                    found.push(Inside { path, asked: None, stored: Some(value.text()) });
                }
            }
            (Self::Array(one), Self::Array(two)) if one.len() == two.len() => {
                for (at, (one, two)) in one.iter().zip(two).enumerate() {
                    one.compare(two, &joined(path, &at.to_string()), found);
                }
            }
            _ => {
                let (asked, stored) = (self.text(), other.text());
                if !canonical_eq(&asked, &stored) {
                    found.push(Inside { path: path.to_owned(), asked: Some(asked), stored: Some(stored) });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"a":[{"b":1,"c":"x,\"}"},{"b":2,"c":"\\"}],"d":{"e":1.5e+22},"f":{},"g":[]}"#;

    #[test]
    fn one_key_at_a_time_is_left_out() {
        let all = without_one_key(TEXT);
        let paths: Vec<&str> = all.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["a", "a.b", "a.c", "d", "d.e", "f", "g"]);
        assert_eq!(all[1].1, r#"{"a":[{"c":"x,\"}"},{"c":"\\"}],"d":{"e":1.5e+22},"f":{},"g":[]}"#);
        assert_eq!(all[4].1, r#"{"a":[{"b":1,"c":"x,\"}"},{"b":2,"c":"\\"}],"d":{},"f":{},"g":[]}"#);
        assert_eq!(Node::parse(TEXT).map(|node| node.text()).as_deref(), Some(TEXT));
        for odd in ["", "{", r#"{"a"}"#, r#""a"#, "[1", "[1]]"] {
            assert!(without_one_key(odd).is_empty(), "{odd}");
        }
    }

    #[test]
    fn two_texts_differ_in_places() {
        let at = |one: &str, two: &str| {
            let found = inside(one, two)?;
            Some(found.into_iter().map(|inside| inside.path).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(at(r#"{"a":{"b":1,"c":2}}"#, r#"{"a":{"b":2}}"#).as_deref(), Some("a.b a.c"));
        assert_eq!(at(r#"{"a":[1,{"z":1}]}"#, r#"{"a":[1,{"z":2}],"y":0}"#).as_deref(), Some("a.1.z y"));
        assert_eq!(at("[1]", "[1,2]").as_deref(), Some(""));
        assert_eq!(at(r#"{"a":1}"#, r#"{"a":1}"#).as_deref(), Some(""));
        assert_eq!(at("1", "2"), None);
        assert_eq!(at("[1]", "{}"), None);
    }
}
