//! Places where a test can let the process die, or stop.

/// Ends the process, as a power cut would, if a test asked for it here: `ENTROPIC_FAULT` names the place, or `place:n`
/// for the `n`-th time that the process comes by. With `stop:` before the place, the process stops there until it is told to
/// go on (on Unix). Only with the feature `fault-hooks`; nothing at all otherwise.
#[cfg(feature = "fault-hooks")]
pub(crate) fn at(place: &str) {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static PASSED: AtomicUsize = AtomicUsize::new(0);

    let Ok(wanted) = std::env::var("ENTROPIC_FAULT") else { return };
    #[cfg(unix)]
    if wanted.strip_prefix("stop:") == Some(place) {
        use rustix::process::{Signal, getpid, kill_process};
        let _ = kill_process(getpid(), Signal::STOP);
        // The system may stop another thread first.
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
    let (name, nth) = wanted.split_once(':').unwrap_or((&wanted, "1"));
    if name == place && PASSED.fetch_add(1, Ordering::Relaxed) + 1 == nth.parse().unwrap_or(1) {
        std::process::abort();
    }
}

/// Nothing, without the feature `fault-hooks`.
#[cfg(not(feature = "fault-hooks"))]
#[inline(always)]
pub(crate) fn at(_: &str) {}
