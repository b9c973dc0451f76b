//! What a hit and a miss cost, in statements and in calls of the file system.

use std::cell::RefCell;
#[cfg(target_os = "linux")]
use std::fs;
#[cfg(target_os = "linux")]
use std::path::{Path, PathBuf};
use std::sync::Once;

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
#[cfg(target_os = "linux")]
use entropic::Durability;
use entropic::Result;

#[cfg(target_os = "linux")]
use crate::records::at;
use crate::records::{Orbit, orbits};
use crate::support::{Backend, Scratch, each_backend};

thread_local! {
    /// The statements of this thread, while they are counted.
    static STATEMENTS: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

fn counting() -> Option<Box<dyn Instrumentation>> {
    Some(Box::new(|event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            STATEMENTS.with_borrow_mut(|counted| {
                counted.iter_mut().for_each(|counted| counted.push(query.to_string()));
            });
        }
    }))
}

/// Lets connections that are made from now on tell of their statements.
fn count_statements() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| set_default_instrumentation(counting).unwrap());
}

/// The statements of some work, by their first words.
fn statements<R>(work: impl FnOnce() -> Result<R>) -> Result<Vec<String>> {
    STATEMENTS.set(Some(Vec::new()));
    let done = work();
    let counted = STATEMENTS.take().unwrap();
    done?;
    let word = |statement: &String| {
        let words = statement.split_whitespace().next().unwrap_or_default().to_uppercase();
        let lock = ["pg_try_advisory_lock", "$1 IS NOT NULL", "pg_advisory_unlock"]
            .into_iter()
            .find(|lock| statement.contains(lock));
        lock.map_or(words, str::to_owned)
    };
    Ok(counted.iter().map(word).collect())
}

/// What is done with the names in a directory while something works, and which files there are opened: the calls that cost.
#[cfg(target_os = "linux")]
struct Watched(std::os::fd::OwnedFd);

#[cfg(target_os = "linux")]
impl Watched {
    fn new(dirs: &[PathBuf]) -> Self {
        use rustix::fs::inotify::{CreateFlags, WatchFlags, add_watch, init};
        let watched = init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK).unwrap();
        let names = WatchFlags::CREATE | WatchFlags::DELETE | WatchFlags::MOVE | WatchFlags::OPEN;
        for dir in dirs {
            add_watch(&watched, dir, names).unwrap();
        }
        Self(watched)
    }

    /// What has come about since it was asked last.
    fn seen(&self) -> Vec<String> {
        use rustix::fs::inotify::{ReadFlags, Reader};
        let mut room = [std::mem::MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(&self.0, &mut room);
        let mut seen = Vec::new();
        while let Ok(event) = reader.next() {
            let what = [
                (ReadFlags::CREATE, "made"),
                (ReadFlags::DELETE, "removed"),
                (ReadFlags::MOVED_FROM, "moved away"),
                (ReadFlags::MOVED_TO, "moved here"),
                (ReadFlags::OPEN, "opened"),
            ];
            let (_, what) = what.into_iter().find(|(flag, _)| event.events().contains(*flag)).unwrap();
            // Directories are listed now and then, and synced.
            let is_directory = event.events().contains(ReadFlags::ISDIR);
            if let Some(name) = event.file_name().filter(|_| !(is_directory && what == "opened")) {
                seen.push(format!("{what} {}", name.to_string_lossy()));
            }
        }
        seen
    }
}

/// The directories below one, and itself.
#[cfg(target_os = "linux")]
fn all_directories(dir: &Path) -> Vec<PathBuf> {
    let below = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    below.flat_map(|dir| all_directories(&dir)).chain([dir.to_owned()]).collect()
}

#[cfg(target_os = "linux")]
each_backend! {
    /// The result is made and renamed; the lock, the journal and the directory of the attempt are there already.
    fn a_hit_opens_no_file_and_a_miss_makes_one(s: &Scratch) -> Result<()> {
        for durability in [Durability::Full, Durability::Process] {
            let store = at::<Orbit>(s)
                .durability(durability)
                .runner(|_: &Orbit, run| fs::write(run.result_file(), "energy"))
                .open()?;
            let first = if durability == Durability::Full { 0 } else { 10 };
            store.run_or_retrieve(&Orbit::of(f64::from(first)))?;
            let watched = Watched::new(&all_directories(&s.results_dir()));
            assert!(store.run_or_retrieve(&Orbit::of(f64::from(first)))?.result_file.exists());
            assert_eq!(watched.seen(), [""; 0]);
            for mass in first + 1..first + 4 {
                let record = store.run_or_retrieve(&Orbit::of(f64::from(mass)))?;
                let name = record.result_file.file_name().unwrap().to_string_lossy().into_owned();
                let expected = ["made", "opened", "moved away", "moved here"].map(|what| format!("{what} {name}"));
                let is_attempt = |what: &String| what.rsplit(' ').next().is_some_and(|name| name.parse::<u64>().is_ok());
                let (attempts, seen): (Vec<_>, Vec<_>) = watched.seen().into_iter().partition(is_attempt);
                // Where a commit may be lost, the journal still has the name of the directory, which gets another one.
                let may_be_lost = s.backend() == Backend::Postgres && durability == Durability::Process;
                assert_eq!(attempts.len(), if may_be_lost { 2 } else { 0 }, "{attempts:?}");
                assert_eq!(seen, expected, "{durability:?}");
            }
        }
        Ok(())
    }
}

each_backend! {
    fn a_hit_is_one_statement(s: &Scratch) -> Result<()> {
        count_statements();
        let (store, calls) = orbits(s)?;
        let made = store.run(&Orbit::of(1.0))?;
        for _ in 0..3 {
            assert_eq!(statements(|| store.run_or_retrieve(&Orbit::of(1.0)))?, ["SELECT"]);
            assert_eq!(statements(|| store.retrieve(&Orbit::of(1.0)))?, ["SELECT"]);
            assert_eq!(statements(|| store.get(&made.id))?, ["SELECT"]);
        }
        assert_eq!(calls.count(), 1);
        Ok(())
    }

    /// It is looked for, looked for again under the lease, written, and read. A server is asked for the lock besides, and
    /// whether its session lives before the row is written.
    fn a_miss_is_a_fixed_number_of_statements(s: &Scratch) -> Result<()> {
        count_statements();
        let (store, calls) = orbits(s)?;
        store.run(&Orbit::of(0.0))?;
        let mut expected = vec!["SELECT", "SELECT", "INSERT", "SELECT"];
        if s.backend() == Backend::Postgres {
            expected.insert(1, "pg_try_advisory_lock");
            expected.insert(3, "$1 IS NOT NULL");
            expected.push("pg_advisory_unlock");
        }
        for mass in 1..=5 {
            assert_eq!(statements(|| store.run_or_retrieve(&Orbit::of(f64::from(mass))))?, expected);
        }
        assert_eq!(calls.count(), 6);
        Ok(())
    }
}
