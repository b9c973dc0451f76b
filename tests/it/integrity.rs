//! What verify finds, and what repair mends.

use std::fs;

use entropic::{IntegrityReport, Problem, Result};

use crate::records::{Orbit, at, orbits};
use crate::support::{Scratch, each_backend};

each_backend! {
    fn a_sound_store_is_told_sound(s: &Scratch) -> Result<()> {
        let store = at(s).checksum(true).runner(|_: &Orbit, run| fs::write(run.result_file(), "x")).open()?;
        for mass in [0.0, -0.0, 1.0, 1e-9] {
            store.run(&Orbit::of(mass))?;
        }
        store.run_as(&entropic::RunId::new("by hand")?, &Orbit::of(1.0), &())?;
        let elsewhere = s.dir().join("elsewhere");
        fs::write(&elsewhere, "y").unwrap();
        store.register(&Orbit::of(2.0), &elsewhere)?;
        fs::write(s.results_dir().join("notes.txt"), "not ours").unwrap();
        let report = store.verify()?;
        assert!(report.is_sound(), "{report}");
        assert_eq!((report.rows, report.checksums), (6, 6));
        assert!(report.leftovers.is_empty());
        Ok(())
    }

    fn what_is_wrong_is_found_and_named(s: &Scratch) -> Result<()> {
        let store = at(s).checksum(true).runner(|orbit: &Orbit, run| fs::write(run.result_file(), orbit.mass.to_string())).open()?;
        let runs: Vec<_> = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
            .map(|mass| store.run(&Orbit::of(mass)).unwrap())
            .into_iter()
            .collect();
        fs::remove_file(&runs[0].result_file).unwrap();
        fs::write(&runs[1].result_file, "changed").unwrap();
        s.sql("UPDATE orbits SET mass = 30.0 WHERE mass = 3.0");
        s.sql("UPDATE orbits SET method = 'leapfrog' WHERE mass = 4.0");
        store.delete(&Orbit::of(5.0))?;
        let report = store.verify()?;
        let id = |n: usize| runs[n].id.to_string();
        assert_eq!(report.problems.len(), 5, "{report}");
        let found = |wanted: &dyn Fn(&Problem) -> bool| assert!(report.problems.iter().any(wanted), "{report}");
        found(&|p| matches!(p, Problem::ResultMissing { id: run, .. } if *run == id(0)));
        found(&|p| matches!(p, Problem::Changed { id: run, .. } if *run == id(1)));
        found(&|p| matches!(p, Problem::WrongKey { id: run, expected: Some(_) } if *run == id(2)));
        found(&|p| matches!(p, Problem::Unreadable { id: run, why } if *run == id(3) && why.contains("leapfrog")));
        found(&|p| matches!(p, Problem::NoRow { path } if *path == runs[4].result_file));
        let told = report.to_string();
        assert!(told.contains("5 rows") && told.contains("5 problems"), "{told}");
        // It can be kept.
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<IntegrityReport>(&text).unwrap(), report);
        // Nothing of this is repaired behind anybody's back.
        let repaired = store.repair(false)?;
        assert_eq!(repaired.remaining, report.problems);
        assert!(repaired.repointed.is_empty() && repaired.adopted.is_empty());
        Ok(())
    }

    fn rows_say_again_where_their_results_are_after_a_move(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let made = store.run(&Orbit::of(1.0))?;
        drop(store);
        let moved = s.dir().join("moved");
        fs::rename(s.results_dir(), &moved).unwrap();
        let store = at::<Orbit>(s).results_dir(&moved).open()?;
        let stored = || s.scalar_text("SELECT result_file AS value FROM orbits").unwrap();
        let dry = store.repair(true)?;
        assert_eq!((dry.repointed, stored()), (vec![made.id.to_string()], made.result_file.to_str().unwrap().to_owned()));
        assert!(store.verify()?.is_sound(), "it is found all the same");
        store.repair(false)?;
        assert!(stored().starts_with(moved.to_str().unwrap()));
        assert!(store.repair(false)?.repointed.is_empty());
        assert_eq!(store.list()?[0].created_at, made.created_at);
        Ok(())
    }
}
