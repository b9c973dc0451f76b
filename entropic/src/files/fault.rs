//! Places where a test can let the process die.

/// Ends the process, as a power cut would, if a test asked for it here: `ENTROPIC_FAULT` names the place. Only with
/// the feature `fault-hooks`; nothing at all otherwise.
#[cfg(feature = "fault-hooks")]
pub fn at(place: &str) {
    if std::env::var_os("ENTROPIC_FAULT").is_some_and(|wanted| wanted == place) {
        std::process::abort();
    }
}

/// Nothing, without the feature `fault-hooks`.
#[cfg(not(feature = "fault-hooks"))]
#[inline(always)]
pub fn at(_: &str) {}
