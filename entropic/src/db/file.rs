//! Where the file of an embedded database is, or is to be.

use std::path::Path;

use super::{DbError, DbUrl};

/// Refuses a place where no database can be, before anything is made; then makes the directory of the file if that is all
/// that is missing.
pub(super) fn prepare(url: &DbUrl, read_only: bool) -> Result<(), DbError> {
    let Some(path) = url.path() else { return Ok(()) };
    if path.is_dir() {
        return Err(refused(url, "it is a directory"));
    }
    if path.to_str().is_none() {
        return Err(refused(url, "SQLite takes only paths that are UTF-8"));
    }
    if path.is_file() {
        return Ok(());
    }
    refuse_the_other_reading(url, path, read_only)?;
    if read_only {
        return Err(DbError::NoDatabase { path: path.to_owned() });
    }
    let folder = path.parent().unwrap_or(path);
    if folder.is_dir() {
        return Ok(());
    }
    // A directory more is what a new store may want; a whole path is what a typo makes. Nobody wants one in the root
    // directory that was not made on purpose.
    let may_be_made =
        |folder: &Path| folder.parent().is_some_and(|above| above.exists() && above.parent().is_some());
    if !may_be_made(folder) {
        let missing = folder.ancestors().take_while(|folder| !folder.exists()).last().unwrap_or(folder);
        return Err(DbError::MissingDirectory { missing: missing.to_owned(), path: path.to_owned() });
    }
    match std::fs::create_dir(folder) {
        Err(source) if !folder.is_dir() => {
            Err(DbError::NoDirectory { directory: folder.to_owned(), path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

fn refused(url: &DbUrl, reason: &str) -> DbError {
    DbError::Refused { url: url.to_string(), reason: reason.to_owned(), missing: false }
}

/// Refuses `sqlite:///runs.db` where SQLAlchemy's reading of it, `./runs.db`, is the likely one. There is no file.
fn refuse_the_other_reading(url: &DbUrl, path: &Path, read_only: bool) -> Result<(), DbError> {
    let Some(relative) = url.as_sqlalchemy_reads_it() else { return Ok(()) };
    let (folder, beside) = (path.parent(), relative.parent());
    let in_root = folder.is_some_and(|folder| {
        folder.parent().is_none()
            || (!folder.exists() && folder.parent().is_some_and(|above| above.parent().is_none()))
    });
    let beside = beside.is_some_and(|beside| !beside.as_os_str().is_empty() && beside.is_dir());
    let likely = relative.is_file()
        || (!read_only && (in_root || (beside && folder.is_some_and(|folder| !folder.is_dir()))));
    if likely {
        return Err(DbError::Slashes { path: path.to_owned(), relative: relative.to_owned() });
    }
    Ok(())
}

/// Why a file that is there, and what SQLite keeps beside it, cannot be written, as far as that can be seen without doing
/// it.
#[cfg(unix)]
pub(super) fn unwritable(path: &Path) -> Option<String> {
    use rustix::fs::{Access, access};
    use rustix::io::Errno;

    let refuses = |path: &Path, how: Access| match access(path, how) {
        Err(error @ (Errno::ACCESS | Errno::ROFS | Errno::PERM)) => Some(std::io::Error::from(error)),
        _ => None,
    };
    if !path.is_file() {
        return None;
    }
    if let Some(error) = refuses(path, Access::WRITE_OK) {
        return Some(format!("the file `{}`: {error}", path.display()));
    }
    let folder = path.parent()?;
    let error = refuses(folder, Access::WRITE_OK | Access::EXEC_OK)?;
    // Another process may keep the write-ahead log open that this one could not make.
    let beside = |end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        let name = Path::new(&name);
        name.is_file() && refuses(name, Access::WRITE_OK).is_none()
    };
    let logged = beside("-wal") && beside("-shm");
    (!logged).then(|| format!("the directory `{}`: {error}", folder.display()))
}

/// Elsewhere the first write tells.
#[cfg(not(unix))]
pub(super) fn unwritable(path: &Path) -> Option<String> {
    let meta = std::fs::metadata(path).ok()?;
    meta.permissions().readonly().then(|| format!("the file `{}` is read-only", path.display()))
}
