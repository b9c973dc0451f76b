//! Which file something is: to be removed only while it is still the one that was noted.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::FileError;

/// What tells a file or directory from another one, or a later state of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileIdentity {
    /// Where the system has such numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inode: Option<u64>,
    directory: bool,
    bytes: u64,
    /// When it was changed last, in nanoseconds since 1970.
    modified: i64,
}

impl FileIdentity {
    /// That of what is at a path, which is not followed if it is a link.
    pub(super) fn of(path: &Path) -> Result<Self, FileError> {
        let meta = fs::symlink_metadata(path).map_err(FileError::io("look at", path))?;
        let modified = meta.modified().map_err(FileError::io("look at", path))?;
        let modified = match modified.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_nanos()).unwrap_or(i64::MAX),
        };
        let directory = meta.is_dir();
        // The size of a directory is its file system's affair.
        let bytes = if directory { 0 } else { meta.len() };
        Ok(Self { inode: inode(&meta), directory, bytes, modified })
    }

    /// That of a directory whatever is put into it or removed.
    pub(super) fn of_place(path: &Path) -> Result<Self, FileError> {
        let meta = fs::metadata(path).map_err(FileError::io("look at", path))?;
        Ok(Self { inode: inode(&meta), directory: meta.is_dir(), bytes: 0, modified: 0 })
    }

    /// Whether it is the same after it was renamed.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        // A directory may be another in all else, after its entry for its parent was changed.
        let as_directory =
            self.directory && other.directory && self.inode.is_some() && self.inode == other.inode;
        as_directory || self == other
    }

    pub(super) fn is_directory(&self) -> bool {
        self.directory
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have none")]
fn inode(meta: &fs::Metadata) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    // Not the device: its number may be another after the next start of the machine.
    Some(meta.ino())
}

#[cfg(not(unix))]
fn inode(_: &fs::Metadata) -> Option<u64> {
    None
}
