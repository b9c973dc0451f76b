//! Commits that are not synced: what is left of them when processes die and the server crashes, in any order.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use entropic::prelude::*;
use entropic::{Durability, Result, StoreBuilder};

use crate::records::{Orbit, at};
use crate::support::Scratch;
use crate::support::postgres::OwnServer;

const URL: &str = "ENTROPIC_TEST_CHILD_URL";
const DIR: &str = "ENTROPIC_TEST_CHILD_DIR";

fn orbit() -> Orbit {
    Orbit::of(1.0)
}

/// A store whose runner writes one word, which no other run has, into the result and into the row.
fn telling(url: &str, dir: &Path, durability: Durability) -> StoreBuilder<Orbit> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    Store::builder().database(url).results_dir(dir).durability(durability).runner(|_: &Orbit, run| {
        let word = format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        run.output.verdict = Some(word.clone());
        fs::write(run.result_file(), word)
    })
}

fn here(s: &Scratch) -> StoreBuilder<Orbit> {
    telling(s.url(), &s.results_dir(), Durability::Full)
}

/// A process with a store that does not sync, and does what it is told. Dropped, it is killed.
struct Process {
    child: Child,
    says: BufReader<ChildStdout>,
}

impl Process {
    fn new(s: &Scratch) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "unflushed::child_works", "--ignored", "--nocapture"])
            .env(URL, s.url())
            .env(DIR, s.results_dir())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let says = BufReader::new(child.stdout.take().unwrap());
        let mut process = Self { child, says };
        process.answer();
        process
    }

    /// `run` or `delete`; the word of the run.
    fn does(&mut self, what: &str) -> String {
        writeln!(self.child.stdin.as_mut().unwrap(), "{what}").unwrap();
        self.answer()
    }

    fn answer(&mut self) -> String {
        let mut line = String::new();
        while self.says.read_line(&mut line).unwrap() > 0 {
            if let Some((_, answer)) = line.trim_end().split_once("answer:") {
                return answer.to_owned();
            }
            line.clear();
        }
        panic!("the child is dead");
    }

    fn kill(self) {}

    fn ends(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
#[ignore = "a child of other tests"]
fn child_works() {
    let Ok(url) = std::env::var(URL) else { return };
    let dir = std::env::var(DIR).unwrap();
    let store = telling(&url, Path::new(&dir), Durability::Process).open().unwrap();
    println!("answer:");
    for line in std::io::stdin().lines() {
        let word = match line.unwrap().as_str() {
            "run" => store.run(&orbit()).unwrap().output.verdict.unwrap(),
            "delete" => store.delete(&orbit()).unwrap().to_string(),
            "delete_with_file" => store.delete_with_file(&orbit()).unwrap().to_string(),
            other => panic!("{other}"),
        };
        println!("answer:{word}");
    }
}

fn world() -> Option<(OwnServer, Scratch)> {
    let server = OwnServer::start()?;
    let s = Scratch::postgres_at(server.url());
    Some((server, s))
}

fn verdict(s: &Scratch) -> Option<String> {
    s.scalar_text("SELECT verdict FROM orbits")
}

/// Has the disk have what was committed so far: a commit that is synced syncs all before it.
fn keep(s: &Scratch) {
    s.sql("CREATE TABLE IF NOT EXISTS other (n int); INSERT INTO other VALUES (1)");
}

#[track_caller]
fn holds(s: &Scratch, word: &str) {
    let store = here(s).open().unwrap();
    let record = store.retrieve(&orbit()).unwrap().expect("the run is there");
    assert_eq!(record.output.verdict.as_deref(), Some(word));
    assert_eq!(fs::read_to_string(&record.result_file).unwrap(), word);
}

/// Opened twice: whatever the first opening finds, the second one must not undo.
#[track_caller]
fn holds_nothing(s: &Scratch) {
    for _ in 0..2 {
        assert_eq!(here(s).open().unwrap().count().unwrap(), 0);
    }
    let notes = s.results_dir().join(".entropic/deleted");
    assert_eq!(fs::read_dir(notes).map_or(0, Iterator::count), 0, "no note outlives its use");
}

#[test]
fn a_run_that_was_deleted_stays_so_when_its_maker_is_killed() -> Result<()> {
    let Some(s) = Scratch::postgres() else { return Ok(()) };
    for how in ["delete", "delete_with_file"] {
        for overwritten in [false, true] {
            let (mut maker, mut other) = (Process::new(&s), Process::new(&s));
            maker.does("run");
            let first = s.results_dir().join(format!("{}.h5", orbit().id()?));
            assert!(first.exists());
            if overwritten {
                other.does("run");
            }
            assert_eq!(Process::new(&s).does(how), "true");
            maker.kill();
            // While the other one lives.
            assert_eq!(here(&s).open()?.count()?, 0, "{how}, {overwritten}");
            other.kill();
            holds_nothing(&s);
            here(&s).open()?.repair(false)?;
            assert_eq!(first.exists(), how == "delete" && !overwritten, "a result stays unless it was to go");
            fs::remove_file(&first).ok();
            // It can be run again, and be lost again.
            let mut maker = Process::new(&s);
            let word = maker.does("run");
            maker.kill();
            holds(&s, &word);
            here(&s).open()?.delete_with_file(&orbit())?;
        }
    }
    Ok(())
}

#[test]
fn a_run_that_was_deleted_stays_so_when_the_server_crashes() -> Result<()> {
    let Some((mut server, s)) = world() else { return Ok(()) };
    for how in ["delete", "delete_with_file"] {
        for (killed, kept) in [(true, true), (true, false), (false, true), (false, false)] {
            let (mut maker, mut other) = (Process::new(&s), Process::new(&s));
            if !kept {
                server.loses_commits();
            }
            maker.does("run");
            if kept {
                keep(&s);
                server.loses_commits();
            }
            assert_eq!(other.does(how), "true");
            server.restart();
            assert_eq!(verdict(&s), None);
            for process in [maker, other] {
                if killed { process.kill() } else { process.ends() }
            }
            holds_nothing(&s);
        }
    }
    Ok(())
}

/// A note of a deletion is about one result, and not about those that come after it.
#[test]
fn a_run_that_was_made_after_a_deletion_is_not_lost() -> Result<()> {
    let Some((mut server, s)) = world() else { return Ok(()) };
    for how in ["delete", "delete_with_file"] {
        let (mut first, mut second) = (Process::new(&s), Process::new(&s));
        first.does("run");
        assert_eq!(second.does(how), "true");
        server.loses_commits();
        let word = second.does("run");
        server.restart();
        assert_eq!(verdict(&s), None, "it is lost, after {how}");
        first.kill();
        second.kill();
        holds(&s, &word);
        here(&s).open()?.delete_with_file(&orbit())?;
    }
    Ok(())
}

#[test]
fn of_a_chain_of_lost_overwrites_the_newest_is_stored_again() -> Result<()> {
    let Some((mut server, s)) = world() else { return Ok(()) };
    // How many of three were kept; who dies, in which order; after each of them the store is opened.
    for kept in 0..3 {
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut all = [(); 3].map(|()| Some(Process::new(&s)));
            let mut words = Vec::new();
            for (n, process) in all.iter_mut().flatten().enumerate() {
                if n == kept {
                    keep(&s);
                    server.loses_commits();
                }
                words.push(process.does("run"));
            }
            server.restart();
            let before = kept.checked_sub(1).map(|last| words[last].clone());
            assert_eq!(verdict(&s), before, "the last ones are lost");
            for (nth, process) in order.into_iter().enumerate() {
                all[process].take().unwrap().kill();
                drop(here(&s).open()?);
                if order[..=nth].contains(&2) {
                    holds(&s, &words[2]);
                }
            }
            holds(&s, &words[2]);
            here(&s).open()?.delete_with_file(&orbit())?;
            here(&s).open()?.repair(false)?;
        }
    }
    Ok(())
}

/// Killed all at once: what one opening finds, in whatever order.
#[test]
fn a_chain_of_lost_overwrites_is_found_whole_by_one_opening() -> Result<()> {
    let Some((mut server, s)) = world() else { return Ok(()) };
    for kept in [true, false] {
        for _ in 0..4 {
            if kept {
                here(&s).open()?.run(&orbit())?;
            }
            let mut all = [(); 3].map(|()| Process::new(&s));
            server.loses_commits();
            let words: Vec<String> = all.iter_mut().map(|process| process.does("run")).collect();
            server.restart();
            assert!(verdict(&s).is_none_or(|word| !words.contains(&word)), "they are lost");
            all.into_iter().for_each(Process::kill);
            holds(&s, &words[2]);
            assert!(here(&s).open()?.verify()?.is_sound());
            here(&s).open()?.delete_with_file(&orbit())?;
        }
    }
    Ok(())
}

#[test]
fn a_new_table_and_its_directory_are_there_for_good() -> Result<()> {
    let Some((mut server, s)) = world() else { return Ok(()) };
    server.loses_commits();
    let store = telling(s.url(), &s.results_dir(), Durability::Process).open()?;
    server.restart();
    assert_eq!(store.count()?, 0);
    let other = s.dir().join("other");
    assert!(at::<Orbit>(&s).results_dir(&other).open().unwrap_err().is_conflict());
    store.run(&orbit())?;
    drop(store);
    assert_eq!(here(&s).open()?.count()?, 1);
    Ok(())
}

#[test]
fn what_a_store_has_made_before_it_was_closed_is_there_for_good() -> Result<()> {
    let Some((mut server, s)) = world() else { return Ok(()) };
    let mut process = Process::new(&s);
    server.loses_commits();
    let word = process.does("run");
    process.ends();
    server.restart();
    assert_eq!(verdict(&s), Some(word));
    Ok(())
}

/// Whether the journal of the one process says of some run that it is stored for good.
fn is_settled(s: &Scratch) -> bool {
    let journals = fs::read_dir(s.results_dir().join(".entropic/journals")).unwrap();
    journals
        .flatten()
        .any(|journal| fs::read_to_string(journal.path()).unwrap_or_default().contains("\"done\""))
}

#[track_caller]
fn until(mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(30));
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn runs_are_stored_for_good_with_one_of_the_next_calls() -> Result<()> {
    let Some(s) = Scratch::postgres() else { return Ok(()) };
    let store = telling(s.url(), &s.results_dir(), Durability::Process).open()?;
    store.run(&orbit())?;
    until(|| {
        assert!(store.retrieve(&orbit()).unwrap().is_some());
        is_settled(&s)
    });
    Ok(())
}

#[test]
fn runs_of_a_sweep_are_stored_for_good_while_others_take_their_time() -> Result<()> {
    let Some(s) = Scratch::postgres() else { return Ok(()) };
    let dir = s.results_dir();
    let store = telling(s.url(), &dir, Durability::Process).open()?;
    thread::scope(|scope| {
        scope.spawn(|| {
            let slow = store.with_runner({
                let journals = dir.join(".entropic/journals");
                move |orbit: &Orbit, run| {
                    let settled = || {
                        fs::read_dir(&journals).unwrap().flatten().any(|journal| {
                            fs::read_to_string(journal.path()).unwrap_or_default().contains("\"done\"")
                        })
                    };
                    if orbit.mass > 0.0 {
                        until(settled);
                    }
                    fs::write(run.result_file(), "made")
                }
            });
            let points = [0.0, 1.0].map(Orbit::of);
            assert_eq!(slow.sweep(points).executor(Threads::new(2)).run().unwrap().misses, 2);
        });
    });
    drop(store);
    // And when it is over.
    let store = telling(s.url(), &dir, Durability::Process).open()?;
    assert_eq!(store.sweep((2..5).map(|n| Orbit::of(f64::from(n)))).run()?.misses, 3);
    assert!(is_settled(&s));
    Ok(())
}

/// Processes that overwrite and delete one run in turn, one crash of the server, processes killed before and after it and all
/// of them in the end: what was done last is what counts. `ENTROPIC_TEST_KILLS` says how many rounds.
#[test]
fn what_was_done_last_counts_whoever_dies() -> Result<()> {
    use rand::RngExt as _;
    use rand::SeedableRng as _;
    use rand::rngs::ChaCha8Rng;

    let Some((mut server, s)) = world() else { return Ok(()) };
    let rounds =
        std::env::var("ENTROPIC_TEST_KILLS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(6);
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    let given = std::env::var("ENTROPIC_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or(u64::from(now.subsec_nanos()));
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    for round in 0..rounds {
        let (mut did, mut last) = (Vec::new(), None);
        let mut all: Vec<Process> = (0..4).map(|_| Process::new(&s)).collect();
        let crash = rng.random_range(0..8);
        for step in 0..10 {
            if step == crash {
                server.loses_commits();
            }
            if step == crash + 3 {
                did.push("crash".to_owned());
                server.restart();
            }
            let which = rng.random_range(0..all.len());
            let what = match rng.random_range(0..8) {
                0 | 1 if last.is_some() => "delete",
                2 if last.is_some() => "delete_with_file",
                3 if all.len() > 1 => {
                    did.push(format!("kill {which}"));
                    all.remove(which).kill();
                    if rng.random_range(0..2) == 0 {
                        did.push("open".to_owned());
                        drop(here(&s).open()?);
                    }
                    continue;
                }
                _ => "run",
            };
            did.push(format!("{which} {what}"));
            let said = all[which].does(what);
            last = (what == "run").then_some(said);
        }
        while !all.is_empty() {
            all.remove(rng.random_range(0..all.len())).kill();
            if rng.random_range(0..2) == 0 {
                drop(here(&s).open()?);
            }
        }
        let store = here(&s).open()?;
        let found = store.retrieve(&orbit())?;
        let word = found.as_ref().and_then(|record| record.output.verdict.clone());
        assert_eq!(word, last, "seed {seed}, round {round}: {did:?}");
        if let Some(record) = found {
            assert_eq!(Some(fs::read_to_string(record.result_file).unwrap()), last);
        }
        drop(store);
        // The next opening sees the same, and every result but those of deleted runs goes.
        let store = here(&s).open()?;
        assert_eq!(
            store.retrieve(&orbit())?.and_then(|record| record.output.verdict),
            last,
            "seed {seed}: {did:?}"
        );
        store.repair(false)?;
        store.delete_with_file(&orbit())?;
        store.move_strays(s.dir().join(format!("strays-{round}")))?;
        assert!(store.verify()?.is_sound(), "seed {seed}, round {round}: {did:?}: {}", store.verify()?);
    }
    Ok(())
}
