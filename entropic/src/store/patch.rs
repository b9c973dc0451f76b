//! Changing what is known about a run.

use serde::Serialize;
use serde_json::Value;

use super::lookup::{Asked, same_params, version_of};
use super::{Store, StoreError};
use crate::Result;
use crate::db::{Changes, NewRow, Stored};
use crate::fault;
use crate::params::RunId;
use crate::record::{CustomData, Record, RecordError};

impl<T: Stored> Store<T> {
    /// Changes the custom data, outputs and ignored parameters of the run of these parameters: a JSON object whose
    /// keys are columns.
    ///
    /// `custom_data` is merged: a null removes its key, `{}` clears everything, other keys are set. For any other
    /// column null means "leave it".
    ///
    /// # Errors
    /// `is_not_found` without such a run; `is_invalid_input` for a column that belongs to the identity, that is not
    /// there, or whose value does not fit; `is_unsupported` in a read-only store. Nothing is changed then.
    ///
    /// ```
    /// # mod sim {
    /// #     use entropic::prelude::*;
    /// #     #[derive(SimRecord)]
    /// #     #[sim(table = "decays", output(left: f64))]
    /// #     pub struct Decay { pub rate: f64 }
    /// # }
    /// # use sim::Decay;
    /// # let dir = tempfile::tempdir()?;
    /// # let store = entropic::Store::<Decay>::builder()
    /// #     .database(format!("sqlite://{}", dir.path().join("runs.db").display()))
    /// #     .results_dir(dir.path().join("results"))
    /// #     .runner(|decay: &Decay, run| std::fs::write(run.result_file(), decay.rate.to_string()))
    /// #     .open()?;
    /// use serde_json::json;
    ///
    /// let decay = Decay { rate: 0.5 };
    /// store.run_with(&decay, &json!({"note": "first"}))?;
    /// let record = store.patch(&decay, &json!({"left": 0.6, "custom_data": {"note": null, "by": "ada"}}))?;
    /// assert_eq!(record.output.left, Some(0.6));
    /// assert_eq!(record.custom_data["by"], "ada");
    ///
    /// assert!(store.patch(&decay, &json!({"rate": 0.7})).unwrap_err().is_invalid_input());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn patch(&self, params: &T, patch: &(impl Serialize + ?Sized)) -> Result<Record<T>> {
        let asked = Asked::of(params)?;
        self.writable("patch")?;
        let _lease = self.lease(&asked.id)?;
        self.apply(&asked.id, Some(&asked), patch)
    }

    /// The same for the run of that key.
    ///
    /// # Errors
    /// As [`patch`](Self::patch).
    pub fn patch_id(&self, id: &RunId, patch: &(impl Serialize + ?Sized)) -> Result<Record<T>> {
        self.writable("patch")?;
        let _lease = self.lease(id)?;
        self.apply(id, None, patch)
    }

    /// Changes the columns that a patch names, in the row as it is; read again if another program has changed which result
    /// it has.
    fn apply(
        &self,
        id: &RunId,
        asked: Option<&Asked>,
        patch: &(impl Serialize + ?Sized),
    ) -> Result<Record<T>> {
        let patch = CustomData::patch(patch)?;
        loop {
            let Some(mut record) = self.find_row(id)? else {
                return Err(StoreError::NoRun { table: T::TABLE.name, id: id.clone() }.into());
            };
            if let Some(asked) = asked {
                same_params(asked, &record)?;
            }
            let changed = patched(&mut record, &patch)?;
            let changed: Vec<&str> = changed.iter().map(String::as_str).collect();
            if changed.is_empty() || self.rewrite(&record, &version_of(&record), &changed)? {
                return self.stored(id);
            }
        }
    }

    /// Lets the row of a run say where its result is found now; whether there was one of that version.
    pub(super) fn repoint(&self, record: Record<T>) -> Result<bool> {
        let version = version_of(&record);
        self.rewrite(&self.resolved(record), &version, &["result_file"])
    }

    /// Writes some columns of a row of that version; whether there was one.
    fn rewrite(&self, record: &Record<T>, version: &str, columns: &[&str]) -> Result<bool> {
        let row = NewRow {
            params: &record.params,
            output: &record.output,
            id: record.id.as_str(),
            result_file: &Self::row_text(&record.result_file)?,
            created_at: record.created_at,
            custom_data: &record.custom_data,
        };
        fault::at("change");
        let changed =
            self.db().with("change a run", |conn| T::update(conn, &row, version, Changes::Only(columns)))?;
        fault::at("changed");
        Ok(changed > 0)
    }
}

/// Applies a patch to a record; the columns that it has changed.
fn patched<T: Stored>(record: &mut Record<T>, patch: &CustomData) -> Result<Vec<String>> {
    let mut changed = Vec::new();
    for (column, value) in patch.iter() {
        match (column.as_str(), value) {
            ("custom_data", Value::Object(map)) => record.custom_data.apply_patch(&map.clone().into()),
            ("custom_data", other) => {
                record.custom_data.apply_patch(&CustomData::from_serialize(other)?);
            }
            (column, Value::Null) => {
                if T::TABLE.column(column).is_none() {
                    return Err(crate::__private::not_patchable::<T>(column).into());
                }
                continue;
            }
            (column, value) => record.params.patch_column(&mut record.output, column, value.clone())?,
        }
        changed.push(column.clone());
    }
    // Outputs and ignored parameters may have become what no column can hold.
    record.params.check()?;
    if let Some((field, source)) = T::clean_output(&mut record.output).pop() {
        return Err(RecordError::Field { table: T::TABLE.name, field, source }.into());
    }
    Ok(changed)
}
