//! Sweeps.

use std::fs;
use std::io;

use entropic::{Result, SimRecord};
use serde_json::json;

use crate::records::{Method, Orbit, OrbitGrid, at, orbits};
use crate::support::{Scratch, each_backend};

each_backend! {
    fn a_sweep_runs_misses_only_and_keeps_the_order(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        store.run(&Orbit::of(3.0))?;
        let masses = [5.0, 3.0, 1.0, 5.0, 4.0, 1.0];
        let report = store.sweep(masses.map(Orbit::of)).custom_data(&json!({"sweep": 1})).run()?;
        assert_eq!(report.records.iter().map(|run| run.mass).collect::<Vec<_>>(), [5.0, 3.0, 1.0, 4.0]);
        assert_eq!((report.hits, report.misses, report.duplicates), (1, 3, 2));
        assert_eq!(calls.count(), 4);
        assert_eq!(report.records[0].custom_data["sweep"], 1);
        assert_eq!(report.records[1].custom_data.get("sweep"), None);
        assert!(report.is_complete());
        assert_eq!(report.records.iter().map(|run| report.was_hit(run)).collect::<Vec<_>>(), [false, true, false, false]);
        let told = report.to_string();
        assert!(told.starts_with("4 runs: 1 hits, 3 misses, 0 failures in ") && told.contains("the hits saved"), "{told}");
        Ok(())
    }

    fn a_sweep_takes_any_iterator_once(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let mut made = 0;
        let points = std::iter::from_fn(|| { made += 1; (made <= 2_500).then(|| Orbit { steps: made % 7, ..Orbit::of(1.0) }) });
        let report = store.sweep(points).run()?;
        assert_eq!((report.records.len(), report.duplicates), (7, 2_493));
        assert_eq!(made, 2_501);
        assert!(store.sweep([]).run()?.records.is_empty());
        Ok(())
    }

    fn a_grid_is_swept_in_the_order_of_nested_loops(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        let grid = || OrbitGrid { mass: vec![1.0, 2.0], method: Method::all(), steps: vec![1, 2, 3], ..Orbit::of(0.0).into() };
        assert_eq!(grid().expand().len(), 12);
        let report = store.sweep(grid().expand()).run()?;
        let seen: Vec<_> = report.records.iter().map(|run| (run.mass, run.steps, run.method)).collect();
        assert_eq!(seen[..3], [(1.0, 1, Method::Euler), (1.0, 1, Method::Rk4), (1.0, 2, Method::Euler)]);
        assert_eq!(seen[11], (2.0, 3, Method::Rk4));
        let again = store.sweep(grid().expand()).run()?;
        assert_eq!((again.hits, again.misses, calls.count()), (12, 0, 12));
        assert_eq!(again.records, report.records);
        Ok(())
    }

    fn a_failing_point_is_reported_and_the_rest_is_run(s: &Scratch) -> Result<()> {
        let store = at(s)
            .runner(|orbit: &Orbit, run| {
                if orbit.mass == 2.0 { return Err(io::Error::other("diverged")); }
                if orbit.mass == 3.0 { panic!("bug") }
                fs::write(run.result_file(), "x")
            })
            .open()?;
        let points = || [1.0, 2.0, 3.0, f64::NAN, 4.0].map(Orbit::of);
        let report = store.sweep(points()).run()?;
        assert_eq!(report.records.iter().map(|run| run.mass).collect::<Vec<_>>(), [1.0, 4.0]);
        assert_eq!(report.failures.len(), 3);
        assert_eq!(report.failures[0].params, Orbit::of(2.0));
        assert_eq!(report.failures[0].id, Some(Orbit::of(2.0).id()?));
        let told = report.to_string();
        for word in ["2 misses", "3 failures", "diverged", "bug", "`mass`"] {
            assert!(told.contains(word), "{told}");
        }
        let error = store.sweep(points()).fail_fast().run().unwrap_err();
        assert!(matches!(error, entropic::Error::Runner { .. }), "{error:?}");
        Ok(())
    }

    fn map_applies_a_function_to_each_record(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let energies = store.map([1.0, 2.0].map(Orbit::of), |run| run.output.energy.unwrap())?;
        assert_eq!(energies, [-0.5, -1.0]);
        Ok(())
    }
}
