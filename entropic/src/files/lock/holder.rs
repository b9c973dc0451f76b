//! Who has the lock of an id, for those who wait and say so.

use std::fmt;
#[cfg(target_os = "linux")]
use std::fs;
use std::path::Path;

/// What is known of the one who has a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only Linux says who has a lock"))]
pub(crate) enum Holder {
    /// Another thread of this process.
    ThisProcess,
    /// A process of this machine.
    Process(u32),
    /// A process that cannot be seen from here.
    Unknown,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ThisProcess => f.write_str("another thread of this process"),
            Self::Process(pid) => write!(f, "process {pid}"),
            Self::Unknown => f.write_str("another process"),
        }
    }
}

impl Holder {
    /// Looks for the process that has a file locked; the byte at an offset of it, if one is given.
    ///
    /// The system does not say who has a lock of an open file (`F_OFD_GETLK` gives no process), so the open files of other
    /// processes are read, as far as this one may.
    #[cfg(target_os = "linux")]
    pub(super) fn of(path: &Path, at: Option<i64>) -> Self {
        use std::os::unix::fs::MetadataExt;
        let Ok(meta) = fs::metadata(path) else { return Self::Unknown };
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        let holder = processes
            .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
            .find(|(_, process)| {
                let files = fs::read_dir(process.join("fdinfo")).into_iter().flatten().flatten();
                files
                    .filter_map(|file| fs::read_to_string(file.path()).ok())
                    .any(|info| info.lines().any(|line| is_lock(line, meta.ino(), at)))
            });
        match holder {
            Some((pid, _)) if pid == std::process::id() => Self::ThisProcess,
            Some((pid, _)) => Self::Process(pid),
            None => Self::Unknown,
        }
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn of(_: &Path, _: Option<i64>) -> Self {
        Self::Unknown
    }
}

/// Whether a line of `/proc/<process>/fdinfo/<file>` says that the file of a number is locked, at an offset. It is
/// `lock: <n>: <kind> ADVISORY WRITE <pid> <device>:<number of the file> <start> <end>`.
#[cfg(target_os = "linux")]
fn is_lock(line: &str, number: u64, at: Option<i64>) -> bool {
    let mut words = line.split_whitespace();
    if words.next() != Some("lock:") {
        return false;
    }
    let [.., file, start, end] = words.collect::<Vec<_>>()[..] else { return false };
    let same_file = file.rsplit(':').next().and_then(|text| text.parse().ok()) == Some(number);
    let same_place = at.is_none_or(|at| [start, end].map(|text| text.parse().ok()) == [Some(at); 2]);
    same_file && same_place
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn a_line_about_a_lock_is_understood() {
        let byte = "lock:\t1: OFDLCK ADVISORY  WRITE -1 00:2b:4711 17 17";
        assert!(is_lock(byte, 4711, Some(17)));
        assert!(!is_lock(byte, 4711, Some(16)) && !is_lock(byte, 711, Some(17)));
        let whole = "lock:\t1: FLOCK  ADVISORY  WRITE 42 fe:01:4711 0 EOF";
        assert!(is_lock(whole, 4711, None));
        assert!(!is_lock(whole, 4711, Some(0)) && !is_lock("ino:\t4711", 4711, None));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_finds_itself() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let file = std::fs::File::create(&path).unwrap();
        assert_eq!(Holder::of(&path, None), Holder::Unknown);
        file.lock().unwrap();
        assert_eq!(Holder::of(&path, None), Holder::ThisProcess);
    }
}
