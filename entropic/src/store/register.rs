//! Results that were made elsewhere.

use std::path::{Component, Path, PathBuf};

use serde::Serialize;

use super::read::{Asked, same_params};
use super::run::CHECKSUM;
use super::{Store, StoreError};
use crate::Result;
use crate::db::{NewRow, Stored};
use crate::files::{FileError, sha256};
use crate::params::RunId;
use crate::record::{CustomData, Record, Timestamp};

impl<T: Stored> Store<T> {
    /// Makes a result that is there already the run of these parameters. The file stays where it is.
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
        if !path.exists() {
            return Err(FileError::NotThere { path: path.to_owned() }.into());
        }
        if self.inner.checksum {
            custom_data.insert(CHECKSUM.to_owned(), sha256(path)?.into());
        }
        let _lock = self.hold(id)?;
        // In the form in which Python's pathlib writes a path, as rows have it.
        let path: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
        let row = NewRow {
            params,
            output: &T::Output::default(),
            id: id.as_str(),
            result_file: &Self::row_text(&path)?,
            created_at: Timestamp::now(),
            custom_data: &custom_data,
        };
        let written = if replace {
            self.db().with("register a run", |conn| T::upsert(conn, &row))
        } else {
            self.db().with("register a run", |conn| T::insert(conn, &row))
        };
        match written {
            Err(error) if error.is_duplicate() => return Err(StoreError::Exists { id: id.clone() }.into()),
            other => other?,
        };
        tracing::info!(table = T::TABLE.name, %id, path = %path.display(), "registered");
        self.stored(id)
    }
}
