//! Many processes on one store.

use std::process::{Child, Command, Stdio};

use entropic::Result;

use crate::records::{Orbit, at, orbits};
use crate::support::{Backend, Scratch, each_backend};

/// Says to a child what it shall do, and where.
const URL: &str = "ENTROPIC_TEST_CHILD_URL";
const RESULTS: &str = "ENTROPIC_TEST_CHILD_RESULTS";
const NUMBER: &str = "ENTROPIC_TEST_CHILD_NUMBER";

/// Runs one of the children below in processes of their own.
fn children(s: &Scratch, name: &str, count: usize) {
    let spawn = |number: usize| -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", &format!("processes::{name}"), "--ignored", "--nocapture"])
            .env(URL, s.url())
            .env(RESULTS, s.results_dir())
            .env(NUMBER, number.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let started: Vec<Child> = (0..count).map(spawn).collect();
    for child in started {
        let output = child.wait_with_output().unwrap();
        let told =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && told.contains("1 passed"), "{told}");
    }
}

fn store_of_child() -> Option<(entropic::Store<Orbit>, usize)> {
    let url = std::env::var(URL).ok()?;
    let results = std::env::var(RESULTS).unwrap();
    let store = entropic::Store::builder()
        .database(url)
        .results_dir(&results)
        .runner(move |orbit: &Orbit, run| {
            // One line for each run, wherever it is.
            let log = std::path::Path::new(&results).join(format!("runs-of-{}.log", orbit.mass));
            let mut file = std::fs::OpenOptions::new().create(true).append(true).open(log)?;
            std::io::Write::write_all(&mut file, b"ran\n")?;
            std::thread::sleep(std::time::Duration::from_millis(50));
            std::fs::write(run.result_file(), orbit.mass.to_string())
        })
        .open()
        .unwrap();
    Some((store, std::env::var(NUMBER).unwrap().parse().unwrap()))
}

#[test]
#[ignore = "a child of another test"]
fn child_opens() {
    store_of_child();
}

#[test]
#[ignore = "a child of another test"]
fn child_runs_the_same() {
    let Some((store, _)) = store_of_child() else { return };
    store.run_or_retrieve(&Orbit::of(1.0)).unwrap();
}

#[test]
#[ignore = "a child of another test"]
fn child_runs_its_own() {
    let Some((store, number)) = store_of_child() else { return };
    for n in 0..5 {
        #[expect(clippy::cast_precision_loss, reason = "small")]
        store.run_or_retrieve(&Orbit::of((number * 10 + n) as f64)).unwrap();
    }
}

#[test]
#[ignore = "a child of another test"]
fn child_sweeps() {
    let Some((store, number)) = store_of_child() else { return };
    // Half of them with threads, each from another place on.
    let points = (0..200).map(|n| Orbit::of(f64::from(u32::try_from((n + number * 25) % 200).unwrap())));
    let report = if number % 2 == 0 {
        store.sweep(points).run().unwrap()
    } else {
        store.sweep(points).executor(entropic::Threads::new(3)).run().unwrap()
    };
    assert_eq!((report.records.len(), report.failures.len()), (200, 0), "{report}");
}

/// The orbits of the other children, some time later.
mod later {
    use entropic::prelude::*;

    use crate::records::Method;

    #[derive(SimRecord)]
    #[sim(table = "orbits", output(energy: f64, period: f64, verdict: String, drift: f64), index(weight, steps))]
    pub struct Orbit {
        #[sim(was = "mass")]
        pub weight: f64,
        pub steps: i64,
        pub method: Method,
        pub label: Option<String>,
        #[sim(ignore)]
        pub threads: i32,
        #[sim(default = 0.5)]
        pub drag: f64,
    }
}

#[test]
#[ignore = "a child of another test"]
fn child_evolves() {
    let Ok(url) = std::env::var(URL) else { return };
    let store = entropic::Store::<later::Orbit>::builder()
        .database(url)
        .results_dir(std::env::var(RESULTS).unwrap())
        .schema(entropic::Schema::Evolve)
        .open()
        .unwrap();
    assert_eq!(store.count().unwrap(), 1);
}

each_backend! {
    fn eight_processes_sweep_over_the_same_points_and_run_each_once(s: &Scratch) -> Result<()> {
        children(s, "child_sweeps", 8);
        for n in 0..200 {
            let log = s.results_dir().join(format!("runs-of-{n}.log"));
            assert_eq!(std::fs::read_to_string(log).unwrap(), "ran\n", "{n}");
        }
        let store = at::<Orbit>(s).open()?;
        assert_eq!(store.count()?, 200);
        assert!(store.verify()?.is_sound());
        Ok(())
    }

    fn eight_processes_can_open_an_old_table_at_once(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        store.run(&Orbit::of(1.0))?;
        drop(store);
        children(s, "child_evolves", 8);
        let store = at::<later::Orbit>(s).open()?;
        let orbit = later::Orbit {
            weight: 1.0, steps: 100, method: crate::records::Method::Rk4, label: None, threads: 1, drag: 0.5,
        };
        assert!(store.retrieve(&orbit)?.is_some());
        Ok(())
    }

    fn eight_processes_can_open_at_once(s: &Scratch) -> Result<()> {
        children(s, "child_opens", 8);
        assert_eq!(orbits(s)?.0.count()?, 0);
        Ok(())
    }

    fn eight_processes_that_ask_for_the_same_run_it_once(s: &Scratch) -> Result<()> {
        children(s, "child_runs_the_same", 8);
        assert_eq!(std::fs::read_to_string(s.results_dir().join("runs-of-1.log")).unwrap(), "ran\n");
        assert_eq!(at::<Orbit>(s).open()?.count()?, 1);
        Ok(())
    }

    fn eight_processes_that_ask_for_different_runs_lose_none(s: &Scratch) -> Result<()> {
        children(s, "child_runs_its_own", 8);
        let runs = at::<Orbit>(s).open()?.list()?;
        assert_eq!(runs.len(), 40);
        assert!(runs.iter().all(|run| run.result_file.exists()));
        let _ = Backend::Sqlite;
        Ok(())
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use super::*;
    use crate::support::postgres::OwnServer;

    /// Two stores of the same table with results folders of their own, as on two hosts that share a server alone.
    fn host(s: &Scratch, name: &str, calls: &crate::records::Calls) -> entropic::StoreBuilder<Orbit> {
        let counted = calls.clone();
        entropic::Store::builder().database(s.url()).results_dir(s.dir().join(name)).without_results().runner(
            move |_: &Orbit, run| {
                counted.add();
                std::thread::sleep(std::time::Duration::from_millis(100));
                run.output.energy = Some(1.0);
                Ok::<(), std::io::Error>(())
            },
        )
    }

    #[test]
    fn hosts_that_share_a_server_run_the_same_once() -> Result<()> {
        let Some(s) = Scratch::postgres() else { return Ok(()) };
        let calls = crate::records::Calls::default();
        let stores =
            [host(&s, "a", &calls).open()?, host(&s, "b", &calls).open()?, host(&s, "c", &calls).open()?];
        std::thread::scope(|scope| {
            for store in &stores {
                scope.spawn(|| store.run_or_retrieve(&Orbit::of(1.0)).unwrap());
            }
        });
        assert_eq!(calls.count(), 1);
        Ok(())
    }

    #[test]
    fn a_lock_session_that_was_lost_while_running_is_noticed() -> Result<()> {
        let Some(mut server) = OwnServer::start() else { return Ok(()) };
        let s = Scratch::postgres_at(server.url());
        let calls = crate::records::Calls::default();
        let here = host(&s, "a", &calls).open()?;
        std::thread::scope(|scope| -> Result<()> {
            let running = scope.spawn(|| {
                here.with_runner(|_, run| {
                    std::thread::sleep(std::time::Duration::from_millis(1_500));
                    run.output.energy = Some(2.0);
                    Ok::<(), std::io::Error>(())
                })
                .run_or_retrieve(&Orbit::of(1.0))
            });
            std::thread::sleep(std::time::Duration::from_millis(300));
            server.kill();
            server.restart();
            // The lock went with the server; another host makes the run meanwhile.
            let there = host(&s, "b", &calls).open()?.run_or_retrieve(&Orbit::of(1.0))?;
            let record = running.join().unwrap()?;
            assert_eq!(record, there, "one row, and the one that was there first");
            Ok(())
        })?;
        assert_eq!((here.count()?, calls.count()), (1, 1));
        Ok(())
    }
}
