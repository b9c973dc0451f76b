//! Sweeps whose runs are made by processes of their own.
#![cfg(unix)]

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use entropic::{FailureKind, Processes, Result, Store};
use serde_json::json;

use crate::records::{Orbit, OrbitGrid};
use crate::support::{Scratch, each_backend};

/// What a worker's arguments say: the same store. A test harness takes what it does not know for names of tests.
pub fn args(s: &Scratch) -> Vec<String> {
    let mut args =
        ["--exact", "workers::child_works", "--ignored", "--nocapture"].map(str::to_owned).to_vec();
    args.push(format!("url={}", s.url()));
    args.push(format!("results={}", s.results_dir().display()));
    args
}

pub fn store(url: &str, results: &Path) -> Result<Store<Orbit>> {
    let log = results.join("runs.log");
    let (again, there) = (url.to_owned(), results.to_owned());
    Store::builder()
        .database(url)
        .results_dir(results)
        .runner(move |orbit: &Orbit, run| {
            let mut begun = fs::OpenOptions::new().create(true).append(true).open(&log)?;
            io::Write::write_all(&mut begun, format!("{} {}\n", orbit.mass, std::process::id()).as_bytes())?;
            println!("run of {}", orbit.mass);
            match orbit.label.as_deref() {
                Some("fails") => return Err(io::Error::other("diverged")),
                Some("panics") => panic!("out of bounds"),
                Some("aborts") => std::process::abort(),
                Some("hangs") => loop {
                    std::thread::sleep(Duration::from_secs(1));
                },
                Some("eats") => {
                    // As the system does when memory is exhausted.
                    std::process::Command::new("kill")
                        .args(["-9", &std::process::id().to_string()])
                        .status()?;
                    std::thread::sleep(Duration::from_secs(60));
                }
                Some("reads") => {
                    assert_eq!(io::stdin().read_line(&mut String::new())?, 0);
                    assert!(std::process::Command::new("cat").status()?.success());
                }
                Some("looks something up") => {
                    let other = store(&again, &there).map_err(io::Error::other)?;
                    assert!(other.retrieve(&Orbit::of(3.0)).unwrap().is_some());
                    assert!(other.run_or_retrieve(&Orbit::of(77.0)).unwrap_err().is_unsupported());
                }
                Some("takes its time") => std::thread::sleep(Duration::from_millis(60)),
                Some("starts a program that hangs") => {
                    let named = format!("sleep 600; : {}", log.display());
                    std::process::Command::new("sh").args(["-c", &named]).status()?;
                }
                _ => {}
            }
            run.output.energy = Some(-orbit.mass / 2.0);
            run.set("worker", std::process::id());
            run.set("node", fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim());
            fs::write(run.result_file(), format!("mass {}", orbit.mass))?;
            let ended = log.with_file_name("ended.log");
            let mut ended = fs::OpenOptions::new().create(true).append(true).open(ended)?;
            io::Write::write_all(&mut ended, format!("{}\n", orbit.mass).as_bytes())
        })
        .open()
}

pub fn here(s: &Scratch) -> Result<Store<Orbit>> {
    store(s.url(), &s.results_dir())
}

#[test]
#[ignore = "a worker of another test"]
fn child_works() {
    let arg = |name: &str| std::env::args().find_map(|arg| Some(arg.strip_prefix(name)?.to_owned()));
    let (Some(url), Some(results)) = (arg("url="), arg("results=")) else { return };
    let store = store(&url, Path::new(&results)).unwrap();
    panic!("a worker does not come here: {store:?}");
}

pub fn labelled(mass: f64, label: &str) -> Orbit {
    Orbit { label: Some(label.to_owned()), ..Orbit::of(mass) }
}

/// How often each mass was begun.
pub fn runs(s: &Scratch) -> std::collections::BTreeMap<String, usize> {
    counted(s, "runs.log")
}

/// How often each mass is in a log.
pub fn counted(s: &Scratch, log: &str) -> std::collections::BTreeMap<String, usize> {
    let mut runs = std::collections::BTreeMap::new();
    for line in fs::read_to_string(s.results_dir().join(log)).unwrap_or_default().lines() {
        *runs.entry(line.split(' ').next().unwrap().to_owned()).or_default() += 1;
    }
    runs
}

pub fn nothing_is_left(s: &Scratch) {
    let sweeps = fs::read_dir(s.results_dir().join(".entropic/sweeps"));
    let left: Vec<_> = sweeps.into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    assert!(left.is_empty(), "{left:?}");
}

each_backend! {
    fn processes_make_the_runs_once_and_in_order(s: &Scratch) -> Result<()> {
        let store = here(s)?;
        store.run(&Orbit::of(3.0))?;
        let grid = || OrbitGrid { mass: (0..40).map(f64::from).collect(), steps: vec![1, 100], ..Orbit::of(0.0).into() };
        let report = store.sweep(grid().expand()).custom_data(&json!({"sweep": 1}))
            .executor(Processes::new(3).args(args(s))).run()?;
        assert_eq!((report.hits, report.misses, report.failures.len()), (1, 79, 0), "{report}");
        let order: Vec<_> = report.records.iter().map(|run| (run.mass, run.steps)).collect();
        assert_eq!(order, grid().expand().map(|orbit| (orbit.mass, orbit.steps)).collect::<Vec<_>>());
        for run in &report.records {
            assert_eq!(fs::read_to_string(&run.result_file).unwrap(), format!("mass {}", run.mass));
            assert_eq!(run.output.energy, Some(-run.mass / 2.0));
            if report.was_hit(run) { continue }
            assert_ne!(run.custom_data["worker"], std::process::id());
            assert_eq!(run.custom_data["sweep"], 1);
            assert!(run.elapsed_seconds().is_some());
        }
        assert!(runs(s).values().all(|count| *count == 2));
        assert_eq!(store.sweep(grid().expand()).executor(Processes::new(3).args(args(s))).run()?.hits, 80);
        assert!(store.verify()?.is_sound());
        nothing_is_left(s);
        Ok(())
    }

    fn an_iterator_that_panics_leaves_no_worker_behind(s: &Scratch) -> Result<()> {
        let store = here(s)?;
        let log = s.results_dir().join("runs.log");
        let hanging = || {
            let text = fs::read_to_string(&log).unwrap_or_default();
            text.lines().find_map(|line| Some(line.strip_prefix("0 ")?.to_owned()))
        };
        let points = (0..).map(|n| {
            if n == 3 {
                let start = Instant::now();
                while hanging().is_none() && start.elapsed() < Duration::from_secs(60) {
                    std::thread::sleep(Duration::from_millis(30));
                }
                panic!("no more");
            }
            // The first ones are not gathered with those that come behind.
            std::thread::sleep(Duration::from_millis(30));
            if n == 0 { labelled(0.0, "hangs") } else { Orbit::of(f64::from(n)) }
        });
        let sweep = std::panic::AssertUnwindSafe(|| store.sweep(points).executor(Processes::new(2).args(args(s))).run());
        let panic = std::panic::catch_unwind(sweep).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"no more"));
        let pid = hanging().expect("it had begun");
        assert!(!Path::new("/proc").join(pid).exists(), "it goes on");
        let report = store.sweep((1..3).map(|n| Orbit::of(f64::from(n)))).run()?;
        assert_eq!(report.records.len(), 2);
        nothing_is_left(s);
        Ok(())
    }

    fn what_ended_before_a_closure_panicked_is_not_run_again(s: &Scratch) -> Result<()> {
        let store = here(s)?;
        let points = || (0..60).map(|n| Orbit::of(f64::from(n)));
        let sweep = || store.sweep(points()).executor(Processes::new(3).args(args(s))).on_record(|_| panic!("no more")).run();
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(sweep)).unwrap_err();
        let report = store.sweep(points()).executor(Processes::new(3).args(args(s))).run()?;
        assert_eq!((report.records.len(), report.failures.len()), (60, 0), "{report}");
        let ended = counted(s, "ended.log");
        assert_eq!((ended.len(), ended.values().sum::<usize>()), (60, 60), "{ended:?}");
        nothing_is_left(s);
        Ok(())
    }

    fn workers_wait_no_longer_for_others_than_the_store(s: &Scratch) -> Result<()> {
        let blocked = std::sync::Arc::new(std::sync::Barrier::new(2));
        let waits = std::sync::Arc::clone(&blocked);
        let other = Store::builder().database(s.url()).results_dir(s.results_dir())
            .runner(move |_: &Orbit, run| {
                waits.wait();
                waits.wait();
                fs::write(run.result_file(), "x")
            })
            .open()?;
        let impatient = Store::builder().database(s.url()).results_dir(s.results_dir())
            .wait_timeout(Duration::from_millis(300))
            .runner(|_: &Orbit, _| Ok::<(), io::Error>(()))
            .open()?;
        std::thread::scope(|scope| {
            scope.spawn(|| other.run(&Orbit::of(1.0)).unwrap());
            blocked.wait();
            let points = [1.0, 2.0, 3.0].map(Orbit::of);
            let report = impatient.sweep(points).executor(Processes::new(2).args(args(s))).run();
            blocked.wait();
            let report = report?;
            assert_eq!((report.misses, report.failures.len()), (2, 1), "{report}");
            assert_eq!(report.failures[0].params, Orbit::of(1.0));
            assert!(report.failures[0].error.is_transient(), "{report}");
            Ok(())
        })
    }

    fn a_runner_of_a_worker_can_look_something_up(s: &Scratch) -> Result<()> {
        let store = here(s)?;
        store.run(&Orbit::of(3.0))?;
        let report = store.sweep([labelled(1.0, "looks something up")]).executor(Processes::new(1).args(args(s))).run()?;
        assert!(report.is_complete(), "{report}");
        Ok(())
    }

    fn whatever_happens_to_a_run_concerns_no_other(s: &Scratch) -> Result<()> {
        let store = here(s)?;
        let mut points: Vec<Orbit> = (0..60).map(|n| Orbit::of(f64::from(n))).collect();
        let bad = ["fails", "panics", "aborts", "hangs", "eats", "starts a program that hangs"];
        for (n, label) in bad.iter().enumerate() {
            points[n * 9 + 3] = labelled(f64::from(u32::try_from(n * 9 + 3).unwrap()), label);
        }
        let processes = Processes::new(2).run_timeout(Duration::from_millis(800)).args(args(s));
        let report = store.sweep(points.clone()).executor(processes).run()?;
        assert_eq!((report.misses, report.failures.len()), (54, 6), "{report}");
        let kinds: Vec<_> = report.failures.iter().map(|failure| failure.kind.unwrap()).collect();
        use FailureKind::{Error, WorkerLost, Panic, Timeout};
        assert_eq!(kinds, [Error, Panic, WorkerLost, Timeout, WorkerLost, Timeout], "{report}");
        let told: Vec<_> = report.failures.iter().map(|failure| failure.message()).collect();
        for (told, words) in told.iter().zip(["diverged", "out of bounds", "SIGABRT", "0.8 s", "SIGKILL", "0.8 s"]) {
            assert!(told.contains(words), "{told}");
        }
        for failure in &report.failures {
            assert_eq!(failure.attempts, 1);
            let log = failure.log.as_deref().unwrap();
            assert!(log.contains(&format!("run of {}", failure.params.mass)), "{log}");
            assert!(!log.contains(&format!("run of {}\n", failure.params.mass - 1.0)), "of this run alone: {log}");
            assert!(!failure.node.as_deref().unwrap().is_empty());
        }
        // Its program does not live on.
        let listed = std::process::Command::new("ps").args(["-eo", "args"]).output().unwrap();
        let named = format!("sleep 600; : {}", s.results_dir().display());
        assert!(!String::from_utf8_lossy(&listed.stdout).contains(&named));
        assert_eq!(store.failures()?.len(), 6);
        assert!(runs(s).values().all(|count| *count == 1), "{:?}", runs(s));
        nothing_is_left(s);
        let again = store.sweep(points).retries(2)
            .executor(Processes::new(2).run_timeout(Duration::from_millis(300)).args(args(s))).run()?;
        assert_eq!((again.hits, again.failures.len()), (54, 6));
        assert!(again.failures.iter().all(|failure| failure.attempts == 3), "{again:?}");
        assert!(store.failures()?.iter().all(|failure| failure.attempts == 4));
        Ok(())
    }

    fn workers_stop_when_the_sweep_is_cancelled(s: &Scratch) -> Result<()> {
        let token = entropic::CancelToken::new();
        let store = here(s)?;
        let points: Vec<Orbit> = (0..200).map(|n| if n % 50 == 30 { labelled(f64::from(n), "hangs") } else { Orbit::of(f64::from(n)) }).collect();
        let start = Instant::now();
        let report = std::thread::scope(|scope| {
            scope.spawn(|| {
                while store.count().unwrap() < 20 { std::thread::sleep(Duration::from_millis(20)) }
                std::thread::sleep(Duration::from_millis(300));
                token.cancel();
            });
            store.sweep(points.clone()).cancel_token(&token).executor(Processes::new(2).args(args(s))).run()
        })?;
        assert!(start.elapsed() < Duration::from_secs(20));
        assert!(report.interrupted);
        assert_eq!(report.misses + report.remaining, 200, "{report}");
        assert_eq!((report.failures.len(), store.count()?), (0, report.misses as u64), "{report}");
        nothing_is_left(s);
        let before = runs(s);
        let report = store.sweep(points.into_iter().filter(|orbit| orbit.label.is_none())).executor(Processes::new(2).args(args(s))).run()?;
        assert_eq!(report.hits + report.misses, 196);
        assert!(runs(s).iter().filter(|(mass, _)| before.contains_key(*mass)).all(|(_, count)| *count <= 2));
        Ok(())
    }

    fn a_program_that_never_opens_the_store_is_told_of(s: &Scratch) -> Result<()> {
        let store = here(s)?;
        let nowhere = Processes::new(2).args(["--exact", "workers::no_such_test"]);
        let error = store.sweep((0..10).map(|n| Orbit::of(f64::from(n)))).executor(nowhere).run().unwrap_err();
        let told = error.to_string();
        assert!(told.contains("must come to") && told.contains("running 0 tests"), "{told}");
        // Another store than that of the sweep.
        let elsewhere = s.another();
        let error = store.sweep([Orbit::of(1.0)]).executor(Processes::new(1).args(args(&elsewhere))).run().unwrap_err();
        assert!(error.to_string().contains("without a run"), "{error}");
        assert_eq!(store.count()?, 0);
        assert!(store.failures()?.is_empty());
        nothing_is_left(s);
        Ok(())
    }

    fn two_sweeps_with_workers_share_their_points(s: &Scratch) -> Result<()> {
        let points = || (0..120).map(|n| Orbit::of(f64::from(n)));
        let (one, other) = (here(s)?, here(s)?);
        std::thread::scope(|scope| {
            let theirs = scope.spawn(|| other.sweep(points()).executor(Processes::new(2).args(args(s))).run());
            let ours = one.sweep(points()).executor(Processes::new(2).args(args(s))).run()?;
            let theirs = theirs.join().unwrap()?;
            assert_eq!((ours.records.len(), theirs.records.len()), (120, 120), "{ours}\n{theirs}");
            assert_eq!(ours.misses + theirs.misses, 120);
            Ok::<_, entropic::Error>(())
        })?;
        assert!(runs(s).values().all(|count| *count == 1), "{:?}", runs(s));
        nothing_is_left(s);
        Ok(())
    }

    fn workers_have_no_standard_input_and_retry_as_threads_do(s: &Scratch) -> Result<()> {
        let store = here(s)?;
        let processes = || Processes::new(2).run_timeout(Duration::from_secs(20)).args(args(s));
        let report = store.sweep([1.0, 2.0].map(|mass| labelled(mass, "reads"))).executor(processes()).run()?;
        assert_eq!(report.misses, 2, "{report}");
        // A runner that leaves nothing has failed, whoever calls it.
        let nothing = store.with_runner(|_, _| Ok::<_, io::Error>(()));
        let report = nothing.sweep([Orbit::of(3.0)]).retries(1).run()?;
        assert_eq!((report.failures[0].attempts, report.failures[0].kind), (2, Some(FailureKind::Error)));
        Ok(())
    }

    fn replicates_are_made_by_workers_too(s: &Scratch) -> Result<()> {
        let store = here(s)?;
        let report = store.sweep([1.0, 2.0].map(Orbit::of)).replicates(3).executor(Processes::new(2).args(args(s))).run()?;
        assert_eq!((report.misses, report.records.len()), (6, 6), "{report}");
        assert_eq!(report.records[4].custom_data["replicate"], 1);
        assert_eq!(store.replicates(&Orbit::of(2.0), 3)?, report.records[3..]);
        Ok(())
    }

    /// The sweep's process is killed at any instant, again and again: what was finished is not run again, nothing is
    /// missing, and nothing is left.
    fn a_killed_sweep_goes_on_where_it_was(s: &Scratch) -> Result<()> {
        let kills = u64::from(kills());
        fs::create_dir_all(s.results_dir()).unwrap();
        let foreign = [".hidden", "a3f8c1d2e4b6f7a8.h5", "notes.txt", "0.h5", "STOP"];
        for name in foreign {
            fs::write(s.results_dir().join(name), format!("somebody's {name}")).unwrap();
        }
        let mut recovered = 0;
        for round in 0..kills {
            let mut child = std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "workers::child_sweeps", "--ignored", "--nocapture"])
                .args(&args(s)[4..])
                .arg(format!("executor={}", round % 3))
                .stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null())
                .spawn().unwrap();
            // Not two of them at the same instant.
            std::thread::sleep(Duration::from_millis(60 + round * 7919 % 400));
            child.kill().unwrap();
            child.wait().unwrap();
            if round % 4 == 3 {
                recovered += here(s)?.recovered().adopted.len();
            }
        }
        // The last workers notice in their time.
        std::thread::sleep(Duration::from_millis(300));
        let store = here(s)?;
        let before = store.count()?;
        let report = store.sweep(many(all())).executor(Processes::new(2).args(args(s))).run()?;
        assert_eq!((report.hits + report.misses, report.failures.len()), (all() as usize, 0), "{report}");
        assert_eq!(report.hits as u64, before);
        let again: usize = counted(s, "ended.log").values().map(|ends| ends - 1).sum();
        println!("{kills} kills: {before} of {} points done by then, {recovered}+ taken over, {again} run again", all());
        // Between the last word of a runner and that of its worker lies an instant.
        assert!(again as u64 <= kills * 2, "{again} of {kills}");
        for run in &report.records {
            assert_eq!(fs::read_to_string(&run.result_file).unwrap(), format!("mass {}", run.mass));
        }
        for name in foreign {
            assert_eq!(fs::read_to_string(s.results_dir().join(name)).unwrap(), format!("somebody's {name}"));
        }
        let problems = store.verify()?.problems;
        assert_eq!(problems.len(), 1, "the one that looks like a result: {problems:?}");
        nothing_is_left(s);
        Ok(())
    }
}

fn kills() -> u32 {
    std::env::var("ENTROPIC_TEST_KILLS").map_or(6, |kills| kills.parse().unwrap())
}

/// More than are made before the last kill.
fn all() -> u32 {
    160 + 60 * kills()
}

pub fn many(points: u32) -> impl Iterator<Item = Orbit> {
    (0..points).map(|n| Orbit::of(f64::from(n)))
}

#[test]
#[ignore = "a child of another test"]
fn child_sweeps() {
    let arg = |name: &str| std::env::args().find_map(|arg| Some(arg.strip_prefix(name)?.to_owned()));
    let (Some(url), Some(results)) = (arg("url="), arg("results=")) else { return };
    let store = store(&url, Path::new(&results)).unwrap();
    let sweep = store.sweep(many(all()));
    let processes = Processes::new(2).args(
        ["--exact", "workers::child_works", "--ignored", "--nocapture"]
            .map(str::to_owned)
            .into_iter()
            .chain([format!("url={url}"), format!("results={results}")]),
    );
    let report = match arg("executor=").as_deref() {
        Some("0") => sweep.run(),
        Some("1") => sweep.executor(entropic::Threads::new(2)).run(),
        _ => sweep.executor(processes).run(),
    };
    assert!(report.unwrap().is_complete());
}
