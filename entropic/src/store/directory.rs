//! Whose a results directory is, and which one a store has: the database and the directory know each other.

use std::path::PathBuf;

use super::known_directory::Claiming;
use super::name::StoreName;
use crate::Result;
use crate::db::{Db, DbUrl, Place, Stored};
use crate::fault;
use crate::files::{Claim, FileError, Folder};
use crate::words::with_causes;

/// Makes a directory that of a store, or refuses it; the name that the store has now.
pub(super) fn claim<T: Stored>(db: &Db, folder: &Folder, name: StoreName, adopt: bool) -> Result<StoreName> {
    fault::at("store-named");
    let mut name = name;
    let place = db.place()?;
    let original = place.as_ref().and_then(|now| original_of::<T>(db, folder, now, &name.id));
    if let Some((now, original)) = place.as_ref().zip(original) {
        if !adopt {
            let (path, copy) = (folder.root().to_owned(), now.name.clone());
            return Err(FileError::CopiedDatabase { path, original, copy }.into());
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
        database: place.as_ref().map(|place| (&*place.name, place.id.as_deref())),
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

/// The database that a directory was opened with before, if this one is a copy of it.
fn original_of<T: Stored>(db: &Db, folder: &Folder, now: &Place, store_id: &str) -> Option<String> {
    // A mark that cannot be read is judged, or taken over, in what follows.
    let (name, id) = folder.database_of(store_id).ok()??;
    let seen = Place { name, id };
    let theirs = db.other(&seen, now).and_then(|other| match other {
        Some(other) => other.store_name(&T::TABLE),
        None => Ok(None),
    });
    match theirs {
        Ok(theirs) => theirs.filter(|theirs| theirs.id == store_id).map(|_| seen.name),
        Err(error) => {
            tracing::warn!(database = seen.name, error = %with_causes(&error),
                "the database that the results directory was opened with before cannot be read");
            None
        }
    }
}
