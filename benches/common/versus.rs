//! Ours beside a floor.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;

/// How long the turns of a comparison last together.
const LENGTH: Duration = Duration::from_secs(4);
/// How long one turn lasts, and how long it warms up before.
const TURN: Duration = Duration::from_millis(20);
/// The least that is timed at once: much shorter than the time slices of a scheduler.
const BATCH: Duration = Duration::from_micros(300);

/// Whether this is `cargo bench`, not a look whether the benchmarks run at all.
pub fn measuring() -> bool {
    std::env::args().any(|arg| arg == "--bench")
}

/// Measures with criterion, then says how many times the floor ours takes.
///
/// The ratio comes from rounds in which both take turns, so that whatever else the machine does meets both: it can
/// be trusted where two times measured one after the other cannot.
///
/// What is compared is made afresh for each turn and dropped behind it: SQLite, as `libsqlite3-sys` compiles it,
/// has one page cache for all connections of a process, and a connection that rests keeps its part of it.
pub struct Versus(Criterion);

impl Versus {
    pub fn from_args() -> Self {
        let criterion = Criterion::default()
            .sample_size(20)
            .warm_up_time(Duration::from_millis(500))
            .measurement_time(Duration::from_secs(2));
        Self(criterion.configure_from_args())
    }

    /// Whether the filter of the command line, if any, lets a group of this name through.
    pub fn wants(group: &str) -> bool {
        let filter = std::env::args().nth(1).filter(|arg| !arg.starts_with('-'));
        filter.is_none_or(|filter| group.contains(&filter) || filter.starts_with(group))
    }

    /// Both sides are closures that make what is measured; a budget is a multiple of the floor.
    pub fn compare<A, B, F: FnMut() -> A, G: FnMut() -> B>(
        &mut self,
        name: &str,
        budget: impl Into<Option<f64>>,
        ours: impl Fn() -> F,
        floor: impl Fn() -> G,
    ) {
        let mut group = self.0.benchmark_group(name);
        group.bench_function("ours", |b| b.iter(ours()));
        group.bench_function("floor", |b| b.iter(floor()));
        group.finish();
        if measuring() && Self::wants(name) {
            let (ours, floor, ratio) = take_turns(&|| turn(ours()), &|| turn(floor()));
            let verdict = budget.into().map_or(String::new(), |budget| {
                let verdict = if ratio <= budget { "within" } else { "OVER" };
                format!(", {verdict} the budget of {budget} x")
            });
            println!("{name}: ours {ours:.2?}, floor {floor:.2?}, {ratio:.2} x{verdict}\n");
        }
    }

    pub fn finish(self) {
        self.0.final_summary();
    }
}

/// Median time of each, and the median of their ratio in one round.
fn take_turns(ours: &dyn Fn() -> f64, floor: &dyn Fn() -> f64) -> (Duration, Duration, f64) {
    let start = Instant::now();
    let (mut all_ours, mut all_floor, mut ratios) = (vec![], vec![], vec![]);
    while ratios.len() < 9 || start.elapsed() < LENGTH {
        let first = (ratios.len() % 2 == 1).then(floor);
        let (ours, floor) = (ours(), first.unwrap_or_else(floor));
        all_ours.push(ours);
        all_floor.push(floor);
        ratios.push(ours / floor);
    }
    (Duration::from_secs_f64(median(all_ours)), Duration::from_secs_f64(median(all_floor)), median(ratios))
}

/// The seconds of one call.
fn turn<R>(mut call: impl FnMut() -> R) -> f64 {
    let mut batch = 1;
    let mut timed = |times: u32| {
        let start = Instant::now();
        for _ in 0..times {
            black_box(call());
        }
        start.elapsed()
    };
    let warm = Instant::now();
    loop {
        if timed(batch) < BATCH {
            batch *= 2;
        } else if warm.elapsed() >= TURN {
            break;
        }
    }
    let start = Instant::now();
    let mut batches = vec![];
    while batches.len() < 3 || start.elapsed() < TURN {
        batches.push(timed(batch).as_secs_f64() / f64::from(batch));
    }
    median(batches)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
