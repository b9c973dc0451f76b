//! New keys for old runs.

use std::collections::BTreeSet;
use std::fs;

use entropic::prelude::*;
use entropic::{Result, RunId, Schema};
use serde_json::json;

use crate::records::at;
use crate::support::{Scratch, child, each_backend};

mod before {
    use entropic::prelude::*;

    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(table = "springs", float = "exact", output(energy: f64))]
    pub struct Spring {
        pub stiffness: f64,
        #[sim(default = 0)]
        pub seed: i64,
        pub label: String,
    }
}

mod after {
    use entropic::prelude::*;

    /// Another version, another scheme for floats, another default.
    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(table = "springs", version = 3, output(energy: f64))]
    pub struct Spring {
        pub label: String,
        #[sim(default = 7)]
        pub seed: i64,
        pub stiffness: f64,
    }
}

fn early(stiffness: f64, seed: i64) -> before::Spring {
    before::Spring { stiffness, seed, label: "a".to_owned() }
}

fn late(stiffness: f64, seed: i64) -> after::Spring {
    after::Spring { stiffness, seed, label: "a".to_owned() }
}

fn opened(s: &Scratch) -> Result<Store<before::Spring>> {
    at(s)
        .runner(|spring: &before::Spring, run| {
            run.output.energy = Some(spring.stiffness / 2.0);
            fs::write(run.result_file(), spring.stiffness.to_string())
        })
        .open()
}

/// Every run with its content, by parameters.
fn runs(store: &Store<after::Spring>) -> Result<BTreeSet<String>> {
    let shown = |run: Record<after::Spring>| {
        let text = fs::read_to_string(&run.result_file).unwrap_or_else(|_| "gone".to_owned());
        format!("{:?} {:?} {text} {}", run.params, run.output.energy, run.created_at)
    };
    Ok(store.list()?.into_iter().map(shown).collect())
}

#[test]
#[ignore = "a child of another test"]
fn child_rehashes() {
    let Some(task) = child::task() else { return };
    let store = Store::<after::Spring>::builder()
        .database(task.url)
        .results_dir(task.dir)
        .schema(Schema::Trust)
        .open()
        .unwrap();
    store.rehash(&store.plan_rehash().unwrap()).unwrap();
}

/// A process that rehashes, and dies at a step of its first run.
#[cfg(feature = "fault-hooks")]
fn dies_at(s: &Scratch, fault: &str) {
    let mut child = child::child("rehashing::child_rehashes", s.url(), &s.results_dir(), "", fault);
    assert!(!child.wait().unwrap().success(), "it should have died at `{fault}`");
}

each_backend! {
    fn runs_get_the_keys_of_the_struct_as_it_is_now(s: &Scratch) -> Result<()> {
        let store = opened(s)?;
        // The seed that was the default, the one that is now, another; a zero with a sign.
        let made = [early(1.5, 0), early(2.5, 7), early(0.1 + 0.2, 3), early(-0.0, 1)].map(|spring| store.run(&spring).unwrap());
        let chosen = store.run_as(&RunId::new("by-hand").unwrap(), &early(9.0, 0), &())?;
        let elsewhere = s.dir().join("elsewhere.dat");
        fs::write(&elsewhere, "registered").unwrap();
        store.register_with(&early(8.0, 0), &elsewhere, &json!({"from": "elsewhere"}))?;
        drop(store);

        let open = || at::<after::Spring>(s);
        assert!(open().open().unwrap_err().to_string().contains("rehash"));
        assert!(open().schema(Schema::Evolve).open().unwrap_err().is_conflict());
        let store = open().schema(Schema::Trust).open()?;
        let before = runs(&store)?;
        let plan = store.plan_rehash()?;
        assert_eq!((plan.moves.len(), plan.unchanged, plan.collisions.len()), (5, 0, 0), "{plan}");
        assert_eq!(plan.kept, std::slice::from_ref(&chosen.id));
        assert_eq!(runs(&store)?, before, "a plan changes nothing");
        assert!(store.retrieve(&late(1.5, 0))?.is_none());

        let report = store.rehash(&plan)?;
        assert_eq!((report.moved, report.complete), (5, true), "{report}");
        assert_eq!(runs(&store)?, before, "nothing is lost");
        drop(store);
        let store = open().open()?;
        for run in &made {
            let hit = store.retrieve(&late(run.stiffness, run.seed))?.unwrap();
            assert_eq!((hit.created_at, hit.output.energy), (run.created_at, run.output.energy));
            assert_eq!(hit.result_file, run.result_file, "a result keeps its name");
            assert!(run.result_file.exists());
        }
        assert_eq!(store.retrieve(&late(8.0, 0))?.unwrap().result_file, elsewhere);
        assert_eq!(store.get(&chosen.id)?.unwrap().stiffness, 9.0);
        assert!(store.verify()?.problems.is_empty(), "{}", store.verify()?);
        assert!(store.plan_rehash()?.moves.is_empty());
        // The older program is told, and changes nothing.
        assert!(opened(s).unwrap_err().is_conflict());
        Ok(())
    }

    /// The one that had the default before and the one that has it now change places, as it were.
    fn keys_that_are_given_up_can_be_taken(s: &Scratch) -> Result<()> {
        let store = opened(s)?;
        let made: Vec<_> = (0..8).map(|seed| store.run(&early(1.5, seed)).unwrap()).collect();
        drop(store);
        mod other_default {
            use entropic::prelude::*;
            #[derive(SimRecord)]
            #[sim(table = "springs", float = "exact", output(energy: f64))]
            pub struct Spring {
                pub stiffness: f64,
                #[sim(default = 7)]
                pub seed: i64,
                pub label: String,
            }
        }
        let store = at::<other_default::Spring>(s).schema(Schema::Trust).open()?;
        let plan = store.plan_rehash()?;
        assert_eq!((plan.moves.len(), plan.collisions.len()), (2, 0), "{plan}");
        assert!(store.rehash(&plan)?.complete);
        drop(store);
        let store = at::<other_default::Spring>(s).open()?;
        for run in made {
            let asked = other_default::Spring { stiffness: 1.5, seed: run.seed, label: "a".to_owned() };
            assert_eq!(store.retrieve(&asked)?.unwrap().created_at, run.created_at);
        }
        assert!(store.verify()?.is_sound(), "{}", store.verify()?);
        Ok(())
    }

    /// Runs of a version that nobody moved are not forgotten, and can be left alone on purpose.
    fn old_runs_can_be_left_as_they_are(s: &Scratch) -> Result<()> {
        let run = opened(s)?.run(&early(1.5, 0))?;
        let store = at::<after::Spring>(s).schema(Schema::Trust)
            .runner(|_: &after::Spring, run| fs::write(run.result_file(), "new")).open()?;
        let new = store.run(&late(1.5, 0))?;
        assert_ne!(new.id, run.id);
        assert!(at::<after::Spring>(s).open().unwrap_err().to_string().contains("accept_schema"));
        store.accept_schema()?;
        drop(store);
        let store = at::<after::Spring>(s).open()?;
        assert_eq!(store.retrieve(&late(1.5, 0))?.unwrap().id, new.id);
        assert_eq!(store.get(&run.id)?.unwrap().result_file, run.result_file);
        let plan = store.plan_rehash()?;
        assert_eq!((plan.moves.len(), plan.unchanged), (0, 1));
        assert_eq!(plan.unexplained, std::slice::from_ref(&run.id));
        assert!(!store.rehash(&plan)?.complete);
        Ok(())
    }

    fn two_runs_that_would_have_one_key_both_stay(s: &Scratch) -> Result<()> {
        let store = opened(s)?;
        // The same to twelve decimals.
        let [older, newer] = [early(0.1, 1), early(0.1 + 1e-15, 1)].map(|spring| store.run(&spring).unwrap());
        drop(store);
        let store = at::<after::Spring>(s).schema(Schema::Trust).open()?;
        let plan = store.plan_rehash()?;
        assert_eq!((plan.moves.len(), plan.collisions.len()), (1, 1), "{plan}");
        assert_eq!(plan.collisions[0].0, newer.id);
        assert!(plan.to_string().contains("another run's"));
        let report = store.rehash(&plan)?;
        assert!(!report.complete, "{report}");
        assert_eq!(store.get(&newer.id)?.unwrap().result_file, newer.result_file);
        assert!(newer.result_file.exists() && older.result_file.exists());
        assert!(at::<after::Spring>(s).open().unwrap_err().is_conflict());
        store.delete_id_with_file(&newer.id)?;
        assert!(store.rehash(&store.plan_rehash()?)?.complete);
        assert_eq!(at::<after::Spring>(s).open()?.count()?, 1);
        Ok(())
    }

    fn a_file_that_has_the_new_name_is_left_alone(s: &Scratch) -> Result<()> {
        let run = opened(s)?.run(&early(1.5, 0))?;
        let new = s.results_dir().join(format!("{}.h5", late(1.5, 0).id()?));
        fs::write(&new, "somebody's").unwrap();
        let store = at::<after::Spring>(s).schema(Schema::Trust).open()?;
        let report = store.rehash(&store.plan_rehash()?)?;
        assert_eq!((report.moved, report.complete), (1, true));
        assert_eq!(fs::read_to_string(&new).unwrap(), "somebody's");
        assert_eq!(store.retrieve(&late(1.5, 0))?.unwrap().result_file, run.result_file);
        Ok(())
    }
}

#[cfg(feature = "fault-hooks")]
each_backend! {
    fn a_rehash_that_is_killed_at_any_step_goes_on_where_it_was(s: &Scratch) -> Result<()> {
        let store = opened(s)?;
        for n in 0..6 {
            store.run(&early(f64::from(n), 0))?;
        }
        drop(store);
        let reader = at::<after::Spring>(s).schema(Schema::Trust).open()?;
        let before = runs(&reader)?;
        drop(reader);
        for step in ["rekey", "rekeyed"] {
            dies_at(s, step);
            let store = at::<after::Spring>(s).schema(Schema::Trust).open()?;
            assert_eq!(runs(&store)?, before, "{step}");
            assert!(store.verify()?.leftovers.is_empty(), "{step}: {}", store.verify()?);
        }
        let store = at::<after::Spring>(s).schema(Schema::Trust).open()?;
        let report = store.rehash(&store.plan_rehash()?)?;
        assert!(report.complete && report.moved == 5, "one had been moved before: {report}");
        assert_eq!(runs(&store)?, before);
        let store = at::<after::Spring>(s).open()?;
        for n in 0..6 {
            assert!(store.retrieve(&late(f64::from(n), 0))?.is_some(), "{n}");
        }
        assert!(store.verify()?.problems.is_empty(), "{}", store.verify()?);
        Ok(())
    }
}
