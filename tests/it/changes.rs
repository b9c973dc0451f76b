//! Registering, patching, deleting.

use std::fs;

use entropic::{Error, Result, RunId, StoreError};
use serde_json::json;

use crate::records::{Orbit, orbits};
use crate::support::{Scratch, each_backend};

each_backend! {
    fn a_result_made_elsewhere_can_be_registered(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        let elsewhere = s.dir().join("elsewhere.h5");
        assert!(store.register(&Orbit::of(1.0), &elsewhere).unwrap_err().is_not_found());
        fs::write(&elsewhere, "x").unwrap();
        let record = store.register_with(&Orbit::of(1.0), &elsewhere, &json!({"by": "ada"}))?;
        assert_eq!((&record.result_file, &record.custom_data["by"]), (&elsewhere, &json!("ada")));
        assert_eq!(record.elapsed_seconds(), None);
        assert_eq!(store.run_or_retrieve(&Orbit::of(1.0))?, record);
        assert_eq!(calls.count(), 0);
        Ok(())
    }

    fn registering_twice_is_a_conflict_unless_it_is_meant(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let (one, two) = (s.dir().join("one"), s.dir().join("two"));
        fs::write(&one, "1").unwrap();
        fs::write(&two, "2").unwrap();
        let first = store.register(&Orbit::of(1.0), &one)?;
        let error = store.register(&Orbit::of(1.0), &two).unwrap_err();
        assert!(error.is_conflict() && error.to_string().contains("register_or_replace"), "{error}");
        assert_eq!(store.retrieve(&Orbit::of(1.0))?, Some(first));
        let second = store.register_or_replace(&Orbit::of(1.0), &two, &())?;
        assert_eq!(second.result_file, two);
        assert!(one.exists());
        assert_eq!(store.count()?, 1);
        let other = RunId::new("by hand")?;
        assert_eq!(store.register_as(&other, &Orbit::of(1.0), &one, &())?.id, other);
        assert!(store.register_as(&other, &Orbit::of(1.0), &one, &()).unwrap_err().is_conflict());
        Ok(())
    }

    fn a_rerun_of_a_registered_run_leaves_the_registered_file(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let elsewhere = s.dir().join("elsewhere.h5");
        fs::write(&elsewhere, "x").unwrap();
        store.register(&Orbit::of(1.0), &elsewhere)?;
        let record = store.run(&Orbit::of(1.0))?;
        assert_ne!(record.result_file, elsewhere);
        assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "x");
        Ok(())
    }

    fn deleting_forgets_the_row_and_the_file_only_when_told(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        assert!(!store.delete(&Orbit::of(1.0))?);
        let kept = store.run(&Orbit::of(1.0))?;
        assert!(store.delete(&Orbit::of(1.0))?);
        assert!(kept.result_file.exists());
        assert!(store.retrieve(&Orbit::of(1.0))?.is_none());
        // The result that was left is nobody's now, and in nobody's way: a run takes another name, whatever is registered.
        let elsewhere = s.dir().join("elsewhere.h5");
        fs::write(&elsewhere, "x").unwrap();
        store.register(&Orbit::of(1.0), &elsewhere)?;
        let before = fs::read(&kept.result_file).unwrap();
        let again = store.run(&Orbit::of(1.0))?;
        assert_ne!(again.result_file, kept.result_file);
        assert_eq!(fs::read(&kept.result_file).unwrap(), before);
        store.register_or_replace(&Orbit::of(1.0), &kept.result_file, &())?;
        assert!(store.delete_with_file(&Orbit::of(1.0))?);
        assert!(!kept.result_file.exists() && elsewhere.exists());
        let again = store.run_or_retrieve(&Orbit::of(1.0))?;
        assert!(store.delete_id_with_file(&again.id)?);
        assert!(!store.delete_id(&again.id)?);
        assert_eq!(calls.count(), 3);
        Ok(())
    }

    fn a_patch_changes_custom_data_as_the_reference_does(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let run = store.run_with(&Orbit::of(1.0), &json!({"a": 1, "b": {"x": 1}}))?;
        let patched = store.patch(&Orbit::of(1.0), &json!({"custom_data": {"a": null, "b": {"y": 2}, "c": 0.1}}))?;
        assert_eq!(patched.custom_data.get("a"), None);
        assert_eq!(patched.custom_data["b"], json!({"y": 2}));
        assert_eq!(patched.custom_data["c"], 0.1);
        assert_eq!(patched.elapsed_seconds(), run.elapsed_seconds());
        let cleared = store.patch_id(&run.id, &json!({"custom_data": {}}))?;
        assert!(cleared.custom_data.is_empty());
        assert_eq!((cleared.created_at, &cleared.result_file), (run.created_at, &run.result_file));
        assert_eq!(store.patch(&Orbit::of(1.0), &json!({}))?, cleared);
        Ok(())
    }

    fn a_patch_changes_outputs_and_ignored_parameters_alone(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let run = store.run(&Orbit::of(1.0))?;
        let patched = store.patch(&Orbit::of(1.0), &json!({"period": 3, "threads": 16, "energy": null, "label": null}))?;
        assert_eq!((patched.output.period, patched.threads), (Some(3.0), 16));
        assert_eq!(patched.output.energy, run.output.energy, "null leaves a column as it is");
        for (patch, word) in [
            (json!({"mass": 2.0}), "identity"),
            (json!({"id": "x"}), "entropic keeps it"),
            (json!({"result_file": "x"}), "entropic keeps it"),
            (json!({"created_at": "2026-01-01 00:00:00"}), "entropic keeps it"),
            (json!({"speed": 1}), "no such column"),
            (json!({"speed": null}), "no such column"),
            (json!({"threads": "many"}), "`threads`"),
            (json!({"threads": 3_000_000_000_i64}), "`threads`"),
            (json!({"verdict": "a\u{0}b"}), "cannot convert a patch to JSON: a text contains a NUL"),
            (json!({"custom_data": 3}), "JSON object"),
            (json!([1]), "JSON object"),
        ] {
            let error = store.patch(&Orbit::of(1.0), &patch).unwrap_err();
            assert!(error.is_invalid_input(), "{error:?}");
            assert!(format!("{error:#}").contains(word), "{patch}: {error:?}");
        }
        assert_eq!(store.retrieve(&Orbit::of(1.0))?, Some(patched));
        let error = store.patch(&Orbit::of(9.0), &json!({"threads": 1})).unwrap_err();
        assert!(matches!(error, Error::Store(StoreError::NoRun { .. })) && error.is_not_found());
        Ok(())
    }

    fn a_row_that_points_elsewhere_does_not_make_delete_remove_what_is_there(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let [victim, edited] = [1.0, 2.0].map(|mass| store.run(&Orbit::of(mass)).unwrap());
        let mark = s.results_dir().join(".entropic/store.json");
        for path in [victim.result_file.clone(), mark.clone(), s.results_dir(), s.dir().to_owned()] {
            s.sql(&format!("UPDATE orbits SET result_file = '{}' WHERE id = '{}'", path.display(), edited.id));
            let error = store.delete_id_with_file(&edited.id).unwrap_err();
            assert!(error.is_conflict(), "{error}");
            assert!(victim.result_file.exists() && mark.exists());
            assert_eq!(store.count()?, 2);
        }
        assert!(store.delete_id(&edited.id)?);
        Ok(())
    }
}
