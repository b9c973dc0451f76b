//! Opening a store.

use std::fs;
use std::path::Path;

use entropic::prelude::*;
use entropic::{DbError, Difference, Error, Result};

use crate::records::{Orbit, at, orbits};
use crate::support::{Backend, Scratch, each_backend};

mod other {
    use entropic::prelude::*;

    /// Another record, in another table.
    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(table = "moons")]
    pub struct Moon {
        pub mass: f64,
    }

    /// The table of `Orbit` as another program sees it.
    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(table = "orbits", output(energy: f64, period: f64, verdict: String))]
    pub struct Changed {
        pub mass: String,
        pub steps: i64,
        pub label: String,
        pub speed: f64,
        #[sim(ignore)]
        pub threads: i32,
    }
}

each_backend! {
    fn a_table_is_made_if_it_is_missing_with_the_users_columns_first(s: &Scratch) -> Result<()> {
        orbits(s)?;
        let columns = match s.backend() {
            Backend::Sqlite => s.query_text("SELECT name FROM pragma_table_info('orbits')"),
            Backend::Postgres => s.query_text(
                "SELECT column_name::text FROM information_schema.columns WHERE table_name = 'orbits' \
                 AND table_schema = current_schema() ORDER BY ordinal_position"),
        };
        let columns: Vec<String> = columns.into_iter().flatten().flatten().collect();
        assert_eq!(columns, [
            "mass", "steps", "method", "label", "threads", "energy", "period", "verdict",
            "id", "result_file", "created_at", "custom_data",
        ]);
        Ok(())
    }

    fn a_table_that_differs_is_refused_with_each_difference_and_left_as_it_is(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let record = store.run(&Orbit::of(1.0))?;
        let error = at::<other::Changed>(s).open().unwrap_err();
        assert!(error.is_conflict(), "{error:?}");
        let Error::Db(DbError::Drift { table: "orbits", differences, .. }) = &error else { panic!("{error:?}") };
        assert!(differences.iter().any(|difference| matches!(difference, Difference::Missing { column, .. } if column == "speed")));
        let told = error.to_string();
        for word in ["`mass`", "make the field an `f64`", "`label` may be NULL", "`speed`", "`method`"] {
            assert!(told.contains(word), "{word}: {told}");
        }
        assert_eq!(differences.len(), 4, "{told}");
        assert_eq!(orbits(s)?.0.retrieve(&Orbit::of(1.0))?, Some(record));
        Ok(())
    }

    fn two_stores_do_not_share_a_results_folder(s: &Scratch) -> Result<()> {
        orbits(s)?;
        let error = at::<other::Moon>(s).open().unwrap_err();
        assert!(error.is_conflict(), "{error:?}");
        for word in ["orbits", "moons", "results_dir", "adopt_results_dir"] {
            assert!(error.to_string().contains(word), "{word}: {error}");
        }
        // The same record in another database.
        let elsewhere = Scratch::sqlite();
        if cfg!(feature = "sqlite") {
            let error = Store::<Orbit>::builder().database(elsewhere.url()).results_dir(s.results_dir()).open().unwrap_err();
            assert!(error.is_conflict(), "{error:?}");
        }
        // Nothing was changed by being refused.
        orbits(s)?.0.run(&Orbit::of(1.0))?;
        Ok(())
    }

    fn a_folder_that_is_not_the_one_the_runs_are_in_is_refused(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        store.run(&Orbit::of(1.0))?;
        let empty = s.dir().join("not mounted");
        let error = at::<Orbit>(s).results_dir(&empty).open().unwrap_err();
        assert!(error.is_conflict() && error.to_string().contains("not mounted"), "{error}");
        assert!(!empty.exists());
        assert_eq!(calls.count(), 1);
        Ok(())
    }

    fn a_folder_that_was_moved_is_found_again(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let made = store.run(&Orbit::of(1.0))?;
        drop(store);
        let moved = s.dir().join("moved here");
        fs::rename(s.results_dir(), &moved).unwrap();
        let calls_nothing = |_: &Orbit, _: &mut RunContext<Orbit>| -> Result<(), String> { panic!("a hit runs nothing") };
        let store = at(s).results_dir(&moved).runner(calls_nothing).open()?;
        let hit = store.run_or_retrieve(&Orbit::of(1.0))?;
        assert_eq!(hit.result_file, moved.join(made.result_file.file_name().unwrap()));
        assert_eq!(store.list()?[0].result_file, hit.result_file);
        assert!(store.delete_with_file(&Orbit::of(1.0))?);
        assert!(!hit.result_file.exists());
        Ok(())
    }

    fn a_folder_can_be_taken_over(s: &Scratch) -> Result<()> {
        orbits(s)?;
        let store = at::<other::Moon>(s).adopt_results_dir().open()?;
        drop(store);
        assert!(orbits(s).unwrap_err().is_conflict());
        at::<other::Moon>(s).open()?;
        fs::write(s.results_dir().join(".entropic/store.json"), "{").unwrap();
        let error = at::<other::Moon>(s).open().unwrap_err();
        assert!(error.is_corrupt() && error.to_string().contains("adopt_results_dir"), "{error}");
        at::<other::Moon>(s).adopt_results_dir().open()?;
        Ok(())
    }

    fn a_read_only_store_reads_and_nothing_else(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let made = store.run(&Orbit::of(1.0))?;
        let reader = at(s).read_only(true).runner(|_: &Orbit, run| fs::write(run.result_file(), "x")).open()?;
        assert_eq!(reader.retrieve(&Orbit::of(1.0))?, Some(made.clone()));
        assert_eq!(reader.run_or_retrieve(&Orbit::of(1.0))?, made);
        assert_eq!(reader.list()?.len(), 1);
        for error in [
            reader.run_or_retrieve(&Orbit::of(2.0)).unwrap_err(),
            reader.run(&Orbit::of(1.0)).unwrap_err(),
            reader.register(&Orbit::of(2.0), &made.result_file).unwrap_err(),
            reader.delete(&Orbit::of(1.0)).unwrap_err(),
            reader.delete_id(&made.id).unwrap_err(),
            reader.patch(&Orbit::of(1.0), &serde_json::json!({})).unwrap_err(),
        ] {
            assert!(error.is_unsupported() && error.to_string().contains("read-only"), "{error}");
        }
        let error = at::<other::Moon>(s).read_only(true).open().unwrap_err();
        assert!(error.is_not_found() && error.to_string().contains("`moons`"), "{error}");
        Ok(())
    }
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use super::*;

    #[test]
    fn a_copied_store_can_be_read_where_nothing_can_be_written() -> Result<()> {
        let s = Scratch::sqlite();
        let (store, _) = orbits(&s)?;
        store.run(&Orbit::of(1.0))?;
        drop(store);
        let copy = s.dir().join("copy of 100% ?#'");
        fs::create_dir(&copy).unwrap();
        fs::copy(s.dir().join("runs.db"), copy.join("runs.db")).unwrap();
        fs::create_dir_all(copy.join("results/.entropic")).unwrap();
        fs::copy(s.results_dir().join(".entropic/store.json"), copy.join("results/.entropic/store.json"))
            .unwrap();
        for entry in fs::read_dir(s.results_dir()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                fs::copy(&path, copy.join("results").join(path.file_name().unwrap())).unwrap();
            }
        }
        // Where SQLite cannot make its own files; root may write anywhere, so one of them is made impossible.
        fs::create_dir(copy.join("runs.db-shm")).unwrap();
        let reader = Store::<Orbit>::builder()
            .database(copy.join("runs.db").to_str().unwrap())
            .results_dir(copy.join("results"))
            .read_only(true)
            .open()?;
        let record = reader.retrieve(&Orbit::of(1.0))?.unwrap();
        assert!(record.result_file.starts_with(&copy));
        assert_eq!(fs::read_dir(copy.join("results/.entropic")).unwrap().count(), 1, "nothing was made");
        Ok(())
    }

    #[test]
    fn a_store_in_memory_works_and_is_gone_afterwards() -> Result<()> {
        let s = Scratch::sqlite();
        let open = |dir: &str| {
            Store::<Orbit>::builder()
                .database("sqlite::memory:")
                .results_dir(s.dir().join(dir))
                .runner(|_: &Orbit, run| fs::write(run.result_file(), "x"))
                .open()
        };
        let store = open("one")?;
        store.run(&Orbit::of(1.0))?;
        assert_eq!((store.count()?, store.clone().list()?.len()), (1, 1));
        assert_eq!(open("two")?.count()?, 0);
        Ok(())
    }

    #[test]
    fn paths_may_have_any_characters() -> Result<()> {
        let s = Scratch::sqlite();
        for name in [
            "with space",
            "quote ' and \" double",
            "line\nfeed",
            "ünïcödé 漢 😀",
            "100%25",
            "a?b=c#d",
            "file:x",
            "-dash",
        ] {
            let dir = s.dir().join(name);
            fs::create_dir(&dir).unwrap();
            let open = || {
                Store::<Orbit>::builder()
                    .database(dir.join("runs 'x'.db").to_str().unwrap())
                    .results_dir(dir.join("re sults"))
                    .runner(|_: &Orbit, run| fs::write(run.result_file(), "x"))
                    .open()
            };
            let made = open()?.run(&Orbit::of(1.0))?;
            assert_eq!(open()?.retrieve(&Orbit::of(1.0))?, Some(made));
            assert!(dir.join("runs 'x'.db").is_file(), "{name}");
        }
        Ok(())
    }

    #[test]
    fn what_is_no_database_is_refused_and_left_as_it_is() {
        let s = Scratch::sqlite();
        let file = s.dir().join("notes.txt");
        fs::write(&file, "these are my notes, they are longer than a header of one hundred bytes, which is what SQLite reads first").unwrap();
        let before = fs::read(&file).unwrap();
        let open = |path: &Path| {
            Store::<Orbit>::builder().database(path.to_str().unwrap()).results_dir(s.results_dir()).open()
        };
        let error = open(&file).unwrap_err();
        assert!(error.is_corrupt(), "{error:?}");
        assert_eq!(fs::read(&file).unwrap(), before);
        let error = open(&file.join("below/runs.db")).unwrap_err();
        assert!(error.is_invalid_input() && error.to_string().contains("cannot create"), "{error}");
        assert!(open(s.dir()).is_err());
        assert!(!s.results_dir().exists(), "nothing was made");
        let error = Store::<Orbit>::builder().database("nowhere.db").read_only(true).open().unwrap_err();
        assert!(error.is_not_found(), "{error:?}");
    }

    #[test]
    fn a_url_that_is_none_is_refused_with_the_forms() {
        for url in ["", "mysql://h/d", "http://x", "sqlite:x.db", "postgresql+psycopg2://h/d"] {
            let error = Store::<Orbit>::builder().database(url).open().unwrap_err();
            assert!(error.is_invalid_input() && error.to_string().contains("postgres://"), "{error}");
        }
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use super::*;
    use crate::support::postgres::OwnServer;

    #[test]
    fn a_server_that_is_not_there_is_told_without_the_password() {
        let error = Store::<Orbit>::builder()
            .database("postgres://ada:s3cret@127.0.0.1:1/runs?connect_timeout=1")
            .patience(std::time::Duration::from_millis(300))
            .open()
            .unwrap_err();
        assert!(error.is_transient(), "{error:?}");
        let all = format!("{error} {error:?}");
        assert!(all.contains("ada:***@127.0.0.1:1") && !all.contains("s3cret"), "{all}");
    }

    #[test]
    fn a_server_that_came_back_is_used_again() -> Result<()> {
        let Some(mut server) = OwnServer::start() else { return Ok(()) };
        let s = Scratch::postgres_at(server.url());
        let (store, calls) = orbits(&s)?;
        store.run(&Orbit::of(1.0))?;
        server.kill();
        server.restart();
        store.run_or_retrieve(&Orbit::of(1.0))?;
        store.run_or_retrieve(&Orbit::of(2.0))?;
        assert_eq!((store.list()?.len(), calls.count()), (2, 2));
        Ok(())
    }
}

#[cfg(not(feature = "postgres"))]
#[test]
fn a_backend_that_is_not_compiled_in_is_told_with_its_feature() {
    let error = Store::<Orbit>::builder().database("postgres://h/d").open().unwrap_err();
    assert!(error.is_unsupported() && error.to_string().contains("feature `postgres`"), "{error}");
}

#[cfg(feature = "sqlite")]
#[test]
fn a_store_without_results_makes_no_results_folder() -> Result<()> {
    let s = Scratch::sqlite();
    let store = Store::<Orbit>::builder()
        .database(s.url())
        .without_results()
        .runner(|_: &Orbit, _| Ok::<(), std::io::Error>(()))
        .open()?;
    store.run(&Orbit::of(1.0))?;
    drop(store);
    let mut names: Vec<_> = fs::read_dir(s.dir()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert!(names.iter().all(|name| name.to_str().unwrap().starts_with("runs.db")), "{names:?}");
    assert!(!Path::new("results").exists());
    Ok(())
}

#[cfg(feature = "sqlite")]
#[test]
fn a_store_without_results_removes_what_a_dead_process_left() -> Result<()> {
    let s = Scratch::sqlite();
    let open = || Store::<Orbit>::builder().database(s.url()).without_results().open();
    drop(open()?);
    let own = s.dir().join("runs.db-work/.entropic");
    fs::create_dir_all(own.join("staging/dead/0/scratch")).unwrap();
    fs::write(own.join("staging/dead/0/scratch/part"), "half").unwrap();
    for journals in ["journal", "journals"] {
        fs::create_dir_all(own.join(journals)).unwrap();
        fs::write(own.join(journals).join("dead.jsonl"), "").unwrap();
    }
    // Another store that has results may have the same folder.
    let line = r#"{"publish":{"attempt":"0","id":"a","replaces":false,"full":true,"boot":"b","row":{}}}"#;
    fs::create_dir_all(own.join("staging/other/0")).unwrap();
    fs::write(own.join("staging/other/0/a"), "whole").unwrap();
    fs::write(own.join("journal/other.jsonl"), format!("{line}\n{{\"synced\":\"0\"}}\n")).unwrap();
    drop(open()?);
    assert!(!own.join("staging/dead").exists() && !own.join("journal/dead.jsonl").exists());
    assert!(!own.join("journals/dead.jsonl").exists());
    assert!(own.join("staging/other/0/a").exists() && own.join("journal/other.jsonl").exists());
    Ok(())
}

#[cfg(all(feature = "sqlite", unix))]
#[test]
fn a_group_can_share_a_results_folder() -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let s = Scratch::sqlite();
    orbits(&s)?.0.run(&Orbit::of(1.0))?;
    let plain = s.dir().join("plain");
    fs::write(&plain, "").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&s.results_dir().join(".entropic/store.json")), mode(&plain));
    Ok(())
}
