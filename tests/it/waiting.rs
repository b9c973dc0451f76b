//! What a call says while it waits for a run of another process.
#![cfg(unix)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use std::{fs, thread};

use entropic::{Processes, Result, Store, Timestamp};
use tracing::Level;

use crate::events::{Event, listening};
use crate::records::Orbit;
use crate::support::{Scratch, each_backend};

const URL: &str = "ENTROPIC_TEST_WAITING_URL";
const DIR: &str = "ENTROPIC_TEST_WAITING_DIR";

/// A store whose runs say that they have begun, and go on once they may.
fn patient(url: &str, dir: &Path, results: &Path) -> Result<Store<Orbit>> {
    let dir = dir.to_owned();
    Store::builder()
        .database(url)
        .results_dir(results)
        .runner(move |orbit: &Orbit, run| {
            fs::write(dir.join("begun"), "")?;
            until(|| dir.join("go on").exists());
            fs::write(run.result_file(), orbit.mass.to_string())
        })
        .open()
}

fn until(is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "in vain");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
#[ignore = "a child of another test"]
fn child_runs() {
    let Ok(url) = std::env::var(URL) else { return };
    let dir = std::env::var(DIR).unwrap();
    let dir = Path::new(&dir);
    patient(&url, dir, &dir.join("results")).unwrap().run(&Orbit::of(1.0)).unwrap();
}

/// What a job says about waiting; as soon as it does, what it waits for may go on.
fn waits<R>(dir: &Path, job: impl FnOnce() -> R) -> (R, Vec<Event>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let (events, go_on) = (Arc::clone(&heard), dir.join("go on"));
    let hear = move |event: Event| {
        if event.message.starts_with("waiting for a run") {
            events.lock().unwrap().push(event);
            fs::write(&go_on, "").unwrap();
        }
    };
    let made = listening(hear, job);
    let heard = heard.lock().unwrap().clone();
    (made, heard)
}

/// Checks what was said about a run, and by whom it was made.
fn said(events: &[Event], id: &str, holder: &str) {
    let event = events.first().expect("it says that it waits");
    assert_eq!(event.level, Level::INFO);
    assert_eq!((&*event.fields["table"], &*event.fields["id"]), ("orbits", id));
    assert_eq!(event.fields["holder"], holder);
    assert!(event.fields["since"].parse::<Timestamp>().is_ok(), "{event:?}");
    let waited = |event: &Event| event.fields["waited_seconds"].parse::<f64>().unwrap();
    assert!(waited(event) >= 1.0, "{event:?}");
    for pair in events.windows(2) {
        assert!(waited(&pair[1]) >= 2.0 * waited(&pair[0]), "ever more seldom: {pair:?}");
    }
}

each_backend! {
    fn a_call_says_for_which_process_it_waits(s: &Scratch) -> Result<()> {
        #[expect(clippy::zombie_processes, reason = "it is waited for, unless the test has failed by then")]
        let mut child: Child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "waiting::child_runs", "--ignored"])
            .env(URL, s.url())
            .env(DIR, s.dir())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        until(|| s.dir().join("begun").exists());
        let store = patient(s.url(), s.dir(), &s.dir().join("results"))?;
        let (record, events) = waits(s.dir(), || store.run_or_retrieve(&Orbit::of(1.0)));
        assert!(child.wait().unwrap().success());
        let holder =
            if cfg!(target_os = "linux") { format!("process {}", child.id()) } else { "another process".to_owned() };
        said(&events, record?.id.as_str(), &holder);
        let (_, events) = waits(s.dir(), || store.run_or_retrieve(&Orbit::of(2.0)));
        assert!(events.is_empty(), "who does not wait says nothing: {events:?}");
        Ok(())
    }

    fn a_sweep_with_workers_says_for_what_it_waits(s: &Scratch) -> Result<()> {
        let store = patient(s.url(), s.dir(), &s.results_dir())?;
        thread::scope(|scope| {
            let running = scope.spawn(|| store.run(&Orbit::of(1.0)));
            until(|| s.dir().join("begun").exists());
            let other = patient(s.url(), s.dir(), &s.results_dir())?;
            let (report, events) = waits(s.dir(), || {
                other.sweep([Orbit::of(1.0)]).executor(Processes::new(1).args(crate::workers::args(s))).run()
            });
            let record = running.join().unwrap()?;
            assert_eq!(report?.records, std::slice::from_ref(&record));
            if cfg!(target_os = "linux") {
                said(&events, record.id.as_str(), "another thread of this process");
            }
            Ok(())
        })
    }
}

#[cfg(feature = "postgres")]
#[test]
fn a_call_says_for_which_session_of_the_server_it_waits() -> Result<()> {
    let Some(s) = Scratch::postgres() else { return Ok(()) };
    // As on two hosts: what they have in common is the server.
    let host = |name: &str| {
        let dir = s.dir().to_owned();
        Store::builder()
            .database(s.url())
            .without_results()
            .results_dir(s.dir().join(name))
            .runner(move |_: &Orbit, run| {
                fs::write(dir.join("begun"), "")?;
                until(|| dir.join("go on").exists());
                run.output.energy = Some(1.0);
                Ok::<(), std::io::Error>(())
            })
            .open()
    };
    let (here, there) = (host("a")?, host("b")?);
    thread::scope(|scope| {
        let running = scope.spawn(|| here.run(&Orbit::of(1.0)));
        until(|| s.dir().join("begun").exists());
        let pids = s.query_text(
            "SELECT 'backend ' || pid || ' of the PostgreSQL server' FROM pg_locks WHERE locktype = 'advisory' AND granted",
        );
        let (record, events) = waits(s.dir(), || there.run_or_retrieve(&Orbit::of(1.0)));
        running.join().unwrap()?;
        let holder = &events.first().expect("it says that it waits").fields["holder"];
        assert!(pids.iter().flatten().any(|pid| pid.as_ref() == Some(holder)), "{holder} of {pids:?}");
        said(&events, record?.id.as_str(), holder);
        Ok(())
    })
}
