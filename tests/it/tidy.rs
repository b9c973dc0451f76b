//! The rules of the house that no compiler checks.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, from the ground up: a room may use those before it.
const ROOMS: [&str; 7] = ["params", "record", "files", "db", "worker", "store", "sweep"];

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
    Path::new(env!("CARGO_MANIFEST_DIR")).join("entropic/src")
}

#[test]
fn imports_go_down_the_stairs_only() {
    for (floor, room) in ROOMS.iter().enumerate() {
        for file in sources(&src().join(room)) {
            let text = fs::read_to_string(&file).unwrap();
            for above in &ROOMS[floor + 1..] {
                for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
                    assert!(!line.contains(&format!("crate::{above}")), "{}: {line}", file.display());
                }
            }
        }
    }
}

#[test]
fn files_and_database_do_not_know_each_other() {
    for (room, other) in [("files", "crate::db"), ("db", "crate::files")] {
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

#[test]
fn the_backends_differ_in_one_place_only() {
    for file in sources(&src()) {
        let text = fs::read_to_string(&file).unwrap();
        let name = file.file_name().unwrap().to_str().unwrap();
        // The connection itself, the pool that makes it, and the macros that hide it.
        let dialect = file.parent().is_some_and(|dir| dir.ends_with("dialect"));
        if dialect || ["conn.rs", "pool.rs", "macros.rs", "own.rs"].contains(&name) {
            continue;
        }
        assert!(!text.contains("Conn::Postgres("), "{}", file.display());
    }
}

#[test]
fn files_stay_short_enough_to_be_read() {
    for file in sources(&src()).into_iter().chain(sources(&src().join("../../entropic-derive/src"))) {
        let text = fs::read_to_string(&file).unwrap();
        let lines = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).count();
        assert!(lines <= 400, "{} has {lines} lines", file.display());
    }
}
