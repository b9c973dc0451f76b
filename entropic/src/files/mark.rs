//! Whose a results directory is: `.entropic/store.json`.

use std::fs;
use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::identity::FileIdentity;
use super::json::{self, refuse_newer};
use super::names::{DIRECTORIES, refuse_link};
use super::{FileError, Folder};

/// Of the file.
const FORMAT: u32 = 1;

/// What the file holds.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Mark {
    format: u32,
    store_id: String,
    table: String,
    /// Told apart from every other directory; the database knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    directory_id: Option<String>,
    /// The database that it was opened with last: the path of a file, or a URL without a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    database: Option<String>,
    /// What that one has in common with no other, whatever name leads to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    database_id: Option<String>,
    /// Which directory it was then: a copy of it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    root: Option<FileIdentity>,
    /// Under which paths it was opened: rows of then say these.
    #[serde(default)]
    pub(super) known_as: Vec<String>,
}

impl Mark {
    fn opened_with(&mut self, claim: &Claim<'_>) {
        if let Some((name, id)) = claim.database {
            self.database = Some(name.to_owned());
            self.database_id = id.map(str::to_owned);
        }
    }
}

/// Who asks for a directory.
#[derive(Debug)]
pub struct Claim<'a> {
    /// The name of the store.
    pub store_id: &'a str,
    /// The table of the store.
    pub table: &'a str,
    /// How many runs it has whose results must be in the directory; 0 if it was never opened before.
    pub rows: u64,
    /// The directory that the database knows, and the path under which it was opened then.
    pub known: Option<(&'a str, &'a str)>,
    /// The database by its name, and by what no other has, as far as they are known.
    pub database: Option<(&'a str, Option<&'a str>)>,
    /// Whether to take the directory whosever it is.
    pub adopt: bool,
}

/// A directory that is marked as the claimant's.
#[derive(Debug)]
pub struct Claimed {
    /// What the database is to know it by.
    pub directory_id: String,
    /// Whether it bore no mark before.
    pub fresh: bool,
}

impl Folder {
    /// Makes the directory and marks it as the claimant's, or finds the mark there.
    ///
    /// # Errors
    /// [`FileError::Foreign`], [`FileError::Unmarked`], [`FileError::OtherDirectory`], [`FileError::Link`]
    /// (`is_conflict`), [`FileError::DamagedMark`] (`is_corrupt`), [`FileError::Newer`] (`is_unsupported`),
    /// [`FileError::Io`].
    pub fn claim(&self, claim: &Claim<'_>) -> Result<Claimed, FileError> {
        if fs::metadata(self.root()).is_ok_and(|meta| !meta.is_dir()) {
            return Err(FileError::NotADirectory { path: self.root().to_owned() });
        }
        self.refuse_links()?;
        let given = self.given().to_string_lossy().into_owned();
        let mark = match self.read_mark() {
            Err(error) if !claim.adopt || matches!(error, FileError::Newer { .. }) => return Err(error),
            Err(_) => None,
            Ok(mark) => mark,
        };
        let mut mark = match mark {
            Some(mark) if mark.store_id == claim.store_id => mark,
            Some(mark) if !claim.adopt => {
                return Err(FileError::Foreign {
                    path: self.root().to_owned(),
                    table: mark.table,
                    found: mark.store_id,
                    wanted: format!("table `{}`, store {}", claim.table, claim.store_id),
                });
            }
            None if !claim.adopt && (claim.rows > 0 || claim.known.is_some()) => {
                return Err(match claim.known {
                    Some((_, known)) => self.other_directory(known),
                    None => FileError::Unmarked { path: self.root().to_owned(), rows: claim.rows },
                });
            }
            _ => return self.mark(claim, given),
        };
        let known = claim.known.filter(|_| !claim.adopt);
        if let Some((id, path)) = known
            && mark.directory_id.as_deref() != Some(id)
        {
            return Err(self.other_directory(path));
        }
        let directory_id = mark.directory_id.get_or_insert_with(new_id).clone();
        let as_it_is = mark.known_as.contains(&given)
            && claim.database.is_none_or(|(name, id)| {
                mark.database.as_deref() == Some(name) && mark.database_id.as_deref() == id
            })
            && known.is_some();
        if !as_it_is {
            mark.opened_with(claim);
            mark.root = self.root_identity();
            if !mark.known_as.contains(&given) {
                mark.known_as.push(given);
            }
            self.write_mark(&mark, true)?;
        }
        self.settle_in()?;
        Ok(Claimed { directory_id, fresh: false })
    }

    fn other_directory(&self, known: &str) -> FileError {
        FileError::OtherDirectory { path: self.root().to_owned(), known: PathBuf::from(known) }
    }

    /// Marks a directory that bears no mark, or that is taken over.
    fn mark(&self, claim: &Claim<'_>, given: String) -> Result<Claimed, FileError> {
        fs::create_dir_all(self.own()).map_err(FileError::io("make", self.own()))?;
        let mut mark = Mark {
            format: FORMAT,
            store_id: claim.store_id.to_owned(),
            table: claim.table.to_owned(),
            directory_id: Some(new_id()),
            database: None,
            database_id: None,
            root: self.root_identity(),
            known_as: vec![given],
        };
        mark.opened_with(claim);
        match self.write_mark(&mark, claim.adopt) {
            // Another process was faster. Whose it is now decides.
            Err(FileError::Io { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => {
                self.claim(claim)
            }
            other => {
                other?;
                self.settle_in()?;
                Ok(Claimed { directory_id: mark.directory_id.unwrap_or_default(), fresh: true })
            }
        }
    }

    /// Takes a mark back that was just made: the store has another directory.
    pub fn unmark(&self) {
        let _ = fs::remove_file(self.mark_path());
        // Only what is empty, and so was made with the mark.
        let _ = fs::remove_dir(self.own()).and_then(|()| fs::remove_dir(self.root()));
    }

    fn root_identity(&self) -> Option<FileIdentity> {
        FileIdentity::of_place(self.root()).ok()
    }

    /// The database that the directory was opened with last, by its name and by what no other has, if the mark is of a store,
    /// and this directory is the one that was marked and no copy of it.
    ///
    /// # Errors
    /// [`FileError::DamagedMark`] (`is_corrupt`), [`FileError::Newer`] (`is_unsupported`), [`FileError::Io`].
    pub fn database_of(&self, store_id: &str) -> Result<Option<(String, Option<String>)>, FileError> {
        let mark = self.read_mark()?.filter(|mark| mark.store_id == store_id);
        let is_copy = |mark: &Mark| mark.root.is_some() && mark.root != self.root_identity();
        let mark = mark.filter(|mark| !is_copy(mark));
        Ok(mark.and_then(|mark| Some((mark.database?, mark.database_id))))
    }

    fn write_mark(&self, mark: &Mark, replace: bool) -> Result<(), FileError> {
        json::write_for_good(&self.mark_path(), mark, replace)
    }

    pub(super) fn read_mark(&self) -> Result<Option<Mark>, FileError> {
        let path = self.mark_path();
        refuse_link(&path)?;
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(FileError::io("read", &path)(error)),
        };
        refuse_newer(&path, &text, FORMAT)?;
        serde_json::from_slice(&text).map(Some).map_err(|source| FileError::DamagedMark { path, source })
    }

    fn mark_path(&self) -> PathBuf {
        self.own().join("store.json")
    }

    /// Refuses links where directories of our own are, or are to be.
    pub(super) fn refuse_links(&self) -> Result<(), FileError> {
        refuse_link(self.own())?;
        DIRECTORIES.iter().try_for_each(|name| refuse_link(&self.own().join(name)))
    }
}

fn new_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
