//! This machine and this process, as the system knows them.

use std::sync::OnceLock;

/// The name of the machine, as the system has it.
pub(crate) fn name() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        #[cfg(unix)]
        return rustix::system::uname().nodename().to_string_lossy().into_owned();
        #[cfg(not(unix))]
        std::env::var("COMPUTERNAME").unwrap_or_default()
    })
}

/// This program, even if another one has its name by now.
pub(crate) fn program() -> std::io::Result<std::path::PathBuf> {
    let link = std::path::PathBuf::from(format!("/proc/{}/exe", std::process::id()));
    if link.exists() { Ok(link) } else { std::env::current_exe() }
}

/// Waits until the process ends that has started this one.
#[cfg(target_os = "linux")]
pub(crate) fn await_end_of_parent() -> std::io::Result<()> {
    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::process::{PidfdFlags, getppid, pidfd_open};
    let parent = getppid().ok_or(std::io::ErrorKind::NotFound)?;
    let parent = pidfd_open(parent, PidfdFlags::empty())?;
    loop {
        match poll(&mut [PollFd::new(&parent, PollFlags::IN)], None) {
            Err(rustix::io::Errno::INTR) => {}
            other => return Ok(other.map(drop)?),
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn await_end_of_parent() -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}

/// The process that has started this one.
pub(crate) fn parent() -> Option<u32> {
    #[cfg(unix)]
    return rustix::process::getppid().map(|pid| pid.as_raw_nonzero().get().cast_unsigned());
    #[cfg(not(unix))]
    None
}

/// Whether this process is the first of its group, as workers are.
pub(crate) fn leads_group() -> bool {
    #[cfg(unix)]
    return rustix::process::getpgrp() == rustix::process::getpid();
    #[cfg(not(unix))]
    false
}

/// Ends this process at once, and the programs that it has started as far as they are in a group of its own.
pub(crate) fn kill_all() -> ! {
    #[cfg(unix)]
    {
        use rustix::process::{Signal, getpid, kill_current_process_group, kill_process};
        let _ = if leads_group() {
            kill_current_process_group(Signal::KILL)
        } else {
            kill_process(getpid(), Signal::KILL)
        };
    }
    std::process::abort()
}
