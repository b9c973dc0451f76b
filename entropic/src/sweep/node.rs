//! The name of this machine.

use std::sync::OnceLock;

/// As the system has it; other processes of the same machine have the same.
pub(super) fn name() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        #[cfg(unix)]
        return rustix::system::uname().nodename().to_string_lossy().into_owned();
        #[cfg(not(unix))]
        std::env::var("COMPUTERNAME").unwrap_or_default()
    })
}
