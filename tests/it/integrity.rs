//! What verify finds, and what repair mends.

use std::fs;

use entropic::{IntegrityReport, Problem, Result, SimRecord};
use serde_json::json;

use crate::records::{Orbit, at, orbits};
use crate::support::{Scratch, each_backend};

each_backend! {
    fn a_sound_store_is_told_sound(s: &Scratch) -> Result<()> {
        let store = at(s).checksum(true).runner(|_: &Orbit, run| fs::write(run.result_file(), "x")).open()?;
        for mass in [0.0, -0.0, 1.0, 1e-9] {
            store.run(&Orbit::of(mass))?;
        }
        store.run_as(&entropic::RunId::new("by hand")?, &Orbit::of(1.0), &())?;
        let elsewhere = s.dir().join("elsewhere");
        fs::write(&elsewhere, "y").unwrap();
        store.register(&Orbit::of(2.0), &elsewhere)?;
        fs::write(s.results_dir().join("notes.txt"), "not ours").unwrap();
        let report = store.verify()?;
        assert!(report.is_sound(), "{report}");
        assert_eq!((report.rows, report.checksums), (6, 6));
        assert!(report.leftovers.is_empty());
        Ok(())
    }

    fn what_is_wrong_is_found_and_named(s: &Scratch) -> Result<()> {
        let store = at(s).checksum(true).runner(|orbit: &Orbit, run| fs::write(run.result_file(), orbit.mass.to_string())).open()?;
        let runs: Vec<_> = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
            .map(|mass| store.run(&Orbit::of(mass)).unwrap())
            .into_iter()
            .collect();
        fs::remove_file(&runs[0].result_file).unwrap();
        fs::write(&runs[1].result_file, "changed").unwrap();
        s.sql("UPDATE orbits SET mass = 30.0 WHERE mass = 3.0");
        s.sql("UPDATE orbits SET method = 'leapfrog' WHERE mass = 4.0");
        store.delete(&Orbit::of(5.0))?;
        let report = store.verify()?;
        let id = |n: usize| runs[n].id.to_string();
        assert_eq!(report.problems.len(), 5, "{report}");
        let found = |wanted: &dyn Fn(&Problem) -> bool| assert!(report.problems.iter().any(wanted), "{report}");
        found(&|p| matches!(p, Problem::ResultMissing { id: run, .. } if *run == id(0)));
        found(&|p| matches!(p, Problem::Changed { id: run, .. } if *run == id(1)));
        found(&|p| matches!(p, Problem::WrongKey { id: run, expected: Some(_) } if *run == id(2)));
        found(&|p| matches!(p, Problem::Unreadable { id: run, why } if *run == id(3) && why.contains("leapfrog")));
        found(&|p| matches!(p, Problem::NoRow { path } if *path == runs[4].result_file));
        let told = report.to_string();
        assert!(told.contains("5 rows") && told.contains("5 problems"), "{told}");
        // It can be kept.
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<IntegrityReport>(&text).unwrap(), report);
        // Nothing of this is repaired behind anybody's back.
        let repaired = store.repair(false)?;
        assert_eq!(repaired.remaining, report.problems);
        assert!(repaired.repointed.is_empty() && repaired.adopted.is_empty());
        Ok(())
    }

    fn an_emptied_result_is_told_even_without_a_checksum(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let runs = [1.0, 2.0, 3.0].map(|mass| store.run(&Orbit::of(mass)).unwrap());
        fs::write(&runs[0].result_file, "").unwrap();
        fs::remove_file(&runs[1].result_file).unwrap();
        fs::create_dir(&runs[1].result_file).unwrap();
        let report = store.verify()?;
        assert_eq!(report.problems.len(), 2, "{report}");
        for run in &runs[..2] {
            let is_told = |problem: &Problem| matches!(problem, Problem::ResultEmpty { id, path } if *id == run.id.as_str() && *path == run.result_file);
            assert!(report.problems.iter().any(is_told), "{report}");
        }
        store.run(&Orbit::of(1.0))?;
        store.run(&Orbit::of(2.0))?;
        assert!(store.verify()?.is_sound());
        Ok(())
    }

    fn rows_say_again_where_their_results_are_after_a_move(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let made = store.run(&Orbit::of(1.0))?;
        drop(store);
        let moved = s.dir().join("moved");
        fs::rename(s.results_dir(), &moved).unwrap();
        let store = at::<Orbit>(s).results_dir(&moved).open()?;
        let stored = || s.scalar_text("SELECT result_file AS value FROM orbits").unwrap();
        let dry = store.repair(true)?;
        assert_eq!((dry.repointed, stored()), (vec![made.id.to_string()], made.result_file.to_str().unwrap().to_owned()));
        assert!(store.verify()?.is_sound(), "it is found all the same");
        store.repair(false)?;
        assert!(stored().starts_with(moved.to_str().unwrap()));
        assert!(store.repair(false)?.repointed.is_empty());
        assert_eq!(store.list()?[0].created_at, made.created_at);
        Ok(())
    }
}

each_backend! {
    fn a_corrupt_journal_loses_nothing_that_is_stored(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        let made = store.run(&Orbit::of(1.0))?;
        drop(store);
        let journal = s.results_dir().join(".entropic/journal");
        fs::create_dir_all(&journal).unwrap();
        let line = |attempt: &str, id: &str| {
            let (full, boot, row) = (false, "now", json!({"columns": 3}));
            let entry = json!({"attempt": attempt, "id": id, "replaces": true, "full": full, "boot": boot, "row": row});
            format!("{}\n", json!({"publish": entry}))
        };
        for (name, text) in [
            ("garbage", "\0\u{1}garbage\n{{{{\n".to_owned()),
            ("cut", format!("{{\"publish\":{{\"attempt\":\"x\",\"id\":\"{}\"", made.id)),
            ("evil", line("0", "../../evil")),
            ("worse", line("../../..", made.id.as_str()) + &line("..", made.id.as_str()) + &line("", made.id.as_str())),
            ("empty", String::new()),
        ] {
            fs::write(journal.join(format!("{name}.jsonl")), text).unwrap();
            fs::create_dir_all(s.results_dir().join(".entropic/attempts").join(name)).unwrap();
        }
        let before = fs::read(&made.result_file).unwrap();
        let (store, _) = orbits(s)?;
        assert_eq!(store.run_or_retrieve(&Orbit::of(1.0))?, made);
        assert_eq!(fs::read(&made.result_file).unwrap(), before);
        assert_eq!(fs::read_dir(&journal).unwrap().count(), 0);
        assert!(!s.dir().join("evil.h5").exists());
        drop(store);
        // A finished run whose row cannot be read is told, kept, and in nobody's way.
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let (id, journals) = (Orbit::of(2.0).id()?, s.results_dir().join(".entropic/journals"));
        let name = format!("{id}.h5");
        fs::write(s.results_dir().join(&name), "finished").unwrap();
        let entry = json!({"attempt": "0", "id": id, "name": name, "file": name, "full": false, "boot": boot.trim(), "row": {"columns": 3}});
        fs::create_dir_all(&journals).unwrap();
        let lines = format!("{}\n{}\n", json!({"format": 2}), json!({"publish": entry}));
        fs::write(journals.join("shapeless.jsonl"), lines).unwrap();
        for _ in 0..2 {
            let (store, _) = orbits(s)?;
            let set_aside = store.recovered().set_aside;
            assert_eq!(set_aside.len(), 1);
            assert_eq!((&*set_aside[0].id, &set_aside[0].path), (id.as_str(), &s.results_dir().join(&name)));
            let report = store.verify()?;
            assert!(matches!(&report.problems[..], [Problem::SetAside { .. }]), "{report}");
            assert_eq!(store.run_or_retrieve(&Orbit::of(1.0))?, made);
        }
        assert!(!journals.join("shapeless.jsonl").exists());
        let (store, more) = orbits(s)?;
        let other = store.run_or_retrieve(&Orbit::of(2.0))?;
        assert_eq!(more.count(), 1);
        assert_ne!(other.result_file.file_name().unwrap().to_str().unwrap(), name);
        assert_eq!(fs::read_to_string(s.results_dir().join(&name)).unwrap(), "finished");
        assert_eq!(calls.count(), 1);
        Ok(())
    }

    fn a_run_of_somebody_else_is_waited_for_as_long_as_wanted(s: &Scratch) -> Result<()> {
        let slow = at(s).runner(|_: &Orbit, run| {
            std::thread::sleep(std::time::Duration::from_millis(500));
            fs::write(run.result_file(), "x")
        }).open()?;
        let hasty = at(s).wait_timeout(std::time::Duration::from_millis(50))
            .runner(|_: &Orbit, run| fs::write(run.result_file(), "y")).open()?;
        std::thread::scope(|scope| {
            let running = scope.spawn(|| slow.run(&Orbit::of(1.0)));
            std::thread::sleep(std::time::Duration::from_millis(200));
            let error = hasty.run_or_retrieve(&Orbit::of(1.0)).unwrap_err();
            assert!(error.is_transient() && error.to_string().contains("another process"), "{error}");
            running.join().unwrap()
        })?;
        assert!(hasty.retrieve(&Orbit::of(1.0))?.is_some());
        Ok(())
    }

    fn a_runner_that_asks_for_its_own_run_is_told(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let inner = store.clone();
        let error = store
            .with_runner(move |orbit: &Orbit, _| inner.run_or_retrieve(orbit).map(drop))
            .run(&Orbit::of(1.0))
            .unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("a runner must not ask for its own run"), "{cause}");
        // Other runs it may ask for.
        let inner = store.clone();
        store
            .with_runner(move |_: &Orbit, run| -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
                let other = inner.run_or_retrieve(&Orbit::of(2.0))?;
                Ok(fs::copy(other.result_file, run.result_file()).map(drop)?)
            })
            .run(&Orbit::of(1.0))?;
        assert_eq!(store.count()?, 2);
        Ok(())
    }
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use std::time::{Duration, Instant};

    use super::*;

    /// Keeps a database locked for some time, as another program's long write does.
    fn locked<R>(s: &Scratch, time: Duration, job: impl FnOnce() -> R) -> R {
        use diesel::Connection;
        use diesel::connection::SimpleConnection;
        let path = s.dir().join("runs.db");
        let mut other = diesel::SqliteConnection::establish(path.to_str().unwrap()).unwrap();
        other.batch_execute("BEGIN IMMEDIATE").unwrap();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                std::thread::sleep(time);
                other.batch_execute("ROLLBACK").unwrap();
            });
            job()
        })
    }

    #[test]
    fn a_locked_database_is_waited_for_within_the_budget_and_transient_beyond() -> Result<()> {
        let s = Scratch::sqlite();
        let (store, _) = orbits(&s)?;
        locked(&s, Duration::from_millis(300), || store.run(&Orbit::of(1.0)))?;
        let hasty = at(&s)
            .patience(Duration::from_millis(100))
            .runner(|_: &Orbit, run| fs::write(run.result_file(), "x"))
            .open()?;
        let start = Instant::now();
        let error = locked(&s, Duration::from_millis(900), || hasty.run(&Orbit::of(2.0)).unwrap_err());
        assert!(error.is_transient(), "{error:?}");
        assert!(format!("{error:?}").contains("busy"), "{error:?}");
        assert!(error.to_string().contains("kept as"), "{error}");
        assert!(start.elapsed() < Duration::from_secs(5));
        // The result is in place; whoever asks next writes the row and runs nothing.
        let record = hasty.with_runner(|_, _| Err::<(), _>("ran again")).run_or_retrieve(&Orbit::of(2.0))?;
        assert_eq!(fs::read_to_string(record.result_file).unwrap(), "x");
        assert_eq!(hasty.recovered().adopted, [Orbit::of(2.0).id()?]);
        Ok(())
    }

    #[test]
    fn on_a_network_file_system_the_rollback_journal_is_used() -> Result<()> {
        for (network, wanted) in [(true, "delete"), (false, "wal")] {
            let s = Scratch::sqlite();
            let store = at(&s)
                .network_file_system(network)
                .runner(|_: &Orbit, run| fs::write(run.result_file(), "x"))
                .open()?;
            store.run(&Orbit::of(1.0))?;
            assert_eq!(
                s.scalar_text("SELECT journal_mode AS value FROM pragma_journal_mode").unwrap(),
                wanted
            );
        }
        Ok(())
    }

    #[test]
    fn a_damaged_database_is_told_and_left_as_it_is() -> Result<()> {
        let s = Scratch::sqlite();
        let (store, _) = orbits(&s)?;
        for n in 0..200 {
            store.run(&Orbit::of(f64::from(n)))?;
        }
        drop(store);
        let path = s.dir().join("runs.db");
        let whole = fs::read(&path).unwrap();
        for (what, bytes) in [
            ("cut", whole[..whole.len() / 2].to_vec()),
            ("overwritten", [&whole[..1024], &vec![0xab; whole.len() - 1024][..]].concat()),
        ] {
            fs::write(&path, &bytes).unwrap();
            let outcome = orbits(&s).and_then(|(store, _)| store.list());
            let error = outcome.unwrap_err();
            assert!(error.is_corrupt(), "{what}: {error:?}");
        }
        fs::write(&path, &whole).unwrap();
        assert_eq!(orbits(&s)?.0.verify()?.rows, 200);
        Ok(())
    }
}
