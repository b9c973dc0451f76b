//! Changing what is known about a run.

use serde::Serialize;
use serde_json::Value;

use super::read::{Asked, same_params};
use super::{Store, StoreError};
use crate::Result;
use crate::db::{NewRow, Stored};
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
        let _lock = self.hold(&asked.id)?;
        let row = self.find_row(&asked.id)?;
        if let Some(row) = &row {
            same_params(&asked, row)?;
        }
        self.apply(&asked.id, row, patch)
    }

    /// The same for the run of that key.
    ///
    /// # Errors
    /// As [`patch`](Self::patch).
    pub fn patch_id(&self, id: &RunId, patch: &(impl Serialize + ?Sized)) -> Result<Record<T>> {
        self.writable("patch")?;
        let _lock = self.hold(id)?;
        let row = self.find_row(id)?;
        self.apply(id, row, patch)
    }

    fn apply(
        &self,
        id: &RunId,
        row: Option<Record<T>>,
        patch: &(impl Serialize + ?Sized),
    ) -> Result<Record<T>> {
        let patch = CustomData::patch(patch)?;
        let Some(mut record) = row else {
            return Err(StoreError::NoRun { table: T::TABLE.name, id: id.clone() }.into());
        };
        for (column, value) in patch.into_map() {
            match (column.as_str(), value) {
                ("custom_data", Value::Object(map)) => record.custom_data.apply_patch(&map.into()),
                ("custom_data", other) => {
                    record.custom_data.apply_patch(&CustomData::from_serialize(&other)?);
                }
                (column, Value::Null) => {
                    if T::TABLE.column(column).is_none() {
                        return Err(crate::__private::not_patchable::<T>(column).into());
                    }
                }
                (column, value) => record.params.patch_column(&mut record.output, column, value)?,
            }
        }
        // Outputs and ignored parameters may have become what no column can hold.
        record.params.check()?;
        if let Some((field, why)) = T::clean_output(&mut record.output).pop() {
            return Err(RecordError::Field { table: T::TABLE.name, field, why }.into());
        }
        self.rewrite(&record)?;
        self.stored(id)
    }

    /// Lets the row of a run say where its result is found now.
    pub(super) fn repoint(&self, id: &RunId) -> Result<()> {
        if let Some(row) = self.find_row(id)? {
            self.rewrite(&self.resolved(row))?;
        }
        Ok(())
    }

    fn rewrite(&self, record: &Record<T>) -> Result<()> {
        let row = NewRow {
            params: &record.params,
            output: &record.output,
            id: record.id.as_str(),
            result_file: &Self::row_text(&record.result_file)?,
            created_at: record.created_at,
            custom_data: &record.custom_data,
        };
        self.db().with("change a run", |conn| T::upsert(conn, &row))?;
        Ok(())
    }
}
