//! Sweeps.

use std::fs;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use entropic::{Result, SimRecord, Threads};
use serde_json::json;

use crate::records::{Method, Orbit, OrbitGrid, at, orbits};
use crate::support::{Scratch, each_backend};

/// Lets some runs begin, and the others once a closure waits for them.
#[derive(Default)]
struct Gate {
    /// How many runs have begun, and whether the closure waits.
    state: Mutex<(usize, bool)>,
    changed: Condvar,
}

impl Gate {
    fn change_and_await(
        &self,
        change: impl FnOnce(&mut (usize, bool)),
        is_so: impl Fn(&(usize, bool)) -> bool,
    ) {
        let mut state = self.state.lock().unwrap();
        change(&mut state);
        self.changed.notify_all();
        let (state, timeout) =
            self.changed.wait_timeout_while(state, Duration::from_secs(60), |state| !is_so(state)).unwrap();
        drop(state);
        assert!(!timeout.timed_out(), "in vain");
    }

    fn begin_run(&self) {
        let mut number = 0;
        let begin = |state: &mut (usize, bool)| {
            state.0 += 1;
            number = state.0;
        };
        self.change_and_await(begin, |_| true);
        self.change_and_await(|_| {}, |(_, waits)| number <= 6 || *waits);
    }

    fn await_other_runs(&self) {
        self.change_and_await(|(_, waits)| *waits = true, |(begun, _)| *begun >= 20);
    }
}

fn gated(s: &Scratch, gate: &Arc<Gate>) -> Result<entropic::Store<Orbit>> {
    let gate = Arc::clone(gate);
    at(s)
        .runner(move |orbit: &Orbit, run| {
            gate.begin_run();
            fs::write(run.result_file(), orbit.mass.to_string())
        })
        .open()
}

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
        assert!(told.starts_with("4 runs: 1 hit, 3 misses, 0 failures in "), "{told}");
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

    fn points_that_take_their_time_are_run_as_they_come(s: &Scratch) -> Result<()> {
        let given = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&given);
        let first = Arc::new(AtomicUsize::new(0));
        let noted = Arc::clone(&first);
        let store = at(s)
            .runner(move |_: &Orbit, run| {
                let _ = noted.compare_exchange(0, seen.load(Ordering::SeqCst), Ordering::SeqCst, Ordering::SeqCst);
                fs::write(run.result_file(), "x")
            })
            .open()?;
        let points = (1..=10).map(|mass| {
            std::thread::sleep(Duration::from_millis(50));
            given.fetch_add(1, Ordering::SeqCst);
            Orbit::of(f64::from(mass))
        });
        let report = store.sweep(points).run()?;
        assert_eq!((report.misses, report.records.len()), (10, 10));
        assert!(first.load(Ordering::SeqCst) < 10, "all were taken before the first was run");
        Ok(())
    }

    fn points_that_come_again_for_ever_can_be_cancelled(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        let token = entropic::CancelToken::new();
        let mut given = 0_u32;
        let points = std::iter::from_fn(|| {
            given += 1;
            if given == 20_000 {
                token.cancel();
            }
            Some(Orbit::of(f64::from(given % 5)))
        });
        let report = store.sweep(points).discard_records().cancel_token(&token).run()?;
        assert_eq!((report.misses, calls.count()), (5, 5));
        Ok(())
    }

    fn a_report_fits_a_screen(s: &Scratch) -> Result<()> {
        let long = "it went wrong, and this is why\n".repeat(200) + &"x".repeat(100_000);
        let store = at(s).runner(move |_: &Orbit, _| Err::<(), _>(io::Error::other(long.clone()))).open()?;
        let report = store.sweep((0..30).map(|n| Orbit::of(f64::from(n)))).run()?;
        let told = report.to_string();
        assert!(told.lines().count() < 25 && told.lines().all(|line| line.chars().count() < 250), "{told}");
        assert!(told.contains("this is why …"), "{told}");
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
            .on_record(|run| seen.push(run.mass))
            .run()?;
        assert!(report.records.is_empty());
        assert_eq!((report.misses, report.duplicates), (20, 10));
        seen.sort_by(f64::total_cmp);
        assert_eq!(seen, (0..20).map(f64::from).collect::<Vec<_>>());
        Ok(())
    }

    fn a_slow_closure_that_sees_records_stops_no_run(s: &Scratch) -> Result<()> {
        let gate = Arc::new(Gate::default());
        let store = gated(s, &gate)?;
        store.run(&Orbit::of(0.0))?;
        let mut seen = Vec::new();
        let report = store.sweep((0..40).map(|n| Orbit::of(f64::from(n))))
            .executor(Threads::new(2))
            .on_record(|run| {
                gate.await_other_runs();
                seen.push(run.mass);
            })
            .run()?;
        assert_eq!((report.hits, report.misses), (1, 39), "{report}");
        let masses: Vec<f64> = report.records.iter().map(|run| run.mass).collect();
        assert_eq!(masses, (0..40).map(f64::from).collect::<Vec<_>>());
        seen.sort_by(f64::total_cmp);
        assert_eq!(seen, masses, "each once");
        Ok(())
    }

    fn a_slow_closure_that_is_told_of_progress_stops_no_run(s: &Scratch) -> Result<()> {
        let gate = Arc::new(Gate::default());
        let report = gated(s, &gate)?.sweep((0..40).map(|n| Orbit::of(f64::from(n))))
            .executor(Threads::new(2))
            .on_progress(|_| gate.await_other_runs())
            .run()?;
        assert_eq!((report.misses, report.records.len()), (40, 40), "{report}");
        Ok(())
    }

    fn a_closure_can_ask_for_a_run_that_is_still_to_be_made(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        let mut last = None;
        let report = store.sweep((0..200).map(|n| Orbit::of(f64::from(n))))
            .executor(Threads::new(2))
            .on_record(|_| { last.get_or_insert_with(|| store.run_or_retrieve(&Orbit::of(199.0))); })
            .run()?;
        assert_eq!((report.records.len(), calls.count()), (200, 200), "{report}");
        assert_eq!(report.records[199], last.expect("it was called")?);
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
        let report = store.sweep(points()).executor(Threads::new(2)).run()?;
        let kept = usize::try_from(store.count()?).unwrap();
        assert!((5..20).contains(&kept), "{kept}");
        assert!(report.interrupted && !report.is_complete());
        assert_eq!((report.misses, report.remaining, report.failures.len()), (kept, 20 - kept, 0));
        assert!(report.to_string().contains(&format!("{} points are left", 20 - kept)), "{report}");
        let error = report.complete().unwrap_err();
        assert!(error.is_cancelled(), "{error:?}");
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
            let report = store.sweep((0..5).map(|n| Orbit::of(f64::from(n)))).on_record(|run| order.push(run.mass)).run()?;
            assert!(start.elapsed() < Duration::from_secs(5));
            assert_eq!(order, [1.0, 2.0, 3.0, 4.0, 0.0]);
            assert_eq!(report.records.iter().map(|run| run.mass).collect::<Vec<_>>(), [0.0, 1.0, 2.0, 3.0, 4.0]);
            assert_eq!((report.hits, report.misses, calls.count()), (1, 4, 4));
            assert_eq!(report.records[0], theirs.join().unwrap()?);
            Ok(())
        })
    }
}

#[test]
fn the_lists_of_a_grid_can_be_walked_side_by_side() {
    let grid = |masses: Vec<f64>, steps| OrbitGrid { mass: masses, steps, ..Orbit::of(0.0).into() };
    let points = grid(vec![1.0, 2.0, 3.0], vec![10, 20, 30]).zip().unwrap();
    assert_eq!(points.len(), 3);
    let points: Vec<_> = points.map(|orbit| (orbit.mass, orbit.steps)).collect();
    assert_eq!(points, [(1.0, 10), (2.0, 20), (3.0, 30)]);
    assert_eq!(grid(vec![1.0], vec![10]).zip().unwrap().count(), 1);
    assert_eq!(grid(vec![], vec![10]).zip().unwrap().count(), 0);
    let error = grid(vec![1.0, 2.0, 3.0], vec![10, 20]).zip().err().unwrap();
    assert!(error.is_invalid_input() && error.to_string().contains("3, 2, 1"), "{error}");
    assert!(grid(vec![], vec![10, 20]).zip().is_err());
}

#[test]
fn spaced_values_are_those_of_numpy() {
    // numpy 2.2: np.linspace(0.1, 0.7, 4), np.logspace(-3, 3, 3), np.linspace(1, 2, 0)
    assert_eq!(entropic::linspace(0.1, 0.7, 4), [0.1, 0.3, 0.5, 0.7]);
    assert_eq!(entropic::logspace(-3.0, 3.0, 3), [0.001, 1.0, 1000.0]);
    assert!(entropic::linspace(1.0, 2.0, 0).is_empty());
}

#[test]
fn drawn_points_are_the_same_for_a_seed_and_stay_in_their_ranges() {
    let ranges = || [-1.0..1.0, 1e-9..1e9];
    let draw = |seed| entropic::sweep::uniform(ranges(), 1000, seed).unwrap().collect::<Vec<_>>();
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
    assert!(draw(3).iter().all(|[x, y]| (-1.0..1.0).contains(x) && (1e-9..1e9).contains(y)));
    let mean = draw(4).iter().map(|[x, _]| x).sum::<f64>() / 1000.0;
    assert!(mean.abs() < 0.1, "{mean}");
    // For ever: runs are found by them.
    let first = entropic::sweep::uniform([0.0..1.0, 0.0..1.0], 1, 42).unwrap().next().unwrap();
    assert_eq!(first, FIRST_OF_SEED_42);
    for bad in [1.0..1.0, 2.0..1.0, 0.0..f64::INFINITY, f64::MIN..f64::MAX] {
        assert!(entropic::sweep::uniform([bad], 1, 0).err().unwrap().is_invalid_input());
    }
}

const FIRST_OF_SEED_42: [f64; 2] = [0.681_896_192_306_671_4, 0.950_275_407_672_484];

#[test]
fn a_latin_hypercube_has_a_point_in_each_slice() {
    for n in [1, 2, 7, 100] {
        let points: Vec<[f64; 3]> =
            entropic::sweep::latin_hypercube([0.0..1.0, -5.0..5.0, 1e3..2e3], n, 9).unwrap().collect();
        assert_eq!(points.len(), n);
        for (d, range) in [0.0..1.0, -5.0..5.0, 1e3..2e3].into_iter().enumerate() {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "small"
            )]
            let mut slices: Vec<usize> = points
                .iter()
                .map(|point| {
                    ((point[d] - range.start) / (range.end - range.start) * n as f64).floor() as usize
                })
                .collect();
            slices.sort_unstable();
            assert_eq!(slices, (0..n).collect::<Vec<_>>());
        }
    }
    let points = |seed| entropic::sweep::latin_hypercube([0.0..1.0], 50, seed).unwrap().collect::<Vec<_>>();
    assert_eq!(points(1), points(1));
    assert_ne!(points(1), points(2));
    assert_eq!(entropic::sweep::latin_hypercube([0.0..1.0], 0, 1).unwrap().count(), 0);
}
