//! New keys for old runs, after a deliberate change of how keys are made.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::ops::ControlFlow;

use super::inside::without_one_key;
use super::{Store, StoreError};
use crate::Result;
use crate::db::Stored;
use crate::fault;
use crate::params::{FloatScheme, RunId, is_key_of};
use crate::record::{CanonicalKind, Identity, IdentityField, Record};
use crate::schema::ExpectedTable;
use crate::words::count;

/// What [`Store::rehash`] would do; nothing is changed by making one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RehashPlan {
    /// The runs that get another key: the one they have, and the new one.
    pub moves: Vec<(RunId, RunId)>,
    /// How many have their key already.
    pub unchanged: usize,
    /// Runs whose new key another run has, or gets: they stay as they are. Delete one of each two, and make another
    /// plan.
    pub collisions: Vec<(RunId, RunId)>,
    /// Runs whose key is not meant to be that of their parameters: chosen keys, and other values of what is retired.
    /// They stay as they are.
    pub kept: Vec<RunId>,
    /// Runs whose key looks like one of their parameters, and is not, neither as keys were made when the table was
    /// last in order nor as they are made now. They stay as they are, and nobody finds them by their parameters:
    /// delete them, or say [`Store::accept_schema`].
    pub unexplained: Vec<RunId>,
    /// Runs whose rows are no records, so that nothing is known about their keys. They stay as they are: mend or delete
    /// them ([`Store::list_readable`] says what is wrong), or say [`Store::accept_schema`].
    pub unreadable: Vec<RunId>,
}

impl fmt::Display for RehashPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { moves, unchanged, collisions, kept, unexplained, unreadable } = self;
        write!(
            f,
            "{} to get a new key, {unchanged} to keep theirs, {} to keep one that is not of their parameters, {} unexplained, \
             {} in collision",
            count(moves.len(), "run"),
            kept.len(),
            unexplained.len(),
            collisions.len()
        )?;
        if !unreadable.is_empty() {
            write!(f, ", {} cannot be read", unreadable.len())?;
        }
        for (from, to) in collisions {
            write!(f, "\n  `{from}` would be `{to}`, which is another run's")?;
        }
        Ok(())
    }
}

/// What [`Store::rehash`] has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RehashReport {
    /// How many runs have another key now.
    pub moved: usize,
    /// Runs that are not as they were when the plan was made: they stay as they are.
    pub skipped: Vec<RunId>,
    /// Whether every run that can have a key of the new kind has it. Only then the table is opened without
    /// [`Schema::Trust`](crate::Schema::Trust) again.
    pub complete: bool,
}

impl fmt::Display for RehashReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} moved to a new key, {} skipped", count(self.moved, "run"), self.skipped.len())?;
        if !self.complete {
            write!(f, "; the table is not done yet: make another plan")?;
        }
        Ok(())
    }
}

impl<T: Stored> Store<T> {
    /// Finds out which runs would get which new key, after a change of version, float scheme or default. The table is
    /// opened with [`Schema::Trust`](crate::Schema::Trust) for it.
    ///
    /// # Errors
    /// Those of reading all rows.
    ///
    /// ```
    /// mod before {
    ///     use entropic::prelude::*;
    ///     #[derive(SimRecord)]
    ///     #[sim(table = "decays")]
    ///     pub struct Decay { pub rate: f64 }
    /// }
    /// mod now {
    ///     use entropic::prelude::*;
    ///     #[derive(SimRecord)]
    ///     #[sim(table = "decays", version = 2)]
    ///     pub struct Decay { pub rate: f64 }
    /// }
    /// use entropic::{Schema, Store};
    ///
    /// # let dir = tempfile::tempdir()?;
    /// # let (url, results) = (format!("sqlite://{}", dir.path().join("runs.db").display()), dir.path().join("results"));
    /// # let store = Store::<before::Decay>::builder().database(&url).results_dir(&results)
    /// #     .runner(|decay: &before::Decay, run| std::fs::write(run.result_file(), decay.rate.to_string()))
    /// #     .open()?;
    /// # store.run(&before::Decay { rate: 0.5 })?;
    /// # drop(store);
    /// let open = || Store::<now::Decay>::builder().database(&url).results_dir(&results);
    /// assert!(open().open().unwrap_err().is_conflict());
    ///
    /// let store = open().schema(Schema::Trust).open()?;
    /// let plan = store.plan_rehash()?;
    /// println!("{plan}");                        // 1 run to get a new key, …
    /// assert!(store.rehash(&plan)?.complete);
    ///
    /// assert!(open().open()?.retrieve(&now::Decay { rate: 0.5 })?.is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn plan_rehash(&self) -> Result<RehashPlan> {
        let wanted = ExpectedTable::of::<T>()?;
        let before = self.db().identity(&wanted)?;
        let mut plan = RehashPlan::default();
        let mut stay: HashSet<RunId> = HashSet::new();
        let mut wished: Vec<(RunId, RunId)> = Vec::new();
        self.for_each_readable(|row| {
            let record = match row {
                Ok(record) => record,
                Err(row) => {
                    stay.insert(row.id.clone());
                    plan.unreadable.push(row.id);
                    return ControlFlow::Continue(());
                }
            };
            let id = record.id.clone();
            match judged(&record, &wanted.identity, &before) {
                Judged::New(to) => {
                    wished.push((id, to));
                    return ControlFlow::Continue(());
                }
                Judged::AsItIs => plan.unchanged += 1,
                Judged::Kept => plan.kept.push(id.clone()),
                Judged::Unexplained => plan.unexplained.push(id.clone()),
            }
            stay.insert(id);
            ControlFlow::Continue(())
        })?;
        // In the order of their age: the oldest of those that wish for one key gets it.
        let mut wishes = Vec::new();
        for (from, to) in wished {
            if stay.insert(to.clone()) {
                wishes.push((from, to));
            } else {
                stay.insert(from.clone());
                plan.collisions.push((from, to));
            }
        }
        in_order(wishes, &mut plan);
        Ok(plan)
    }

    /// Says that ids are made as the struct makes them from now on, and that the runs which have others stay as they
    /// are: in the table, and not found by their parameters. Afterwards the table is opened without
    /// [`Schema::Trust`](crate::Schema::Trust) again.
    ///
    /// # Errors
    /// `is_unsupported` in a read-only store; `is_conflict` for a table that differs in more than its ids.
    ///
    /// ```
    /// mod before {
    ///     use entropic::prelude::*;
    ///     #[derive(SimRecord)]
    ///     #[sim(table = "decays")]
    ///     pub struct Decay { pub rate: f64 }
    /// }
    /// mod now {
    ///     use entropic::prelude::*;
    ///     #[derive(SimRecord)]
    ///     #[sim(table = "decays", version = 2)]
    ///     pub struct Decay { pub rate: f64 }
    /// }
    /// use entropic::{Schema, Store};
    ///
    /// # let dir = tempfile::tempdir()?;
    /// # let (url, results) = (format!("sqlite://{}", dir.path().join("runs.db").display()), dir.path().join("results"));
    /// # let store = Store::<before::Decay>::builder().database(&url).results_dir(&results)
    /// #     .runner(|decay: &before::Decay, run| std::fs::write(run.result_file(), decay.rate.to_string()))
    /// #     .open()?;
    /// # store.run(&before::Decay { rate: 0.5 })?;
    /// # drop(store);
    /// let open = || Store::<now::Decay>::builder().database(&url).results_dir(&results);
    /// open().schema(Schema::Trust).open()?.accept_schema()?;
    /// let store = open().open()?;
    /// assert!(store.retrieve(&now::Decay { rate: 0.5 })?.is_none());
    /// assert_eq!(store.count()?, 1);
    ///
    /// let store = open().read_only(true).open()?;
    /// assert!(store.accept_schema().unwrap_err().is_unsupported());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn accept_schema(&self) -> Result<()> {
        self.writable("accept a schema")?;
        Ok(self.db().accept(&ExpectedTable::of::<T>()?)?)
    }

    /// Gives runs their new keys, one run after the other, each under both keys' leases. Results keep their names. Killed at
    /// any point, it goes on where it was with the next plan.
    ///
    /// # Errors
    /// `is_unsupported` in a read-only store; those of the file system and the database. What was moved stays moved.
    pub fn rehash(&self, plan: &RehashPlan) -> Result<RehashReport> {
        self.writable("rehash")?;
        let mut report = RehashReport::default();
        for (from, to) in &plan.moves {
            if self.cancel.is_cancelled() {
                return Err(StoreError::Cancelled { id: from.clone() }.into());
            }
            if self.rekey(from, to)? {
                report.moved += 1;
            } else {
                report.skipped.push(from.clone());
            }
        }
        fault::at("rehashed");
        self.make_durable()?;
        let rest = self.plan_rehash()?;
        let is_done = rest.moves.is_empty() && rest.collisions.is_empty();
        if is_done && rest.unexplained.is_empty() && rest.unreadable.is_empty() {
            self.db().remember(&ExpectedTable::of::<T>()?)?;
            report.complete = true;
        }
        tracing::info!(table = T::TABLE.name, moved = report.moved, complete = report.complete, "rehashed");
        Ok(report)
    }

    /// Gives one run another key, unless it is gone or the key is taken; whether it did.
    fn rekey(&self, from: &RunId, to: &RunId) -> Result<bool> {
        // Always in the same order: two that rehash at once do not wait for each other.
        let (first, second) = if from < to { (from, to) } else { (to, from) };
        let leases = (self.lease(first)?, self.lease(second)?);
        let (Some(version), None) =
            (self.db().version(&T::TABLE, from.as_str())?, self.db().version(&T::TABLE, to.as_str())?)
        else {
            return Ok(false);
        };
        // The result keeps its name: which result a run has is for its row to say.
        self.folder().copy_registered(from, to)?;
        // What stored it may still have to make sure that it is stored, under the key that it had.
        let lease = if from == first { &leases.0 } else { &leases.1 };
        let noted = self.note_gone(lease, from)?;
        fault::at("rekey");
        let moved = self.db().rekey(&T::TABLE, (from.as_str(), to.as_str()), (&version, &version))?;
        fault::at("rekeyed");
        if !moved {
            self.is_not_gone(&noted)?;
        }
        self.folder().forget_registered(from);
        Ok(moved)
    }
}

/// What a run's key is to it.
enum Judged {
    /// That of its parameters.
    AsItIs,
    /// That of its parameters as it was made before; this is the one that it would get.
    New(RunId),
    /// One that is not meant to be.
    Kept,
    /// None of them.
    Unexplained,
}

/// Those first whose new key another run gives up only by getting its own: moved in this order each finds its place
/// free. Runs that would change places in a circle collide.
fn in_order(wishes: Vec<(RunId, RunId)>, plan: &mut RehashPlan) {
    let mut left: HashMap<RunId, RunId> = wishes.iter().cloned().collect();
    for (start, _) in wishes {
        // From each, along those that must go before it.
        let mut path = vec![start];
        while let Some(to) = path.last().and_then(|from| left.get(from)) {
            if path.contains(to) {
                break;
            }
            path.push(to.clone());
        }
        let circle = path.last().is_some_and(|last| left.get(last).is_some_and(|to| path.contains(to)));
        for from in path.into_iter().rev() {
            let Some(to) = left.remove(&from) else { continue };
            if circle { plan.collisions.push((from, to)) } else { plan.moves.push((from, to)) }
        }
    }
}

fn judged<T: Stored>(record: &Record<T>, now: &Identity, before: &Identity) -> Judged {
    let texts = Texts::of(&record.params, now);
    let replicated = record.id.replicated();
    let key = replicated.as_ref().map_or(&record.id, |(base, _)| base);
    let is = |identity: &Identity| texts.under(identity, false).is_some_and(|text| is_key_of(key, &text));
    if !record.as_retired {
        return Judged::Kept;
    }
    if is(now) {
        return Judged::AsItIs;
    }
    match record.params.id() {
        Ok(id) if is(before) => {
            Judged::New(replicated.as_ref().map_or(id.clone(), |(_, number)| id.replicate(*number)))
        }
        _ if record.id.is_hashed() => Judged::Unexplained,
        _ => Judged::Kept,
    }
}

/// The canonical texts of parameters, under the names that are hashed, in every scheme for floats.
pub(super) struct Texts(HashMap<(String, &'static str), String>);

impl Texts {
    pub(super) fn of<T: Stored>(params: &T, identity: &Identity) -> Self {
        let mut texts = HashMap::new();
        for scheme in FloatScheme::ALL {
            // One that refuses these floats has made no keys of them.
            let Ok(fields) = params.field_texts(Some(scheme)) else { continue };
            for (column, text) in fields {
                if let Some(field) = identity.fields.iter().find(|field| field.column == column) {
                    texts.insert((field.key.clone(), scheme.as_str()), text);
                }
            }
        }
        Self(texts)
    }

    /// The same without one key in the JSON of one column, for each that there is: the column, the key, the texts.
    pub(super) fn without_keys(&self, identity: &Identity) -> Vec<(String, String, Self)> {
        let json = identity.fields.iter().filter(|field| field.class == CanonicalKind::Json);
        let of_field = |field: &IdentityField| -> Vec<_> {
            let at = (field.key.clone(), field.float.as_str());
            let Some(text) = self.0.get(&at) else { return Vec::new() };
            let others = without_one_key(text).into_iter().map(|(key, text)| {
                let mut texts = self.0.clone();
                texts.insert(at.clone(), text);
                (field.column.clone(), key, Self(texts))
            });
            others.collect()
        };
        json.flat_map(of_field).collect()
    }

    /// The text that is hashed under an identity; `None` where it has parameters that these have not. `whole` writes
    /// `1` for `1.0`.
    pub(super) fn under(&self, identity: &Identity, whole: bool) -> Option<String> {
        identity.text(|field| {
            let text = self.0.get(&(field.key.clone(), field.float.as_str()))?;
            let integer = text.strip_suffix(".0").filter(|_| whole && field.class == CanonicalKind::Float);
            Some(integer.unwrap_or(text).to_owned())
        })
    }
}
