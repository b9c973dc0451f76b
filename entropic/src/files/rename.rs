//! Renames that replace nothing, and folders that remember them.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::FileError;

/// Renames `from` to `to`, which must not exist.
pub(super) fn without_replacing(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            // Old kernels and some file systems do not know the flag. (Two of these are one number on some systems.)
            Err(error) if [Errno::INVAL, Errno::NOSYS, Errno::OPNOTSUPP, Errno::NOTSUP].contains(&error) => {}
            other => return Ok(other?),
        }
    }
    linked(from, to)
}

/// The same for systems without such a rename: a hard link fails where something is, a folder is looked for.
fn linked(from: &Path, to: &Path) -> io::Result<()> {
    if fs::symlink_metadata(to).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    if fs::symlink_metadata(from)?.is_dir() {
        return fs::rename(from, to);
    }
    match fs::hard_link(from, to) {
        Ok(()) => fs::remove_file(from),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // No hard links here: the look above is all there is.
        Err(_) => fs::rename(from, to),
    }
}

/// Makes the disk have a result: a file, or a folder with all in it.
pub(super) fn sync(path: &Path) -> Result<(), FileError> {
    let failed = || FileError::io("sync", path);
    if fs::symlink_metadata(path).map_err(failed())?.is_dir() {
        for entry in fs::read_dir(path).map_err(failed())? {
            let entry = entry.map_err(failed())?;
            if !entry.file_type().map_err(failed())?.is_symlink() {
                sync(&entry.path())?;
            }
        }
    }
    sync_one(path)
}

/// Makes the disk have one file, or the names in one folder.
pub(super) fn sync_one(path: &Path) -> Result<(), FileError> {
    // Folders cannot be opened for syncing on Windows, and need not be.
    if cfg!(windows) && path.is_dir() {
        return Ok(());
    }
    File::open(path).and_then(|file| file.sync_all()).map_err(FileError::io("sync", path))
}

/// Removes a file, or a folder with all in it; nothing there is fine.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
