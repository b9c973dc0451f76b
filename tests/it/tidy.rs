//! The rules of the house that no compiler checks.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, from the ground up: a room may use those before it.
const ROOMS: [&str; 9] = ["params", "record", "files", "db", "schema", "runner", "worker", "store", "sweep"];

fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(sources(&path));
        } else if path.extension().is_some_and(|suffix| suffix == "rs") {
            all.push(path);
        }
    }
    all
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../entropic/src")
}

#[test]
fn imports_go_down_the_stairs_only() {
    for (floor, room) in ROOMS.iter().enumerate() {
        for file in sources(&src().join(room)) {
            let text = fs::read_to_string(&file).unwrap();
            for above in &ROOMS[floor + 1..] {
                // Until the differences of tables have errors of their own.
                let excepted = file.ends_with("db/error.rs");
                for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
                    assert!(
                        excepted || !line.contains(&format!("crate::{above}")),
                        "{}: {line}",
                        file.display()
                    );
                }
            }
        }
    }
}

#[test]
fn files_and_database_do_not_know_each_other() {
    for (room, other) in [
        ("files", "crate::db"),
        ("db", "crate::files"),
        ("files", "crate::schema"),
        ("schema", "crate::files"),
    ] {
        for file in sources(&src().join(room)) {
            let text = fs::read_to_string(&file).unwrap();
            assert!(!text.contains(other), "{}", file.display());
        }
    }
}

#[test]
fn every_room_is_known_here() {
    for entry in fs::read_dir(src()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            assert!(ROOMS.contains(&name.as_str()), "{name}");
        }
    }
}

/// The lines of a file that are code of the library.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let library = text
        .lines()
        .take_while(|line| !line.starts_with("#[cfg(test)]") && !line.starts_with("#[cfg(all(test"));
    library.filter(|line| !line.trim_start().starts_with("//"))
}

#[test]
fn the_backends_differ_in_one_place_only() {
    // Arms for a backend, and what only one of them understands.
    const ARMS: [&str; 4] = ["Backend::Postgres", "Backend::Sqlite", "Conn::Postgres", "Conn::Sqlite"];
    const WORDS: [&str; 10] = [
        "PRAGMA",
        "json_each",
        "= ANY(",
        "pg_try",
        "pg_advisory",
        "ALTER COLUMN",
        "SET LOCAL",
        "synchronous_commit",
        "txid_",
        "pg_logical",
    ];
    // A session of either backend is set up in `pool`; `lock` is the advisory locks of one of them; the macros hide the
    // connection; `signs` reads the messages of both.
    const WITH_WORDS: [&str; 3] = ["db/pool.rs", "db/lock.rs", "db/signs.rs"];
    for file in sources(&src()) {
        let text = fs::read_to_string(&file).unwrap();
        let place = file.strip_prefix(src()).unwrap().to_str().unwrap();
        let in_db = place.starts_with("db/");
        if place.starts_with("db/dialect/") {
            continue;
        }
        for line in code(&text) {
            let arm = ARMS.iter().any(|arm| line.contains(arm)) && !in_db && place != "macros.rs";
            let word = WORDS.iter().any(|word| line.contains(word)) && !WITH_WORDS.contains(&place);
            assert!(!arm && !word, "{place}: {line}");
        }
    }
}

/// The modules in which no circle of files is allowed. Serializer and compounds in `params` need one another by the design of
/// serde, and the columns, values and traits of `record` are one family.
const WITHOUT_CIRCLES: [&str; 5] = ["db", "schema", "runner", "worker", "sweep"];

#[test]
fn no_file_needs_one_that_needs_it() {
    for room in WITHOUT_CIRCLES {
        let needs = imports_within(&src().join(room), room);
        // A file whose needs are all gone can go; what is left then is a circle, or needs one.
        let mut left: BTreeMap<&String, BTreeSet<&String>> =
            needs.iter().map(|(file, needs)| (file, needs.iter().collect())).collect();
        loop {
            let free: Vec<&String> =
                left.iter().filter(|(_, needs)| needs.is_empty()).map(|(file, _)| *file).collect();
            if free.is_empty() {
                break;
            }
            left.retain(|file, _| !free.contains(file));
            left.values_mut().for_each(|needs| needs.retain(|need| !free.contains(need)));
        }
        assert!(left.is_empty(), "a circle of files in `{room}`, or files above one: {left:#?}");
    }
}

/// Which files of a module use which; a directory in it counts as one file.
fn imports_within(dir: &Path, room: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut files: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for path in sources(dir) {
        let place = path.strip_prefix(dir).unwrap().iter().next().unwrap().to_str().unwrap();
        files.entry(place.trim_end_matches(".rs").to_owned()).or_default().push(path);
    }
    let root = files.remove("mod").unwrap().remove(0);
    // What `mod.rs` passes on, and from where.
    let root = fs::read_to_string(root).unwrap();
    let passed_on: BTreeMap<String, String> = imports(&code(&root).collect::<Vec<_>>().join("\n"))
        .into_iter()
        .filter(|path| files.contains_key(&path[0]))
        .map(|path| (path.last().unwrap().clone(), path[0].clone()))
        .collect();
    let mut all = BTreeMap::new();
    for (file, paths) in &files {
        let mut needs = BTreeSet::new();
        for path in paths {
            let up = path.strip_prefix(dir).unwrap().components().count();
            let up = if path.ends_with("mod.rs") { up - 1 } else { up };
            let text = fs::read_to_string(path).unwrap();
            for import in imports(&code(&text).collect::<Vec<_>>().join("\n")) {
                let within = match import.iter().map(String::as_str).collect::<Vec<_>>()[..] {
                    ["crate", of, name, ..] if of == room => name,
                    [..] if import.iter().take_while(|part| *part == "super").count() == up => {
                        import.get(up).map_or("", String::as_str)
                    }
                    _ => continue,
                };
                let target = if files.contains_key(within) {
                    Some(within)
                } else {
                    passed_on.get(within).map(String::as_str)
                };
                needs.extend(target.filter(|target| target != file).map(str::to_owned));
            }
        }
        all.insert(file.clone(), needs);
    }
    all
}

/// The paths that a text imports or names: those of its `use` items, and those that begin with `super` or `crate`.
fn imports(text: &str) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let item = line.trim_start();
        let item = item.strip_prefix("pub").map_or(item, |item| match item.strip_prefix('(') {
            Some(restricted) => restricted.split_once(')').map_or("", |(_, item)| item).trim_start(),
            None => item.trim_start(),
        });
        if let Some(start) = item.strip_prefix("use ") {
            let from = at + line.len() - start.len();
            let tree = text[from..].split(';').next().unwrap();
            // A line of text may begin with the word.
            if tree.chars().all(|c| c.is_alphanumeric() || c.is_whitespace() || "_:{},*".contains(c)) {
                expand("", tree, &mut all);
            }
        }
        at += line.len();
    }
    for start in ["super::", "crate::"] {
        for (at, _) in text.match_indices(start) {
            let end = text[at..].find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
            all.push(parts(&text[at..end.map_or(text.len(), |end| at + end)]));
        }
    }
    all
}

/// The paths of a tree of imports.
fn expand(before: &str, tree: &str, all: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    let Some((head, body)) = tree.split_once('{') else {
        return all.push(parts(&format!("{before}{tree}")));
    };
    let body = body.trim_end().strip_suffix('}').unwrap_or(body);
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in body.char_indices().chain([(body.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                if !body[start..at].trim().is_empty() {
                    expand(&format!("{before}{head}"), &body[start..at], all);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

fn parts(path: &str) -> Vec<String> {
    let path = path.split(" as ").next().unwrap_or(path);
    path.split("::").map(|part| part.trim().to_owned()).collect()
}

#[test]
fn files_stay_short_enough_to_be_read() {
    for file in sources(&src()).into_iter().chain(sources(&src().join("../../entropic-derive/src"))) {
        let text = fs::read_to_string(&file).unwrap();
        let lines = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).count();
        assert!(lines <= 400, "{} has {lines} lines", file.display());
    }
}

/// The texts in the `#[error(…)]` of the rooms' errors, each on one line.
fn messages() -> Vec<String> {
    let mut all = Vec::new();
    for room in ROOMS {
        let Ok(text) = fs::read_to_string(src().join(room).join("error.rs")) else { continue };
        for (at, _) in text.match_indices("#[error(") {
            let rest = text[at + "#[error(".len()..].trim_start();
            let Some(literal) = rest.strip_prefix('"') else { continue };
            let ends = |(at, _): &(usize, &str)| !literal[..*at].ends_with('\\');
            let (end, _) = literal.match_indices('"').find(ends).unwrap();
            let lines = literal[..end].split("\\\n").enumerate();
            all.push(lines.map(|(at, line)| if at == 0 { line } else { line.trim_start() }).collect());
        }
    }
    all
}

#[test]
fn messages_have_one_grammar() {
    let messages = messages();
    assert!(messages.len() > 60, "{}", messages.len());
    for message in messages {
        let first = message.chars().next().unwrap();
        assert!(first.is_lowercase() || "`{".contains(first), "{message}");
        assert!(!message.ends_with(['.', '!', '?']), "{message}");
        // A cause is printed by those who print causes.
        assert!(!message.contains("{source"), "{message}");
        for word in ["failed to", "could not", "folder", "somebody", "whoever", "nobody", " anew", "mend "] {
            assert!(!message.contains(word), "{word}: {message}");
        }
    }
}

#[test]
fn fields_of_errors_may_be_added() {
    for room in ROOMS {
        let Ok(text) = fs::read_to_string(src().join(room).join("error.rs")) else { continue };
        let lines: Vec<&str> = text.lines().collect();
        for (above, line) in lines.iter().zip(&lines[1..]) {
            let variant = line.starts_with("    ") && !line.starts_with("     ") && line.ends_with(" {");
            let name = line.trim().trim_end_matches(" {");
            if variant && name.chars().all(char::is_alphanumeric) && name.starts_with(char::is_uppercase) {
                assert_eq!(above.trim(), "#[non_exhaustive]", "{room}: {line}");
            }
        }
    }
}
