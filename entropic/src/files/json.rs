//! Small files of our own that are written in one step.

use std::io::Write;
use std::path::Path;

use serde::Serialize;

use super::FileError;

/// Writes a value under a name in one step; over what is there, or over nothing.
pub(super) fn write(path: &Path, value: &impl Serialize, replace: bool) -> Result<(), FileError> {
    let failed = || FileError::io("write", path);
    let text = serde_json::to_vec(value).map_err(|error| failed()(error.into()))?;
    let mut file = for_all().tempfile_in(path.parent().unwrap_or(path)).map_err(failed())?;
    file.write_all(&text).map_err(failed())?;
    let persisted = if replace { file.persist(path) } else { file.persist_noclobber(path) };
    persisted.map(drop).map_err(|error| failed()(error.error))
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
