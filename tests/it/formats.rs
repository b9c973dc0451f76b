//! Everything on disk and in the databases, as versions until now have written it, lies in `tests/golden/formats`, a
//! directory for each set of formats: later versions must open it, finish what is unfinished there, and find the runs.
//!
//! When a format changes, raise [`LATEST`] and write a further set; those before it stay as they are:
//!
//! ```text
//! ENTROPIC_BLESS=1 cargo test --features postgres,fault-hooks --test it formats
//! ```
//!
//! In these files `{{dir}}` stands for the directory of the world, `{{schema}}` for its schema in PostgreSQL, and
//! `{"identity_of": path}` for what the library notes of a file, which a copy of it has not.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use entropic::prelude::*;
use entropic::{Result, StoreBuilder};
use serde_json::{Value, json};

use crate::records::Calls;
use crate::support::{Backend, Scratch, each_backend};
use sim::Probe;

/// The set that the present version writes.
#[cfg(feature = "fault-hooks")]
const LATEST: &str = "1";

/// Never changed: it is what the files are of.
mod sim {
    use chrono::{DateTime, Utc};
    use entropic::prelude::*;

    #[derive(Debug, Clone, Copy, PartialEq, SimEnum)]
    pub enum Method {
        Euler,
        Rk4,
    }

    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(table = "probes", index(mass, steps), output(energy: f64, verdict: String, at: DateTime<Utc>))]
    pub struct Probe {
        pub mass: f64,
        pub steps: i64,
        pub method: Method,
        pub label: Option<String>,
        pub warm: bool,
        pub begins: DateTime<Utc>,
        #[sim(default = 0.5)]
        pub drag: f64,
        #[sim(ignore)]
        pub threads: i32,
    }
}

fn probe(mass: f64) -> Probe {
    Probe {
        mass,
        steps: 100,
        method: sim::Method::Rk4,
        label: (mass > 2.0).then(|| format!("é {mass}")),
        warm: mass > 3.0,
        begins: "2026-01-02T03:04:05.6Z".parse().unwrap(),
        drag: mass / 4.0,
        threads: 2,
    }
}

/// A store whose runner writes the mass.
fn store(url: &str, results: &Path, calls: &Calls) -> StoreBuilder<Probe> {
    let calls = calls.clone();
    Store::builder().database(url).results_dir(results).file_suffix(".csv").runner(
        move |probe: &Probe, run| {
            calls.add();
            if probe.label.as_deref() == Some("fails") {
                return Err(std::io::Error::other("diverged"));
            }
            run.output.energy = Some(-probe.mass / 2.0);
            run.output.at = Some(probe.begins);
            run.set("note", "a word");
            fs::write(run.result_file(), format!("mass {}", probe.mass))
        },
    )
}

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/formats")
}

fn name_of(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "sqlite",
        Backend::Postgres => "postgres",
    }
}

/// All files below a directory, by their paths from there.
fn files(dir: &Path) -> Vec<PathBuf> {
    fn add(dir: &Path, all: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { add(&path, all) } else { all.push(path) }
        }
    }
    let mut all = Vec::new();
    add(dir, &mut all);
    all.iter().map(|path| path.strip_prefix(dir).unwrap().to_owned()).collect()
}

/// JSON of a file, or of each line of it, after `change` of all objects in it; `None` if it is no JSON.
fn rewritten(path: &Path, text: &str, change: &dyn Fn(&mut Value)) -> Option<String> {
    fn walk(value: &mut Value, change: &dyn Fn(&mut Value)) {
        match value {
            Value::Array(values) => values.iter_mut().for_each(|value| walk(value, change)),
            Value::Object(map) => map.values_mut().for_each(|value| walk(value, change)),
            _ => {}
        }
        change(value);
    }
    let one = |text: &str| {
        let mut value = serde_json::from_str(text).ok()?;
        walk(&mut value, change);
        Some(value.to_string())
    };
    match path.extension()?.to_str()? {
        "json" => one(text),
        "jsonl" => text.lines().map(|line| Some(one(line)? + "\n")).collect(),
        _ => None,
    }
}

/// Makes a world what it was for those who wrote a set.
fn unpack(set: &Path, s: &Scratch) {
    let schema = match s.backend() {
        Backend::Sqlite => String::new(),
        Backend::Postgres => s.scalar_text("SELECT current_schema()").unwrap(),
    };
    let here =
        |text: String| text.replace("{{dir}}", s.dir().to_str().unwrap()).replace("{{schema}}", &schema);
    let results = s.results_dir();
    let (mut plain, mut noting) = (Vec::new(), Vec::new());
    for file in files(&set.join("results")) {
        let text = here(fs::read_to_string(set.join("results").join(&file)).unwrap());
        if text.contains("identity_of") { noting.push((file, text)) } else { plain.push((file, text)) }
    }
    for (file, text) in &plain {
        fs::create_dir_all(results.join(file).parent().unwrap()).unwrap();
        fs::write(results.join(file), text).unwrap();
    }
    for (file, text) in &noting {
        let noted = rewritten(file, text, &|value| {
            let Some(of) = value.get("identity_of") else { return };
            let meta = of.as_str().and_then(|of| fs::metadata(results.join(of)).ok());
            *value = match meta {
                Some(meta) if value.get("place").is_some() => {
                    json!({"inode": meta.ino(), "directory": true, "bytes": 0, "modified": 0})
                }
                Some(meta) => json!({
                    "inode": meta.ino(),
                    "directory": meta.is_dir(),
                    "bytes": if meta.is_dir() { 0 } else { meta.len() },
                    "modified": meta.mtime() * 1_000_000_000 + meta.mtime_nsec(),
                }),
                None => json!({"inode": 1, "directory": false, "bytes": 1, "modified": 1}),
            };
        });
        fs::create_dir_all(results.join(file).parent().unwrap()).unwrap();
        fs::write(results.join(file), noted.unwrap()).unwrap();
    }
    s.sql(&here(fs::read_to_string(set.join("database.sql")).unwrap()));
}

/// What lies in a directory of the library's own.
fn left(s: &Scratch, name: &str) -> Vec<PathBuf> {
    files(&s.results_dir().join(".entropic").join(name))
}

fn finds_everything(set: &Path, s: &Scratch) -> Result<()> {
    let calls = Calls::default();
    unpack(set, s);
    for name in
        ["attempts", "journal", "journals", "pending", "set-aside", "replaced", "registered", "sweeps"]
    {
        assert!(!left(s, name).is_empty(), "{name} is part of the set");
    }
    let open = || store(s.url(), &s.results_dir(), &calls);
    let opened = open().keep_replaced(true).open()?;
    let adopted: BTreeSet<_> = opened.recovered().adopted.iter().cloned().collect();
    // In the journals of both formats; waiting for their rows.
    for mass in [2.0, 3.0, 9.0, 10.0, 12.0] {
        assert!(adopted.contains(&probe(mass).id().unwrap()), "{mass}: {:?}", opened.recovered());
    }
    for mass in [1.0, 2.0, 3.0, 4.0, 8.0, 9.0, 10.0, 12.0] {
        let record = opened.retrieve(&probe(mass))?.unwrap_or_else(|| panic!("{mass} is lost"));
        assert_eq!(record.params, probe(mass));
        assert_eq!(fs::read_to_string(&record.result_file).unwrap(), format!("mass {mass}"));
        if mass != 8.0 {
            assert_eq!(record.output.energy, Some(-mass / 2.0));
            assert_eq!(record.output.at, Some(probe(mass).begins));
            assert_eq!(record.custom_data["note"], "a word");
        }
    }
    // What was not synced before the machine was started again may be half of it: 5, and 6 of a sweep.
    assert_eq!(opened.retrieve(&probe(5.0))?, None);
    let failures = opened.failures()?;
    assert_eq!(failures.len(), 1);
    assert!(failures[0].message.contains("diverged"), "{failures:?}");
    assert!(opened.verify()?.is_sound(), "{:?}", opened.verify()?);
    // That of the set, and at 10 the older one of two refused runs.
    assert_eq!(left(s, "replaced").len(), 2);
    drop(opened);
    let opened = open().keep_replaced_for(std::time::Duration::ZERO).open()?;
    assert!(opened.recovered().is_empty(), "{:?}", opened.recovered());
    assert_eq!(opened.run_or_retrieve(&probe(1.0))?.params, probe(1.0));
    drop(opened);
    for name in ["attempts", "journal", "journals", "pending", "set-aside", "replaced", "sweeps"] {
        assert_eq!(left(s, name), Vec::<PathBuf>::new(), "{name}");
    }
    assert_eq!(calls.count(), 0);
    Ok(())
}

each_backend! {
    fn what_versions_until_now_have_written_is_opened_and_finished(s: &Scratch) -> Result<()> {
        #[cfg(feature = "fault-hooks")]
        if std::env::var_os("ENTROPIC_BLESS").is_some_and(|value| value == "1") {
            bless::write(s)?;
        }
        let mut sets = 0;
        for set in fs::read_dir(golden()).unwrap() {
            finds_everything(&set.unwrap().path().join(name_of(s.backend())), &s.another())?;
            sets += 1;
        }
        assert!(sets > 0);
        Ok(())
    }
}

/// How a set is made: processes die at the steps of a publish, the database refuses rows, and what is left is packed.
#[cfg(feature = "fault-hooks")]
mod bless {
    use std::collections::HashMap;
    use std::process::{Child, Command, Stdio};
    use std::thread;
    use std::time::Duration;

    use super::*;

    const WORK: &str = "ENTROPIC_TEST_GOLDEN_WORK";

    fn args(s: &Scratch) -> Vec<String> {
        let mut args = ["--exact", "formats::bless::child_works", "--ignored", "--nocapture"]
            .map(str::to_owned)
            .to_vec();
        args.push(format!("url={}", s.url()));
        args.push(format!("results={}", s.results_dir().display()));
        args
    }

    /// A process that opens the store, waits until all may go on, and dies at a step of its work.
    fn child(s: &Scratch, work: &str, fault: &str) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(args(s))
            .env(WORK, work)
            .env("ENTROPIC_FAULT", fault)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    fn until(is_so: impl Fn() -> bool) {
        while !is_so() {
            thread::sleep(Duration::from_millis(20));
        }
    }

    #[test]
    #[ignore = "a child of another test"]
    fn child_works() {
        let args: Vec<String> = std::env::args().collect();
        let arg = |name: &str| args.iter().find_map(|arg| arg.strip_prefix(name));
        let (Some(url), Some(results)) = (arg("url="), arg("results=")) else { return };
        let results = Path::new(results);
        let dir = results.parent().unwrap();
        let store = store(url, results, &Calls::default()).open().unwrap();
        let work = std::env::var(WORK).unwrap();
        fs::write(dir.join(format!("ready {work}")), "").unwrap();
        until(|| dir.join("go").exists());
        match work.strip_prefix("sweep ") {
            None => drop(store.run(&probe(work.parse().unwrap())).unwrap()),
            Some(mass) => {
                let points = [probe(mass.parse().unwrap())];
                let workers = Processes::new(1).args(args.iter().skip(1));
                drop(store.sweep(points).executor(workers).run().unwrap());
            }
        }
    }

    fn die(s: &Scratch, children: &[(&str, &str)], meanwhile: impl FnOnce()) {
        let started: Vec<Child> = children.iter().map(|(work, fault)| child(s, work, fault)).collect();
        until(|| children.iter().all(|(work, _)| s.dir().join(format!("ready {work}")).exists()));
        meanwhile();
        fs::write(s.dir().join("go"), "").unwrap();
        for mut child in started {
            assert!(!child.wait().unwrap().success());
        }
    }

    /// Statements that forbid rows, by an error that may pass or by one that does not, and those that allow them.
    fn refusing(backend: Backend, passes: bool) -> (String, &'static str) {
        match backend {
            Backend::Sqlite => (
                "CREATE TRIGGER refused BEFORE INSERT ON probes BEGIN SELECT RAISE(ABORT, 'refused'); END"
                    .into(),
                "DROP TRIGGER refused",
            ),
            Backend::Postgres => {
                let code = if passes { "55P03" } else { "23514" };
                (
                    format!(
                        "CREATE FUNCTION refused() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'refused' \
                             USING ERRCODE = '{code}'; END $$ LANGUAGE plpgsql;
                         CREATE TRIGGER refused BEFORE INSERT ON probes FOR EACH ROW EXECUTE FUNCTION refused()"
                    ),
                    "DROP TRIGGER refused ON probes; DROP FUNCTION refused()",
                )
            }
        }
    }

    fn while_refusing(s: &Scratch, passes: bool, work: impl FnOnce()) {
        #[cfg(feature = "sqlite")]
        if passes && s.backend() == Backend::Sqlite {
            use diesel::Connection as _;
            use diesel::connection::SimpleConnection as _;
            let mut other =
                diesel::SqliteConnection::establish(s.url().trim_start_matches("sqlite://")).unwrap();
            other.batch_execute("BEGIN IMMEDIATE").unwrap();
            work();
            other.batch_execute("ROLLBACK").unwrap();
            return;
        }
        let (forbid, allow) = refusing(s.backend(), passes);
        s.sql(&forbid);
        work();
        s.sql(allow);
    }

    /// What a version left that overwrote results in place: no version writes it any more.
    fn format_1(s: &Scratch, mass: f64) {
        let other = s.another();
        die(&other, &[("12", "journaled")], || {});
        let own = other.results_dir().join(".entropic");
        let journal = files(&own.join("journals")).pop().unwrap();
        let text = fs::read_to_string(own.join("journals").join(journal)).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let entry = lines.into_iter().find_map(|line| line.get("publish").cloned()).unwrap();
        let (id, process) = (probe(mass).id().unwrap(), "0123456789abcdef0123456789abcdef");
        let old = json!({"publish": {
            "attempt": "0", "id": id, "replaces": false, "full": true, "boot": entry["boot"], "row": entry["row"],
        }});
        let own = s.results_dir().join(".entropic");
        let staging = own.join("staging").join(process).join("0");
        fs::create_dir_all(&staging).unwrap();
        fs::create_dir_all(own.join("journal")).unwrap();
        fs::write(staging.join(format!("{id}.csv")), format!("mass {mass}")).unwrap();
        let lines = format!("{old}\n{}\n", json!({"synced": "0"}));
        fs::write(own.join("journal").join(format!("{process}.jsonl")), lines).unwrap();
    }

    fn contents(dir: &Path) -> Vec<(PathBuf, String)> {
        let paths = files(dir).into_iter().map(|file| dir.join(file));
        paths.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
    }

    fn dump(s: &Scratch) -> String {
        if s.backend() == Backend::Postgres {
            let schema = s.scalar_text("SELECT current_schema()").unwrap();
            let dump = Command::new("pg_dump")
                .args([
                    "--inserts",
                    "--no-owner",
                    "--no-privileges",
                    "--schema",
                    &schema,
                    "--dbname",
                    s.url(),
                ])
                .output()
                .unwrap();
            assert!(dump.status.success(), "{}", String::from_utf8_lossy(&dump.stderr));
            let text = String::from_utf8(dump.stdout).unwrap();
            let kept = text.lines().filter(|line| {
                // The schema is there, and psql is not.
                let noise = ["--", "\\", "CREATE SCHEMA", "SET ", "SELECT pg_catalog.set_config"];
                !line.is_empty() && !noise.iter().any(|start| line.starts_with(start))
            });
            return kept.map(|line| format!("{line}\n")).collect::<String>().replace(&schema, "{{schema}}");
        }
        let mut dump = String::new();
        let rows = |query: &str| {
            s.query_text(query).into_iter().map(|row| row[0].clone().unwrap()).collect::<Vec<_>>()
        };
        for sql in rows("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type DESC, name") {
            dump += &format!("{sql};\n");
        }
        for table in rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name") {
            let columns =
                rows(&format!("SELECT 'quote(\"' || name || '\")' FROM pragma_table_info('{table}')"));
            let values = columns.join(" || ', ' || ");
            for row in rows(&format!("SELECT {values} FROM \"{table}\"")) {
                dump += &format!("INSERT INTO \"{table}\" VALUES ({row});\n");
            }
        }
        dump
    }

    /// Copies a world to a set, without what only this machine knows.
    fn pack(s: &Scratch, set: &Path) {
        let results = s.results_dir();
        let mut inodes = HashMap::new();
        let all = files(&results);
        for file in &all {
            for path in file.ancestors() {
                inodes.insert(fs::metadata(results.join(path)).unwrap().ino(), path.to_owned());
            }
        }
        let anywhere = |text: &str| text.replace(s.dir().to_str().unwrap(), "{{dir}}");
        fs::remove_dir_all(set).ok();
        for file in &all {
            let text = fs::read_to_string(results.join(file)).unwrap();
            let noted = rewritten(file, &text, &|value| {
                if let Some(boot) = value.get_mut("boot") {
                    *boot = json!("an earlier start of the machine");
                }
                let (Some(inode), Some(modified)) = (value["inode"].as_u64(), value["modified"].as_i64())
                else {
                    return;
                };
                let of = inodes.get(&inode);
                *value = match modified {
                    0 => json!({"identity_of": of, "place": true}),
                    _ => json!({"identity_of": of}),
                };
            });
            let to = set.join("results").join(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::write(to, anywhere(&noted.unwrap_or(text))).unwrap();
        }
        fs::write(set.join("database.sql"), anywhere(&dump(s))).unwrap();
    }

    pub fn write(s: &Scratch) -> Result<()> {
        let calls = Calls::default();
        let here = store(s.url(), &s.results_dir(), &calls).patience(Duration::from_millis(300)).open()?;
        let children = [
            ("2", "journaled"),
            ("3", "renamed"),
            ("4", "stored"),
            ("5", "announced"),
            ("sweep 6", "announced"),
        ];
        let mut waiting = [Vec::new(), Vec::new()];
        die(s, &children, || {
            here.run(&probe(1.0)).unwrap();
            here.run(&probe(1.0)).unwrap();
            let registered = s.results_dir().join("made elsewhere.csv");
            fs::write(&registered, "mass 8").unwrap();
            here.register(&probe(8.0), &registered).unwrap();
            let fails = Probe { label: Some("fails".into()), ..probe(11.0) };
            assert_eq!(here.sweep([fails]).run().unwrap().failures.len(), 1);
            while_refusing(s, true, || drop(here.run(&probe(9.0)).unwrap_err()));
            // The second run tries the first one's row again, and sets it aside.
            while_refusing(s, false, || {
                (0..2).for_each(|_| drop(here.run(&probe(10.0)).unwrap_err()));
            });
            waiting =
                ["pending", "set-aside"].map(|name| contents(&s.results_dir().join(".entropic").join(name)));
        });
        // The sweep has tried these rows again, as whoever comes next does.
        for (path, text) in waiting.iter().flatten() {
            fs::write(path, text).unwrap();
        }
        s.sql("DELETE FROM probes WHERE mass IN (9, 10)");
        drop(here);
        format_1(s, 12.0);
        pack(s, &golden().join(LATEST).join(name_of(s.backend())));
        Ok(())
    }
}
