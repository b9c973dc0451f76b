//! Runs that have come to their end: noted in the journal, so that from then on a dead process loses nothing, and not yet
//! stored.

use super::lease::Lease;
use super::lookup::Found;
use super::row::Kept;
use super::{Asked, Store};
use crate::Result;
use crate::db::{NewRow, Stored};
use crate::files::{Attempt, sha256};
use crate::params::RunId;
use crate::record::{CustomData, Record, Timestamp};
use crate::runner::{CHECKSUM, Results, RunOutput};

/// What a run goes by when its row is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Basis {
    /// The `result_file` of the row that the run saw under its lease; `None` if there was no row.
    pub(crate) version: Option<String>,
    /// What it does if the row is another one by then, although it held the lease: the lock session may have been lost, or
    /// another program have written.
    pub(crate) if_moved_on: IfMovedOn,
}

/// Which of two runs of an id counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IfMovedOn {
    /// The one whose row is there.
    GiveWay,
    /// This one: it was asked to run whatever there is.
    Overwrite,
}

/// A point that was looked up under its lease.
pub(crate) enum Seen<T: Stored> {
    /// The one who had the lease before has made it.
    Made(Record<T>),
    /// It is to be run.
    ToRun {
        /// What its row says, if there is one whose result is lost.
        version: Option<String>,
    },
}

/// A run that has come to its end, noted in the journal and not stored; its id is leased until this is dropped.
pub(crate) struct Ready<'a, T: Stored> {
    pub(super) id: RunId,
    output: T::Output,
    custom_data: CustomData,
    /// The name of its result; empty if there is none.
    pub(super) name: String,
    pub(super) result_file: String,
    created_at: Timestamp,
    // Given back before the lease.
    pub(super) attempt: Attempt,
    pub(super) basis: Basis,
    pub(super) lease: Lease<'a>,
}

impl<T: Stored> Ready<'_, T> {
    /// Lets another thread store it.
    pub(crate) fn hand_over(&self) {
        self.lease.file.hand_over();
    }

    pub(crate) fn id(&self) -> &RunId {
        &self.id
    }

    pub(crate) fn elapsed_seconds(&self) -> Option<f64> {
        self.custom_data.elapsed_seconds()
    }

    pub(super) fn row<'r>(&'r self, params: &'r T) -> NewRow<'r, T> {
        NewRow {
            params,
            output: &self.output,
            id: self.id.as_str(),
            result_file: &self.result_file,
            created_at: self.created_at,
            custom_data: &self.custom_data,
        }
    }
}

impl<T: Stored> Store<T> {
    /// Looks a run up under its lease.
    pub(crate) fn look_under(&self, asked: &Asked) -> Result<Seen<T>> {
        Ok(match self.look_up(asked)? {
            Found::Hit(record) => Seen::Made(record),
            Found::Broken(broken) => Seen::ToRun { version: Some(broken.version) },
            Found::Nothing => Seen::ToRun { version: None },
        })
    }

    /// Notes in the journal that a run has come to its end. What was made here was looked at already.
    pub(crate) fn ready<'a>(
        &self,
        lease: Lease<'a>,
        params: &T,
        id: &RunId,
        finished: RunOutput<T>,
        basis: Basis,
    ) -> Result<Ready<'a, T>> {
        let RunOutput { output, mut attempt, mut custom_data, created_at } = finished;
        let mut name = String::new();
        if self.inner.results == Results::Written {
            if attempt.received().is_some() {
                attempt.inspect()?;
            }
            if self.inner.checksum && !custom_data.contains_key(CHECKSUM) {
                let sum =
                    sha256(attempt.result()).map_err(|error| self.folder().keep(&mut attempt, id, error))?;
                custom_data.insert(CHECKSUM.to_owned(), sum.into());
            }
            name = self.folder().new_name(id, basis.version.as_deref());
        }
        let result_file = self.result_file(&name)?;
        let mut ready = Ready {
            id: id.clone(),
            output,
            custom_data,
            name,
            result_file,
            created_at,
            attempt,
            basis,
            lease,
        };
        if self.inner.results == Results::Written {
            let kept = Kept::of(&ready.row(params))?;
            let Ready { lease, attempt, name, basis, .. } = &mut ready;
            self.folder().announce(&lease.file, id, attempt, name, basis.version.as_deref(), kept)?;
        }
        Ok(ready)
    }

    /// What a row says about a result of that name.
    pub(super) fn result_file(&self, name: &str) -> Result<String> {
        if name.is_empty() { Ok(String::new()) } else { Self::row_text(&self.folder().row_path(name)) }
    }
}
