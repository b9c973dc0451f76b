//! Places where a test can let the process die, or stop.

/// Ends the process, as a power cut would, if a test asked for it here: `ENTROPIC_FAULT` names the place. With `stop:` before
/// the place, the process stops there until it is told to go on (on Unix). Only with the feature `fault-hooks`; nothing at all
/// otherwise.
#[cfg(feature = "fault-hooks")]
pub fn at(place: &str) {
    let Some(wanted) = std::env::var_os("ENTROPIC_FAULT") else { return };
    if wanted == place {
        std::process::abort();
    }
    #[cfg(unix)]
    if wanted.to_str().and_then(|wanted| wanted.strip_prefix("stop:")) == Some(place) {
        use rustix::process::{Signal, getpid, kill_process};
        let _ = kill_process(getpid(), Signal::STOP);
        // The system may stop another thread first.
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
}

/// Nothing, without the feature `fault-hooks`.
#[cfg(not(feature = "fault-hooks"))]
#[inline(always)]
pub fn at(_: &str) {}
