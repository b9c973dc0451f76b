//! Sweeps whose runs fail, are tried again, and are stopped.

use std::fs;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use entropic::{CancelToken, FailureKind, Progress, Result, SimRecord, Threads};

use crate::records::{Calls, Orbit, at, orbits};
use crate::support::{Scratch, each_backend};

fn points(n: u32) -> impl Iterator<Item = Orbit> {
    (0..n).map(|n| Orbit::of(f64::from(n)))
}

each_backend! {
    fn failures_are_remembered_and_are_never_hits(s: &Scratch) -> Result<()> {
        let store = at(s).runner(|orbit: &Orbit, run| {
            match orbit.mass {
                1.0 => return Err(io::Error::other("diverged\0 at step 3")),
                2.0 => panic!("index 7 out of range"),
                3.0 => return Ok(()),
                _ => {}
            }
            fs::write(run.result_file(), "x")
        }).open()?;
        for attempts in 1..=2 {
            let report = store.sweep(points(5)).executor(Threads::new(2)).run()?;
            assert_eq!((report.hits + report.misses, report.failures.len()), (2, 3));
            let kinds: Vec<_> = report.failures.iter().map(|failure| failure.kind).collect();
            assert_eq!(kinds, [FailureKind::Error, FailureKind::Panic, FailureKind::Error].map(Some));
            let mut failures = store.failures()?;
            failures.sort_by(|a, b| a.params.mass.total_cmp(&b.params.mass));
            assert_eq!(failures.len(), 3);
            for failure in &failures {
                assert_eq!(failure.id, failure.params.id()?);
                assert_eq!(failure.attempts, attempts);
                assert!(!failure.node.is_empty() && failure.log.is_empty());
                assert!(store.retrieve(&failure.params)?.is_none());
            }
            assert_eq!(failures[0].params, Orbit::of(1.0));
            assert!(failures[0].message.contains("diverged") && failures[0].message.contains("at step 3"));
            assert_eq!((failures[1].kind, &*failures[1].message), (FailureKind::Panic, "index 7 out of range"));
            assert!(failures[2].message.contains("no result") || failures[2].message.contains("wrote nothing"), "{failures:?}");
        }
        assert_eq!(store.count()?, 2);
        // Another process, and a database that is only read.
        let reader = at::<Orbit>(s).read_only(true).open()?;
        assert_eq!(reader.failures()?.len(), 3);
        // What is made since is no failure any more, by whomever and however.
        let (mended, calls) = orbits(s)?;
        mended.run(&Orbit::of(1.0))?;
        assert_eq!(mended.failures()?.len(), 2);
        let report = mended.retry_failures()?.executor(Threads::new(2)).run()?;
        assert_eq!((report.misses, calls.count()), (2, 3));
        assert!(store.failures()?.is_empty());
        mended.delete(&Orbit::of(2.0))?;
        assert!(store.failures()?.is_empty(), "and it does not come back");
        assert!(store.retry_failures()?.run()?.records.is_empty());
        Ok(())
    }

    fn what_is_refused_before_it_runs_is_no_failure_of_a_run(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        let report = store.sweep([f64::NAN, 2.0, 3.0].map(Orbit::of)).retries(3).run()?;
        assert_eq!((report.misses, report.failures.len(), calls.count()), (2, 1, 2));
        assert!(report.failures.iter().all(|failure| failure.kind.is_none()));
        assert!(report.failures[0].error.is_invalid_input());
        assert!(store.failures()?.is_empty());
        Ok(())
    }

    fn a_failing_run_is_tried_again_as_often_as_was_said(s: &Scratch) -> Result<()> {
        let calls = Calls::default();
        let counted = calls.clone();
        let store = at(s).runner(move |orbit: &Orbit, run| {
            counted.add();
            // Fails as often as its mass says.
            let tries = run.checkpoint_dir().unwrap().join("tries");
            let failed = fs::read_to_string(&tries).map_or(0, |text| text.len());
            if (failed as f64) < orbit.mass {
                fs::write(&tries, "x".repeat(failed + 1))?;
                return Err(io::Error::other("not yet"));
            }
            fs::write(run.result_file(), "x")
        }).open()?;
        let report = store.sweep(points(4)).retries(2).run()?;
        assert_eq!((report.misses, report.failures.len()), (3, 1));
        assert_eq!(calls.count(), 1 + 2 + 3 + 3);
        assert_eq!((report.failures[0].attempts, report.failures[0].params.mass), (3, 3.0));
        assert_eq!(store.failures()?[0].attempts, 3);
        // It goes on where it was.
        assert_eq!(store.sweep(points(4)).run()?.misses, 1);
        Ok(())
    }

    fn a_sweep_can_be_cancelled_by_a_token_of_its_own(s: &Scratch) -> Result<()> {
        let token = CancelToken::new();
        let (cancel, seen) = (token.clone(), Arc::new(AtomicUsize::new(0)));
        let told = Arc::clone(&seen);
        let store = at(s).runner(move |orbit: &Orbit, run| {
            if orbit.mass == 2.0 { cancel.cancel() }
            if run.is_cancelled() {
                told.fetch_add(1, Ordering::SeqCst);
                return Err(io::Error::other("asked to stop"));
            }
            fs::write(run.result_file(), "x")
        }).open()?;
        let report = store.sweep(points(2_500)).cancel_token(&token).run()?;
        assert_eq!((report.misses, report.failures.len(), report.remaining), (2, 0, 2_498));
        assert!(report.interrupted);
        assert_eq!(seen.load(Ordering::SeqCst), 1);
        assert!(store.failures()?.is_empty(), "to be stopped is no failure");
        // The store is not cancelled.
        assert_eq!(store.sweep(points(2)).run()?.hits, 2);
        store.run(&Orbit::of(9.0))?;
        Ok(())
    }

    fn progress_is_told_up_to_the_end(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        store.run(&Orbit::of(1.0))?;
        let mut told: Vec<Progress> = Vec::new();
        let points = [1.0, 2.0, 3.0, 2.0, f64::NAN].map(Orbit::of);
        let report = store.sweep(points).on_progress(|progress| told.push(progress.clone())).run()?;
        assert_eq!(report.misses, 2);
        let last = told.last().unwrap();
        assert_eq!((last.done, last.total), (5, Some(5)));
        assert_eq!((last.hits, last.misses, last.failures, last.duplicates), (1, 2, 1, 1));
        assert!(told.is_sorted_by_key(|progress| progress.done));
        // A filter does not know how many it lets through.
        let mut total = None;
        let few = (0..10).map(|n| Orbit::of(f64::from(n))).filter(|orbit| orbit.mass > 7.0);
        assert_eq!(store.sweep(few).on_progress(|progress| total = progress.total).run()?.misses, 2);
        assert_eq!(total, None);
        Ok(())
    }

    fn a_run_can_ask_for_another_of_its_sweep(s: &Scratch) -> Result<()> {
        // A point that needs the one before it, which has ended and may not be stored yet.
        let inner = at(s).runner(|orbit: &Orbit, run| fs::write(run.result_file(), orbit.mass.to_string())).open()?;
        let before = inner.clone();
        let store = inner.with_runner(move |orbit: &Orbit, run| {
            if orbit.mass > 0.0 {
                let found = before.run_or_retrieve(&Orbit::of(orbit.mass - 1.0)).map_err(|error| error.to_string())?;
                assert_eq!(fs::read_to_string(found.result_file).unwrap(), (orbit.mass - 1.0).to_string());
            }
            fs::write(run.result_file(), orbit.mass.to_string()).map_err(|error| error.to_string())
        });
        let report = store.sweep(points(20)).run()?;
        assert_eq!((report.misses, report.failures.len()), (20, 0), "{report}");
        Ok(())
    }

    fn a_full_sweep_stores_in_groups_and_a_bad_row_takes_no_other_with_it(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        // A rule of the user's own that one row breaks.
        if s.backend() == crate::support::Backend::Postgres {
            s.sql("ALTER TABLE orbits ADD CONSTRAINT light CHECK (mass <> 7)");
        } else {
            s.sql("CREATE TRIGGER light BEFORE INSERT ON orbits WHEN NEW.mass = 7 BEGIN SELECT RAISE(ABORT, 'light'); END");
        }
        let report = store.sweep(points(30)).executor(Threads::new(2)).run()?;
        assert_eq!((report.misses, report.failures.len()), (29, 1), "{report}");
        assert_eq!((report.failures[0].params.mass, report.failures[0].kind), (7.0, None));
        assert!(report.failures[0].message().contains("light"), "{report}");
        assert_eq!(store.count()?, 29);
        Ok(())
    }

    fn failed_replicates_are_tried_again_as_such(s: &Scratch) -> Result<()> {
        let failing = at(s).runner(|_: &Orbit, run| {
            if run.replicate() == Some(1) || run.replicate() == Some(3) { return Err(io::Error::other("bad luck")) }
            fs::write(run.result_file(), "x")
        }).open()?;
        let report = failing.sweep([Orbit::of(1.0), Orbit::of(2.0)]).replicates(4).run()?;
        assert_eq!((report.misses, report.failures.len()), (4, 4));
        let (store, _) = orbits(s)?;
        let again = store.retry_failures()?.executor(Threads::new(2)).run()?;
        assert_eq!((again.misses, again.duplicates), (4, 0), "{again}");
        assert!(store.failures()?.is_empty());
        assert_eq!(store.count()?, 8);
        assert_eq!(store.sweep([Orbit::of(1.0), Orbit::of(2.0)]).replicates(4).run()?.hits, 8);
        Ok(())
    }

    fn replicates_are_runs_of_their_own_with_seeds_of_their_own(s: &Scratch) -> Result<()> {
        let calls = Calls::default();
        let counted = calls.clone();
        let store = at(s).runner(move |_: &Orbit, run| {
            counted.add();
            run.set("seen", (run.replicate(), run.seed()));
            fs::write(run.result_file(), run.seed().to_string())
        }).open()?;
        let orbit = Orbit::of(1.0);
        let plain = store.run_or_retrieve(&orbit)?;
        let three = store.replicates(&orbit, 3)?;
        assert_eq!(calls.count(), 4);
        let five = store.replicates(&orbit, 5)?;
        assert_eq!(calls.count(), 6);
        assert_eq!(five[..3], three[..]);
        let mut seeds: Vec<u64> = Vec::new();
        for (number, run) in five.iter().enumerate() {
            assert_eq!(run.params, orbit);
            assert_eq!(run.id.as_str(), format!("{}-r{number}", SimRecord::id(&orbit)?));
            assert_eq!(run.custom_data["replicate"], number);
            let seed = run.custom_data["seed"].as_u64().unwrap();
            assert_eq!(fs::read_to_string(&run.result_file).unwrap(), seed.to_string());
            assert_eq!(store.get(&run.id)?.as_ref(), Some(run));
            seeds.push(seed);
        }
        seeds.push(fs::read_to_string(plain.result_file).unwrap().parse().unwrap());
        seeds.sort_unstable();
        seeds.dedup();
        assert_eq!(seeds.len(), 6);
        assert!(seeds.iter().all(|seed| i64::try_from(*seed).is_ok()));
        // Of many points, with an executor, and in order.
        let report = store.sweep([1.0, 2.0, 1.0].map(Orbit::of)).replicates(2).executor(Threads::new(2)).run()?;
        assert_eq!((report.hits, report.misses, report.duplicates), (2, 2, 1));
        let order: Vec<_> = report.records.iter().map(|run| (run.mass, run.custom_data["replicate"].as_u64())).collect();
        assert_eq!(order, [(1.0, Some(0)), (1.0, Some(1)), (2.0, Some(0)), (2.0, Some(1))]);
        assert!(store.replicates(&orbit, 0)?.is_empty());
        assert!(store.replicates(&Orbit::of(f64::NAN), 0).unwrap_err().is_invalid_input());
        // Neither a check nor a plan for new keys stumbles over them.
        assert!(store.verify()?.is_sound());
        assert!(store.plan_rehash()?.moves.is_empty());
        Ok(())
    }
}

#[test]
fn a_memory_store_sweeps_in_groups_too() {
    let store = entropic::Store::<Orbit>::builder()
        .database("sqlite::memory:")
        .without_results()
        .runner(|orbit: &Orbit, run| {
            std::thread::sleep(Duration::from_millis(1));
            run.output.energy = Some(orbit.mass);
            Ok::<_, io::Error>(())
        })
        .open()
        .unwrap();
    let report = store.sweep(points(50)).executor(Threads::new(3)).run().unwrap();
    assert_eq!((report.misses, report.records.len()), (50, 50));
    assert!(report.records.iter().all(|run| run.output.energy == Some(run.mass)));
}

/// What a terminal sends, and how a sweep that listens ends.
#[cfg(unix)]
mod signals {
    use std::process::{Child, Command, Stdio};

    use super::*;

    #[test]
    #[ignore = "a child of another test"]
    fn child_sweeps() {
        let arg = |name: &str| std::env::args().find_map(|arg| Some(arg.strip_prefix(name)?.to_owned()));
        let (Some(url), Some(results)) = (arg("url="), arg("results=")) else { return };
        let store = entropic::Store::builder()
            .database(url)
            .results_dir(results)
            .runner(|orbit: &Orbit, run| {
                // Some do not look whether they are to stop.
                let naps = if orbit.label.is_some() { 3_000 } else { 5 };
                for _ in 0..naps {
                    if orbit.label.is_none() && run.is_cancelled() {
                        return Err(io::Error::other("asked to stop"));
                    }
                    std::thread::sleep(Duration::from_millis(10));
                }
                fs::write(run.result_file(), "x")
            })
            .open()
            .unwrap();
        let label = arg("label=");
        let points = (0..1_000).map(|n| Orbit { label: label.clone(), ..Orbit::of(f64::from(n)) });
        let report = store.sweep(points).executor(Threads::new(2)).stop_on_ctrl_c().progress().run().unwrap();
        eprintln!("REPORT {report}");
        assert!(report.interrupted);
        if arg("after=").is_some() {
            // No sweep listens any more.
            std::thread::sleep(Duration::from_secs(60));
        }
    }

    fn child(s: &Scratch, more: &[&str]) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "failing::signals::child_sweeps", "--ignored", "--nocapture"])
            .arg(format!("url={}", s.url()))
            .arg(format!("results={}", s.results_dir().display()))
            .args(more)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn signal(child: &Child, name: &str) {
        let kill = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
        assert!(kill.unwrap().success());
    }

    fn wait_for_runs(s: &Scratch, runs: u64) {
        loop {
            let store = at::<Orbit>(s).read_only(true).open();
            if store.and_then(|store| store.count()).is_ok_and(|count| count >= runs) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    #[test]
    fn the_first_ctrl_c_ends_a_sweep_in_order() {
        for name in ["INT", "TERM"] {
            let s = Scratch::sqlite();
            let child = child(&s, &[]);
            wait_for_runs(&s, 4);
            signal(&child, name);
            let output = child.wait_with_output().unwrap();
            let told = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && told.contains("points are left"), "{told}");
            // Lines, since nobody sits at a terminal.
            assert!(told.contains(" of 1000 points: 0 hits, "), "{told}");
            let store = at::<Orbit>(&s).open().unwrap();
            assert!(store.recovered().is_empty(), "nothing was left half done");
            assert!(store.failures().unwrap().is_empty());
        }
    }

    #[test]
    fn the_second_ctrl_c_and_one_without_a_sweep_end_the_process() {
        use std::os::unix::process::ExitStatusExt;
        let s = Scratch::sqlite();
        let mut deaf = child(&s, &["label=deaf"]);
        std::thread::sleep(Duration::from_millis(1_500));
        signal(&deaf, "INT");
        std::thread::sleep(Duration::from_millis(300));
        assert!(deaf.try_wait().unwrap().is_none(), "it waits for its runs");
        signal(&deaf, "INT");
        assert_eq!(deaf.wait().unwrap().signal(), Some(2));

        let s = Scratch::sqlite();
        let mut after = child(&s, &["after=1"]);
        wait_for_runs(&s, 4);
        signal(&after, "INT");
        std::thread::sleep(Duration::from_millis(1_500));
        assert!(after.try_wait().unwrap().is_none());
        signal(&after, "INT");
        assert_eq!(after.wait().unwrap().signal(), Some(2));
    }
}

#[test]
fn a_closure_that_panics_ends_the_sweep_and_nothing_is_lost() {
    let s = Scratch::sqlite();
    let (store, calls) = orbits(&s).unwrap();
    let swept = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut seen = 0;
        store
            .sweep(points(2_000))
            .executor(Threads::new(2))
            .on_record(|_| {
                seen += 1;
                assert!(seen < 30, "enough");
            })
            .run()
    }));
    assert!(swept.is_err());
    assert!(calls.count() < 2_000, "the rest is not run");
    let made = calls.count();
    let report = store.sweep(points(2_000)).run().unwrap();
    assert!(report.is_complete());
    assert_eq!((report.hits, calls.count()), (made, 2_000), "{report}");
}

#[test]
fn an_iterator_that_panics_ends_the_sweep() {
    let s = Scratch::sqlite();
    let (store, calls) = orbits(&s).unwrap();
    let swept = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let broken = points(5_000).inspect(|orbit| assert!(orbit.mass != 1_500.0, "no such point"));
        store.sweep(broken).executor(Threads::new(3)).run()
    }));
    assert!(swept.is_err());
    assert!(calls.count() <= 1_000, "{}", calls.count());
    assert_eq!(store.count().unwrap(), calls.count() as u64, "what was run is stored");
}
