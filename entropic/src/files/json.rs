//! Small files of our own that are written in one step.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::names::refuse_link;
use super::{FileError, rename};

/// Writes a value under a name in one step; over what is there, or over nothing.
pub(super) fn write(path: &Path, value: &impl Serialize, replace: bool) -> Result<(), FileError> {
    let text = serde_json::to_vec(value).map_err(|error| FileError::io("write", path)(error.into()))?;
    put(path, &text, replace, false)
}

/// The same for what people read, and what must survive a power cut.
pub(super) fn write_for_good(path: &Path, value: &impl Serialize, replace: bool) -> Result<(), FileError> {
    let text =
        serde_json::to_vec_pretty(value).map_err(|error| FileError::io("write", path)(error.into()))?;
    put(path, &text, replace, true)?;
    rename::sync_one(parent(path))
}

fn put(path: &Path, text: &[u8], replace: bool, sync: bool) -> Result<(), FileError> {
    let failed = || FileError::io("write", path);
    let mut file = for_all().tempfile_in(parent(path)).map_err(failed())?;
    file.write_all(text).map_err(failed())?;
    if sync {
        file.as_file().sync_all().map_err(failed())?;
    }
    let persisted = if replace { file.persist(path) } else { file.persist_noclobber(path) };
    persisted.map(drop).map_err(|error| failed()(error.error))
}

/// What our files and lines begin with, whatever else they hold. The first versions of some had no number.
#[derive(Deserialize)]
pub(crate) struct Head {
    #[serde(default = "first")]
    pub(crate) format: u32,
}

/// The format of what says none.
pub(crate) fn first() -> u32 {
    1
}

/// Refuses a file of a newer version, before the rest of it is read: that may be of another shape.
pub(super) fn refuse_newer(path: &Path, text: &[u8], known: u32) -> Result<(), FileError> {
    match serde_json::from_slice(text) {
        Ok(Head { format }) if format > known => {
            Err(FileError::Newer { path: path.to_owned(), format, known })
        }
        _ => Ok(()),
    }
}

/// The small files in one of our directories, each with its text. A file that goes away, or cannot be read, is left out.
pub(super) fn all_in(dir: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>, FileError> {
    refuse_link(dir)?;
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(FileError::io("list", dir))?,
    };
    let mut all = Vec::new();
    for entry in entries {
        let entry = entry.map_err(FileError::io("list", dir))?;
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            all.extend(fs::read(entry.path()).ok().map(|text| (entry.path(), text)));
        }
    }
    Ok(all)
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

/// Temporary files with the permissions of any other file: what is made here becomes permanent, and a group may share
/// it.
pub(super) fn for_all() -> tempfile::Builder<'static, 'static> {
    #[allow(unused_mut, reason = "there are no such permissions elsewhere")]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder
}
