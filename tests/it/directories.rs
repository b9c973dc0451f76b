//! Whose a results directory is, and what becomes of it: moved, copied, restored, gone.

use std::fs;
use std::path::Path;

use entropic::prelude::*;
use entropic::{Problem, Result};

use crate::records::{Calls, Orbit, at, orbits};
use crate::support::{Scratch, each_backend};

/// All that lies in a directory, to be put back elsewhere.
fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copied(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

each_backend! {
    /// From its first opening on, before there is any run.
    fn a_database_knows_its_directory_from_the_first_opening_on(s: &Scratch) -> Result<()> {
        drop(orbits(s)?);
        let other = s.dir().join("other");
        let error = at::<Orbit>(s).results_dir(&other).open().unwrap_err();
        assert!(error.is_conflict() && error.to_string().contains("adopt_results_dir"), "{error}");
        assert!(!other.exists(), "a store that failed to open leaves nothing");
        fs::create_dir(&other).unwrap();
        fs::write(other.join("mine.h5"), "mine").unwrap();
        assert!(at::<Orbit>(s).results_dir(&other).open().unwrap_err().is_conflict());
        assert!(!other.join(".entropic").exists());
        let adopted = at::<Orbit>(s).results_dir(&other).adopt_results_dir().open()?;
        drop(adopted);
        drop(at::<Orbit>(s).results_dir(&other).open()?);
        // The first one is another directory now.
        assert!(at::<Orbit>(s).open().unwrap_err().is_conflict());
        assert_eq!(fs::read_to_string(other.join("mine.h5")).unwrap(), "mine");
        Ok(())
    }

    fn many_that_open_a_new_database_with_directories_of_their_own_agree_on_one(s: &Scratch) -> Result<()> {
        let dirs: Vec<_> = (0..4).map(|n| s.dir().join(format!("results-{n}"))).collect();
        let opened: Vec<bool> = std::thread::scope(|scope| {
            let open = |dir| scope.spawn(move || at::<Orbit>(s).results_dir(dir).open().is_ok());
            let all: Vec<_> = dirs.iter().map(open).collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(opened.iter().filter(|opened| **opened).count(), 1, "{opened:?}");
        for (dir, opened) in dirs.iter().zip(opened) {
            assert_eq!(dir.join(".entropic/store.json").exists(), opened, "{}", dir.display());
        }
        Ok(())
    }

    fn a_directory_that_goes_away_stops_a_sweep_and_none_is_made_in_its_place(s: &Scratch) -> Result<()> {
        let (results, away) = (s.results_dir(), s.dir().join("away"));
        let (from, to) = (results.clone(), away.clone());
        let store = at(s).runner(move |orbit: &Orbit, run| {
            if orbit.mass == 3.0 {
                fs::rename(&from, &to)?;
            }
            fs::write(run.result_file(), "x")
        }).open()?;
        let error = store.sweep((0..20).map(|n| Orbit::of(f64::from(n)))).run().unwrap_err();
        assert!(error.is_conflict() && error.to_string().contains("is gone"), "{error}");
        assert!(!results.exists());
        assert!(store.run_or_retrieve(&Orbit::of(30.0)).unwrap_err().is_conflict());
        assert!(!results.exists());
        // One that is put there meanwhile is another one.
        fs::create_dir(&results).unwrap();
        assert!(store.run_or_retrieve(&Orbit::of(30.0)).unwrap_err().is_conflict());
        assert_eq!(fs::read_dir(&results).unwrap().count(), 0);
        fs::remove_dir(&results).unwrap();
        fs::rename(&away, &results).unwrap();
        drop(store);
        let report = orbits(s)?.0.sweep((0..20).map(|n| Orbit::of(f64::from(n)))).run()?;
        assert_eq!((report.failures.len(), report.records.len()), (0, 20));
        Ok(())
    }

    fn nothing_of_ours_is_followed_through_a_link(s: &Scratch) -> Result<()> {
        #[cfg(unix)]
        for name in ["attempts", "journals", "journal", "sweeps", "pending", "set-aside", "replaced", "trash", "checkpoints"] {
            drop(orbits(s)?);
            let scratch = s.dir().join("scratch");
            fs::create_dir_all(scratch.join("mine")).unwrap();
            fs::write(scratch.join("mine/data.jsonl"), "mine").unwrap();
            let link = s.results_dir().join(".entropic").join(name);
            fs::remove_dir_all(&link).ok();
            std::os::unix::fs::symlink(&scratch, &link).unwrap();
            let error = at::<Orbit>(s).open().unwrap_err();
            assert!(error.is_conflict() && error.to_string().contains("symbolic link"), "{name}: {error}");
            assert_eq!(fs::read_to_string(scratch.join("mine/data.jsonl")).unwrap(), "mine", "{name}");
            fs::remove_file(&link).unwrap();
        }
        drop(orbits(s)?);
        Ok(())
    }

    fn a_directory_of_a_later_version_is_refused(s: &Scratch) -> Result<()> {
        drop(orbits(s)?);
        let mark = s.results_dir().join(".entropic/store.json");
        let text = fs::read_to_string(&mark).unwrap();
        fs::write(&mark, text.replace("\"format\": 1", "\"format\": 99")).unwrap();
        for error in [at::<Orbit>(s).open().unwrap_err(), at::<Orbit>(s).adopt_results_dir().open().unwrap_err()] {
            assert!(error.is_unsupported() && error.to_string().contains("newer version"), "{error}");
        }
        Ok(())
    }

    fn a_row_that_names_another_runs_result_is_no_hit(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        let [one, two] = [1.0, 2.0].map(|mass| store.run(&Orbit::of(mass)).unwrap());
        s.sql(&format!("UPDATE orbits SET result_file = '{}' WHERE id = '{}'", one.result_file.display(), two.id));
        let error = store.retrieve(&Orbit::of(2.0)).unwrap_err();
        assert!(error.is_corrupt() && error.to_string().contains(one.id.as_str()), "{error}");
        let report = store.verify()?;
        assert!(report.problems.iter().any(|problem| matches!(problem, Problem::ResultOfAnother { .. })), "{report}");
        assert!(store.delete_with_file(&Orbit::of(2.0)).unwrap_err().is_conflict());
        assert!(one.result_file.exists());
        let healed = store.run_or_retrieve(&Orbit::of(2.0))?;
        assert_eq!(calls.count(), 3);
        assert_ne!(healed.result_file, one.result_file);
        assert_eq!(store.retrieve(&Orbit::of(1.0))?.unwrap(), one);
        Ok(())
    }

    fn a_registered_file_means_one_file_for_ever(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let file = s.dir().join("made.h5");
        fs::write(&file, "first").unwrap();
        let record = store.register(&Orbit::of(1.0), &file)?;
        assert!(record.result_file.is_absolute());
        // Another file of that name is not removed with the run.
        fs::remove_file(&file).unwrap();
        fs::write(&file, "another one").unwrap();
        let error = store.delete_with_file(&Orbit::of(1.0)).unwrap_err();
        assert!(error.is_conflict() && error.to_string().contains("changed since"), "{error}");
        assert!(file.exists() && store.retrieve(&Orbit::of(1.0))?.is_some());
        assert!(store.delete(&Orbit::of(1.0))?);

        store.register(&Orbit::of(1.0), &file)?;
        assert!(store.delete_with_file(&Orbit::of(1.0))?);
        assert!(!file.exists());
        // A directory outside is never removed, and what was registered inside is below the directory.
        let outside = s.dir().join("outside");
        fs::create_dir(&outside).unwrap();
        store.register(&Orbit::of(2.0), &outside)?;
        assert!(store.delete_with_file(&Orbit::of(2.0)).unwrap_err().is_conflict());
        let inside = s.results_dir().join("by-hand.h5");
        fs::write(&inside, "by hand").unwrap();
        assert_eq!(store.register(&Orbit::of(3.0), &inside)?.result_file, inside);
        assert!(store.delete_with_file(&Orbit::of(3.0))?);
        assert!(!inside.exists());
        // A row that was edited leads nowhere else.
        for path in [s.dir().join("runs.db"), outside, s.results_dir().join(".entropic"), s.results_dir()] {
            let run = store.run(&Orbit::of(4.0))?;
            s.sql(&format!("UPDATE orbits SET result_file = '{}' WHERE id = '{}'", path.display(), run.id));
            if path.exists() {
                assert!(store.delete_with_file(&Orbit::of(4.0)).unwrap_err().is_conflict(), "{}", path.display());
                assert!(path.exists());
            }
        }
        Ok(())
    }
}

/// The recipe of the guide: a database is backed up while runs go on, then the directory is. What was backed up is opened at
/// `restored`; `put_back` puts it in the place of the database.
fn a_backup_is_restored(
    s: &Scratch,
    url: &str,
    restored: &str,
    back_up: &dyn Fn(&Store<Orbit>),
    put_back: &dyn Fn(),
) -> Result<()> {
    let (backup, calls) = (s.dir().join("backup"), Calls::default());
    let counted = calls.clone();
    let open = || Store::<Orbit>::builder().database(url).results_dir(s.results_dir());
    let counting = move |_: &Orbit, run: &mut RunContext<Orbit>| {
        counted.add();
        fs::write(run.result_file(), "made")
    };
    let points = |n: i32| (0..n).map(|n| Orbit::of(f64::from(n)));
    let store = open().runner(counting.clone()).open()?;
    assert_eq!(store.sweep(points(3)).run()?.misses, 3);
    store.run(&Orbit::of(0.0))?;
    fs::create_dir(&backup).unwrap();
    back_up(&store);
    // Runs go on meanwhile.
    assert_eq!(store.sweep(points(5)).run()?.misses, 2);
    store.run(&Orbit::of(1.0))?;
    copied(&s.results_dir(), &backup.join("results"));
    drop(store);

    // Both, somewhere else, beside what was backed up.
    let elsewhere = || Store::<Orbit>::builder().database(restored).results_dir(backup.join("results"));
    let never = |_: &Orbit, _: &mut RunContext<Orbit>| -> Result<(), String> { panic!("ran again") };
    let store = elsewhere().runner(never).open()?;
    assert_eq!(store.sweep(points(3)).run()?.hits, 3);
    let report = store.verify()?;
    assert_eq!(report.problems.len(), 3, "two new runs, and one that was made again: {report}");
    assert!(report.problems.iter().all(|problem| matches!(problem, Problem::NoRow { .. })), "{report}");
    drop(store);
    // Results without rows are in nobody's way, and can be moved aside.
    let store = elsewhere().runner(|_: &Orbit, run| fs::write(run.result_file(), "again")).open()?;
    assert_eq!(store.sweep(points(5)).run()?.misses, 2);
    let moved = store.move_strays(backup.join("strays"))?;
    assert_eq!(moved.len(), 3);
    assert!(store.verify()?.is_sound(), "{}", store.verify()?);
    assert!(moved.iter().all(|path| path.exists()));
    drop(store);

    // The database alone, older than the directory.
    put_back();
    let before = calls.count();
    let store = open().runner(counting.clone()).open()?;
    assert_eq!(store.sweep(points(5)).run()?.failures.len(), 0);
    assert_eq!(calls.count() - before, 2, "two that the backup does not know");
    drop(store);

    // The directory alone, older than the database.
    fs::remove_dir_all(s.results_dir()).unwrap();
    copied(&backup.join("results"), &s.results_dir());
    let store = open().runner(counting).open()?;
    assert_eq!(store.sweep(points(5)).run()?.failures.len(), 0);
    assert_eq!(calls.count() - before, 4, "two whose results the backup does not have");
    drop(store);
    // And without what entropic keeps in it.
    fs::remove_dir_all(s.results_dir().join(".entropic")).unwrap();
    let error = open().open().unwrap_err();
    assert!(error.is_conflict() && error.to_string().contains("adopt_results_dir"), "{error}");
    let store = open().runner(never).adopt_results_dir().open()?;
    assert_eq!(store.sweep(points(5)).run()?.hits, 5);
    Ok(())
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use diesel::connection::SimpleConnection;

    use super::*;

    #[test]
    fn a_copied_database_does_not_share_the_directory() -> Result<()> {
        let s = Scratch::sqlite();
        let made = orbits(&s)?.0.run(&Orbit::of(1.0))?;
        let copy = s.dir().join("experiment.db");
        fs::copy(s.dir().join("runs.db"), &copy).unwrap();
        let open = || Store::<Orbit>::builder().database(&*copy).results_dir(s.results_dir());
        let error = open().open().unwrap_err();
        assert!(error.is_conflict() && error.to_string().contains("is a copy"), "{error}");
        // It can be read, and have a directory of its own.
        assert_eq!(open().read_only(true).open()?.count()?, 1);
        // A database that was moved goes on.
        drop(orbits(&s)?);
        let moved = s.dir().join("moved.db");
        fs::rename(s.dir().join("runs.db"), &moved).unwrap();
        let store = Store::<Orbit>::builder().database(&*moved).results_dir(s.results_dir()).open()?;
        assert_eq!(store.retrieve(&Orbit::of(1.0))?.unwrap(), made);
        drop(store);
        // Taken over for good, it is the other one that is refused.
        drop(open().adopt_results_dir().open()?);
        let other = Store::<Orbit>::builder().database(&*moved).results_dir(s.results_dir());
        assert!(other.open().unwrap_err().is_conflict());
        Ok(())
    }

    #[test]
    fn a_backup_is_restored() -> Result<()> {
        let s = Scratch::sqlite();
        let backup = s.dir().join("backup");
        let back_up = |store: &Store<Orbit>| {
            let statement = format!("VACUUM INTO '{}'", backup.join("runs.db").display());
            store.connection().unwrap().batch_execute(&statement).unwrap();
            fs::copy(backup.join("runs.db"), backup.join("again.db")).unwrap();
        };
        let put_back = || {
            fs::remove_file(s.dir().join("runs.db")).unwrap();
            for name in ["runs.db-wal", "runs.db-shm"] {
                fs::remove_file(s.dir().join(name)).ok();
            }
            fs::copy(backup.join("again.db"), s.dir().join("runs.db")).unwrap();
        };
        let restored = format!("sqlite://{}", backup.join("runs.db").display());
        super::a_backup_is_restored(&s, s.url(), &restored, &back_up, &put_back)
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use std::cell::RefCell;

    use super::*;
    use crate::support::postgres::OwnServer;

    fn open(s: &Scratch, url: &str) -> entropic::StoreBuilder<Orbit> {
        Store::builder()
            .database(url)
            .results_dir(s.results_dir())
            .runner(|_: &Orbit, run| fs::write(run.result_file(), "made"))
    }

    #[track_caller]
    fn is_refused_as_a_copy(s: &Scratch, url: &str, original: &str) {
        let error = open(s, url).open().unwrap_err();
        let said = error.to_string();
        assert!(
            error.is_conflict() && said.contains("is a copy") && said.contains("adopt_results_dir"),
            "{said}"
        );
        assert!(said.contains(&format!("/{original}?")), "{said}");
    }

    #[test]
    fn a_copied_database_does_not_share_the_directory() -> Result<()> {
        let Some(server) = OwnServer::start() else { return Ok(()) };
        let s = Scratch::postgres_at(server.url());
        server.sql(&["CREATE DATABASE runs"]);
        let (runs, copy) = (server.database("runs"), server.database("copy"));
        let made = open(&s, &runs).open()?.run(&Orbit::of(1.0))?;
        server.copy("runs", "copy");
        is_refused_as_a_copy(&s, &copy, "runs");
        is_refused_as_a_copy(&s, &server.by_another_name("copy"), "runs");
        assert_eq!(open(&s, &copy).read_only(true).open()?.count()?, 1);
        // The server has more names than one.
        for url in [&server.by_another_name("runs"), &runs, &server.by_another_name("runs")] {
            assert_eq!(open(&s, url).open()?.retrieve(&Orbit::of(1.0))?.unwrap(), made);
            is_refused_as_a_copy(&s, &copy, "runs");
        }
        // A database that was renamed goes on, and is no copy of one that has its name since.
        server.disconnect("runs");
        server.sql(&["ALTER DATABASE runs RENAME TO moved"]);
        let moved = server.database("moved");
        assert_eq!(open(&s, &moved).open()?.retrieve(&Orbit::of(1.0))?.unwrap(), made);
        is_refused_as_a_copy(&s, &copy, "moved");
        // Taken over for good, it is the other one that is refused.
        drop(open(&s, &copy).adopt_results_dir().open()?);
        drop(open(&s, &copy).open()?);
        assert!(open(&s, &moved).open().unwrap_err().is_conflict());
        Ok(())
    }

    #[test]
    fn a_copied_schema_does_not_share_the_directory() -> Result<()> {
        let Some(s) = Scratch::postgres() else { return Ok(()) };
        let made = open(&s, s.url()).open()?.run(&Orbit::of(1.0))?;
        let other = s.another();
        let schema = |s: &Scratch| s.scalar_text("SELECT current_schema()").unwrap();
        let (from, to) = (schema(&s), schema(&other));
        s.sql(&format!(
            "DO $$ DECLARE t text; BEGIN FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = '{from}' LOOP \
             EXECUTE format('CREATE TABLE {to}.%I (LIKE {from}.%I INCLUDING ALL)', t, t); \
             EXECUTE format('INSERT INTO {to}.%I SELECT * FROM {from}.%I', t, t); END LOOP; END $$"
        ));
        let error = open(&s, other.url()).open().unwrap_err();
        assert!(error.is_conflict() && error.to_string().contains("is a copy"), "{error}");
        assert_eq!(open(&s, s.url()).open()?.retrieve(&Orbit::of(1.0))?.unwrap(), made);
        // One that was moved goes on.
        s.sql(&format!("DROP SCHEMA {from} CASCADE; CREATE SCHEMA {from}"));
        assert_eq!(open(&s, other.url()).open()?.retrieve(&Orbit::of(1.0))?.unwrap(), made);
        Ok(())
    }

    #[test]
    fn a_database_that_was_copied_to_another_server_is_no_copy_once_the_first_one_is_gone() -> Result<()> {
        let (Some(mut first), Some(second)) = (OwnServer::start(), OwnServer::start()) else { return Ok(()) };
        let s = Scratch::postgres_at(second.url());
        first.sql(&["CREATE DATABASE runs"]);
        let made = open(&s, &first.database("runs")).open()?.run(&Orbit::of(1.0))?;
        second.restore("runs", &first.dump("runs"));
        is_refused_as_a_copy(&s, &second.database("runs"), "runs");
        first.kill();
        for _ in 0..2 {
            let store = open(&s, &second.database("runs")).open()?;
            assert_eq!(store.retrieve(&Orbit::of(1.0))?.unwrap(), made);
        }
        Ok(())
    }

    #[test]
    fn a_backup_is_restored() -> Result<()> {
        let Some(server) = OwnServer::start() else { return Ok(()) };
        let s = Scratch::postgres_at(server.url());
        server.sql(&["CREATE DATABASE runs"]);
        let dump = RefCell::new(Vec::new());
        let back_up = |_: &Store<Orbit>| {
            *dump.borrow_mut() = server.dump("runs");
            server.restore("elsewhere", &dump.borrow());
        };
        let put_back = || {
            server.disconnect("runs");
            server.sql(&["DROP DATABASE runs"]);
            server.restore("runs", &dump.borrow());
        };
        let (runs, elsewhere) = (server.database("runs"), server.database("elsewhere"));
        super::a_backup_is_restored(&s, &runs, &elsewhere, &back_up, &put_back)
    }
}
