//! Finishing what was begun: by processes that are dead, and by living ones that could not write a row and have handed it
//! over.
//!
//! Whoever takes the lease of an id settles what was begun of it first: it is finished, dropped if the row has moved on, or
//! set aside if the database refuses it for good. Where the database cannot say, the id is refused as transient, before
//! anything is run.

use std::path::Path;
use std::sync::PoisonError;

use super::commit::TRIES;
use super::lease::Lease;
use super::row::KeptRow;
use super::{Store, StoreError};
use crate::db::{Changes, DbError, Stored, writing_durably};
use crate::files::{Recovered, Unsettled, Verdict};
use crate::params::RunId;
use crate::runner::Results;
use crate::words::with_causes;
use crate::{Error, ErrorKind, Result};

/// What a finished run does about a row that is there.
#[derive(Debug, Clone, Copy)]
enum Rival {
    /// It takes its place, whatever it is.
    Overwritten,
    /// It takes its place if it is the one that it saw, and gives way otherwise. Its own may have been written before, and lost
    /// with a crash of the server.
    Replaced { written_before: bool },
}

impl<T: Stored> Store<T> {
    /// Settles what was begun of a leased id.
    pub(super) fn settle(&self, lease: &Lease<'_>, id: &RunId) -> Result<()> {
        if self.inner.results == Results::None {
            return Ok(());
        }
        // What this process has stored is not begun any more, as long as the server has not crashed.
        if self.inner.is_unflushed(id.as_str()) {
            self.inner.flush();
        }
        self.inner.flush_if_due();
        let recovered =
            self.folder().recover_id(&lease.file, id, &mut |unsettled| self.judge_unsettled(unsettled))?;
        self.note(recovered);
        Ok(())
    }

    /// Settles what dead processes have begun of any id that nobody works on.
    pub(super) fn settle_all(&self) -> Result<()> {
        let mut down = false;
        let recovered = self.folder().recover(&mut |unsettled| {
            if down {
                // To ask again for each of them would take the patience of each.
                return Err(StoreError::NotNow { table: T::TABLE.name }.into());
            }
            let judged = self.judge_unsettled(unsettled);
            down = judged.as_ref().is_err_and(Error::is_transient);
            judged
        })?;
        self.note(recovered);
        Ok(())
    }

    /// What was found half done and finished, at open and since.
    ///
    /// A process that dies between the end of a runner and its row leaves a finished result; the next one that
    /// opens the store, or asks for the same run, writes the row in its place. A process that cannot write a row, because
    /// the database is busy or down, leaves it to the next one in the same way.
    #[must_use]
    pub fn recovered(&self) -> Recovered {
        self.inner.recovered.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, recovered: Recovered) {
        if recovered.is_empty() {
            return;
        }
        tracing::info!(
            table = T::TABLE.name,
            adopted = recovered.adopted.len(),
            set_aside = recovered.set_aside.len(),
            waiting = recovered.waiting.len(),
            leftovers = recovered.leftovers,
            "recovered"
        );
        self.inner.recovered.lock().unwrap_or_else(PoisonError::into_inner).add(recovered);
    }

    /// Finishes in the database what was begun. An error says that the database cannot answer now.
    fn judge_unsettled(&self, unsettled: &Unsettled<'_>) -> Result<Verdict> {
        match unsettled {
            Unsettled::Run { id, name, seen, overwrites, committed, row } => {
                let rival = match (overwrites, committed) {
                    (true, _) => Rival::Overwritten,
                    (false, true) => Rival::Replaced { written_before: true },
                    (false, false) => Rival::Replaced { written_before: false },
                };
                let verdict = self.finish_run(id, name, *seen, rival, row);
                if matches!(verdict, Ok(Verdict::AlreadySo)) {
                    // The journal is about to say so for good.
                    self.make_durable()?;
                }
                verdict
            }
            Unsettled::Removal { id, name, seen } => {
                let current = self.db().version(&T::TABLE, id.as_str())?;
                let stands = current.is_some_and(|current| current == *seen || self.names(&current, name));
                Ok(if stands || self.is_named(name)? { Verdict::AlreadySo } else { Verdict::MovedOn })
            }
            Unsettled::Rekeyed { from, to } => {
                if let Some(version) = self.db().version(&T::TABLE, from.as_str())? {
                    let path = Self::row_text(&self.folder().row_path(&self.folder().file_name(to)))?;
                    self.db().rekey(&T::TABLE, (from.as_str(), to.as_str()), (&version, &path))?;
                }
                Ok(Verdict::AlreadySo)
            }
        }
    }

    fn finish_run(
        &self,
        id: &RunId,
        name: &str,
        seen: Option<&str>,
        rival: Rival,
        row: &serde_json::value::RawValue,
    ) -> Result<Verdict> {
        let result_file = Self::row_text(&self.folder().row_path(name))?;
        let mut kept: Option<KeptRow<T>> = None;
        for _ in 0..TRIES {
            let current = self.db().version(&T::TABLE, id.as_str())?;
            let own = |current: &str| self.names(current, Path::new(name));
            // Of a version that overwrote results in place, each row of the id names the same one.
            let overwrites = matches!(rival, Rival::Overwritten);
            if !overwrites && current.as_deref().is_some_and(own) {
                if let Some(seen) = seen.filter(|seen| !self.names(seen, Path::new(name))) {
                    self.note_replaced(id, seen);
                }
                return Ok(Verdict::AlreadySo);
            }
            if !overwrites && self.folder().was_deleted(name)? {
                // The result stays where it is, as whoever deleted the row was told.
                return Ok(Verdict::AlreadySo);
            }
            let is_next = match (current.as_deref(), rival) {
                // One with a token was stored since, by a version that overwrites nothing.
                (current, Rival::Overwritten) => !current.is_some_and(|current| self.has_token(current)),
                // A crash of the server has lost the row, unless the run that replaced this one was deleted since. Whatever
                // replaced it has an entry of its own if it was lost, too.
                (None, Rival::Replaced { written_before }) => {
                    !written_before || !self.folder().was_replaced(name)?
                }
                // A crash may also have brought back a row that was replaced before this run saw what it replaces.
                (Some(current), Rival::Replaced { .. }) => {
                    seen == Some(current) || self.is_outdated(current)?
                }
            };
            if !is_next {
                let named = self.is_named(Path::new(name))?;
                return Ok(if named { Verdict::AlreadySo } else { Verdict::MovedOn });
            }
            let kept = match &mut kept {
                Some(kept) => kept,
                kept => match KeptRow::of(id, row) {
                    Ok(row) => kept.insert(row),
                    Err(why) => return Ok(Verdict::Refused(why)),
                },
            };
            let row = kept.row(id.as_str(), &result_file);
            let written = self.db().with("store a recovered run", |conn| {
                writing_durably(conn, |conn| match &current {
                    None => T::insert(conn, &row),
                    Some(current) => T::update(conn, &row, current, Changes::All),
                })
            });
            match written {
                Ok(0) => {}
                // Unless a constraint of another kind was violated, the row came meanwhile.
                Err(error)
                    if error.is_duplicate()
                        && self.db().version(&T::TABLE, id.as_str())?.as_deref() != current.as_deref() => {}
                Ok(_) => {
                    if let Some(current) = current.filter(|current| !self.names(current, Path::new(name))) {
                        self.note_replaced(id, &current);
                    }
                    return Ok(Verdict::Stored);
                }
                Err(error) if is_final(&error) => {
                    return Ok(Verdict::Refused(with_causes(&Error::from(error))));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::StillRunning { id: id.clone(), seconds: 0.0 }.into())
    }

    /// Whether a row names a result that another one had replaced.
    fn is_outdated(&self, version: &str) -> Result<bool> {
        let name = self.folder().inside(Path::new(version));
        let name = name.as_deref().and_then(Path::to_str);
        Ok(name.map(|name| self.folder().was_replaced(name)).transpose()? == Some(true))
    }

    /// Whether a row names a result whose name no other result ever had.
    fn has_token(&self, version: &str) -> bool {
        let resolved = self.folder().resolve(Path::new(version));
        self.folder().result_name(&resolved).is_some_and(|(run, name)| name != self.folder().file_name(&run))
    }

    /// Whether what a row says about its result can be the result of that name in the results directory. The names of
    /// results are unique, so the same name is enough, whatever path other programs have for the directory.
    pub(super) fn names(&self, version: &str, name: &Path) -> bool {
        let version = Path::new(version);
        version.file_name() == name.file_name()
            || self.folder().inside(version).is_some_and(|inside| inside == name)
    }

    /// Whether any row names a result.
    pub(super) fn is_named(&self, name: &Path) -> Result<bool> {
        let names = name.file_name().into_iter().collect();
        Ok(!self.db().naming(&T::TABLE, &names)?.is_empty())
    }

    /// Makes sure that what was committed so far, also by others, survives a crash of the server.
    pub(super) fn make_durable(&self) -> Result<()> {
        if self.db().is_server() {
            self.db().flush()?;
        }
        Ok(())
    }
}

/// Whether a database will never take a row: what is busy, full, read-only, damaged or gone may be otherwise later.
fn is_final(error: &DbError) -> bool {
    match error {
        DbError::Record(_) => true,
        DbError::Query { source: diesel::result::Error::DatabaseError(..), .. } => {
            matches!(error.kind(), ErrorKind::Conflict | ErrorKind::System)
        }
        _ => false,
    }
}
