//! Disks that are full, and folders that cannot be written to.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::Command;

use entropic::prelude::*;
#[cfg(target_os = "linux")]
use entropic::{Durability, FileError, RunResult};
use entropic::{Error, IntegrityReport, Problem, Result, StoreError};

use crate::records::Orbit;
#[cfg(target_os = "linux")]
use crate::records::{at, orbits};
#[cfg(target_os = "linux")]
use crate::support::Backend;
use crate::support::{Scratch, each_backend};

const URL: &str = "ENTROPIC_TEST_CHILD_URL";
const DIR: &str = "ENTROPIC_TEST_CHILD_DIR";

/// 24 kB: some blocks, so that a limit can cut it anywhere.
fn text(mass: f64) -> String {
    format!("{mass:>7}\n").repeat(3_000)
}

fn store(url: &str, dir: &Path) -> Result<Store<Orbit>> {
    Store::builder()
        .database(url)
        .results_dir(dir.join("results"))
        .runner(|orbit: &Orbit, run| fs::write(run.result_file(), text(orbit.mass)))
        .open()
}

/// Runs until something fails, and says what; the parent has taken care that something does.
#[test]
#[ignore = "a child of another test"]
fn child_fills_the_disk() {
    let Ok(url) = std::env::var(URL) else { return };
    let dir = std::env::var(DIR).unwrap();
    let outcome = store(&url, Path::new(&dir)).and_then(|store| {
        for n in 0..200 {
            store.run_or_retrieve(&Orbit::of(f64::from(n)))?;
        }
        Ok(())
    });
    match outcome {
        Ok(()) => println!("outcome: success"),
        Err(
            Error::Runner { .. } | Error::File(_) | Error::Db(_) | Error::Store(StoreError::NotStored { .. }),
        ) => println!("outcome: a typed error"),
        Err(other) => panic!("{other:?}"),
    }
}

/// Does something without what root may do with files that it may not write, which others may not do anyway.
#[cfg(target_os = "linux")]
fn obeying_permissions<R>(work: impl FnOnce() -> R) -> R {
    use rustix::thread::{CapabilitySet, capabilities, set_capabilities};
    let before = capabilities(None).unwrap();
    let mut may = before;
    may.effective.remove(CapabilitySet::DAC_OVERRIDE);
    set_capabilities(None, may).unwrap();
    let done = work();
    set_capabilities(None, before).unwrap();
    done
}

#[cfg(target_os = "linux")]
fn allow(dir: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(dir, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(target_os = "linux")]
each_backend! {
    fn a_run_that_cannot_be_put_in_place_is_left_to_the_next_one(s: &Scratch) -> Result<()> {
        for durability in [Durability::Full, Durability::Process] {
            let orbit = Orbit::of(if durability == Durability::Full { 1.0 } else { 2.0 });
            let store = || at::<Orbit>(s).durability(durability);
            let never = |_: &Orbit, _: &mut RunContext<Orbit>| -> RunResult { panic!("ran again") };
            let makes = store().runner(|orbit: &Orbit, run| fs::write(run.result_file(), text(orbit.mass))).open()?;
            let other = store().runner(never).open()?;
            // Both have their connections to a server from now on.
            assert!(!makes.delete(&orbit)? && !other.delete(&orbit)?);
            allow(&s.results_dir(), 0o555);
            let error = obeying_permissions(|| makes.run(&orbit)).unwrap_err();
            let Error::Store(StoreError::NotStored { path, .. }) = &error else { panic!("{error:?}") };
            assert_eq!(fs::read_to_string(path).unwrap(), text(orbit.mass), "kept where the error says");
            // The next one cannot put it there either, and does not run.
            let refused = obeying_permissions(|| other.run_or_retrieve(&orbit)).unwrap_err();
            assert!(matches!(refused, Error::File(_)), "{refused:?}");
            // An opening leaves it there as well, also when its maker has gone.
            drop(makes);
            // The server of the tests is another user's, whose socket root alone may use.
            if s.backend() == Backend::Sqlite {
                let next = obeying_permissions(|| store().runner(never).open())?;
                assert_eq!(next.recovered().waiting, [orbit.id()?]);
                assert!(path.exists());
            }
            allow(&s.results_dir(), 0o755);
            let record = other.run_or_retrieve(&orbit)?;
            assert_eq!(fs::read_to_string(&record.result_file).unwrap(), text(orbit.mass));
            assert!(!path.exists());
            drop(other);
            let report = store().open()?.verify()?;
            assert!(report.is_sound() && report.leftovers.is_empty(), "{report}");
        }
        Ok(())
    }

    fn a_run_that_cannot_be_handed_over_either_is_kept_where_the_error_says(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        store.run(&Orbit::of(1.0))?;
        let own = s.results_dir().join(".entropic");
        [&s.results_dir(), &own].into_iter().for_each(|dir| allow(dir, 0o555));
        let error = obeying_permissions(|| store.run(&Orbit::of(2.0))).unwrap_err();
        let Error::File(FileError::Staged { path, .. }) = &error else { panic!("{error:?}") };
        assert_eq!(fs::read_to_string(path).unwrap(), "mass 2");
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        [&s.results_dir(), &own].into_iter().for_each(|dir| allow(dir, 0o755));
        let record = store.run_or_retrieve(&Orbit::of(2.0))?;
        assert_eq!((fs::read_to_string(&record.result_file).unwrap().as_str(), calls.count()), ("mass 2", 2));
        Ok(())
    }
}

each_backend! {
    /// No file of the child may grow beyond a limit: the result, the journal, or the database fails first.
    fn a_full_disk_is_a_typed_error_and_loses_nothing(s: &Scratch) -> Result<()> {
        drop(store(s.url(), s.dir())?.run(&Orbit::of(-1.0))?);
        let foreign = s.results_dir().join("foreign.h5");
        fs::write(&foreign, "mine").unwrap();
        for blocks in [0, 1, 8, 40, 48, 64, 100, 200] {
            let output = Command::new("sh")
                .args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\" 2>&1 | cat")])
                .arg(std::env::current_exe().unwrap())
                .args(["--exact", "disk::child_fills_the_disk", "--ignored", "--nocapture"])
                .env(URL, s.url())
                .env(DIR, s.dir())
                .output()
                .unwrap();
            let told = String::from_utf8_lossy(&output.stdout);
            assert!(told.contains("outcome: ") && told.contains("1 passed"), "{blocks}: {told}");
        }
        // With room again everything that was finished is there, and the rest is run.
        let store = store(s.url(), s.dir())?;
        // A result that the journal had no room to tell of is kept, and told as one without a row.
        let stray = |report: &IntegrityReport| {
            report.problems.iter().all(|problem| matches!(problem, Problem::NoRow { .. }))
        };
        let report = store.verify()?;
        assert!(stray(&report), "{report}");
        for record in store.list()? {
            assert_eq!(fs::read_to_string(&record.result_file).unwrap(), text(record.mass));
        }
        assert_eq!(store.sweep((-1..200).map(|n| Orbit::of(f64::from(n)))).run()?.records.len(), 201);
        assert!(stray(&store.verify()?));
        assert_eq!(fs::read_to_string(&foreign).unwrap(), "mine");
        Ok(())
    }

    fn a_results_folder_that_is_a_file_is_a_typed_error(s: &Scratch) -> Result<()> {
        fs::write(s.results_dir(), "mine").unwrap();
        let error = store(s.url(), s.dir()).unwrap_err();
        assert!(matches!(error, Error::File(_)), "{error:?}");
        assert!(error.to_string().contains("results"), "{error}");
        assert_eq!(fs::read_to_string(s.results_dir()).unwrap(), "mine");
        Ok(())
    }

    /// Root may write anywhere; a file in the place of our folders stops even root.
    fn a_folder_that_cannot_be_written_to_is_a_typed_error(s: &Scratch) -> Result<()> {
        let store = store(s.url(), s.dir())?;
        let made = store.run(&Orbit::of(1.0))?;
        drop(store);
        let own = s.results_dir().join(".entropic");
        for name in ["attempts", "journals"] {
            fs::remove_dir_all(own.join(name)).ok();
            fs::write(own.join(name), "in the way").unwrap();
            let error = self::store(s.url(), s.dir()).and_then(|store| store.run(&Orbit::of(2.0))).unwrap_err();
            assert!(matches!(error, Error::File(_)), "{name}: {error:?}");
            fs::remove_file(own.join(name)).unwrap();
        }
        let locks = own.join(if cfg!(target_os = "linux") { "ids.lock" } else { "locks" });
        fs::remove_file(&locks).ok();
        fs::create_dir(&locks).unwrap();
        fs::create_dir(locks.join(Orbit::of(2.0).id()?.as_str())).unwrap();
        let store = self::store(s.url(), s.dir())?;
        let error = store.run(&Orbit::of(2.0)).unwrap_err();
        assert!(matches!(error, Error::File(_)) && error.to_string().contains("lock"), "{error:?}");
        fs::remove_dir_all(&locks).unwrap();
        assert_eq!(store.run_or_retrieve(&Orbit::of(1.0))?, made);
        store.run(&Orbit::of(2.0))?;
        Ok(())
    }

    fn a_wrong_working_directory_runs_nothing_again(s: &Scratch) -> Result<()> {
        // The database is found by its full path, the results by a relative one, as seen from elsewhere.
        let made = store(s.url(), s.dir())?.run(&Orbit::of(1.0))?;
        let never = |_: &Orbit, _: &mut RunContext<Orbit>| -> Result<(), String> { panic!("ran again") };
        let elsewhere = s.dir().join("elsewhere/results");
        let error = Store::builder().database(s.url()).results_dir(&elsewhere).runner(never).open().unwrap_err();
        assert!(error.is_conflict(), "{error}");
        assert!(!elsewhere.exists(), "nothing is made where nothing should be");
        assert!(made.result_file.exists());
        Ok(())
    }
}
