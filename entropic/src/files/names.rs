//! The names of everything on disk.

use std::io;
use std::path::{Component, Path, PathBuf};

use super::FileError;
use crate::params::{RunId, TOKEN, without_token};

/// The directory of our own inside a results directory.
pub(super) const OWN: &str = ".entropic";

/// Inside it, the directories of the sweeps that other processes work for.
pub const SWEEPS: &str = "sweeps";

/// Inside it, where runners write: a directory for each process.
pub(super) const STAGING: &str = "attempts";

/// Inside it, where runners of versions wrote that overwrote results in place.
pub(super) const OLD_STAGING: &str = "staging";

/// Inside it, the journals: a file for each process.
pub(super) const JOURNALS: &str = "journals";

/// Inside it, the journals of versions that overwrote results in place.
pub(super) const OLD_JOURNALS: &str = "journal";

/// Inside it, finished runs whose rows could not be written: a file for each id.
pub(super) const PENDING: &str = "pending";

/// Inside it, finished runs whose rows the database has refused.
pub(super) const SET_ASIDE: &str = "set-aside";

/// Inside it, what is known of results that other runs have replaced: a file for each.
pub(super) const REPLACED: &str = "replaced";

/// Inside it, what is known of results whose rows were deleted: a file for each.
pub(super) const DELETED: &str = "deleted";

/// Inside it, what is known of registered files: a file for each id.
pub(super) const REGISTERED: &str = "registered";

/// Inside it, what is being removed.
pub(super) const TRASH: &str = "trash";

/// Inside it, lock files where the system has no locks on bytes.
pub(super) const LOCKS: &str = "locks";

/// Inside it, what attempts leave for the next ones.
pub(super) const CHECKPOINTS: &str = "checkpoints";

/// All directories inside it.
pub(super) const DIRECTORIES: [&str; 13] = [
    SWEEPS,
    STAGING,
    OLD_STAGING,
    JOURNALS,
    OLD_JOURNALS,
    PENDING,
    SET_ASIDE,
    REPLACED,
    DELETED,
    REGISTERED,
    TRASH,
    LOCKS,
    CHECKPOINTS,
];

/// The name of the first result of a run.
pub(super) fn first(id: &RunId, suffix: &str) -> String {
    format!("{id}{suffix}")
}

/// A name for a further result of a run, which no other result ever had or will have.
pub(super) fn further(id: &RunId, suffix: &str) -> String {
    let mut token = uuid::Uuid::new_v4().simple().to_string();
    token.truncate(TOKEN);
    format!("{id}~{token}{suffix}")
}

/// The run whose result has a name, if it is the name of a result.
pub(super) fn run_of(name: &str, suffix: &str) -> Option<RunId> {
    let stem = name.strip_suffix(suffix)?;
    RunId::new(without_token(stem).unwrap_or(stem)).ok()
}

/// Whether a name is one component, and so names something in the directory that it is joined to.
pub(super) fn is_plain(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!((parts.next(), parts.next()), (Some(Component::Normal(part)), None) if part == name)
        && name != OWN
        && !name.contains('\0')
}

/// Whether a name can be that of a result of a run, whatever the suffix was then.
pub(super) fn is_name_for(name: &str, id: &str) -> bool {
    // No suffix begins with what could go on the id.
    let rest = name.strip_prefix(id);
    is_plain(name) && rest.is_some_and(|rest| !rest.starts_with(|first: char| first.is_alphanumeric()))
}

/// A path below the directory of our own, none of whose parts is a link.
pub(super) fn inside(own: &Path, below: &Path) -> Result<PathBuf, FileError> {
    let mut path = own.to_owned();
    for part in below {
        path.push(part);
        refuse_link(&path)?;
    }
    Ok(path)
}

/// Refuses a symbolic link where a directory or file of our own is to be: whoever may write to the results directory could
/// lead us anywhere by it.
pub(super) fn refuse_link(path: &Path) -> Result<(), FileError> {
    match std::fs::symlink_metadata(path) {
        Ok(meta) if meta.file_type().is_symlink() => Err(FileError::Link { path: path.to_owned() }),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(FileError::io("look at", path)(error)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_name_of_a_result_tells_its_run_and_is_no_id() {
        let id = RunId::new("a3f8c1d2e4b6f7a8").unwrap();
        for suffix in [".h5", "", ".tar.gz"] {
            let names = [first(&id, suffix), further(&id, suffix), further(&id, suffix)];
            assert_ne!(names[1], names[2]);
            for name in &names {
                assert_eq!(run_of(name, suffix).as_ref(), Some(&id), "{name}");
                assert!(is_plain(name));
            }
            assert!(RunId::new(names[1].strip_suffix(suffix).unwrap()).is_err());
        }
        assert_eq!(run_of("x.csv", ".h5"), None);
        assert_eq!(run_of("a~b.h5", ".h5"), Some(RunId::new("a~b").unwrap()));
    }

    #[test]
    fn a_plain_name_leads_nowhere_else() {
        for name in ["", ".", "..", "../x", "a/b", "/etc", ".entropic", "a/", "./a", "a\0b"] {
            assert!(!is_plain(name), "{name:?}");
        }
        assert!(is_plain("a.h5") && is_plain(".hidden"));
    }
}
