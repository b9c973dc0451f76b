//! Processes that die: at every step of a publish, and at any instant.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::Child;
use std::time::Duration;

use entropic::prelude::*;
use entropic::{Durability, Result};

use crate::records::Orbit;
#[cfg(feature = "fault-hooks")]
use crate::records::at;
use crate::support::{Scratch, child, each_backend};

/// What a child does.
#[derive(Debug, Clone, Copy)]
enum Work {
    /// One run, whose result is a file.
    File,
    /// One run, whose result is a folder.
    Folder,
    /// Nothing but to open the store.
    Open,
    /// Runs of ever new parameters, from some number on.
    Many { first: usize },
}

/// Long enough to be seen half written.
fn text(mass: f64, attempt: &str) -> String {
    format!("{attempt} {mass}\n").repeat(LINES)
}

/// Of a result.
const LINES: usize = 500;

fn store(url: &str, dir: &Path, work: Work, attempt: String) -> Result<Store<Orbit>> {
    let log = dir.join("finished.log");
    Store::builder()
        .database(url)
        .results_dir(dir.join("results"))
        .durability(if matches!(work, Work::Many { .. }) { Durability::Process } else { Durability::Full })
        .runner(move |orbit: &Orbit, run| {
            let file = if matches!(work, Work::Folder) {
                fs::create_dir(run.result_file())?;
                run.result_file().join("part")
            } else {
                run.result_file().to_owned()
            };
            fs::write(file, text(orbit.mass, &attempt))?;
            run.output.energy = Some(orbit.mass);
            OpenOptions::new()
                .create(true)
                .append(true)
                .open(&log)?
                .write_all(format!("{}\n", orbit.mass).as_bytes())
        })
        .open()
}

fn child(s: &Scratch, work: Work, fault: &str) -> Child {
    let name = match work {
        Work::Many { first } => first.to_string(),
        other => format!("{other:?}"),
    };
    child::child("crashes::child_works", s.url(), s.dir(), &name, fault)
}

#[test]
#[ignore = "a child of another test"]
fn child_works() {
    let Some(task) = child::task() else { return };
    let work = match task.work.as_str() {
        "File" => Work::File,
        "Folder" => Work::Folder,
        "Open" => Work::Open,
        first => Work::Many { first: first.parse().unwrap() },
    };
    let store = store(&task.url, &task.dir, work, "child".to_owned()).unwrap();
    if let Work::Many { first } = work {
        for n in first.. {
            store.run_or_retrieve(&point(n)).unwrap();
        }
    } else if !matches!(work, Work::Open) {
        store.run(&Orbit::of(1.0)).unwrap();
    }
}

/// How often the runner came to its end for each mass.
fn finished(s: &Scratch) -> BTreeMap<String, usize> {
    let mut runs = BTreeMap::new();
    for line in fs::read_to_string(s.dir().join("finished.log")).unwrap_or_default().lines() {
        *runs.entry(line.to_owned()).or_default() += 1;
    }
    runs
}

fn content(record: &Record<Orbit>) -> String {
    let path = &record.result_file;
    fs::read_to_string(if path.is_dir() { path.join("part") } else { path.clone() }).unwrap()
}

/// The results that are there under a final name are complete, whoever wrote them.
fn nothing_is_half(s: &Scratch) {
    for entry in fs::read_dir(s.results_dir()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|suffix| suffix == "h5") {
            let path = if path.is_dir() { path.join("part") } else { path };
            let text = fs::read_to_string(&path).unwrap();
            let first = text.lines().next().unwrap_or_default();
            assert_eq!(text, format!("{first}\n").repeat(LINES), "{}", path.display());
        }
    }
}

/// Nobody's leftovers, once a store was opened and closed again.
fn nothing_is_left(s: &Scratch) {
    for name in ["attempts", "journals", "journal", "pending", "set-aside", "trash", "locks"] {
        let left: Vec<_> = fs::read_dir(s.results_dir().join(".entropic").join(name))
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[cfg(feature = "fault-hooks")]
/// Lets a child die at a step of its run, over an older run or not, then looks at what the next one finds.
fn dies(s: &Scratch, work: Work, fault: &str, older: bool) -> Result<()> {
    let here = || store(s.url(), s.dir(), work, "here".to_owned());
    if older {
        here()?.run(&Orbit::of(1.0))?;
    }
    let status = child(s, work, fault).wait().unwrap();
    assert!(!status.success(), "it should have died at `{fault}`");
    nothing_is_half(s);

    let before = finished(s)["1"];
    let next = here()?;
    nothing_is_half(s);
    let adopted = fault != "staged";
    assert_eq!(
        next.recovered().adopted.len(),
        usize::from(adopted && !["stored", "settled"].contains(&fault)),
        "{fault}: {:?}",
        next.recovered()
    );
    let record = next.run_or_retrieve(&Orbit::of(1.0))?;
    assert_eq!(record.output.energy, Some(1.0));
    // What had come to its end and was noted is not run again; what was not noted is, unless there is an older one.
    assert_eq!(finished(s)["1"], before + usize::from(!adopted && !older), "{fault}");
    assert_eq!(content(&record), text(1.0, if adopted { "child" } else { "here" }), "{fault}");
    assert_eq!(next.count()?, 1);
    next.run(&Orbit::of(1.0))?;
    drop(next);
    drop(here()?);
    nothing_is_left(s);
    assert!(here()?.recovered().is_empty());
    Ok(())
}

/// The steps of a publish, in their order.
#[cfg(feature = "fault-hooks")]
const STEPS: [&str; 8] =
    ["staged", "announced", "synced", "journaled", "renamed", "folder-synced", "stored", "settled"];

#[cfg(feature = "fault-hooks")]
fn at_every_step(s: &Scratch, work: Work, steps: &[&str], older: bool) -> Result<()> {
    for step in steps {
        fs::remove_dir_all(s.results_dir()).ok();
        fs::remove_file(s.dir().join("finished.log")).ok();
        s.try_sql("DROP TABLE orbits").ok();
        for table in ["entropic_stores", "entropic_schemas", "entropic_directories", "entropic_migrations"] {
            s.try_sql(&format!("DROP TABLE {table}")).ok();
        }
        dies(s, work, step, older)?;
    }
    Ok(())
}

#[cfg(feature = "fault-hooks")]
each_backend! {
    fn a_death_at_any_step_loses_nothing(s: &Scratch) -> Result<()> {
        at_every_step(s, Work::File, &STEPS, false)
    }

    fn a_death_at_any_step_over_an_older_result_loses_nothing(s: &Scratch) -> Result<()> {
        at_every_step(s, Work::File, &STEPS, true)
    }

    fn a_death_at_any_step_of_a_folder_loses_nothing(s: &Scratch) -> Result<()> {
        at_every_step(s, Work::Folder, &STEPS, false)
    }

    fn a_death_at_any_step_over_an_older_folder_loses_nothing(s: &Scratch) -> Result<()> {
        at_every_step(s, Work::Folder, &STEPS, true)
    }

    /// One dies, another begins to finish its work and dies too: the third finds all that there was.
    fn a_death_in_the_midst_of_a_recovery_loses_nothing(s: &Scratch) -> Result<()> {
        for (first, second) in ["announced", "synced", "journaled"].into_iter()
            .flat_map(|first| ["adopt-synced", "adopt-renamed"].map(|second| (first, second)))
        {
            for (work, older) in [(Work::File, false), (Work::File, true), (Work::Folder, true)] {
                let here = || store(s.url(), s.dir(), work, "here".to_owned());
                here()?.delete_with_file(&Orbit::of(1.0))?;
                fs::remove_file(s.dir().join("finished.log")).ok();
                if older {
                    here()?.run(&Orbit::of(1.0))?;
                }
                assert!(!child(s, work, first).wait().unwrap().success());
                assert!(!child(s, Work::Open, second).wait().unwrap().success(), "{first}, {second}");
                nothing_is_half(s);
                let next = here()?;
                let record = next.run_or_retrieve(&Orbit::of(1.0))?;
                assert_eq!(content(&record), text(1.0, "child"), "{first}, {second}, {older}");
                assert_eq!(finished(s)["1"], 1 + usize::from(older), "{first}, {second}, {older}");
                assert!(next.verify()?.is_sound(), "{}", next.verify()?);
            }
        }
        Ok(())
    }

    /// The row of an adopted result cannot be written at first.
    fn a_recovery_that_fails_is_made_again(s: &Scratch) -> Result<()> {
        drop(store(s.url(), s.dir(), Work::File, "here".to_owned())?);
        assert!(!child(s, Work::File, "announced").wait().unwrap().success());
        s.sql("ALTER TABLE orbits RENAME COLUMN energy TO energy_away");
        let here = || Store::<Orbit>::builder().database(s.url()).results_dir(s.results_dir());
        // One row that cannot be written keeps nobody from opening the store.
        let trusting = here().schema(entropic::Schema::Trust).open()?;
        let recovered = trusting.recovered();
        assert_eq!((recovered.adopted.len(), recovered.set_aside.len()), (0, 1), "{recovered:?}");
        assert!(recovered.set_aside[0].why.contains("energy"), "{recovered:?}");
        drop(trusting);
        s.sql("ALTER TABLE orbits RENAME COLUMN energy_away TO energy");
        let next = here().open()?;
        assert_eq!(next.recovered().adopted.len(), 1);
        assert_eq!(content(&next.retrieve(&Orbit::of(1.0))?.unwrap()), text(1.0, "child"));
        Ok(())
    }

    fn what_a_living_process_has_begun_is_left_alone(s: &Scratch) -> Result<()> {
        let slow = at(s).runner(|_: &Orbit, run| {
            fs::write(run.result_file(), "half")?;
            std::thread::sleep(Duration::from_millis(300));
            fs::write(run.result_file(), "whole")
        }).open()?;
        std::thread::scope(|scope| {
            let running = scope.spawn(|| slow.run(&Orbit::of(1.0)));
            std::thread::sleep(Duration::from_millis(100));
            let other = at::<Orbit>(s).open()?;
            assert!(other.recovered().is_empty());
            assert!(other.retrieve(&Orbit::of(1.0))?.is_none());
            let record = running.join().unwrap()?;
            assert_eq!(fs::read_to_string(&record.result_file).unwrap(), "whole");
            Ok(())
        })
    }

    fn a_run_that_lost_its_row_is_adopted_by_whoever_asks_next(s: &Scratch) -> Result<()> {
        // Opened before the other dies, so that nothing is recovered at open.
        let here = store(s.url(), s.dir(), Work::File, "here".to_owned())?;
        assert!(!child(s, Work::File, "renamed").wait().unwrap().success());
        assert!(here.retrieve(&Orbit::of(1.0))?.is_none());
        let record = here.run_or_retrieve(&Orbit::of(1.0))?;
        assert_eq!(content(&record), text(1.0, "child"));
        assert_eq!(finished(s)["1"], 1);
        assert_eq!(here.recovered().adopted, std::slice::from_ref(&record.id));
        Ok(())
    }

    fn a_place_that_was_taken_meanwhile_blocks_nobody_and_loses_nothing(s: &Scratch) -> Result<()> {
        drop(store(s.url(), s.dir(), Work::File, "here".to_owned())?);
        assert!(!child(s, Work::File, "journaled").wait().unwrap().success());
        let target = s.results_dir().join(format!("{}.h5", Orbit::of(1.0).id()?));
        fs::write(&target, "mine").unwrap();
        // It dies once more, after another name was noted.
        assert!(!child(s, Work::Open, "named").wait().unwrap().success());
        let here = store(s.url(), s.dir(), Work::File, "here".to_owned())?;
        assert_eq!(here.recovered().adopted, [Orbit::of(1.0).id()?]);
        let record = here.run_or_retrieve(&Orbit::of(1.0))?;
        assert_eq!(content(&record), text(1.0, "child"));
        assert_ne!(record.result_file, target);
        assert_eq!(finished(s)["1"], 1);
        assert_eq!(fs::read_to_string(&target).unwrap(), "mine");
        Ok(())
    }
}

/// One of the points of those who die at any instant.
fn point(n: usize) -> Orbit {
    Orbit::of(f64::from(u32::try_from(n).unwrap()))
}

each_backend! {
    /// Ten deaths, or as many as `ENTROPIC_TEST_KILLS` says.
    fn a_death_at_any_instant_loses_nothing(s: &Scratch) -> Result<()> {
        let (deaths, mut instants) = (child::kills(), child::Instants::new(0));
        for _ in 0..deaths {
            // Whoever comes next asks for the last points again, then for new ones.
            let first = finished(s).len().saturating_sub(20);
            let running = child(s, Work::Many { first }, "");
            instants.wait(Duration::from_millis(60));
            child::kill(running);
        }
        if s.results_dir().exists() {
            nothing_is_half(s);
        }
        let next = store(s.url(), s.dir(), Work::Many { first: 0 }, "here".to_owned())?;
        nothing_is_half(s);
        // No wrong hit, no row without its result, nobody blocked.
        for record in next.list()? {
            assert_eq!(record.id, record.params.id()?);
            assert_eq!(content(&record), text(record.mass, "child"));
        }
        let (known, asked) = (next.count()?, finished(s).len() + 1);
        for n in 0..asked {
            let record = next.run_or_retrieve(&point(n))?;
            assert_eq!(record.output.energy, Some(record.mass));
        }
        assert_eq!(next.count()?, asked as u64);
        drop(next);
        nothing_is_left(s);
        let again: usize = finished(s).values().map(|runs| runs - 1).sum();
        println!("{deaths} deaths, {known} runs known after them, {again} run again that had come to their end");
        // A death between the last word of a runner and the line of the journal is a run that never was.
        // Without optimisation that is a tenth of such a short run.
        assert!(again <= deaths / 4 + 2, "{again} of {deaths}");
        Ok(())
    }
}
