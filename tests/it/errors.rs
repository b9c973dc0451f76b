//! What errors say, and what a caller learns from their kind.

use std::fs;
use std::path::{Path, PathBuf};

use entropic::prelude::*;
use entropic::{CancelToken, Error, ErrorKind, Problem, Result};
use serde_json::{Value, json};

use crate::records::{Orbit, at, orbits};
use crate::support::{Scratch, each_backend};

mod sim {
    use entropic::prelude::*;
    use serde::{Deserialize, Serialize, Serializer};

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    pub struct Shape {
        pub sides: u32,
    }

    /// It refuses to be written, in words of its own.
    #[derive(Debug, Clone, PartialEq, Deserialize)]
    pub struct Mesh(pub f64);

    impl Serialize for Mesh {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            if self.0 < 0.0 {
                return Err(serde::ser::Error::custom("the mesh is poisoned"));
            }
            serializer.serialize_f64(self.0)
        }
    }

    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(table = "beams", output(#[sim(json)] shape: Shape, #[sim(json)] mesh: Mesh))]
    pub struct Beam {
        pub length: f64,
    }
}
use sim::{Beam, Mesh, Shape};

/// The error and each of its causes.
fn chain(error: &Error) -> Vec<String> {
    let mut all = vec![error.to_string()];
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        all.push(cause.to_string());
        next = cause.source();
    }
    all
}

/// A message on one line, which none of its causes repeats; `{:#}` and `{:?}` have all of them.
#[track_caller]
fn is_well_said(error: &Error) {
    let all = chain(error);
    assert_eq!(format!("{error:#}"), all.join(": "));
    assert_eq!(format!("{error:?}"), all.join("\n  because: "));
    for (at, message) in all.iter().enumerate().skip(1) {
        assert!(all[..at].iter().all(|above| !above.contains(message.as_str())), "{all:?}");
    }
}

/// What is to be refused.
type Call<'a> = &'a dyn Fn() -> Result<()>;

each_backend! {
    fn the_reason_that_serde_gives_is_not_lost(s: &Scratch) -> Result<()> {
        let store = at(s)
            .runner(|beam: &Beam, run| {
                run.output.shape = Some(Shape { sides: 4 });
                run.output.mesh = Some(Mesh(-beam.length));
                fs::write(run.result_file(), "beam")
            })
            .open()?;
        let record = store.run(&Beam { length: 1.0 })?;
        assert_eq!(record.output.mesh, None);
        let why = record.custom_data["unstored_outputs"]["mesh"].as_str().unwrap();
        assert!(why.contains("the mesh is poisoned"), "{why}");

        let error = store.patch(&record.params, &json!({"shape": {"sides": "many"}})).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert_eq!(error.to_string(), "cannot patch column `shape` of `beams`");
        assert!(format!("{error:#}").contains("invalid type: string \"many\", expected u32"), "{error:?}");
        is_well_said(&error);

        s.sql("UPDATE beams SET shape = '{\"sides\":\"few\"}'");
        let error = store.get(&record.id).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
        assert!(format!("{error:#}").contains("invalid type: string \"few\", expected u32"), "{error:?}");
        is_well_said(&error);
        let problems = store.verify()?.problems;
        let [Problem::Unreadable { why, .. }] = &problems[..] else { panic!("{problems:?}") };
        assert!(why.contains("invalid type: string \"few\", expected u32"), "{why}");
        let listed = store.list_readable()?.unreadable.remove(0).to_string();
        assert!(listed.contains("invalid type: string \"few\", expected u32"), "{listed}");
        Ok(())
    }

    fn a_mark_that_is_damaged_says_where(s: &Scratch) -> Result<()> {
        drop(orbits(s)?);
        fs::write(s.results_dir().join(".entropic/store.json"), "{\"format\": 1,").unwrap();
        let error = at::<Orbit>(s).open().unwrap_err();
        assert!(error.is_corrupt() && chain(&error)[1].contains("line 1 column"), "{error:?}");
        is_well_said(&error);
        Ok(())
    }

    fn each_kind_has_the_one_predicate_of_its_name(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let stored = store.run(&Orbit::of(1.0))?;
        let token = CancelToken::new();
        token.cancel();
        let cancelled = at::<Orbit>(s).cancel_token(token).runner(|_: &Orbit, _| Ok::<(), String>(())).open()?;
        let fails = |runner: fn(&Orbit, &mut RunContext<Orbit>) -> std::result::Result<(), String>| {
            store.with_runner(runner).run(&Orbit::of(9.0)).unwrap_err()
        };
        let mut errors = vec![
            (ErrorKind::NotFound, store.get(&RunId::new("none").unwrap()).err().unwrap_or_else(|| {
                store.patch(&Orbit::of(5.0), &json!({"threads": 2})).unwrap_err()
            })),
            (ErrorKind::NotFound, store.register(&Orbit::of(5.0), s.dir().join("nothing")).unwrap_err()),
            (ErrorKind::Conflict, store.register(&stored.params, &stored.result_file).unwrap_err()),
            (ErrorKind::InvalidInput, store.run(&Orbit::of(f64::NAN)).unwrap_err()),
            (ErrorKind::InvalidInput, RunId::new("a/b").map_err(Error::from).unwrap_err()),
            (ErrorKind::InvalidInput, store.patch(&stored.params, &json!([1])).unwrap_err()),
            (ErrorKind::Unsupported, at::<Orbit>(s).open()?.run(&Orbit::of(2.0)).unwrap_err()),
            (ErrorKind::Unsupported, at::<Orbit>(s).read_only(true).open()?.delete(&Orbit::of(1.0)).unwrap_err()),
            (ErrorKind::Cancelled, cancelled.run(&Orbit::of(3.0)).unwrap_err()),
            (ErrorKind::RunFailed, fails(|_, _| Err("diverged".to_owned()))),
            (ErrorKind::RunFailed, fails(|_, _| panic!("the wheels came off"))),
            (ErrorKind::RunFailed, fails(|_, _| Ok(()))),
        ];
        fs::write(&stored.result_file, "another").unwrap();
        s.sql("UPDATE orbits SET method = 'verlet'");
        errors.push((ErrorKind::Corrupt, store.list().unwrap_err()));
        // What SQL says is for people to read.
        s.sql("ALTER TABLE orbits RENAME TO elsewhere");
        errors.push((ErrorKind::System, store.list().unwrap_err()));
        for (kind, error) in &errors {
            assert_eq!(error.kind(), *kind, "{error:?}");
            let predicates = [
                (ErrorKind::NotFound, error.is_not_found()),
                (ErrorKind::Conflict, error.is_conflict()),
                (ErrorKind::Corrupt, error.is_corrupt()),
                (ErrorKind::InvalidInput, error.is_invalid_input()),
                (ErrorKind::Transient, error.is_transient()),
                (ErrorKind::Unsupported, error.is_unsupported()),
                (ErrorKind::Cancelled, error.is_cancelled()),
                (ErrorKind::RunFailed, error.is_run_failure()),
            ];
            assert!(predicates.iter().all(|(of, answer)| *answer == (of == kind)), "{error:?} {predicates:?}");
            is_well_said(error);
        }
        Ok(())
    }

    fn what_a_newer_version_made_is_refused_and_stays_as_it_is(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let file = s.dir().join("made.h5");
        fs::write(&file, "made").unwrap();
        let registered = store.register(&Orbit::of(1.0), &file)?;
        drop(store);
        let own = s.results_dir().join(".entropic");
        let manifest = json!({"protocol": 99, "points": "of another shape"}).to_string();
        let started = "{\"started\":{\"format\":99,\"node\":\"n\"}}\n{\"whatever\":1}\n";
        let opens = || at::<Orbit>(s).open().map(drop);
        let verifies = || at::<Orbit>(s).open()?.verify().map(drop);
        let deletes = || at::<Orbit>(s).open()?.delete_with_file(&Orbit::of(1.0)).map(drop);
        let registers = || at::<Orbit>(s).open()?.register_or_replace(&Orbit::of(1.0), &file, &()).map(drop);
        let cases: Vec<(PathBuf, String, Call<'_>)> = vec![
            (own.join("store.json"), "{\"format\":99}".to_owned(), &opens),
            (own.join("journals/dead.jsonl"), "{\"format\":99}\n{\"whatever\":1}\n".to_owned(), &opens),
            (own.join("pending/0123456789abcdef.json"), "{\"format\":99}".to_owned(), &opens),
            (own.join("set-aside/0123456789abcdef.h5.json"), "{\"format\":99}".to_owned(), &opens),
            (own.join("replaced/0123456789abcdef.h5.json"), "{\"format\":99}".to_owned(), &verifies),
            (own.join(format!("registered/{}.json", registered.id)), "{\"format\":99}".to_owned(), &deletes),
            (own.join(format!("registered/{}.json", registered.id)), "{\"format\":99}".to_owned(), &registers),
            (own.join("sweeps/old/manifest.json"), manifest, &opens),
            (own.join("sweeps/old/journal/0.1.jsonl"), started.to_owned(), &opens),
        ];
        for (path, text, call) in cases {
            let before = fs::read(&path).ok();
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let sweep = own.join("sweeps/old");
            if path.starts_with(&sweep) {
                fs::write(sweep.join("owner"), "").unwrap();
                fs::write(sweep.join("manifest.json"), manifest_of_ours(s)).unwrap();
            }
            fs::write(&path, &text).unwrap();
            is_of_a_newer_version(&call().unwrap_err(), &path.file_name().unwrap().to_string_lossy());
            assert_eq!(fs::read_to_string(&path).unwrap(), text, "{}", path.display());
            match before {
                Some(before) => fs::write(&path, before).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            let _ = fs::remove_dir_all(sweep);
            opens()?;
        }
        assert!(file.exists());
        assert!(at::<Orbit>(s).open()?.delete_with_file(&Orbit::of(1.0))?);
        assert!(!file.exists());
        Ok(())
    }

    fn tables_that_a_newer_version_made_are_refused(s: &Scratch) -> Result<()> {
        drop(orbits(s)?);
        let written = s.scalar_text("SELECT written FROM entropic_schemas").unwrap();
        let mut newer: Value = serde_json::from_str(&written).unwrap();
        newer["format"] = 99.into();
        newer["identity"] = "of another shape".into();
        let set = |text: &str| s.sql(&format!("UPDATE entropic_schemas SET written = '{}'", text.replace('\'', "''")));
        set(&newer.to_string());
        is_of_a_newer_version(&at::<Orbit>(s).open().unwrap_err(), "entropic_schemas");
        assert_eq!(s.scalar_text("SELECT written FROM entropic_schemas"), Some(newer.to_string()));
        set(&written);
        s.sql("INSERT INTO entropic_migrations VALUES ('99', '2099')");
        is_of_a_newer_version(&at::<Orbit>(s).open().unwrap_err(), "database");
        s.sql("DELETE FROM entropic_migrations WHERE version = '99'");
        at::<Orbit>(s).open()?;
        Ok(())
    }

    fn notes_of_the_first_versions_had_no_format_and_are_read(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let file = s.dir().join("made.h5");
        fs::write(&file, "made").unwrap();
        let id = store.register(&Orbit::of(1.0), &file)?.id;
        let older = store.run(&Orbit::of(2.0))?.result_file;
        store.run(&Orbit::of(2.0))?;
        let own = s.results_dir().join(".entropic");
        let registered = own.join(format!("registered/{id}.json"));
        let note = json_of(&registered);
        assert_eq!(note["format"], 2);
        fs::write(&registered, note["files"].to_string()).unwrap();
        let replaced = own.join("replaced").join(format!("{}.json", older.file_name().unwrap().to_str().unwrap()));
        let mut note = json_of(&replaced);
        assert_eq!(note.as_object_mut().unwrap().remove("format"), Some(1.into()));
        fs::write(&replaced, note.to_string()).unwrap();

        assert_eq!(store.verify()?.replaced, 1);
        store.repair(false)?;
        assert!(!older.exists());
        assert!(store.delete_with_file(&Orbit::of(1.0))?);
        assert!(!file.exists());
        Ok(())
    }
}

fn json_of(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// That of a sweep whose process is dead.
fn manifest_of_ours(s: &Scratch) -> String {
    json!({
        "protocol": 1, "version": env!("CARGO_PKG_VERSION"), "table": "orbits", "identity": {},
        "results_dir": s.results_dir(), "suffix": ".h5", "custom_data": {}, "run_timeout_seconds": null,
        "deaths": 3, "tied": true, "full": true, "command": [],
    })
    .to_string()
}

#[track_caller]
fn is_of_a_newer_version(error: &Error, what: &str) {
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error:?}");
    let message = error.to_string();
    assert!(message.contains(what), "{what}: {message}");
    let said = "was made by a newer version of entropic (format 99, this one reads up to ";
    assert!(message.contains(said) && message.ends_with("); upgrade entropic"), "{message}");
}
