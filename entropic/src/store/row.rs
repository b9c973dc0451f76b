//! Rows as the journal and the workers of a sweep write them: the parameters and outputs of a run in JSON.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

use super::{Asked, Store};
use crate::Result;
use crate::db::{NewRow, Stored};
use crate::params::{ParamsError, RunId};
use crate::record::{ColumnRole, ColumnSpec, CustomData, RecordError, Timestamp};
use crate::words::with_causes;

/// A row in a line of the journal.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept<'a> {
    /// Parameters and outputs, by the first name of their columns.
    columns: Map<String, Value>,
    created_at: Timestamp,
    custom_data: Cow<'a, CustomData>,
}

/// Parameters and outputs, by the first name of their columns: a program of a later schema finds them by it.
pub(super) fn by_first_name<T: Stored>(params: &T, output: &T::Output) -> Result<Map<String, Value>> {
    let mut values = params.to_values(output)?;
    if T::TABLE.columns.iter().all(|column| column.key == column.name) {
        return Ok(values);
    }
    let first = |column: &ColumnSpec| Some((column.key.to_owned(), values.remove(column.name)?));
    Ok(T::TABLE.columns.iter().filter_map(first).collect())
}

impl<'a> Kept<'a> {
    pub(super) fn of<T: Stored>(row: &NewRow<'a, T>) -> Result<Box<RawValue>> {
        let kept = Self {
            columns: by_first_name(row.params, row.output)?,
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
        let now = Store::<T>::as_now(kept.columns).map_err(|error| with_causes(&error))?;
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

impl<T: Stored> Store<T> {
    /// A row that a program of another schema may have written, by the columns that there are now. `None` where it has
    /// something that a row of this record cannot say.
    pub(super) fn as_now(mut columns: Map<String, Value>) -> Result<Option<Map<String, Value>>> {
        let defaults = T::defaults()?;
        let fill = |column: &ColumnSpec| {
            let default = defaults.iter().find(|default| default.column == column.name);
            default.map(|default| default.fill.clone())
        };
        let mut now = Map::new();
        for column in T::TABLE.columns {
            let value = columns.remove(column.key);
            if matches!(column.role, ColumnRole::Retired | ColumnRole::Former) {
                if value.is_some() && value != fill(column) {
                    return Ok(None);
                }
                continue;
            }
            let value = value.or_else(|| fill(column)).or(column.nullable.then_some(Value::Null));
            now.extend(value.map(|value| (column.name.to_owned(), value)));
        }
        Ok(columns.is_empty().then_some(now))
    }
}
