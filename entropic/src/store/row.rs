//! Rows as the journal and the workers of a sweep write them: the parameters and outputs of a run in JSON.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use super::Asked;
use crate::Result;
use crate::db::{NewRow, Stored};
use crate::params::{ParamsError, RunId};
use crate::record::{CustomData, RecordError, Timestamp, to_current_columns, to_stable_columns};
use crate::words::with_causes;

/// A row in a line of the journal.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept<'a> {
    /// Parameters and outputs, by the first name of their columns.
    columns: Map<String, Value>,
    created_at: Timestamp,
    custom_data: Cow<'a, CustomData>,
}

impl<'a> Kept<'a> {
    pub(super) fn of<T: Stored>(row: &NewRow<'a, T>) -> Result<Box<RawValue>> {
        let kept = Self {
            columns: to_stable_columns(row.params, row.output)?,
            created_at: row.created_at,
            custom_data: Cow::Borrowed(row.custom_data),
        };
        let wrong = |error: serde_json::Error| ParamsError::Serialize(error.to_string());
        to_raw_value(&kept)
            .map_err(|error| RecordError::NotJson { what: "the row of a run", source: wrong(error) }.into())
    }
}

/// A row that a journal has kept.
pub(super) struct KeptRow<T: Stored> {
    pub(super) params: T,
    pub(super) output: T::Output,
    pub(super) created_at: Timestamp,
    pub(super) custom_data: CustomData,
}

impl<T: Stored> KeptRow<T> {
    /// Reads a row of a run; what speaks against it being one of this record.
    pub(super) fn of(id: &RunId, row: &RawValue) -> Result<Self, String> {
        let kept: Kept<'_> = serde_json::from_str(row.get()).map_err(|error| with_causes(&error))?;
        let now = to_current_columns::<T>(kept.columns).map_err(|error| with_causes(&error))?;
        let other_shape = || "the run was made by a record of another shape".to_owned();
        let (params, output) = now.and_then(T::from_values).ok_or_else(other_shape)?;
        let base = id.replicated().map_or_else(|| id.clone(), |(base, _)| base);
        if base.is_hashed() {
            let asked = Asked::of(&params).map_err(|error| with_causes(&error))?;
            if !crate::params::is_key_of(&base, &asked.text) {
                return Err(format!("its parameters have another key, `{}`", asked.id));
            }
        }
        let custom_data = kept.custom_data.into_owned();
        Ok(Self { params, output, created_at: kept.created_at, custom_data })
    }

    pub(super) fn row<'r>(&'r self, id: &'r str, result_file: &'r str) -> NewRow<'r, T> {
        NewRow {
            params: &self.params,
            output: &self.output,
            id,
            result_file,
            created_at: self.created_at,
            custom_data: &self.custom_data,
        }
    }
}
