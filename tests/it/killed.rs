//! Processes that die while they change a table, its keys, its directory or its rows: at every step, and at any instant,
//! beside others.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::Child;
use std::time::Duration;

use entropic::prelude::*;
use entropic::{Durability, Result, StoreBuilder, Stored};
use serde_json::json;

use crate::support::child::{Instants, kill, kills, task};
use crate::support::{Backend, Scratch, child, each_backend};

/// A shape of the struct, and its points by number.
trait Shape: Stored {
    fn of(n: u32) -> Self;
    fn number(&self) -> u32;
    fn tag(output: &mut Self::Output) -> &mut Option<String>;
}

macro_rules! shape {
    ($module:ident, [$($meta:tt)*], { $($(#[$field_meta:meta])* $field:ident: $type:ty = $value:expr,)* }, $length:ident) => {
        mod $module {
            use entropic::prelude::*;

            #[derive(Debug, Clone, PartialEq, SimRecord)]
            #[sim(table = "pendulums", $($meta)*)]
            pub struct Pendulum {
                $($(#[$field_meta])* pub $field: $type,)*
                pub label: String,
            }

            impl super::Shape for Pendulum {
                fn of(n: u32) -> Self {
                    let $length = f64::from(n);
                    Self { $($field: $value,)* label: format!("p{n}") }
                }

                fn number(&self) -> u32 {
                    self.label[1..].parse().unwrap()
                }

                fn tag(output: &mut Self::Output) -> &mut Option<String> {
                    &mut output.tag
                }
            }
        }
    };
}

shape!(old, [output(tag: String)], { damping: f64 = 0.25, length: f64 = length, }, length);
// Renamed, retired, added, with indexes: all that `Schema::Evolve` does.
shape!(new, [output(tag: String, #[sim(index)] energy: f64), retired(damping: f64 = 0.25)], {
    #[sim(default = 0.0)] drag: f64 = 0.0,
    #[sim(was = "length", index)] rod: f64 = rod,
}, rod);
shape!(second, [version = 2, output(tag: String)], { damping: f64 = 0.25, length: f64 = length, }, length);
shape!(third, [version = 3, output(tag: String)], { damping: f64 = 0.25, length: f64 = length, }, length);

const PATIENCE: Duration = Duration::from_secs(20);

/// A store whose runner tells its row and its result which point and which run they are of; every other result is a
/// directory.
fn store<G: Shape>(url: &str, dir: &Path, schema: Schema) -> StoreBuilder<G> {
    Store::builder()
        .database(url)
        .results_dir(dir.join("results"))
        .durability(Durability::Process)
        .patience(PATIENCE)
        .wait_timeout(PATIENCE)
        .schema(schema)
        .runner(|point: &G, run| {
            let tag = format!("{} {}", point.number(), uuid::Uuid::new_v4());
            if point.number().is_multiple_of(2) {
                fs::create_dir(run.result_file())?;
                fs::write(run.result_file().join("part"), &tag)?;
            } else {
                fs::write(run.result_file(), &tag)?;
            }
            *G::tag(&mut run.output) = Some(tag);
            std::io::Result::Ok(())
        })
}

fn here<G: Shape>(s: &Scratch, schema: Schema) -> StoreBuilder<G> {
    store(s.url(), s.dir(), schema)
}

fn spawn(s: &Scratch, work: &str, fault: &str) -> Child {
    child::child("killed::child_works", s.url(), s.dir(), work, fault)
}

#[cfg(feature = "fault-hooks")]
#[track_caller]
fn dies(s: &Scratch, work: &str, fault: &str) {
    let status = spawn(s, work, fault).wait().unwrap();
    assert!(!status.success(), "`{work}` should have died at `{fault}`");
}

#[test]
#[ignore = "a child of another test"]
fn child_works() {
    let Some(task) = task() else { return };
    let (url, dir) = (&task.url, &task.dir);
    let (work, rest) = task.work.split_once(' ').unwrap_or((&task.work, "0"));
    match work {
        "run-old" => runs(&store::<old::Pendulum>(url, dir, Schema::Check).open().unwrap(), dir, rest),
        "run-new" => runs(&store::<new::Pendulum>(url, dir, Schema::Evolve).open().unwrap(), dir, rest),
        "overwrite-old" => {
            let point = old::Pendulum::of(rest.parse().unwrap());
            store(url, dir, Schema::Check).open().unwrap().run(&point).unwrap();
        }
        "evolve" => drop(store::<new::Pendulum>(url, dir, Schema::Evolve).open().unwrap()),
        "open-old" => drop(store::<old::Pendulum>(url, dir, Schema::Check).open().unwrap()),
        "adopt" => drop(store::<old::Pendulum>(url, dir, Schema::Check).adopt_results_dir().open().unwrap()),
        "rehash-2" => rehashes(&store::<second::Pendulum>(url, dir, Schema::Trust).open().unwrap()),
        "rehash-3" => rehashes(&store::<third::Pendulum>(url, dir, Schema::Trust).open().unwrap()),
        "mix" => mixes(&store(url, dir, Schema::Check).open().unwrap(), dir, rest.parse().unwrap()),
        "sweep" => {
            let store = store::<old::Pendulum>(url, dir, Schema::Check).open().unwrap();
            let args = ["--exact", "killed::child_works", "--ignored", "--nocapture"];
            let points = (0..40).map(old::Pendulum::of);
            assert!(store.sweep(points).executor(Processes::new(2).args(args)).run().unwrap().is_complete());
        }
        _ => step(&store(url, dir, Schema::Check).open().unwrap(), dir, work, rest.parse().unwrap()),
    }
}

/// Runs of ever new points, each noted once it is stored.
fn runs<G: Shape>(store: &Store<G>, dir: &Path, first: &str) {
    for n in first.parse().unwrap().. {
        store.run_or_retrieve(&G::of(n)).unwrap();
        let mut log = OpenOptions::new().create(true).append(true).open(dir.join("stored.log")).unwrap();
        log.write_all(format!("{n}\n").as_bytes()).unwrap();
    }
}

fn rehashes<G: Shape>(store: &Store<G>) {
    store.rehash(&store.plan_rehash().unwrap()).unwrap();
}

/// A file that was made elsewhere, and is registered as the result of a point.
fn elsewhere(dir: &Path, n: u32) -> std::path::PathBuf {
    let (path, half) = (dir.join(format!("elsewhere-{n}")), dir.join(format!("half-{}", std::process::id())));
    fs::write(&half, format!("{n} elsewhere")).unwrap();
    fs::rename(half, &path).unwrap();
    path
}

/// One change of one point.
fn step(store: &Store<old::Pendulum>, dir: &Path, work: &str, n: u32) {
    let point = old::Pendulum::of(n);
    match work {
        "run" => drop(store.run(&point).unwrap()),
        "register" => drop(store.register_or_replace(&point, elsewhere(dir, n), &()).unwrap()),
        "patch" => match store.patch(&point, &json!({"custom_data": {"by": std::process::id()}})) {
            Err(error) if error.is_not_found() => {}
            other => drop(other.unwrap()),
        },
        "delete" => drop(store.delete(&point).unwrap()),
        "delete-file" => match store.delete_with_file(&point) {
            // Its registered file was registered again, by another process.
            Err(error) if error.is_conflict() => {}
            other => drop(other.unwrap()),
        },
        "strays" => drop(store.move_strays(dir.join("strays")).unwrap()),
        "repair" => drop(store.repair(false).unwrap()),
        _ => panic!("{work}"),
    }
}

/// All kinds of changes of a few points, without end.
fn mixes(store: &Store<old::Pendulum>, dir: &Path, seed: u64) {
    const WORK: [&str; 8] = ["run", "run", "register", "patch", "delete", "delete-file", "strays", "repair"];
    let mut instants = Instants::new(seed);
    loop {
        let n = u32::try_from(instants.below(6)).unwrap();
        step(store, dir, WORK[usize::try_from(instants.below(8)).unwrap()], n);
    }
}

/// The points that children had stored before they died.
fn stored(s: &Scratch) -> BTreeSet<u32> {
    let log = fs::read_to_string(s.dir().join("stored.log")).unwrap_or_default();
    log.lines().map(|line| line.parse().unwrap()).collect()
}

#[track_caller]
fn has_its_own_result<G: Shape>(mut record: Record<G>) {
    let path = &record.result_file;
    let text = fs::read_to_string(if path.is_dir() { path.join("part") } else { path.clone() });
    let n = record.params.number();
    let tag = G::tag(&mut record.output).take().unwrap_or_else(|| format!("{n} elsewhere"));
    assert_eq!(text.ok(), Some(tag.clone()), "{}", path.display());
    assert!(tag.starts_with(&format!("{n} ")), "{tag}");
}

/// Nothing is lost, half, another's, blocked, or in disorder; the store opens as its program always opens it.
#[track_caller]
fn is_sound<G: Shape>(s: &Scratch) {
    let store = here::<G>(s, Schema::Check).open().unwrap();
    for record in store.list().unwrap() {
        assert_eq!(record.id, record.params.id().unwrap());
        has_its_own_result(record);
    }
    for n in stored(s) {
        assert!(store.retrieve(&G::of(n)).unwrap().is_some(), "{n} was stored, and is lost");
    }
    for n in 0..stored(s).last().map_or(6, |last| last + 3) {
        has_its_own_result(store.run_or_retrieve(&G::of(n)).unwrap());
    }
    let report = store.verify().unwrap();
    assert!(report.is_sound(), "{report}");
    drop(store);
    assert!(here::<G>(s, Schema::Check).open().unwrap().recovered().is_empty());
    for (name, text) in NOT_OURS {
        assert_eq!(fs::read_to_string(s.dir().join(name)).unwrap(), text);
    }
}

/// What another program keeps beside the results, and in their directory.
const NOT_OURS: [(&str, &str); 2] = [("notes.txt", "mine"), ("results/notes.txt", "mine as well")];

/// A new database and a new directory, with nothing of ours.
fn begin(s: &Scratch) {
    for table in TABLES {
        s.try_sql(&format!("DROP TABLE {table}")).ok();
    }
    for entry in fs::read_dir(s.dir()).unwrap().flatten() {
        if entry.path().is_dir() {
            fs::remove_dir_all(entry.path()).unwrap();
        } else if !entry.file_name().to_string_lossy().starts_with("runs.db") {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    fs::create_dir_all(s.results_dir()).unwrap();
    for (name, text) in NOT_OURS {
        fs::write(s.dir().join(name), text).unwrap();
    }
}

const TABLES: [&str; 7] = [
    "pendulums",
    "bobs",
    "entropic_stores",
    "entropic_schemas",
    "entropic_directories",
    "entropic_failures",
    "entropic_migrations",
];

/// Runs of the old struct, in a table as it was made by earlier versions.
fn with_old_runs(s: &Scratch) -> Result<()> {
    begin(s);
    let store = here::<old::Pendulum>(s, Schema::Check).open()?;
    for n in 0..4 {
        store.run(&old::Pendulum::of(n))?;
    }
    drop(store);
    fs::write(s.dir().join("stored.log"), "0\n1\n2\n3\n").unwrap();
    s.sql("DROP INDEX ix_pendulums_created_at_id");
    if s.backend() == Backend::Postgres {
        s.try_sql("CREATE COLLATION linguistic (provider = icu, locale = 'en-US')").ok();
        s.sql("ALTER TABLE pendulums ALTER COLUMN label TYPE VARCHAR COLLATE linguistic");
    }
    Ok(())
}

/// What the Python package leaves: a table with rows and results, and nothing else of ours.
#[cfg(feature = "fault-hooks")]
fn as_python_left_it(s: &Scratch) -> Result<()> {
    with_old_runs(s)?;
    for table in TABLES.iter().filter(|table| table.starts_with("entropic_")) {
        s.sql(&format!("DROP TABLE {table}"));
    }
    fs::remove_dir_all(s.results_dir().join(".entropic")).unwrap();
    Ok(())
}

mod other {
    use entropic::prelude::*;

    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(table = "bobs")]
    pub struct Bob {
        pub mass: f64,
    }
}

/// Runs something at a place for the first, the second, … time, until nobody dies of it any more.
#[cfg(feature = "fault-hooks")]
fn each_time(
    s: &Scratch,
    place: &str,
    work: &str,
    before: impl Fn() -> Result<()>,
    after: impl Fn(),
) -> Result<usize> {
    for nth in 1.. {
        before()?;
        if spawn(s, work, &format!("{place}:{nth}")).wait().unwrap().success() {
            return Ok(nth - 1);
        }
        println!("{work} died at {place}:{nth}");
        after();
    }
    Ok(0)
}

#[cfg(feature = "fault-hooks")]
each_backend! {
    fn a_death_at_any_step_of_an_evolution_leaves_the_old_table_or_the_new_one(s: &Scratch) -> Result<()> {
        let before = || {
            with_old_runs(s)?;
            // One had come to its end before the table changed.
            dies(s, "overwrite-old 3", "announced");
            dies(s, "overwrite-old 5", "announced");
            Ok(())
        };
        for place in ["evolve", "evolve-remembered", "advice"] {
            let deaths = each_time(s, place, "evolve", before, || {
                let refused = here::<new::Pendulum>(s, Schema::Check).open().unwrap_err();
                assert!(refused.is_conflict(), "{refused}");
                is_sound::<old::Pendulum>(s);
                drop(here::<new::Pendulum>(s, Schema::Evolve).open().unwrap());
                is_sound::<new::Pendulum>(s);
            })?;
            assert!(deaths > 0, "{place}");
        }
        let deaths = each_time(s, "evolved", "evolve", before, || {
            let refused = here::<old::Pendulum>(s, Schema::Check).open().unwrap_err();
            assert!(refused.is_conflict(), "{refused}");
            is_sound::<new::Pendulum>(s);
        })?;
        assert_eq!(deaths, 1);
        Ok(())
    }

    fn a_death_at_any_step_of_a_first_opening_keeps_nobody_out(s: &Scratch) -> Result<()> {
        for place in ["own-table", "create", "store-named", "marked", "directory-noted"] {
            let before = || {
                begin(s);
                Ok(())
            };
            let deaths = each_time(s, place, "open-old", before, || is_sound::<old::Pendulum>(s))?;
            assert!(deaths > 0, "{place}");
        }
        // Of a database of the Python package: its rows stay hits.
        for place in ["own-table", "evolved", "store-named", "marked", "directory-noted"] {
            let deaths = each_time(s, place, "open-old", || as_python_left_it(s), || is_sound::<old::Pendulum>(s))?;
            assert!(deaths > 0, "{place}");
        }
        Ok(())
    }

    fn a_death_at_any_step_of_a_takeover_of_a_directory_can_be_made_good(s: &Scratch) -> Result<()> {
        let mark = s.results_dir().join(".entropic/store.json");
        let lost = || {
            with_old_runs(s)?;
            fs::remove_file(&mark).unwrap();
            Ok(())
        };
        let foreign = || {
            with_old_runs(s)?;
            fs::remove_file(&mark).unwrap();
            drop(Store::<other::Bob>::builder().database(s.url()).results_dir(s.results_dir()).open()?);
            Ok(())
        };
        let after = || {
            // Refused with the cure, or as if nothing had happened.
            if let Err(refused) = here::<old::Pendulum>(s, Schema::Check).open() {
                assert!(refused.is_conflict() && refused.to_string().contains("adopt_results_dir"), "{refused}");
            }
            drop(here::<old::Pendulum>(s, Schema::Check).adopt_results_dir().open().unwrap());
            is_sound::<old::Pendulum>(s);
        };
        for place in ["marked", "directory-noted"] {
            assert_eq!(each_time(s, place, "adopt", lost, after)?, 1, "{place}");
            assert_eq!(each_time(s, place, "adopt", foreign, after)?, 1, "{place}");
        }
        Ok(())
    }

    fn a_death_at_any_step_of_a_rehash_loses_nothing(s: &Scratch) -> Result<()> {
        let before = || {
            begin(s);
            let store = here::<second::Pendulum>(s, Schema::Check).open()?;
            for n in 0..3 {
                store.run(&Shape::of(n))?;
            }
            store.register(&Shape::of(3), elsewhere(s.dir(), 3))?;
            fs::write(s.dir().join("stored.log"), "0\n1\n2\n3\n").unwrap();
            Ok(())
        };
        for place in ["rekey", "rekeyed", "rehashed", "remember"] {
            let deaths = each_time(s, place, "rehash-3", before, || {
                let store = here::<third::Pendulum>(s, Schema::Trust).open().unwrap();
                assert!(store.rehash(&store.plan_rehash().unwrap()).unwrap().complete);
                drop(store);
                is_sound::<third::Pendulum>(s);
                let store = here::<third::Pendulum>(s, Schema::Check).open().unwrap();
                assert!(store.delete_with_file(&Shape::of(3)).unwrap(), "{place}");
                assert!(!s.dir().join("elsewhere-3").exists(), "what was registered is known under the new key");
            })?;
            assert_eq!(deaths, if place.starts_with("reke") { 4 } else { 1 }, "{place}");
        }
        Ok(())
    }

    fn a_death_at_any_step_of_a_change_of_a_row_loses_nothing(s: &Scratch) -> Result<()> {
        let places = [
            ("register 1", ["register", "registered", "register-settled"].as_slice()),
            ("register 5", &["register", "registered", "register-settled"]),
            ("patch 1", &["change", "changed"]),
            ("strays", &["stray", "stray-moved"]),
            ("delete 1", &["deleted"]),
        ];
        for (work, places) in places {
            for place in places {
                let before = || {
                    with_old_runs(s)?;
                    let store = here::<old::Pendulum>(s, Schema::Check).open()?;
                    for n in [6, 7] {
                        store.run(&Shape::of(n))?;
                        store.delete(&Shape::of(n))?;
                    }
                    Ok(())
                };
                let deaths = each_time(s, place, work, before, || {
                    let store = here::<old::Pendulum>(s, Schema::Check).open().unwrap();
                    store.run_or_retrieve(&Shape::of(1)).unwrap();
                    // A result is at its old place or at the new one.
                    store.move_strays(s.dir().join("strays")).unwrap();
                    let found = fs::read_dir(s.dir().join("strays")).unwrap().count();
                    // Its row is deleted, or names the registered file.
                    let replaced = work == "delete 1" || (work == "register 1" && *place != "register");
                    assert_eq!(found, if replaced { 3 } else { 2 }, "{work}, {place}");
                    drop(store);
                    is_sound::<old::Pendulum>(s);
                })?;
                assert!(deaths > 0, "{work}, {place}");
            }
        }
        Ok(())
    }
}

/// A copied database takes the directory of the original over, and dies.
#[cfg(all(feature = "fault-hooks", feature = "sqlite"))]
#[test]
fn a_death_while_a_copy_takes_a_directory_over_keeps_nobody_out() {
    let s = Scratch::sqlite();
    for place in ["store-renamed", "marked", "directory-noted"] {
        with_old_runs(&s).unwrap();
        let (original, copy) = (s.dir().join("runs.db"), s.dir().join("copy.db"));
        fs::copy(&original, &copy).unwrap();
        let url = format!("sqlite://{}", copy.display());
        let mut child = child::child("killed::child_works", &url, s.dir(), "adopt", place);
        assert!(!child.wait().unwrap().success(), "{place}");
        let open = |url: &str| store::<old::Pendulum>(url, s.dir(), Schema::Check);
        let refused: Vec<_> = [s.url(), &url].into_iter().filter_map(|url| open(url).open().err()).collect();
        assert!(!refused.is_empty(), "not both have the directory: {place}");
        for refused in refused {
            assert!(refused.is_conflict() && refused.to_string().contains("adopt_results_dir"), "{refused}");
        }
        drop(open(&url).adopt_results_dir().open().unwrap());
        assert!(open(s.url()).open().unwrap_err().is_conflict());
        fs::rename(&copy, &original).unwrap();
        is_sound::<old::Pendulum>(&s);
    }
}

each_backend! {
    /// One runs the old struct, two evolve the table and run the new one.
    fn deaths_at_any_instant_of_an_evolution_lose_nothing(s: &Scratch) -> Result<()> {
        let mut instants = Instants::new(1);
        let (mut deaths, mut evolved) = (0, 0);
        while deaths < kills() {
            with_old_runs(s)?;
            let running = [spawn(s, "run-old 4", ""), spawn(s, "run-new 2", ""), spawn(s, "run-new 3", "")];
            for child in running {
                instants.wait(Duration::from_millis(60));
                kill(child);
                deaths += 1;
            }
            match here::<old::Pendulum>(s, Schema::Check).open() {
                Ok(store) => {
                    drop(store);
                    is_sound::<old::Pendulum>(s);
                }
                Err(refused) => {
                    assert!(refused.is_conflict(), "{refused}");
                    evolved += 1;
                }
            }
            drop(here::<new::Pendulum>(s, Schema::Evolve).open()?);
            is_sound::<new::Pendulum>(s);
        }
        println!("{deaths} deaths, {evolved} times after the table had evolved");
        Ok(())
    }

    /// There and back again, by two at a time.
    fn deaths_at_any_instant_of_a_rehash_lose_nothing(s: &Scratch) -> Result<()> {
        begin(s);
        let store = here::<second::Pendulum>(s, Schema::Check).open()?;
        for n in 0..12 {
            store.run(&Shape::of(n))?;
        }
        store.register(&Shape::of(12), elsewhere(s.dir(), 12))?;
        drop(store);
        fs::write(s.dir().join("stored.log"), (0..13).map(|n| format!("{n}\n")).collect::<String>()).unwrap();
        let mut instants = Instants::new(2);
        for at in 0..kills().div_ceil(2) {
            let work = if at % 2 == 0 { "rehash-3" } else { "rehash-2" };
            for child in [spawn(s, work, ""), spawn(s, work, "")] {
                instants.wait(Duration::from_millis(40));
                kill(child);
            }
            if at % 2 == 0 { finish_rehash::<third::Pendulum>(s)? } else { finish_rehash::<second::Pendulum>(s)? }
        }
        Ok(())
    }

    fn deaths_at_any_instant_of_a_takeover_of_a_directory_lose_nothing(s: &Scratch) -> Result<()> {
        let mut instants = Instants::new(3);
        with_old_runs(s)?;
        for at in 0..kills().div_ceil(2) {
            let mark = s.results_dir().join(".entropic/store.json");
            if at % 2 == 0 {
                fs::remove_file(mark).ok();
            } else {
                fs::write(mark, "{").unwrap();
            }
            for child in [spawn(s, "adopt", ""), spawn(s, "adopt", "")] {
                instants.wait(Duration::from_millis(15));
                kill(child);
            }
            if let Err(refused) = here::<old::Pendulum>(s, Schema::Check).open() {
                assert!(refused.to_string().contains("adopt_results_dir"), "{refused}");
                drop(here::<old::Pendulum>(s, Schema::Check).adopt_results_dir().open()?);
            }
            is_sound::<old::Pendulum>(s);
        }
        Ok(())
    }

    /// Runs, registrations, patches, deletions, repairs, by two at a time.
    fn deaths_at_any_instant_of_changes_lose_nothing(s: &Scratch) -> Result<()> {
        begin(s);
        drop(here::<old::Pendulum>(s, Schema::Check).open()?);
        let mut instants = Instants::new(4);
        for at in 0..kills().div_ceil(2) {
            let running = [spawn(s, &format!("mix {}", 2 * at), ""), spawn(s, &format!("mix {}", 2 * at + 1), "")];
            for child in running {
                instants.wait(Duration::from_millis(150));
                kill(child);
            }
            let store = here::<old::Pendulum>(s, Schema::Check).open()?;
            // Rows are deleted, and their results kept.
            store.move_strays(s.dir().join("strays"))?;
            for record in store.list()? {
                if !record.result_file.exists() {
                    // Registered by one, and removed with the row of the other, which registered the same file.
                    assert!(record.result_file.to_string_lossy().contains("elsewhere"), "{record:?}");
                    store.delete_id(&record.id)?;
                }
            }
            drop(store);
            is_sound::<old::Pendulum>(s);
        }
        Ok(())
    }

    /// The process of a sweep, and with it its workers.
    fn deaths_at_any_instant_of_a_sweep_lose_nothing(s: &Scratch) -> Result<()> {
        begin(s);
        let mut instants = Instants::new(5);
        for _ in 0..kills().div_ceil(2) {
            let running = [spawn(s, "sweep", ""), spawn(s, "sweep", "")];
            for child in running {
                instants.wait(Duration::from_millis(120));
                kill(child);
            }
            let store = here::<old::Pendulum>(s, Schema::Check).open()?;
            let report = store.sweep((0..40).map(Shape::of)).run()?;
            assert_eq!(report.failures.len(), 0, "{report}");
            drop(store);
            is_sound::<old::Pendulum>(s);
            let store = here::<old::Pendulum>(s, Schema::Check).open()?;
            for n in (0..40).step_by(2) {
                store.delete_with_file(&Shape::of(n))?;
            }
        }
        Ok(())
    }
}

fn finish_rehash<G: Shape>(s: &Scratch) -> Result<()> {
    let store = here::<G>(s, Schema::Trust).open()?;
    assert!(store.count()? >= 13);
    for record in store.list()? {
        has_its_own_result(record);
    }
    assert!(store.rehash(&store.plan_rehash()?)?.complete);
    drop(store);
    is_sound::<G>(s);
    Ok(())
}
