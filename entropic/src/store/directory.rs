//! Whose a results directory is, and which one a store has: the database and the directory know each other.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::known_directory::Claiming;
use super::name::StoreName;
use crate::Result;
use crate::db::{Db, DbOptions, DbUrl, Stored};
use crate::fault;
use crate::files::{Claim, FileError, Folder};
use crate::words::with_causes;

/// How long another database is waited for, of which this one may be a copy.
const PATIENCE: Duration = Duration::from_secs(2);

/// Makes a directory that of a store, or refuses it; the name that the store has now.
pub(super) fn claim<T: Stored>(db: &Db, folder: &Folder, name: StoreName, adopt: bool) -> Result<StoreName> {
    fault::at("store-named");
    let mut name = name;
    let database = db.url().path();
    if let Some((copy, original)) = database.zip(original_of::<T>(db, folder, &name.id)?) {
        if !adopt {
            let path = folder.root().to_owned();
            return Err(FileError::CopiedDatabase { path, original, copy: copy.to_owned() }.into());
        }
        name.id = db.rename_store(&T::TABLE)?;
        fault::at("store-renamed");
    }
    let known = db.directory(&T::TABLE)?;
    // Rows that are older than the name were written by the Python package, which marks no directories.
    let rows = if known.is_some() { 0 } else { db.count_since(&T::TABLE, &name.given_at)? };
    let claimed = folder.claim(&Claim {
        store_id: &name.id,
        table: T::TABLE.name,
        rows,
        known: known.as_ref().map(|known| (&*known.directory_id, &*known.path)),
        database,
        adopt,
    })?;
    fault::at("marked");
    let as_it_is = known.is_some_and(|known| known.directory_id == claimed.directory_id);
    if !as_it_is {
        let path = folder.root().to_string_lossy().into_owned();
        let claiming = Claiming { directory_id: &claimed.directory_id, path: &path, adopt };
        let now = db.claim_directory(&T::TABLE, claiming)?;
        if now.directory_id != claimed.directory_id {
            if claimed.fresh {
                folder.unmark();
            }
            let (path, known) = (folder.root().to_owned(), PathBuf::from(now.path));
            return Err(FileError::OtherDirectory { path, known }.into());
        }
    }
    fault::at("directory-noted");
    Ok(name)
}

/// Refuses a results folder that belongs to another store before a database file is made for this one.
pub(super) fn refuse_early(url: &DbUrl, folder: &Folder, table: &str) -> Result<()> {
    let Some(path) = url.path().filter(|path| !path.exists()) else { return Ok(()) };
    // A new database has a name that no mark has; to ask for a run that a folder without a mark cannot have keeps it from
    // being marked.
    let claim =
        Claim { store_id: "of a new database", table, rows: 1, known: None, database: None, adopt: false };
    match folder.claim(&claim) {
        Ok(_) | Err(FileError::Unmarked { .. }) => Ok(()),
        // Another process has made the database meanwhile, and marked the folder.
        Err(_) if path.exists() => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The database file that a directory was opened with before, if it is there, is another one, and has a store of the same
/// name: then this one is a copy of it.
fn original_of<T: Stored>(db: &Db, folder: &Folder, store_id: &str) -> Result<Option<PathBuf>> {
    let Some(now) = db.url().path() else { return Ok(None) };
    let original = match folder.database_of(store_id) {
        // The mark is judged, or taken over, in what follows.
        Err(_) | Ok(None) => return Ok(None),
        Ok(Some(original)) => original,
    };
    if original == now || !original.is_file() || is_same(&original, now) {
        return Ok(None);
    }
    let theirs = format!("sqlite://{}", original.display()).parse::<DbUrl>().and_then(|url| {
        let options = DbOptions { read_only: true, patience: PATIENCE, ..DbOptions::default() };
        Db::open(url, options)?.store_name(&T::TABLE)
    });
    match theirs {
        Ok(theirs) => Ok(theirs.filter(|theirs| theirs.id == store_id).map(|_| original)),
        Err(error) => {
            tracing::warn!(path = %original.display(), error = %with_causes(&error),
                "the database that the results directory was opened with before cannot be read");
            Ok(None)
        }
    }
}

#[cfg(unix)]
fn is_same(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |path: &Path| std::fs::metadata(path).map(|meta| (meta.dev(), meta.ino())).ok();
    identity(one).is_some_and(|one| Some(one) == identity(other))
}

#[cfg(not(unix))]
fn is_same(one: &Path, other: &Path) -> bool {
    std::fs::canonicalize(one).ok() == std::fs::canonicalize(other).ok()
}
