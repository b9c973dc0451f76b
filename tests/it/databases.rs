//! Databases: how they are named, when they are opened, what is refused before anything is made.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use entropic::prelude::*;
use entropic::{Conn, DbUrl, Error, Result, on_backend};

use crate::records::{Orbit, at, orbits};
use crate::support::{Scratch, each_backend};

mod own {
    diesel::table! {
        notes (run) {
            run -> Text,
            note -> Nullable<Json>,
        }
    }
}
use own::notes;

fn refused(url: &str) -> Error {
    let builder = Store::<Orbit>::builder().database(url).patience(Duration::from_millis(100));
    builder.results_dir("/nowhere/at/all").open().unwrap_err()
}

each_backend! {
    fn diesel_takes_a_connection_as_it_is(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        store.run(&Orbit::of(1.0))?;
        let rows: Vec<(f64, String)> = crate::records::orbits::table
            .select((crate::records::orbits::mass, crate::records::orbits::id))
            .load(&mut store.connection()?)
            .unwrap();
        assert_eq!(rows.len(), 1);
        let mut connection = store.connection()?;
        assert!(format!("{connection:?}").starts_with("PooledConn("));
        let failed: QueryResult<()> = connection.transaction(|connection| {
            diesel::delete(crate::records::orbits::table).execute(connection)?;
            Err(diesel::result::Error::RollbackTransaction)
        });
        assert!(failed.is_err());
        assert_eq!(crate::records::orbits::table.count().get_result::<i64>(&mut connection).unwrap(), 1);
        // The inner connection is taken as before.
        let inner: &mut Conn = &mut connection;
        assert_eq!(crate::records::orbits::table.count().get_result::<i64>(inner).unwrap(), 1);
        Ok(())
    }

    fn many_rows_upserts_and_json_of_an_own_table(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let mut connection = store.connection()?;
        connection.batch_execute("CREATE TABLE notes (run TEXT PRIMARY KEY, note JSON)").unwrap();
        let value = |good: bool| serde_json::json!({"good": good, "tags": [1, 2.5, null]});
        let rows: Vec<_> = ["a", "b"].map(|run| (notes::run.eq(run), notes::note.eq(value(true)))).into();
        let inserted = on_backend!(&mut *connection, conn => diesel::insert_into(notes::table).values(&rows).execute(conn));
        assert_eq!(inserted.unwrap(), 2);
        on_backend!(&mut *connection, conn => {
            diesel::insert_into(notes::table)
                .values((notes::run.eq("b"), notes::note.eq(value(false))))
                .on_conflict(notes::run)
                .do_update()
                .set(notes::note.eq(value(false)))
                .execute(conn)
        }).unwrap();
        // A single row, and its reading, work on either.
        diesel::insert_into(notes::table)
            .values((notes::run.eq("c"), notes::note.eq(None::<serde_json::Value>)))
            .execute(&mut connection)
            .unwrap();
        let read: Vec<(String, Option<serde_json::Value>)> = notes::table.order(notes::run).load(&mut connection).unwrap();
        let wanted = [("a", Some(value(true))), ("b", Some(value(false))), ("c", None)];
        assert_eq!(read, wanted.map(|(run, note)| (run.to_owned(), note)));
        Ok(())
    }

    fn a_transaction_that_was_left_open_is_not_lent_to_the_next(s: &Scratch) -> Result<()> {
        let store = at::<Orbit>(s).pool_size(1).runner(|_: &Orbit, run| fs::write(run.result_file(), "x")).open()?;
        {
            use diesel::connection::TransactionManager;
            let mut connection = store.connection()?;
            <Conn as TransactionManager<Conn>>::begin_transaction(&mut connection).unwrap();
        }
        store.run(&Orbit::of(1.0))?;
        assert_eq!(s.scalar_text("SELECT count(*) FROM orbits").as_deref(), Some("1"));
        Ok(())
    }
}

#[test]
fn no_error_of_opening_shows_a_password() {
    for url in [
        "postgres://ada:Xq7@127.0.0.1:1/runs",
        "postgres://127.0.0.1:1/runs?user=ada&p%61ssword=Xq7",
        "postgres://ada:a?Xq7@127.0.0.1:1/runs",
        "postgres://127.0.0.1:1/runs?PASSWORD=Xq7",
        "postgres:ada:Xq7@127.0.0.1/runs",
        "host=127.0.0.1 port=1 password=Xq7",
        "postgres://ada:Xq7@[::1/runs",
        "ada:Xq7@127.0.0.1/runs",
    ] {
        let error = refused(url);
        let told = format!("{error} {error:?}");
        assert!(!told.contains("Xq7"), "{told}");
        assert!(error.is_invalid_input() || error.is_transient() || error.is_unsupported(), "{told}");
    }
    assert!(!Path::new("host=127.0.0.1 port=1 password=Xq7").exists());
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use super::*;

    #[test]
    fn a_database_is_a_text_a_path_or_a_url() -> Result<()> {
        let s = Scratch::sqlite();
        let open =
            |builder: entropic::StoreBuilder<Orbit>| builder.results_dir(s.results_dir()).open().map(drop);
        let path: PathBuf = s.dir().join("runs.db");
        let text = path.to_str().unwrap().to_owned();
        open(Store::builder().database(&path))?;
        open(Store::builder().database(path.as_path()))?;
        open(Store::builder().database(path))?;
        open(Store::builder().database(&*text))?;
        open(Store::builder().database(&text))?;
        open(Store::builder().database(text.clone()))?;
        let url: DbUrl = text.parse()?;
        open(Store::builder().database(&url))?;
        open(Store::builder().database(url))?;
        // Beside it lies the log of a connection that is just being closed.
        let is_database = |path: PathBuf| path.is_file() && !path.to_string_lossy().contains("runs.db-");
        let files = fs::read_dir(s.dir()).unwrap().flatten().filter(|entry| is_database(entry.path()));
        assert_eq!(files.count(), 1);
        Ok(())
    }

    #[test]
    fn a_path_is_never_read_as_a_url() -> Result<()> {
        let s = Scratch::sqlite();
        for (n, name) in
            [":memory:", "postgres:x", "sqlite::memory:", "a?mode=ro", "host=a password=b"].iter().enumerate()
        {
            let path = s.dir().join(name);
            Store::<Orbit>::builder().database(&path).results_dir(s.dir().join(format!("r{n}"))).open()?;
            assert!(path.is_file(), "{name}");
        }
        Ok(())
    }

    #[test]
    fn three_slashes_are_refused_with_both_readings_where_pythons_is_likely() {
        // The working directory of the tests is that of the package.
        for (url, relative) in [
            ("sqlite:///Cargo.toml", "Cargo.toml"),
            ("sqlite:///no-such-runs.db", "no-such-runs.db"),
            ("sqlite:///it/support/no-such-runs.db", "it/support/no-such-runs.db"),
            ("sqlite:///no-such-folder/runs.db", "no-such-folder/runs.db"),
        ] {
            let error = refused(url);
            assert!(error.is_invalid_input(), "{error:?}");
            for reading in [format!("`sqlite://{relative}`"), format!("`sqlite:////{relative}`")] {
                assert!(error.to_string().contains(&reading), "{error}");
            }
            assert!(!Path::new("/").join(relative).exists());
        }
    }

    #[test]
    fn three_slashes_are_a_path_where_that_is_likely() -> Result<()> {
        let s = Scratch::sqlite();
        for url in
            [format!("sqlite://{}/a.db", s.dir().display()), format!("sqlite:///{}/b.db", s.dir().display())]
        {
            Store::<Orbit>::builder().database(url).without_results().open()?;
        }
        assert!(s.dir().join("a.db").is_file() && s.dir().join("b.db").is_file());
        Ok(())
    }

    #[test]
    fn only_the_last_directory_of_a_path_is_made() -> Result<()> {
        let s = Scratch::sqlite();
        let open = |path: &Path| {
            Store::<Orbit>::builder().database(path).results_dir(s.results_dir()).open().map(drop)
        };
        let error = open(&s.dir().join("typo/data/runs.db")).unwrap_err();
        assert!(error.is_invalid_input(), "{error:?}");
        assert!(
            error.to_string().contains(&format!("no directory `{}`", s.dir().join("typo").display())),
            "{error}"
        );
        assert_eq!(fs::read_dir(s.dir()).unwrap().count(), 0, "nothing was made");
        let error = open(Path::new("/entropic-no-such-folder/runs.db")).unwrap_err();
        assert!(error.is_invalid_input() && !Path::new("/entropic-no-such-folder").exists(), "{error}");
        open(&s.dir().join("data/runs.db"))?;
        let error = open(s.dir()).unwrap_err();
        assert!(error.is_invalid_input() && error.to_string().contains("is a directory"), "{error}");
        Ok(())
    }

    #[test]
    fn a_store_that_is_refused_leaves_no_database_behind() -> Result<()> {
        let s = Scratch::sqlite();
        orbits(&s)?;
        let new = s.dir().join("data/new.db");
        let builder = || Store::<Orbit>::builder().database(&new);
        let error = builder().results_dir(s.results_dir()).open().unwrap_err();
        assert!(error.is_conflict() && error.to_string().contains("new database"), "{error}");
        fs::write(s.dir().join("file"), "mine").unwrap();
        builder().results_dir(s.dir().join("file")).open().unwrap_err();
        builder().results_dir(s.dir().join("other")).file_suffix("a/b").open().unwrap_err();
        assert!(!new.parent().unwrap().exists() && !s.dir().join("other").exists());
        // A directory of results without a mark, as the Python package leaves it, is taken.
        fs::create_dir(s.dir().join("python")).unwrap();
        builder().results_dir(s.dir().join("python")).open()?;
        Ok(())
    }

    #[test]
    fn a_full_disk_is_said_to_be_one() -> Result<()> {
        let s = Scratch::sqlite();
        let store =
            at::<Orbit>(&s).pool_size(1).runner(|_: &Orbit, run| fs::write(run.result_file(), "x")).open()?;
        let made = store.run(&Orbit::of(1.0))?;
        // SQLite's own limit gives the error of a full disk.
        store.connection()?.batch_execute("PRAGMA max_page_count = 1").unwrap();
        let long = Orbit { label: Some("x".repeat(100_000)), ..Orbit::of(2.0) };
        let error = store.run(&long).unwrap_err();
        assert!(error.is_transient() && format!("{error:?}").contains("is full"), "{error:?}");
        assert_eq!(store.run_or_retrieve(&Orbit::of(1.0))?, made);
        Ok(())
    }

    #[cfg(unix)]
    const DIR: &str = "ENTROPIC_TEST_CHILD_DIR";

    #[cfg(unix)]
    #[test]
    #[ignore = "a child of another test"]
    fn child_may_not_write() {
        let Ok(dir) = std::env::var(DIR) else { return };
        let dir = Path::new(&dir);
        let never =
            |_: &Orbit, _: &mut RunContext<Orbit>| -> Result<(), String> { panic!("the runner was called") };
        let open =
            || Store::<Orbit>::builder().database(dir.join("data/runs.db")).results_dir(dir.join("results"));
        let store = open().runner(never).open().unwrap();
        assert_eq!(store.run_or_retrieve(&Orbit::of(1.0)).unwrap().mass, 1.0);
        assert_eq!(store.list().unwrap().len(), 1);
        for error in
            [store.run(&Orbit::of(1.0)).unwrap_err(), store.run_or_retrieve(&Orbit::of(2.0)).unwrap_err()]
        {
            assert!(error.is_unsupported() && !error.is_transient(), "{error:?}");
            for word in ["cannot write", "read_only(true)", "runs.db"] {
                assert!(error.to_string().contains(word), "{word}: {error}");
            }
        }
        let error = store.delete(&Orbit::of(1.0)).unwrap_err();
        assert!(error.is_unsupported(), "{error:?}");
        let report = store.sweep([1.0, 2.0].map(Orbit::of)).run();
        assert!(report.is_ok_and(|report| report.hits == 1 && report.misses == 0));
        assert_eq!(open().read_only(true).open().unwrap().list().unwrap().len(), 1);
        let error = Store::<other::Moon>::builder()
            .database(dir.join("data/runs.db"))
            .results_dir(dir.join("moons"))
            .open()
            .unwrap_err();
        assert!(error.is_unsupported() && error.to_string().contains("cannot write"), "{error:?}");
        assert!(!dir.join("moons").exists());
    }

    #[cfg(unix)]
    mod other {
        use entropic::prelude::*;

        #[derive(Debug, Clone, PartialEq, SimRecord)]
        #[sim(table = "moons")]
        pub struct Moon {
            pub mass: f64,
        }
    }

    /// As root everything can be written: then the child is somebody else.
    #[cfg(unix)]
    #[test]
    fn a_database_that_may_not_be_written_serves_hits_and_refuses_runs() -> Result<()> {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
        use std::os::unix::process::CommandExt;
        const NOBODY: u32 = 65_534;
        for which in ["the file", "its directory", "both"] {
            let s = Scratch::sqlite();
            let data = s.dir().join("data");
            let file = data.join("runs.db");
            fs::create_dir(&data).unwrap();
            let store = Store::<Orbit>::builder()
                .database(&file)
                .results_dir(s.results_dir())
                .runner(|_: &Orbit, run| fs::write(run.result_file(), "x"))
                .open()?;
            store.run(&Orbit::of(1.0))?;
            drop(store);
            let mode =
                |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
            mode(s.dir(), 0o755);
            let root = fs::metadata(&data).unwrap().uid() == 0;
            if root {
                chown(&data, Some(NOBODY), Some(NOBODY)).unwrap();
                chown(&file, Some(NOBODY), Some(NOBODY)).unwrap();
            }
            mode(&file, if which == "its directory" { 0o644 } else { 0o444 });
            mode(&data, if which == "the file" { 0o755 } else { 0o555 });
            let mut child = std::process::Command::new(std::env::current_exe().unwrap());
            child.args(["--exact", "databases::sqlite::child_may_not_write", "--ignored", "--nocapture"]);
            child.env(DIR, s.dir()).current_dir("/");
            if root {
                child.uid(NOBODY).gid(NOBODY);
            }
            let output = child.output().unwrap();
            let told = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
            mode(&data, 0o755);
            assert!(output.status.success() && told.contains("1 passed"), "{which}: {told}");
        }
        Ok(())
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use super::*;
    use crate::support::postgres::OwnServer;

    fn timed<R>(job: impl FnOnce() -> R) -> (R, Duration) {
        let start = Instant::now();
        let value = job();
        (value, start.elapsed())
    }

    #[test]
    fn a_server_that_takes_no_more_connections_is_tried_again() -> Result<()> {
        let Some(server) = OwnServer::start() else { return Ok(()) };
        let s = Scratch::postgres_at(server.url());
        orbits(&s)?;
        s.sql("CREATE ROLE few LOGIN CONNECTION LIMIT 2");
        s.sql("GRANT ALL ON SCHEMA public TO few; DO $$ BEGIN EXECUTE 'GRANT ALL ON SCHEMA ' || current_schema() || ' TO few'; \
               EXECUTE 'GRANT ALL ON ALL TABLES IN SCHEMA ' || current_schema() || ' TO few'; END $$");
        let url = format!("{}&user=few", s.url());
        let taken = [crate::support::postgres::connect(&url), crate::support::postgres::connect(&url)];
        let open = |patience| {
            let builder = Store::<Orbit>::builder().database(&url).results_dir(s.results_dir()).pool_size(1);
            builder.patience(patience).open()
        };
        let (opened, took) = timed(|| open(Duration::from_secs(1)));
        let error = opened.unwrap_err();
        assert!(error.is_transient() && error.to_string().contains("within 1."), "{error}");
        assert!(format!("{error:#}").contains("too many connections"), "{error}");
        assert!(took >= Duration::from_secs(1) && took < Duration::from_secs(20), "{took:?}");
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(700));
                drop(taken);
            });
            open(Duration::from_secs(30)).map(drop)
        })
    }

    #[test]
    fn a_server_that_is_being_started_is_waited_for() -> Result<()> {
        let Some(mut server) = OwnServer::start() else { return Ok(()) };
        let s = Scratch::postgres_at(server.url());
        orbits(&s)?.0.run(&Orbit::of(1.0))?;
        server.kill();
        let gone = at::<Orbit>(&s).patience(Duration::from_millis(300)).open().unwrap_err();
        assert!(gone.is_transient() && gone.to_string().contains("within 0."), "{gone}");
        let opened = std::thread::scope(|scope| {
            let opening = scope.spawn(|| at::<Orbit>(&s).open().and_then(|store| store.count()));
            std::thread::sleep(Duration::from_millis(500));
            server.restart();
            opening.join().unwrap()
        });
        assert_eq!(opened?, 1);
        Ok(())
    }

    #[test]
    fn what_will_not_pass_is_told_at_once() {
        let Some(s) = Scratch::postgres() else { return };
        let open = |more: &str| {
            let url = format!("{}&{more}", s.url());
            Store::<Orbit>::builder().database(url).results_dir(s.results_dir()).open().unwrap_err()
        };
        let (error, took) = timed(|| open("dbname=no_such_database"));
        assert!(error.is_not_found() && error.to_string().contains("no_such_database"), "{error:?}");
        assert!(took < Duration::from_secs(15));
        let (error, took) = timed(|| open("user=nobody_of_that_name&password=Xq7"));
        assert!(error.is_invalid_input() && error.to_string().contains("nobody_of_that_name"), "{error:?}");
        assert!(!format!("{error:?}").contains("Xq7") && took < Duration::from_secs(15));
        assert!(!s.results_dir().exists(), "nothing was made");
    }

    #[test]
    fn a_server_that_does_not_answer_holds_nobody_up_without_end() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("postgres://ada:Xq7@{}/runs", listener.local_addr().unwrap());
        let builder = Store::<Orbit>::builder().database(url).patience(Duration::from_secs(2));
        let (opened, took) = timed(|| builder.results_dir("/nowhere/at/all").open());
        let error = opened.unwrap_err();
        assert!(error.is_transient() && took < Duration::from_secs(20), "{took:?}: {error}");
        assert!(!format!("{error:?}").contains("Xq7"), "{error}");
    }

    #[test]
    fn a_lock_that_somebody_keeps_holds_nobody_up_without_end() -> Result<()> {
        let Some(s) = Scratch::postgres() else { return Ok(()) };
        orbits(&s)?.0.run(&Orbit::of(1.0))?;
        let mut other = crate::support::postgres::connect(s.url());
        other.batch_execute("BEGIN; LOCK TABLE orbits IN ACCESS EXCLUSIVE MODE").unwrap();
        let (opened, took) = timed(|| at::<Orbit>(&s).patience(Duration::from_millis(500)).open());
        let error = opened.unwrap_err();
        assert!(error.is_transient() && took < Duration::from_secs(20), "{took:?}: {error:?}");
        Ok(())
    }

    #[test]
    fn a_server_that_became_read_only_serves_hits_and_refuses_runs() -> Result<()> {
        let Some(server) = OwnServer::start() else { return Ok(()) };
        let s = Scratch::postgres_at(server.url());
        let (store, calls) = orbits(&s)?;
        let made = store.run(&Orbit::of(1.0))?;
        let writable = |yes: bool| {
            s.sql(&format!(
                "ALTER SYSTEM SET default_transaction_read_only = {}",
                if yes { "off" } else { "on" }
            ));
            s.sql("SELECT pg_reload_conf()");
            std::thread::sleep(Duration::from_millis(500));
        };
        writable(false);
        let (opened, opened_calls) = orbits(&s)?;
        for (store, calls) in [(&store, &calls), (&opened, &opened_calls)] {
            let before = calls.count();
            assert_eq!(store.run_or_retrieve(&Orbit::of(1.0))?, made);
            for error in
                [store.run(&Orbit::of(1.0)).unwrap_err(), store.run_or_retrieve(&Orbit::of(2.0)).unwrap_err()]
            {
                assert!(error.is_unsupported() && !error.is_transient(), "{error:?}");
                for word in ["cannot write", "read_only(true)", "default_transaction_read_only"] {
                    assert!(error.to_string().contains(word), "{word}: {error}");
                }
            }
            assert_eq!(calls.count(), before, "no runner was called");
        }
        let error = store.delete(&Orbit::of(1.0)).unwrap_err();
        assert!(error.is_unsupported(), "{error:?}");
        writable(true);
        store.run_or_retrieve(&Orbit::of(2.0))?;
        assert_eq!(store.count()?, 2);
        Ok(())
    }
}
