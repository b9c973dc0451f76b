//! Ours beside a floor.

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;

/// How long each comparison takes.
const LENGTH: Duration = Duration::from_secs(3);

/// How long one turn is, at least: much shorter than what a scheduler gives another process.
const TURN: Duration = Duration::from_micros(300);

/// Whether this is `cargo bench`, not a look whether the benchmarks run at all.
pub fn measuring() -> bool {
    std::env::args().any(|arg| arg == "--bench")
}

/// Measures with criterion, then says how many times the floor ours takes.
///
/// The ratio comes from rounds in which both take turns, so that whatever else the machine does meets both: it can
/// be trusted where two times measured one after the other cannot.
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

    pub fn compare<A, B>(
        &mut self,
        name: &str,
        budget: f64,
        mut ours: impl FnMut() -> A,
        mut floor: impl FnMut() -> B,
    ) {
        let mut group = self.0.benchmark_group(name);
        group.bench_function("ours", |b| b.iter(&mut ours));
        group.bench_function("floor", |b| b.iter(&mut floor));
        group.finish();
        if measuring() && Self::wants(name) {
            let (ours, floor, ratio) =
                take_turns(&mut || _ = black_box(ours()), &mut || _ = black_box(floor()));
            let verdict = if ratio <= budget { "within" } else { "OVER" };
            println!(
                "{name}: ours {ours:.2?}, floor {floor:.2?}, {ratio:.2} x, {verdict} the budget of {budget} x\n"
            );
        }
    }

    pub fn finish(self) {
        self.0.final_summary();
    }
}

/// Median time of each, and the median of their ratio in one round.
fn take_turns(ours: &mut dyn FnMut(), floor: &mut dyn FnMut()) -> (Duration, Duration, f64) {
    let mut batch = 1;
    while timed(ours, batch) * batch < TURN {
        batch *= 2;
    }
    let start = Instant::now();
    let mut rounds = Vec::new();
    while rounds.len() < 10 || start.elapsed() < LENGTH {
        let first_floor = (rounds.len() % 2 == 1).then(|| timed(floor, batch));
        let ours = timed(ours, batch);
        let floor = first_floor.unwrap_or_else(|| timed(floor, batch));
        rounds.push((ours, floor, ours.as_secs_f64() / floor.as_secs_f64()));
    }
    let median = |of: &dyn Fn(&(Duration, Duration, f64)) -> f64| {
        let mut values: Vec<f64> = rounds.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    (
        Duration::from_secs_f64(median(&|round| round.0.as_secs_f64())),
        Duration::from_secs_f64(median(&|round| round.1.as_secs_f64())),
        median(&|round| round.2),
    )
}

/// The time of one call, from some.
fn timed(call: &mut dyn FnMut(), times: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..times {
        call();
    }
    start.elapsed() / times
}
