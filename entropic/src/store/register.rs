//! Results that were made elsewhere.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use serde::Serialize;

use super::lease::lock_of_name;
use super::lookup::{Asked, same_params};
use super::{Store, StoreError, Waiting};
use crate::Result;
use crate::db::{Changes, NewRow, Stored};
use crate::fault;
use crate::files::{FileError, sha256};
use crate::params::RunId;
use crate::record::{CustomData, Record, Timestamp};
use crate::runner::CHECKSUM;

impl<T: Stored> Store<T> {
    /// Makes a result that is there already the run of these parameters. The file stays where it is; its path is kept as an
    /// absolute one, or below the results directory if it lies there.
    ///
    /// # Errors
    /// `is_not_found` when there is no such file, `is_conflict` when there is a run of these parameters,
    /// `is_invalid_input` for parameters that cannot be stored, `is_unsupported` in a read-only store.
    ///
    /// ```
    /// # mod sim {
    /// #     use entropic::prelude::*;
    /// #     #[derive(SimRecord)]
    /// #     #[sim(table = "decays")]
    /// #     pub struct Decay { pub rate: f64 }
    /// # }
    /// # use sim::Decay;
    /// # let dir = tempfile::tempdir()?;
    /// # let store = entropic::Store::<Decay>::builder()
    /// #     .database(format!("sqlite://{}", dir.path().join("runs.db").display()))
    /// #     .results_dir(dir.path().join("results"))
    /// #     .open()?;
    /// let made_elsewhere = dir.path().join("from-the-cluster.h5");
    /// std::fs::write(&made_elsewhere, "…")?;
    /// let record = store.register(&Decay { rate: 0.5 }, &made_elsewhere)?;
    /// assert_eq!(record.result_file, made_elsewhere);
    ///
    /// assert!(store.register(&Decay { rate: 0.5 }, &made_elsewhere).unwrap_err().is_conflict());
    /// assert!(store.register(&Decay { rate: 0.7 }, "nowhere.h5").unwrap_err().is_not_found());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn register(&self, params: &T, result_file: impl AsRef<Path>) -> Result<Record<T>> {
        self.register_with(params, result_file, &())
    }

    /// The same with custom data.
    ///
    /// # Errors
    /// As [`register`](Self::register), and `is_invalid_input` for custom data that is no object.
    pub fn register_with(
        &self,
        params: &T,
        result_file: impl AsRef<Path>,
        custom_data: &(impl Serialize + ?Sized),
    ) -> Result<Record<T>> {
        let asked = Asked::of(params)?;
        self.enter(params, &asked.id, result_file.as_ref(), CustomData::from_serialize(custom_data)?, false)
    }

    /// Registers, whether or not there is a run of these parameters. The result of an older one stays where it is.
    ///
    /// # Errors
    /// As [`register_with`](Self::register_with), but for the conflict.
    pub fn register_or_replace(
        &self,
        params: &T,
        result_file: impl AsRef<Path>,
        custom_data: &(impl Serialize + ?Sized),
    ) -> Result<Record<T>> {
        let asked = Asked::of(params)?;
        self.writable("register")?;
        if let Some(row) = self.find_row(&asked.id)? {
            same_params(&asked, &row)?;
        }
        self.enter(params, &asked.id, result_file.as_ref(), CustomData::from_serialize(custom_data)?, true)
    }

    /// Registers under a key of the caller's choice instead of the hash.
    ///
    /// # Errors
    /// As [`register_with`](Self::register_with).
    pub fn register_as(
        &self,
        id: &RunId,
        params: &T,
        result_file: impl AsRef<Path>,
        custom_data: &(impl Serialize + ?Sized),
    ) -> Result<Record<T>> {
        params.id()?;
        self.enter(params, id, result_file.as_ref(), CustomData::from_serialize(custom_data)?, false)
    }

    fn enter(
        &self,
        params: &T,
        id: &RunId,
        path: &Path,
        mut custom_data: CustomData,
        replace: bool,
    ) -> Result<Record<T>> {
        self.writable("register")?;
        let there = self.located(path)?;
        if self.inner.checksum {
            custom_data.insert(CHECKSUM.to_owned(), sha256(&there)?.into());
        }
        let lease = self.lease(id)?;
        // Until a row names it, nobody else removes it as a replaced result.
        let name = there.file_name().map(lock_of_name);
        let _kept = name.map(|name| self.take_lease(&name, &mut Waiting::new())).transpose()?;
        let path = self.row_path_of(&there);
        let row = NewRow {
            params,
            output: &T::Output::default(),
            id: id.as_str(),
            result_file: &Self::row_text(&path)?,
            created_at: Timestamp::now(),
            custom_data: &custom_data,
        };
        loop {
            let version = self.db().version(&T::TABLE, id.as_str())?;
            if version.is_some() && !replace {
                return Err(StoreError::Exists { id: id.clone() }.into());
            }
            // First: a file must not be registered without it being known which it was.
            self.folder().note_registered(id, &there)?;
            fault::at("register");
            let noted = self.note_gone(&lease, id)?;
            let written = self.db().with("register a run", |conn| match &version {
                None => T::insert(conn, &row),
                Some(version) => T::update(conn, &row, version, Changes::All),
            });
            if !matches!(written, Ok(1..)) {
                self.is_not_gone(&noted)?;
            } else if !noted.is_empty() {
                // What was there before does not come back, so this one must stay.
                self.make_durable()?;
            }
            match written {
                Ok(0) => {}
                Err(error)
                    if error.is_duplicate() && self.db().version(&T::TABLE, id.as_str())? != version => {}
                Ok(_) => break,
                Err(error) => return Err(error.into()),
            }
        }
        fault::at("registered");
        self.folder().settle_registered(id, &there)?;
        fault::at("register-settled");
        if let Some(name) = path.strip_prefix(self.folder().given()).ok().and_then(Path::to_str) {
            // It was replaced or deleted, and is the result of a run again.
            self.folder().forget_replaced(name)?;
            self.folder().forget_deleted(name)?;
        }
        tracing::info!(table = T::TABLE.name, %id, path = %path.display(), "registered");
        self.stored(id)
    }

    /// A result that is to be registered, by a path that means the same whatever the working directory is.
    fn located(&self, path: &Path) -> Result<PathBuf> {
        match std::fs::metadata(path) {
            Ok(_) => {}
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Err(FileError::NotThere { path: path.to_owned() }.into());
            }
            Err(error) => return Err(FileError::io("look at", path)(error).into()),
        }
        let absolute = std::path::absolute(path).map_err(FileError::io("find", path))?;
        Ok(absolute.components().filter(|part| *part != Component::CurDir).collect())
    }

    /// What the row of a registered result says: a path in the results directory as the rows of other results do, in the form
    /// in which Python's pathlib writes it; any other path as it is.
    fn row_path_of(&self, there: &Path) -> PathBuf {
        match there.strip_prefix(self.folder().root()) {
            Ok(rest) if rest.components().all(|part| matches!(part, Component::Normal(_))) => {
                self.folder().given().join(rest)
            }
            _ => there.to_owned(),
        }
    }
}
