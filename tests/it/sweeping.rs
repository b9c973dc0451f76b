//! Sweeps.

use std::fs;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use entropic::{Result, SimRecord, Threads};
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
        // What cannot be stored is known before anything is run.
        let error = store.sweep(points()).fail_fast().run().unwrap_err();
        assert!(error.is_invalid_input(), "{error:?}");
        let error = store.sweep([1.0, 2.0, 3.0].map(Orbit::of)).fail_fast().run().unwrap_err();
        assert!(matches!(error, entropic::Error::Runner { .. }), "{error:?}");
        Ok(())
    }

    fn map_applies_a_function_to_each_record(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let energies = store.map([1.0, 2.0].map(Orbit::of), |run| run.output.energy.unwrap())?;
        assert_eq!(energies, [-0.5, -1.0]);
        Ok(())
    }

    fn threads_make_the_runs_once_and_the_records_keep_their_order(s: &Scratch) -> Result<()> {
        let running = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
        let counts = Arc::clone(&running);
        let store = at(s).runner(move |orbit: &Orbit, run| {
            let now = counts.0.fetch_add(1, Ordering::SeqCst) + 1;
            counts.1.fetch_max(now, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(10));
            counts.0.fetch_sub(1, Ordering::SeqCst);
            if orbit.mass == 7.0 { return Err(io::Error::other("diverged")); }
            if orbit.mass == 8.0 { panic!("bug") }
            fs::write(run.result_file(), orbit.mass.to_string())
        }).open()?;
        store.run(&Orbit::of(3.0))?;
        let masses: Vec<f64> = (0..40).map(|n| f64::from(n % 32)).collect();
        let report = store.sweep(masses.iter().copied().map(Orbit::of)).executor(Threads::new(4)).run()?;
        let expected: Vec<f64> = (0..32).map(f64::from).filter(|mass| ![7.0, 8.0].contains(mass)).collect();
        assert_eq!(report.records.iter().map(|run| run.mass).collect::<Vec<_>>(), expected);
        assert_eq!((report.hits, report.misses, report.duplicates, report.failures.len()), (1, 29, 8, 2));
        assert_eq!(report.failures.iter().map(|failure| failure.params.mass).collect::<Vec<_>>(), [7.0, 8.0]);
        let most = running.1.load(Ordering::SeqCst);
        assert!((2..=4).contains(&most), "{most} at a time");
        for run in &report.records {
            assert_eq!(fs::read_to_string(&run.result_file).unwrap(), run.mass.to_string());
        }
        assert!(store.sweep(masses.iter().copied().map(Orbit::of)).executor(Threads::new(4)).fail_fast().run().is_err());
        Ok(())
    }

    fn records_can_be_seen_and_not_kept(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        let mut seen = Vec::new();
        let report = store.sweep((0..30).map(|n| Orbit::of(f64::from(n % 20))))
            .executor(Threads::available())
            .discard_records()
            .each(|run| seen.push(run.mass))
            .run()?;
        assert!(report.records.is_empty());
        assert_eq!((report.misses, report.duplicates), (20, 10));
        seen.sort_by(f64::total_cmp);
        assert_eq!(seen, (0..20).map(f64::from).collect::<Vec<_>>());
        Ok(())
    }

    fn a_cancelled_sweep_keeps_what_is_done_and_goes_on_later(s: &Scratch) -> Result<()> {
        let cancel = entropic::CancelToken::new();
        let token = cancel.clone();
        let done = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&done);
        let store = at(s).cancel_token(cancel).runner(move |_: &Orbit, run| {
            if count.fetch_add(1, Ordering::SeqCst) == 5 { token.cancel() }
            fs::write(run.result_file(), "x")
        }).open()?;
        let points = || (0..20).map(|n| Orbit::of(f64::from(n)));
        let error = store.sweep(points()).executor(Threads::new(2)).run().unwrap_err();
        assert!(error.is_cancelled(), "{error:?}");
        let kept = usize::try_from(store.count()?).unwrap();
        assert!((5..20).contains(&kept), "{kept}");
        let (store, calls) = orbits(s)?;
        let report = store.sweep(points()).executor(Threads::new(2)).run()?;
        assert_eq!((report.hits, report.misses, calls.count()), (kept, 20 - kept, 20 - kept));
        Ok(())
    }

    fn a_point_that_somebody_else_runs_is_taken_from_them_at_the_end(s: &Scratch) -> Result<()> {
        let slow = at(s).runner(|_: &Orbit, run| {
            std::thread::sleep(Duration::from_millis(400));
            fs::write(run.result_file(), "slow")
        }).open()?;
        let (store, calls) = orbits(s)?;
        std::thread::scope(|scope| {
            let theirs = scope.spawn(|| slow.run(&Orbit::of(0.0)));
            std::thread::sleep(Duration::from_millis(150));
            let start = std::time::Instant::now();
            let mut order = Vec::new();
            let report = store.sweep((0..5).map(|n| Orbit::of(f64::from(n)))).each(|run| order.push(run.mass)).run()?;
            assert!(start.elapsed() < Duration::from_secs(5));
            assert_eq!(order, [1.0, 2.0, 3.0, 4.0, 0.0]);
            assert_eq!(report.records.iter().map(|run| run.mass).collect::<Vec<_>>(), [0.0, 1.0, 2.0, 3.0, 4.0]);
            assert_eq!((report.hits, report.misses, calls.count()), (1, 4, 4));
            assert_eq!(report.records[0], theirs.join().unwrap()?);
            Ok(())
        })
    }
}
