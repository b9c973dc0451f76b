//! How far a sweep is: for people who watch, and for programs.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::words::count;

/// How often a callback is called at most.
const EVENTS: Duration = Duration::from_millis(100);

/// How often it is called at least.
const TICK: Duration = Duration::from_secs(1);

/// How often a line is written where there is no terminal.
const LINES: Duration = Duration::from_secs(5);

/// How far a sweep is; given to [`Sweep::on_progress`](super::Sweep::on_progress). `Display` is a line.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// How many points are done with, one way or another.
    pub done: usize,
    /// How many points there are, where that is known: of a grid it is, of an iterator with a filter it is not before
    /// all of it was looked up.
    pub total: Option<usize>,
    /// How many runs were there.
    pub hits: usize,
    /// How many runs were made.
    pub misses: usize,
    /// How many points have no run.
    pub failures: usize,
    /// How many points came again.
    pub duplicates: usize,
    /// How long the sweep has taken so far.
    pub elapsed: Duration,
    /// How long the rest may take, from how long runs took; `None` before there is anything to judge by.
    pub eta: Option<Duration>,
    /// Somebody has asked the sweep to stop.
    pub stopping: bool,
}

impl Progress {
    /// Points done with in a second.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    pub fn rate(&self) -> f64 {
        self.done as f64 / self.elapsed.as_secs_f64().max(1e-9)
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.total {
            Some(total) => write!(f, "{} of {}", self.done, count(total, "point"))?,
            None => write!(f, "{}", count(self.done, "point"))?,
        }
        write!(f, ": {}, {}", count(self.hits, "hit"), count(self.misses, "miss"))?;
        write!(f, ", {}", count(self.failures, "failure"))?;
        write!(f, ", {:.1}/s", self.rate())?;
        match self.eta {
            _ if self.stopping => write!(f, ", stopping"),
            Some(eta) => write!(f, ", {} left", short(eta)),
            None => Ok(()),
        }
    }
}

/// A duration as people say it.
pub(super) fn short(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("{:.1?}", duration),
        1..60 => format!("{:.1} s", duration.as_secs_f64()),
        60..3_600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3_600, seconds / 60 % 60),
    }
}

/// What was counted so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) hits: usize,
    pub(super) misses: usize,
    pub(super) failures: usize,
    pub(super) duplicates: usize,
    /// How many points were looked up.
    pub(super) planned: usize,
    /// How many of them were not there.
    pub(super) to_run: usize,
    took_hits: Duration,
    took_misses: Duration,
}

impl Counts {
    pub(super) fn took(&mut self, hit: bool, elapsed: Duration) {
        if hit {
            self.hits += 1;
            self.took_hits += elapsed;
        } else {
            self.misses += 1;
            self.took_misses += elapsed;
        }
    }

    fn done(&self) -> usize {
        self.hits + self.misses + self.failures + self.duplicates
    }

    /// How long a run takes: those of this sweep, or before there are any, those that were there.
    fn mean(&self) -> Option<Duration> {
        let (sum, count) =
            if self.misses > 0 { (self.took_misses, self.misses) } else { (self.took_hits, self.hits) };
        u32::try_from(count).ok().filter(|count| *count > 0).map(|count| sum / count)
    }

    /// How long the rest may take: as runs have come in so far, or before any have, as long as they took and so many as are
    /// made at a time.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn eta(&self, total: Option<usize>, at_once: usize, elapsed: Duration) -> Option<Duration> {
        let unplanned = total?.saturating_sub(self.planned);
        let misses = self.to_run as f64 / self.planned.max(1) as f64;
        let left = self.to_run.saturating_sub(self.misses + self.failures) as f64 + unplanned as f64 * misses;
        let each = if self.misses >= 2 * at_once {
            elapsed.as_secs_f64() / self.misses as f64
        } else {
            self.mean()?.as_secs_f64() / at_once as f64
        };
        Duration::try_from_secs_f64(each * left).ok()
    }
}

/// Is called with how far it is.
pub(super) type OnProgress<'a> = Box<dyn FnMut(&Progress) + Send + 'a>;

/// Who watches a sweep.
pub(super) struct Watch<'a> {
    start: Instant,
    total: Option<usize>,
    at_once: usize,
    bar: Option<ProgressBar>,
    lines: bool,
    callback: Option<OnProgress<'a>>,
    /// When it was told last, and what.
    told: Option<(Instant, Counts, bool)>,
    written: Instant,
}

impl<'a> Watch<'a> {
    /// `shown` says whether anybody looks: at a bar on a terminal, at lines elsewhere.
    pub(super) fn new(
        total: Option<usize>,
        at_once: usize,
        shown: bool,
        callback: Option<OnProgress<'a>>,
    ) -> Self {
        let terminal = io::stderr().is_terminal();
        let bar = (shown && terminal).then(|| bar(total));
        let start = Instant::now();
        Self { start, total, at_once, bar, lines: shown && !terminal, callback, told: None, written: start }
    }

    fn progress(&self, counts: &Counts, stopping: bool) -> Progress {
        Progress {
            done: counts.done(),
            total: self.total,
            hits: counts.hits,
            misses: counts.misses,
            failures: counts.failures,
            duplicates: counts.duplicates,
            elapsed: self.start.elapsed(),
            eta: counts.eta(self.total, self.at_once, self.start.elapsed()),
            stopping,
        }
    }

    /// How long to wait between two looks at the counts.
    pub(super) fn tick(&self) -> Duration {
        if self.bar.is_some() || self.callback.is_some() { EVENTS } else { TICK }
    }

    /// Whether it may be told how far it is: not if that was done just now.
    pub(super) fn is_due(&self) -> bool {
        self.told.as_ref().is_none_or(|(when, ..)| when.elapsed() >= EVENTS)
    }

    /// Tells how far it is, unless it is known.
    pub(super) fn tell(&mut self, counts: Counts, stopping: bool) {
        if let Some((when, before, stopped)) = &self.told
            && when.elapsed() < TICK
            && (before, *stopped) == (&counts, stopping)
        {
            return;
        }
        let progress = self.progress(&counts, stopping);
        self.told = Some((Instant::now(), counts, stopping));
        if self.written.elapsed() >= LINES {
            self.written = Instant::now();
            tracing::info!(%progress, "sweep");
            if self.lines {
                write_line(&progress);
            }
        }
        self.show(&progress);
    }

    /// Tells where it ended.
    pub(super) fn end(&mut self, counts: &Counts) {
        self.total = self.total.map(|total| total.max(counts.done()));
        let progress = Progress { eta: None, ..self.progress(counts, false) };
        self.show(&progress);
        if self.lines {
            write_line(&progress);
        }
        if let Some(bar) = self.bar.take() {
            bar.abandon();
        }
    }

    fn show(&mut self, progress: &Progress) {
        if let Some(bar) = &self.bar {
            bar.set_position(progress.done as u64);
            let (hits, failures) = (count(progress.hits, "hit"), count(progress.failures, "failure"));
            let mut message = format!("{hits}, {failures}, {:.1}/s", progress.rate());
            if progress.stopping {
                message += ", stopping (Ctrl-C again ends at once)";
            } else if let Some(eta) = progress.eta {
                message += &format!(", {} left", short(eta));
            }
            bar.set_message(message);
        }
        if let Some(callback) = &mut self.callback {
            callback(progress);
        }
    }
}

/// Nobody may be there to read it.
fn write_line(progress: &Progress) {
    let _ = writeln!(io::stderr(), "{progress}");
}

fn bar(total: Option<usize>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total as u64), "{elapsed_precise} {bar:30} {pos}/{len} {msg}"),
        None => (ProgressBar::new_spinner(), "{elapsed_precise} {spinner} {pos} {msg}"),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_judged_by_how_long_runs_took() {
        let mut counts = Counts { planned: 100, to_run: 50, ..Counts::default() };
        let eta = |counts: &Counts, total| counts.eta(total, 2, Duration::from_secs(10));
        assert_eq!(eta(&counts, Some(200)), None);
        for _ in 0..50 {
            counts.took(true, Duration::from_secs(10));
        }
        // 50 known, 50 more if the second half is like the first.
        assert_eq!(eta(&counts, Some(200)), Some(Duration::from_secs(500)));
        counts.took(false, Duration::from_secs(4));
        assert_eq!(eta(&counts, Some(200)), Some(Duration::from_secs(198)));
        for _ in 0..4 {
            counts.took(false, Duration::from_secs(4));
        }
        // Two seconds each, however long each took.
        assert_eq!(eta(&counts, Some(200)), Some(Duration::from_secs(190)));
        assert_eq!(eta(&counts, None), None);
    }

    #[test]
    fn a_line_counts_as_people_do() {
        let mut progress = Progress {
            done: 1,
            total: Some(1),
            hits: 1,
            misses: 0,
            failures: 1,
            duplicates: 0,
            elapsed: Duration::from_secs(1),
            eta: None,
            stopping: false,
        };
        assert_eq!(progress.to_string(), "1 of 1 point: 1 hit, 0 misses, 1 failure, 1.0/s");
        (progress.total, progress.misses) = (None, 1);
        assert_eq!(progress.to_string(), "1 point: 1 hit, 1 miss, 1 failure, 1.0/s");
    }

    #[test]
    fn durations_are_short() {
        for (seconds, said) in
            [(0.25, "250.0ms"), (4.25, "4.2 s"), (61.0, "1 min 01 s"), (7_320.0, "2 h 02 min")]
        {
            assert_eq!(short(Duration::from_secs_f64(seconds)), said);
        }
    }
}
