//! Results that never change: whatever is begun, handed over, registered or left by earlier versions, a row names its own
//! result, and a result that a row names stays.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use entropic::prelude::*;
use entropic::{Durability, Result, Schema, StoreBuilder};
#[cfg(feature = "fault-hooks")]
use serde_json::Value;
use serde_json::json;

use crate::records::{Orbit, at};
use crate::support::{Backend, Scratch, child, each_backend};

/// What an earlier version calls a process.
const PROCESS: &str = "0123456789abcdef0123456789abcdef";

mod before {
    use entropic::prelude::*;

    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(table = "springs")]
    pub struct Spring {
        pub stiffness: f64,
    }
}

mod after {
    use entropic::prelude::*;

    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(table = "springs", version = 2)]
    pub struct Spring {
        pub stiffness: f64,
    }
}

/// A store whose runner writes one word, which no other run has, into the result and into the row.
fn telling(url: &str, dir: &Path) -> StoreBuilder<Orbit> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    Store::builder().database(url).results_dir(dir).patience(Duration::from_millis(300)).runner(
        |_: &Orbit, run| {
            let word = format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
            run.output.verdict = Some(word.clone());
            fs::write(run.result_file(), word)
        },
    )
}

fn here(s: &Scratch) -> StoreBuilder<Orbit> {
    telling(s.url(), &s.results_dir())
}

fn orbit() -> Orbit {
    Orbit::of(1.0)
}

fn own(s: &Scratch, name: &str) -> PathBuf {
    s.results_dir().join(".entropic").join(name)
}

#[track_caller]
fn has_its_own_result(record: &Record<Orbit>) {
    let content = fs::read_to_string(&record.result_file).ok();
    assert_eq!(content, record.output.verdict, "{}", record.result_file.display());
}

/// A child that does one of: `run`, `delete`, `delete_with_file`, `open`.
fn child(url: &str, dir: &Path, work: &str, fault: &str) -> Child {
    child::child("immutable::child_works", url, dir, work, fault)
}

#[test]
#[ignore = "a child of another test"]
fn child_works() {
    let Some(task) = child::task() else { return };
    let store = telling(&task.url, &task.dir).patience(Duration::from_secs(30)).open().unwrap();
    match task.work.as_str() {
        "run" => drop(store.run(&orbit()).unwrap()),
        "delete" => assert!(store.delete(&orbit()).unwrap()),
        "remove_replaced" => {
            drop(store);
            drop(telling(&task.url, &task.dir).keep_replaced_for(Duration::ZERO).open().unwrap());
        }
        "delete_with_file" => assert!(store.delete_with_file(&orbit()).unwrap()),
        _ => {}
    }
}

#[track_caller]
fn succeeds(mut child: Child) {
    assert!(child.wait().unwrap().success());
}

#[cfg(feature = "fault-hooks")]
#[track_caller]
fn dies(mut child: Child) {
    assert!(!child.wait().unwrap().success());
}

/// Does something while the database refuses to write rows, and might do so later.
fn while_busy<R>(s: &Scratch, work: impl FnOnce() -> R) -> R {
    #[cfg(feature = "sqlite")]
    if s.backend() == Backend::Sqlite {
        use diesel::Connection as _;
        use diesel::connection::SimpleConnection as _;
        let mut other = diesel::SqliteConnection::establish(s.url().trim_start_matches("sqlite://")).unwrap();
        other.batch_execute("BEGIN IMMEDIATE").unwrap();
        let done = work();
        other.batch_execute("ROLLBACK").unwrap();
        return done;
    }
    s.sql(
        "CREATE OR REPLACE FUNCTION busy() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'busy' USING ERRCODE = '55P03'; END $$ \
         LANGUAGE plpgsql;
         CREATE TRIGGER busy BEFORE INSERT OR UPDATE ON orbits FOR EACH ROW EXECUTE FUNCTION busy()",
    );
    let done = work();
    s.sql("DROP TRIGGER busy ON orbits");
    done
}

/// A finished run as the journal of another world tells of it: its row, the word in its result, the start of the machine.
#[cfg(feature = "fault-hooks")]
fn finished_elsewhere(s: &Scratch) -> (Value, String, Value) {
    let other = s.another();
    dies(child(other.url(), &other.results_dir(), "run", "announced"));
    let mut journals = fs::read_dir(own(&other, "journals")).unwrap();
    let text = fs::read_to_string(journals.next().unwrap().unwrap().path()).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let entry = lines.into_iter().find_map(|line| line.get("publish").cloned()).unwrap();
    let staged = path_of_staged(&other);
    (entry["row"].clone(), fs::read_to_string(staged).unwrap(), entry["boot"].clone())
}

#[cfg(feature = "fault-hooks")]
fn path_of_staged(s: &Scratch) -> PathBuf {
    let process = fs::read_dir(own(s, "attempts")).unwrap().next().unwrap().unwrap().path();
    process.join("0").join(format!("{}.h5", orbit().id().unwrap()))
}

/// What a dead process of a version that overwrote results in place has left of a run.
#[cfg(feature = "fault-hooks")]
fn left_by_an_earlier_version(s: &Scratch, replaces: bool, row: &Value, boot: &Value) {
    let id = orbit().id().unwrap();
    let entry =
        json!({"attempt": "0", "id": id, "replaces": replaces, "full": true, "boot": boot, "row": row});
    fs::create_dir_all(own(s, "journal")).unwrap();
    let lines = format!("{}\n{}\n", json!({"publish": entry}), json!({"synced": "0"}));
    fs::write(own(s, "journal").join(format!("{PROCESS}.jsonl")), lines).unwrap();
}

#[cfg(feature = "fault-hooks")]
fn staged_by_an_earlier_version(s: &Scratch, word: &str) {
    let dir = own(s, "staging").join(PROCESS).join("0");
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join(format!("{}.h5", orbit().id().unwrap())), word).unwrap();
}

/// The first opening after it finds a table that does not take the row.
#[cfg(feature = "fault-hooks")]
fn opened_in_vain(s: &Scratch) -> Result<()> {
    s.sql("ALTER TABLE orbits RENAME COLUMN energy TO energy_away");
    let opened = at::<Orbit>(s).schema(Schema::Trust).open()?;
    assert!(opened.recovered().adopted.is_empty());
    s.sql("ALTER TABLE orbits RENAME COLUMN energy_away TO energy");
    Ok(())
}

#[cfg(feature = "fault-hooks")]
each_backend! {
    /// An earlier version had put the new file over the older one, and died before the row.
    fn a_result_that_was_overwritten_in_place_gets_its_row(s: &Scratch) -> Result<()> {
        let (row, word, boot) = finished_elsewhere(s);
        let older = here(s).open()?.run(&orbit())?;
        fs::write(&older.result_file, &word).unwrap();
        left_by_an_earlier_version(s, true, &row, &boot);
        let record = here(s).open()?.retrieve(&orbit())?.unwrap();
        has_its_own_result(&record);
        assert_eq!(record.output.verdict, Some(word));
        Ok(())
    }

    fn an_entry_of_an_earlier_version_that_is_finished_at_the_second_opening_is_not_lost(s: &Scratch) -> Result<()> {
        let (row, word, boot) = finished_elsewhere(s);
        here(s).open()?.run(&orbit())?;
        left_by_an_earlier_version(s, true, &row, &boot);
        staged_by_an_earlier_version(s, &word);
        opened_in_vain(s)?;
        let next = here(s).open()?;
        let record = next.retrieve(&orbit())?.unwrap();
        has_its_own_result(&record);
        assert_eq!(record.output.verdict, Some(word));
        assert!(next.verify()?.is_sound(), "{}", next.verify()?);
        Ok(())
    }

    fn an_entry_of_an_earlier_version_does_not_take_a_file_that_is_in_its_place(s: &Scratch) -> Result<()> {
        let (row, word, boot) = finished_elsewhere(s);
        drop(here(s).open()?);
        left_by_an_earlier_version(s, false, &row, &boot);
        staged_by_an_earlier_version(s, &word);
        fs::write(s.results_dir().join(format!("{}.h5", orbit().id()?)), "mine").unwrap();
        opened_in_vain(s)?;
        let record = here(s).open()?.retrieve(&orbit())?.unwrap();
        has_its_own_result(&record);
        assert_eq!(record.output.verdict, Some(word));
        Ok(())
    }

    /// The same directory under two paths, in two processes: the one knows only one of them.
    fn a_result_is_kept_that_a_row_names_by_another_path_to_the_directory(s: &Scratch) -> Result<()> {
        let store = here(s).open()?;
        // From now on it knows under which paths the directory was opened.
        for _ in 0..2 {
            store.run(&Orbit::of(2.0))?;
        }
        store.repair(false)?;
        let link = s.dir().join("link");
        std::os::unix::fs::symlink(s.results_dir(), &link).unwrap();
        dies(child(s.url(), &link, "run", "stored"));
        store.patch(&orbit(), &json!({"period": 1.0}))?;
        has_its_own_result(&store.retrieve(&orbit())?.unwrap());
        Ok(())
    }

    /// The row was written, and the process died before it noted which result it has replaced.
    fn a_replaced_result_goes_although_its_replacer_died_before_it_noted_it(s: &Scratch) -> Result<()> {
        let older = here(s).open()?.run(&orbit())?;
        dies(child(s.url(), &s.results_dir(), "run", "stored"));
        fs::remove_dir_all(own(s, "replaced")).unwrap();
        let store = here(s).open()?;
        store.repair(false)?;
        assert!(!older.result_file.exists());
        assert!(store.verify()?.is_sound(), "{}", store.verify()?);
        Ok(())
    }

    fn a_deletion_that_was_not_made_leaves_a_file_that_was_registered_through_a_link(s: &Scratch) -> Result<()> {
        let store = here(s).open()?;
        let link = s.dir().join("link");
        std::os::unix::fs::symlink(s.results_dir(), &link).unwrap();
        fs::write(s.results_dir().join("mine.h5"), "mine").unwrap();
        store.register(&orbit(), link.join("mine.h5"))?;
        drop(store);
        dies(child(s.url(), &s.results_dir(), "delete_with_file", "delete-journaled"));
        assert!(here(s).open()?.retrieve(&orbit())?.is_some());
        Ok(())
    }

    /// The program was changed before it was started again.
    fn a_finished_run_is_adopted_whatever_suffix_results_have_now(s: &Scratch) -> Result<()> {
        for step in ["announced", "journaled", "renamed"] {
            dies(child(s.url(), &s.results_dir(), "run", step));
            let next = here(s).file_suffix(".csv").open()?;
            assert_eq!(next.recovered().adopted, [orbit().id()?], "{step}");
            has_its_own_result(&next.retrieve(&orbit())?.unwrap());
            assert!(next.delete_with_file(&orbit())?);
        }
        Ok(())
    }

    /// Links where directories of processes or of sweeps are said to be.
    fn nothing_is_removed_through_a_link_in_the_directory_of_our_own(s: &Scratch) -> Result<()> {
        let (row, _, boot) = finished_elsewhere(s);
        drop(here(s).open()?);
        let id = orbit().id()?;
        let ours = json!({"attempt": "0", "id": id, "name": format!("{id}.h5"), "file": "file", "full": false, "boot": boot, "row": row});
        let mut received = ours.clone();
        received["received"] = json!("sweeps/elsewhere/0");
        let old = json!({"attempt": "0", "id": id, "replaces": false, "full": false, "boot": boot, "row": row});
        for (journals, inside, entry) in
            [("journals", "attempts", ours), ("journals", "sweeps", received), ("journal", "staging", old)]
        {
            let foreign = s.dir().join("foreign");
            fs::create_dir_all(foreign.join("0")).unwrap();
            fs::write(foreign.join("0/file"), "mine").unwrap();
            for dir in [journals, inside] {
                fs::create_dir_all(own(s, dir)).unwrap();
            }
            let link = own(s, inside).join("elsewhere");
            std::os::unix::fs::symlink(&foreign, &link).unwrap();
            let journal = own(s, journals).join("elsewhere.jsonl");
            fs::write(&journal, format!("{}\n", json!({"publish": entry}))).unwrap();
            // Refused or passed over.
            drop(here(s).open());
            assert!(foreign.join("0/file").exists(), "{journals}, {inside}");
            fs::remove_file(journal).ok();
            fs::remove_file(link).ok();
        }
        Ok(())
    }
}

#[cfg(all(feature = "fault-hooks", target_os = "linux"))]
each_backend! {
    /// Between the look at all rows and the removal.
    fn a_replaced_result_is_removed_or_registered_and_never_both(s: &Scratch) -> Result<()> {
        use rustix::process::{Pid, Signal, kill_process};

        let store = here(s).wait_timeout(Duration::from_millis(100)).open()?;
        let replaced = store.run(&orbit())?.result_file;
        store.run(&orbit())?;
        let mut removing = child(s.url(), &s.results_dir(), "remove_replaced", "stop:no-longer-named");
        let stat = format!("/proc/{}/stat", removing.id());
        until(|| fs::read_to_string(&stat).is_ok_and(|stat| stat.contains(") T ")));
        assert!(replaced.exists());
        let refused = store.register(&Orbit::of(2.0), &replaced).unwrap_err();
        assert!(refused.is_transient(), "{refused}");
        kill_process(Pid::from_child(&removing), Signal::CONT).unwrap();
        assert!(removing.wait().unwrap().success());
        assert!(!replaced.exists());
        assert!(store.register(&Orbit::of(2.0), &replaced).unwrap_err().is_not_found());
        assert!(store.verify()?.is_sound(), "{}", store.verify()?);

        // The other way round.
        let replaced = store.run_or_retrieve(&orbit())?.result_file;
        store.run(&orbit())?;
        let registered = store.register(&Orbit::of(2.0), &replaced)?;
        succeeds(child(s.url(), &s.results_dir(), "remove_replaced", ""));
        assert!(registered.result_file.exists());
        assert!(store.verify()?.is_sound(), "{}", store.verify()?);
        Ok(())
    }

    fn runs_that_were_handed_over_are_not_taken_for_what_is_staged(s: &Scratch) -> Result<()> {
        dies(child(s.url(), &s.results_dir(), "run", "staged"));
        let store = here(s).read_only(true).open()?;
        assert_eq!(store.verify()?.leftovers.staged, 1);
        // It was opened before: an opening removes what is staged.
        let writes = here(s).open()?;
        dies(child(s.url(), &s.results_dir(), "run", "staged"));
        while_busy(s, || writes.run(&Orbit::of(2.0)).unwrap_err());
        let leftovers = writes.verify()?.leftovers;
        assert_eq!((leftovers.staged, leftovers.unfinished), (1, vec![Orbit::of(2.0).id()?.to_string()]));
        Ok(())
    }
}

/// Waits until something has come about.
#[track_caller]
fn until(mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(30));
        thread::sleep(Duration::from_millis(5));
    }
}

/// An opening that finds work, and waits for another process that recovers; what is done meanwhile.
fn while_one_opens(s: &Scratch, meanwhile: impl FnOnce() -> Result<()>) -> Result<()> {
    let path = own(s, "recovery.lock");
    let recovering = OpenOptions::new().create(true).append(true).open(path).unwrap();
    recovering.lock().unwrap();
    let opening = child(s.url(), &s.results_dir(), "open", "");
    // It opens the lock's file last.
    until(|| has_open(opening.id(), "recovery.lock"));
    let done = meanwhile();
    drop(recovering);
    succeeds(opening);
    done
}

/// Whether a process has a file open; on systems that do not tell, it is given time.
fn has_open(process: u32, name: &str) -> bool {
    if !cfg!(target_os = "linux") {
        thread::sleep(Duration::from_secs(2));
        return true;
    }
    fs::read_dir(format!("/proc/{process}/fd"))
        .into_iter()
        .flatten()
        .flatten()
        .any(|open| fs::read_link(open.path()).is_ok_and(|path| path.ends_with(name)))
}

/// A run that has come to its end, and whose row is left to the next one.
fn handed_over(s: &Scratch, store: &Store<Orbit>) {
    while_busy(s, || store.run(&orbit()).unwrap_err());
    assert_eq!(fs::read_dir(own(s, "pending")).unwrap().count(), 1);
}

each_backend! {
    /// What was handed over is looked at again once its id is locked: it may be settled by then.
    fn a_run_that_was_deleted_while_another_process_opened_stays_deleted(s: &Scratch) -> Result<()> {
        let store = here(s).open()?;
        handed_over(s, &store);
        while_one_opens(s, || {
            has_its_own_result(&store.run_or_retrieve(&orbit())?);
            assert!(store.delete(&orbit())?);
            Ok(())
        })?;
        assert_eq!(store.count()?, 0);
        Ok(())
    }

    fn a_run_that_was_handed_over_while_another_process_opened_is_not_lost(s: &Scratch) -> Result<()> {
        let store = here(s).open()?;
        handed_over(s, &store);
        let mut first = None;
        while_one_opens(s, || {
            first = store.run_or_retrieve(&orbit())?.output.verdict;
            handed_over(s, &store);
            Ok(())
        })?;
        let record = store.run_or_retrieve(&orbit())?;
        has_its_own_result(&record);
        drop(store);
        let next = here(s).open()?;
        assert_ne!(next.retrieve(&orbit())?.unwrap().output.verdict, first);
        assert!(next.verify()?.is_sound(), "{}", next.verify()?);
        Ok(())
    }

    /// The one has its commits flushed later, the other deletes.
    fn a_run_that_another_process_deleted_stays_deleted(s: &Scratch) -> Result<()> {
        let store = here(s).durability(Durability::Process).open()?;
        store.run(&orbit())?;
        succeeds(child(s.url(), &s.results_dir(), "delete", ""));
        drop(store);
        assert_eq!(here(s).open()?.count()?, 0);
        Ok(())
    }

    fn a_replaced_result_is_kept_that_was_registered_by_a_winding_path(s: &Scratch) -> Result<()> {
        let store = here(s).open()?;
        let older = store.run(&orbit())?;
        store.run(&orbit())?;
        fs::create_dir(s.dir().join("work")).unwrap();
        let winding = s.dir().join("work/../results").join(older.result_file.file_name().unwrap());
        store.register(&Orbit::of(2.0), winding)?;
        store.repair(false)?;
        assert!(store.retrieve(&Orbit::of(2.0))?.is_some());
        Ok(())
    }

    fn a_replaced_result_is_kept_that_was_registered_through_a_link(s: &Scratch) -> Result<()> {
        let store = here(s).open()?;
        let older = store.run(&orbit())?;
        store.run(&orbit())?;
        let link = s.dir().join("link");
        std::os::unix::fs::symlink(s.results_dir(), &link).unwrap();
        store.register(&Orbit::of(2.0), link.join(older.result_file.file_name().unwrap()))?;
        store.repair(false)?;
        assert!(store.retrieve(&Orbit::of(2.0))?.is_some());
        Ok(())
    }

    /// What is known of a registered file goes only with its row.
    fn a_registered_file_stays_known_after_another_could_not_be_registered(s: &Scratch) -> Result<()> {
        let store = here(s).open()?;
        let (inside, outside) = (s.results_dir().join(format!("{}.h5", orbit().id()?)), s.dir().join("other.h5"));
        fs::write(&inside, "mine").unwrap();
        fs::write(&outside, "other").unwrap();
        store.register(&orbit(), &inside)?;
        while_busy(s, || store.register_or_replace(&orbit(), &outside, &()).unwrap_err());
        assert_eq!(store.retrieve(&orbit())?.unwrap().result_file, inside);
        store.run(&orbit())?;
        store.repair(false)?;
        assert!(inside.exists());
        Ok(())
    }

    fn a_registered_file_stays_known_under_its_runs_new_key(s: &Scratch) -> Result<()> {
        let [inside, outside] = [1.0, 2.0].map(|stiffness| before::Spring { stiffness });
        let kept = s.results_dir().join(format!("{}.h5", inside.id()?));
        let gone = s.dir().join("other.h5");
        let store = at::<before::Spring>(s).open()?;
        for (spring, path) in [(&inside, &kept), (&outside, &gone)] {
            fs::write(path, "mine").unwrap();
            store.register(spring, path)?;
        }
        drop(store);
        let store = at::<after::Spring>(s)
            .schema(Schema::Trust)
            .runner(|_: &after::Spring, run| fs::write(run.result_file(), "new"))
            .open()?;
        assert!(store.rehash(&store.plan_rehash()?)?.complete);
        assert!(store.delete_with_file(&after::Spring { stiffness: 2.0 })?);
        assert!(!gone.exists());
        store.run(&after::Spring { stiffness: 1.0 })?;
        store.repair(false)?;
        assert!(kept.exists());
        Ok(())
    }

    /// A constraint that is not ours.
    fn a_row_that_another_rows_value_forbids_blocks_no_run(s: &Scratch) -> Result<()> {
        let store = here(s).open()?;
        s.sql("CREATE UNIQUE INDEX one_period ON orbits (period)");
        store.run(&orbit())?;
        store.patch(&orbit(), &json!({"period": 1.0}))?;
        let forbidden = store.with_runner(|_: &Orbit, run| {
            run.output.period = Some(1.0);
            fs::write(run.result_file(), "whole")
        });
        assert!(forbidden.run(&Orbit::of(2.0)).is_err());
        // The next one is not kept from running.
        store.run(&Orbit::of(2.0))?;
        Ok(())
    }

    fn an_older_refused_run_does_not_come_back_after_a_newer_one_was_deleted(s: &Scratch) -> Result<()> {
        let store = here(s).open()?;
        s.sql(match s.backend() {
            Backend::Sqlite => {
                "CREATE TRIGGER never BEFORE INSERT ON orbits BEGIN SELECT RAISE(ABORT, 'never'); END"
            }
            Backend::Postgres => {
                "CREATE FUNCTION never() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'never'; END $$ LANGUAGE plpgsql;
                 CREATE TRIGGER never BEFORE INSERT ON orbits FOR EACH ROW EXECUTE FUNCTION never()"
            }
        });
        for _ in 0..2 {
            store.run(&orbit()).unwrap_err();
        }
        s.sql(match s.backend() {
            Backend::Sqlite => "DROP TRIGGER never",
            Backend::Postgres => "DROP TRIGGER never ON orbits",
        });
        store.run_or_retrieve(&orbit())?;
        assert!(store.delete_with_file(&orbit())?);
        drop(store);
        assert_eq!(here(s).open()?.count()?, 0);
        Ok(())
    }

    /// Its row is gone, and the place that it goes by cannot be used.
    fn a_result_that_cannot_be_removed_blocks_no_run(s: &Scratch) -> Result<()> {
        let store = here(s).open()?;
        let older = store.run(&orbit())?;
        fs::remove_dir_all(own(s, "trash")).ok();
        fs::write(own(s, "trash"), "in the way").unwrap();
        assert!(store.delete_with_file(&orbit()).is_err());
        has_its_own_result(&store.run(&orbit())?);
        fs::remove_file(own(s, "trash")).unwrap();
        drop(store);
        drop(here(s).open()?);
        assert!(!older.result_file.exists());
        Ok(())
    }

    /// Its name begins with a key, and it is no name of a result.
    fn a_file_that_is_no_result_is_not_removed_whatever_is_said_of_it(s: &Scratch) -> Result<()> {
        let id = here(s).open()?.run(&orbit())?.id;
        let name = format!("{id}-notes.txt");
        fs::write(s.results_dir().join(&name), "mine").unwrap();
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let entry = json!({
            "attempt": "0", "id": id, "name": name, "full": false, "boot": boot.trim(), "row": {},
        });
        fs::create_dir_all(own(s, "pending")).unwrap();
        let told = json!({"format": 1, "synced": true, "entry": entry});
        fs::write(own(s, "pending").join(format!("{id}.json")), told.to_string()).unwrap();
        drop(here(s).open()?);
        assert!(s.results_dir().join(&name).exists());
        Ok(())
    }

    fn a_file_of_another_program_among_the_sweeps_keeps_nobody_out(s: &Scratch) -> Result<()> {
        drop(here(s).open()?);
        fs::create_dir_all(own(s, "sweeps")).unwrap();
        fs::write(own(s, "sweeps").join("notes"), "mine").unwrap();
        std::os::unix::fs::symlink(s.dir(), own(s, "sweeps").join("link")).unwrap();
        let store = here(s).open()?;
        has_its_own_result(&store.run_or_retrieve(&orbit())?);
        assert!(store.sweep([orbit()]).run()?.is_complete());
        assert_eq!(fs::read_to_string(own(s, "sweeps").join("notes")).unwrap(), "mine");
        Ok(())
    }

    fn half_written_files_of_dead_processes_go_with_the_next_opening(s: &Scratch) -> Result<()> {
        here(s).open()?.run(&orbit())?;
        for file in [format!("journals/.{PROCESS}"), "pending/.tmpAbCdEf".to_owned()] {
            let path = own(s, &file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            File::create(&path).unwrap().write_all(b"{").unwrap();
            // Nobody has touched it for a long time.
            let long_ago = std::time::SystemTime::now() - Duration::from_secs(86_400);
            File::options().append(true).open(&path).unwrap().set_modified(long_ago).unwrap();
        }
        drop(here(s).open()?);
        for name in ["journals", "pending"] {
            assert_eq!(fs::read_dir(own(s, name)).unwrap().count(), 0, "{name}");
        }
        Ok(())
    }
}

/// A crash of the server that takes the last commits with it.
#[cfg(feature = "postgres")]
#[test]
fn a_run_whose_commit_was_lost_is_stored_again_over_an_older_one() {
    let Some(mut server) = crate::support::postgres::OwnServer::start() else { return };
    let s = Scratch::postgres_at(server.url());
    here(&s).open().unwrap().run(&orbit()).unwrap();
    let store = here(&s).durability(Durability::Process).open().unwrap();
    s.sql("CHECKPOINT");
    let newest = store.run(&orbit()).unwrap().output.verdict;
    server.restart();
    let lost = s.scalar_text("SELECT verdict FROM orbits") != newest;
    drop(store);
    let next = here(&s).open().unwrap();
    let record = next.retrieve(&orbit()).unwrap().unwrap();
    has_its_own_result(&record);
    assert_eq!(record.output.verdict, newest, "lost: {lost}");
    assert!(next.verify().unwrap().is_sound(), "{}", next.verify().unwrap());
}
