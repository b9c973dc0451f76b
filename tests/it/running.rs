//! Running, and being found again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use entropic::prelude::*;
use entropic::{Durability, Error, Result, StoreError};
use serde_json::json;

use crate::records::{Calls, Method, Orbit, at, orbits};
use crate::support::{Scratch, each_backend};

/// The names in a folder, without our own.
fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != ".entropic")
        .collect();
    names.sort();
    names
}

/// Every file below a folder with what is in it, without our own.
fn contents(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    names(dir)
        .into_iter()
        .map(|name| (dir.join(&name), fs::read(dir.join(&name)).unwrap_or_default()))
        .collect()
}

/// What attempts and waiters have left below our own folder.
fn left_behind(s: &Scratch) -> Vec<PathBuf> {
    let inside = |dir: PathBuf| fs::read_dir(dir).into_iter().flatten().map(|entry| entry.unwrap().path());
    let own = s.results_dir().join(".entropic");
    // A process keeps its staging folder, and in it the empty ones of its attempts, for as long as it lives.
    let attempts = inside(own.join("attempts")).flat_map(inside).flat_map(inside);
    inside(own.join("locks")).chain(inside(own.join("checkpoints"))).chain(attempts).collect()
}

each_backend! {
    fn a_second_run_is_a_hit(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        let first = store.run_or_retrieve(&Orbit::of(1.5))?;
        let again = store.run_or_retrieve(&Orbit::of(1.5))?;
        assert_eq!(calls.count(), 1);
        assert_eq!(first, again);
        assert_eq!(first.params, Orbit::of(1.5));
        assert_eq!(first.mass, 1.5);
        assert_eq!(first.output.energy, Some(-0.75));
        assert_eq!(first.output.period, None);
        assert_eq!(first.id, Orbit::of(1.5).id()?);
        assert_eq!(first.result_file, s.results_dir().join(format!("{}.h5", first.id)));
        assert_eq!(fs::read_to_string(&first.result_file).unwrap(), "mass 1.5");
        assert!(first.elapsed_seconds().unwrap() >= 0.0);
        assert_eq!(left_behind(s), Vec::<PathBuf>::new());
        Ok(())
    }

    fn a_reopened_store_still_hits(s: &Scratch) -> Result<()> {
        let made = orbits(s)?.0.run(&Orbit::of(1.0))?;
        let (store, calls) = orbits(s)?;
        assert_eq!(store.retrieve(&Orbit::of(1.0))?, Some(made));
        assert_eq!(calls.count(), 0);
        Ok(())
    }

    fn what_is_ignored_is_stored_and_no_part_of_the_identity(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        store.run(&Orbit { threads: 4, ..Orbit::of(1.0) })?;
        let hit = store.run_or_retrieve(&Orbit { threads: 8, ..Orbit::of(1.0) })?;
        assert_eq!((calls.count(), hit.threads), (1, 4));
        Ok(())
    }

    fn run_always_runs_and_overwrites(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        let first = store.run_with(&Orbit::of(1.0), &json!({"note": "first"}))?;
        let second = store
            .with_runner(|_, run| fs::write(run.result_file(), "second"))
            .run_with(&Orbit::of(1.0), &json!({"by": "hand"}))?;
        assert_eq!(calls.count(), 1);
        assert_eq!(fs::read_to_string(&second.result_file).unwrap(), "second");
        assert_eq!(second.custom_data.get("note"), None, "the row is overwritten, not merged");
        assert_eq!(second.custom_data["by"], "hand");
        assert_eq!(second.output.energy, None);
        assert_eq!((second.id, second.created_at), (first.id, first.created_at));
        assert_eq!(store.count()?, 1);
        Ok(())
    }

    fn a_failed_re_run_keeps_the_old_result(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let old = store.run(&Orbit::of(1.0))?;
        let failing = store.with_runner(|_, run| {
            fs::write(run.result_file(), "half a re")?;
            Err::<(), _>(io::Error::other("out of patience"))
        });
        let error = failing.run(&Orbit::of(1.0)).unwrap_err();
        assert!(matches!(error, Error::Runner { .. }), "{error:?}");
        let panicking = store.with_runner(|_, run| -> io::Result<()> {
            fs::write(run.result_file(), "half a re")?;
            panic!("at the {}", "disco")
        });
        let error = panicking.run(&Orbit::of(1.0)).unwrap_err();
        assert!(error.to_string().contains("at the disco"), "{error}");
        assert_eq!(store.retrieve(&Orbit::of(1.0))?.unwrap(), old);
        assert_eq!(fs::read_to_string(&old.result_file).unwrap(), "mass 1");
        assert_eq!(left_behind(s), Vec::<PathBuf>::new());
        Ok(())
    }

    fn the_runners_error_comes_back_whole(s: &Scratch) -> Result<()> {
        #[derive(Debug, thiserror::Error)]
        #[error("diverged at step {step}")]
        struct Diverged { step: u32 }

        let (store, _) = orbits(s)?;
        let error = store.with_runner(|_, _| Err::<(), _>(Diverged { step: 7 })).run(&Orbit::of(1.0)).unwrap_err();
        let Error::Runner { id, source, .. } = &error else { panic!("{error:?}") };
        assert_eq!(*id, Orbit::of(1.0).id()?);
        assert_eq!(source.downcast_ref::<Diverged>().unwrap().step, 7);
        assert!(!error.to_string().contains("diverged"), "the cause is told once, by `source`");

        let text = store.with_runner(|_, _| Err::<(), _>("plain words")).run(&Orbit::of(1.0)).unwrap_err();
        assert_eq!(std::error::Error::source(&text).unwrap().to_string(), "plain words");
        let boxed: Error = store
            .with_runner(|_, _| -> Result<(), Box<dyn std::error::Error + Send + Sync>> { Err("boxed".into()) })
            .run(&Orbit::of(1.0))
            .unwrap_err();
        assert_eq!(std::error::Error::source(&boxed).unwrap().to_string(), "boxed");
        assert!(store.retrieve(&Orbit::of(1.0))?.is_none());
        Ok(())
    }

    fn a_panic_is_an_error_and_the_store_stays_usable(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        let error = store
            .with_runner(|_, _| -> io::Result<()> { std::panic::panic_any(42) })
            .run_or_retrieve(&Orbit::of(1.0))
            .unwrap_err();
        assert!(matches!(error, Error::Store(StoreError::Panicked { .. })), "{error:?}");
        store.run_or_retrieve(&Orbit::of(1.0))?;
        assert_eq!(calls.count(), 1);
        Ok(())
    }

    fn a_result_may_be_a_folder(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let written = |text: &'static str| {
            store.with_runner(move |_, run| {
                fs::create_dir(run.result_file())?;
                fs::create_dir(run.result_file().join("deep"))?;
                fs::write(run.result_file().join("deep").join(text), text)
            })
        };
        let record = written("one").run(&Orbit::of(1.0))?;
        assert_eq!(fs::read_to_string(record.result_file.join("deep/one")).unwrap(), "one");
        // Replaced as a whole, by a folder and by a file.
        let record = written("two").run(&Orbit::of(1.0))?;
        assert!(!record.result_file.join("deep/one").exists());
        assert_eq!(fs::read_to_string(record.result_file.join("deep/two")).unwrap(), "two");
        let record = store.run(&Orbit::of(1.0))?;
        assert_eq!(fs::read_to_string(&record.result_file).unwrap(), "mass 1");
        let record = written("three").run(&Orbit::of(1.0))?;
        assert!(record.result_file.is_dir());
        assert!(store.delete_with_file(&Orbit::of(1.0))?);
        // Those that were replaced are still there, for readers that have their paths.
        assert_eq!(names(&s.results_dir()).len(), 3);
        assert_eq!((store.verify()?.replaced, store.verify()?.problems.len()), (3, 0));
        store.repair(false)?;
        assert_eq!(names(&s.results_dir()), Vec::<String>::new());
        assert_eq!(left_behind(s), Vec::<PathBuf>::new());
        Ok(())
    }

    fn a_runner_that_writes_nothing_is_an_error(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        let refused = |error: Error, word: &str| {
            assert!(error.to_string().contains(word), "{error}");
            assert_eq!(names(&s.results_dir()), Vec::<String>::new());
        };
        refused(store.with_runner(|_, _| io::Result::Ok(())).run(&Orbit::of(1.0)).unwrap_err(), "wrote nothing");
        refused(store.with_runner(|_, run| fs::write(run.result_file(), "")).run(&Orbit::of(1.0)).unwrap_err(), "is empty");
        refused(store.with_runner(|_, run| fs::create_dir(run.result_file())).run(&Orbit::of(1.0)).unwrap_err(), "is empty");
        #[cfg(unix)]
        refused(
            store.with_runner(|_, run| std::os::unix::fs::symlink("/etc/hosts", run.result_file())).run(&Orbit::of(1.0)).unwrap_err(),
            "neither a file nor a directory",
        );
        assert_eq!((store.count()?, calls.count()), (0, 0));
        Ok(())
    }

    fn runs_whose_outputs_say_everything_need_no_result(s: &Scratch) -> Result<()> {
        let calls = Calls::default();
        let counted = calls.clone();
        let store = at(s)
            .without_results()
            .runner(move |orbit: &Orbit, run| {
                counted.add();
                run.output.energy = Some(orbit.mass);
                Ok::<(), io::Error>(())
            })
            .open()?;
        let first = store.run_or_retrieve(&Orbit::of(2.0))?;
        assert_eq!(store.run_or_retrieve(&Orbit::of(2.0))?, first);
        assert_eq!((calls.count(), first.output.energy), (1, Some(2.0)));
        assert_eq!(first.result_file, Path::new(""));
        assert!(store.delete_with_file(&Orbit::of(2.0))?);
        Ok(())
    }

    fn the_runner_sees_its_run(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let results = s.results_dir();
        let seen = store.with_runner(move |orbit: &Orbit, run| -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
            assert_eq!(run.id().as_str(), orbit.id()?.as_str());
            assert_eq!(run.custom_data()["seed"], 7);
            assert!(!run.is_cancelled());
            assert!(run.result_file().extension().is_some_and(|suffix| suffix == "h5"));
            assert!(run.result_file().starts_with(&results), "on the same file system as its final place");
            assert!(!run.result_file().exists());
            let scratch = run.scratch_dir()?.to_owned();
            fs::write(scratch.join("big.tmp"), "x")?;
            run.set("scratch", scratch.to_str());
            run.set("seed", 8);
            run.set("bad", [1.5, f64::NAN]);
            run.output.verdict = Some("bound".to_owned());
            fs::write(run.result_file(), "done")?;
            Ok(())
        });
        let record = seen.run_with(&Orbit::of(1.0), &json!({"seed": 7, "kept": [1, {"a": null}]}))?;
        assert_eq!(record.output.verdict.as_deref(), Some("bound"));
        assert_eq!(record.custom_data["seed"], 8);
        assert_eq!(record.custom_data["kept"], json!([1, {"a": null}]));
        assert!(!Path::new(record.custom_data["scratch"].as_str().unwrap()).exists());
        assert_eq!(record.custom_data["bad"], json!([1.5, null]));
        Ok(())
    }

    fn a_checkpoint_survives_attempts_and_goes_with_success(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let stepping = store.with_runner(|_, run| {
            let step = run.checkpoint_dir().map_err(io::Error::other)?.join("step");
            if !step.exists() {
                fs::write(step, "1")?;
                return Err(io::Error::other("power cut"));
            }
            fs::write(run.result_file(), fs::read(step)?)
        });
        assert!(stepping.run(&Orbit::of(1.0)).is_err());
        let record = stepping.run(&Orbit::of(1.0))?;
        assert_eq!(fs::read_to_string(record.result_file).unwrap(), "1");
        assert_eq!(left_behind(s), Vec::<PathBuf>::new());
        Ok(())
    }

    fn a_cancelled_store_begins_nothing(s: &Scratch) -> Result<()> {
        let token = entropic::CancelToken::new();
        let from_inside = token.clone();
        let store = at(s)
            .cancel_token(token.clone())
            .runner(move |_: &Orbit, run| {
                from_inside.cancel();
                if run.is_cancelled() { Err("stopping early") } else { Ok(()) }
            })
            .open()?;
        assert!(store.run(&Orbit::of(1.0)).unwrap_err().is_cancelled());
        assert!(store.run_or_retrieve(&Orbit::of(2.0)).unwrap_err().is_cancelled());
        assert_eq!(store.count()?, 0);
        Ok(())
    }

    fn an_output_that_no_column_can_hold_does_not_cost_the_run(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let record = store
            .with_runner(|_, run| {
                run.output.energy = Some(f64::NAN);
                run.output.period = Some(f64::INFINITY);
                run.output.verdict = Some("a\0b".to_owned());
                fs::write(run.result_file(), "a night's work")
            })
            .run(&Orbit::of(1.0))?;
        assert_eq!(record.output.energy, None);
        assert_eq!(record.output.period, Some(f64::INFINITY));
        assert_eq!(record.output.verdict, None);
        let told = record.custom_data["unstored_outputs"].as_object().unwrap();
        assert_eq!(told.keys().collect::<Vec<_>>(), ["energy", "verdict"]);
        Ok(())
    }

    fn any_suffix_works(s: &Scratch) -> Result<()> {
        for (n, suffix) in [".json", "", ".tar.gz", ".entropic", "_run", ".ü"].into_iter().enumerate() {
            let store = at(s)
                .results_dir(s.dir().join("any").join(n.to_string()))
                .adopt_results_dir()
                .file_suffix(suffix)
                .runner(|orbit: &Orbit, run| fs::write(run.result_file(), format!("{{\"mass\": {}}}", orbit.mass)))
                .open()?;
            #[expect(clippy::cast_precision_loss, reason = "a handful")]
            let orbit = Orbit::of(10.0 + n as f64);
            let record = store.run_or_retrieve(&orbit)?;
            assert!(record.result_file.to_str().unwrap().ends_with(&format!("{}{suffix}", record.id)));
            assert!(fs::read_to_string(&record.result_file).unwrap().starts_with("{\"mass\": 1"));
            assert_eq!(store.retrieve(&orbit)?.unwrap(), record);
        }
        for suffix in ["/x", "a\\b", "\n", &"x".repeat(65)] {
            let error = at::<Orbit>(s).file_suffix(suffix).open().unwrap_err();
            assert!(error.is_invalid_input(), "{error}");
        }
        Ok(())
    }

    fn foreign_files_are_never_touched(s: &Scratch) -> Result<()> {
        let results = s.results_dir();
        fs::create_dir_all(results.join("a folder")).unwrap();
        for (name, text) in [
            ("empty.json", ""),
            ("valid.json", r#"{"id": "x", "result_file": "y", "custom_data": {}}"#),
            ("notes.txt", "mine"),
            ("0123456789abcdef.h5", "looks like a result"),
            ("0123456789abcdef.json", "looks like a sidecar"),
            ("tmp.h5", ""),
        ] {
            fs::write(results.join(name), text).unwrap();
        }
        let before = contents(&results);
        let (store, _) = orbits(s)?;
        store.run(&Orbit::of(1.0))?;
        store.sweep([1.0, 2.0, 3.0].map(Orbit::of)).run()?.complete()?;
        store.delete_with_file(&Orbit::of(1.0))?;
        store.delete_with_file(&Orbit::of(2.0))?;
        store.delete_with_file(&Orbit::of(3.0))?;
        drop(store);
        orbits(s)?;
        assert_eq!(contents(&results), before);
        Ok(())
    }

    fn a_name_that_is_taken_blocks_nobody_and_is_left_alone(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        let target = s.results_dir().join(format!("{}.h5", Orbit::of(1.0).id()?));
        fs::write(&target, "somebody else's").unwrap();
        let made = store.run_or_retrieve(&Orbit::of(1.0))?;
        assert_ne!(made.result_file, target);
        assert_eq!(store.run_or_retrieve(&Orbit::of(1.0))?, made);
        assert_eq!(calls.count(), 1);
        store.run(&Orbit::of(1.0))?;
        assert!(store.delete_with_file(&Orbit::of(1.0))?);
        assert_eq!(fs::read_to_string(&target).unwrap(), "somebody else's");
        // It can be made the result, and so can a directory.
        let record = store.register(&Orbit::of(1.0), &target)?;
        assert_eq!(store.run_or_retrieve(&Orbit::of(1.0))?, record);
        fs::create_dir(s.results_dir().join(format!("{}.h5", Orbit::of(2.0).id()?))).unwrap();
        assert!(store.run_or_retrieve(&Orbit::of(2.0))?.result_file.is_file());
        Ok(())
    }

    fn a_file_that_appears_while_the_runner_runs_is_not_replaced(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let target = s.results_dir().join(format!("{}.h5", Orbit::of(1.0).id()?));
        let there = target.clone();
        let made = store
            .with_runner(move |_, run| {
                fs::write(&there, "just copied here")?;
                fs::write(run.result_file(), "ours")
            })
            .run(&Orbit::of(1.0))?;
        assert_eq!(fs::read_to_string(&target).unwrap(), "just copied here");
        assert_eq!(fs::read_to_string(&made.result_file).unwrap(), "ours");
        Ok(())
    }

    fn a_result_that_is_gone_is_made_anew(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        let record = store.run(&Orbit::of(1.0))?;
        fs::remove_file(&record.result_file).unwrap();
        let error = store.retrieve(&Orbit::of(1.0)).unwrap_err();
        assert!(error.is_not_found() && error.to_string().contains("is gone"), "{error}");
        assert!(store.get(&record.id).unwrap_err().is_not_found());
        let healed = store.run_or_retrieve(&Orbit::of(1.0))?;
        assert_eq!(calls.count(), 2);
        assert!(healed.result_file.exists());
        fs::remove_file(&healed.result_file).unwrap();
        let report = store.sweep([Orbit::of(1.0)]).run()?;
        assert_eq!(report.misses, 1);
        assert!(report.records[0].result_file.exists());
        Ok(())
    }

    fn a_checksum_tells_a_changed_result(s: &Scratch) -> Result<()> {
        let open = || at(s).checksum(true).runner(|_: &Orbit, run| fs::write(run.result_file(), "abc")).open();
        let store = open()?;
        let record = store.run(&Orbit::of(1.0))?;
        // The well-known SHA-256 of "abc".
        let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(record.custom_data["result_sha256"], sum);
        assert!(store.retrieve(&Orbit::of(1.0))?.is_some());
        fs::write(&record.result_file, "abd").unwrap();
        let error = store.run_or_retrieve(&Orbit::of(1.0)).unwrap_err();
        assert!(error.is_corrupt() && error.to_string().contains(sum), "{error}");
        // Without the option nobody looks.
        assert!(orbits(s)?.0.retrieve(&Orbit::of(1.0))?.is_some());
        Ok(())
    }

    fn both_durabilities_keep_runs(s: &Scratch) -> Result<()> {
        for (mass, durability) in [(1.0, Durability::Full), (2.0, Durability::Process)] {
            let open = || {
                at(s).durability(durability).runner(|_: &Orbit, run| {
                    fs::create_dir(run.result_file())?;
                    fs::write(run.result_file().join("x"), "x")
                }).open()
            };
            let record = open()?.run(&Orbit::of(mass))?;
            assert_eq!(open()?.retrieve(&Orbit::of(mass))?, Some(record));
        }
        Ok(())
    }

    fn runs_can_have_keys_of_their_own(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        let id = entropic::RunId::new("reference run")?;
        let record = store.run_as(&id, &Orbit::of(1.0), &json!({"by": "hand"}))?;
        assert_eq!(record.id, id);
        assert_eq!(store.get(&id)?, Some(record.clone()));
        assert_eq!(record.result_file, s.results_dir().join("reference run.h5"));
        assert!(store.retrieve(&Orbit::of(1.0))?.is_none(), "the hash is another key");
        store.run_or_retrieve(&Orbit::of(1.0))?;
        assert_eq!((store.count()?, calls.count()), (2, 2));
        assert!(store.delete_id_with_file(&id)?);
        assert!(!record.result_file.exists());
        Ok(())
    }

    fn threads_that_ask_for_the_same_run_it_once(s: &Scratch) -> Result<()> {
        let calls = Calls::default();
        let counted = calls.clone();
        let store = at(s)
            .runner(move |orbit: &Orbit, run| {
                counted.add();
                std::thread::sleep(std::time::Duration::from_millis(30));
                fs::write(run.result_file(), orbit.mass.to_string())
            })
            .open()?;
        std::thread::scope(|scope| {
            let asked: Vec<_> = (0..8).map(|_| scope.spawn(|| store.run_or_retrieve(&Orbit::of(1.0)))).collect();
            let records: Vec<_> = asked.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect();
            assert!(records.windows(2).all(|pair| pair[0] == pair[1]));
        });
        assert_eq!(calls.count(), 1);
        assert_eq!(left_behind(s), Vec::<PathBuf>::new());
        Ok(())
    }

    fn threads_that_ask_for_different_runs_lose_none(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let store = store.clone();
                scope.spawn(move || {
                    for n in 0..10 {
                        store.run_or_retrieve(&Orbit::of(f64::from(thread * 100 + n))).unwrap();
                    }
                });
            }
        });
        assert_eq!((store.count()?, calls.count()), (80, 80));
        Ok(())
    }

    fn a_waiter_whose_leader_failed_runs_it_itself(s: &Scratch) -> Result<()> {
        let calls = Calls::default();
        let counted = calls.clone();
        let store = at(s)
            .runner(move |_: &Orbit, run| {
                counted.add();
                std::thread::sleep(std::time::Duration::from_millis(30));
                if counted.count() == 1 { Err(io::Error::other("first")) } else { fs::write(run.result_file(), "x") }
            })
            .open()?;
        let outcomes: Vec<bool> = std::thread::scope(|scope| {
            let asked: Vec<_> = (0..3).map(|_| scope.spawn(|| store.run_or_retrieve(&Orbit::of(1.0)).is_ok())).collect();
            asked.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(outcomes.iter().filter(|ok| **ok).count(), 2);
        assert_eq!(calls.count(), 2);
        Ok(())
    }
}

#[test]
fn a_store_can_be_shared() {
    fn shared<T: Send + Sync + Clone>() {}
    shared::<Store<Orbit>>();
    fn sent<T: Send + Sync>() {}
    sent::<Record<Orbit>>();
    sent::<Error>();
    let _ = Method::all();
}
