//! Looking for what should not be.

use std::collections::HashSet;
use std::fmt;
use std::path::PathBuf;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Store;
use super::store::Results;
use crate::Result;
use crate::db::Stored;
use crate::error::with_causes;
use crate::files::{Leftovers, sha256};
use crate::params::{RunId, is_key_of};
use crate::record::{Record, SimRecord};

/// How many rows are looked at together.
const CHUNK: usize = 500;

/// Something that should not be, in a row or in the results folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "problem")]
#[non_exhaustive]
pub enum Problem {
    /// The result of a row is gone. `run_or_retrieve` makes it anew.
    ResultMissing {
        /// The run.
        id: String,
        /// Where the result should be.
        path: PathBuf,
    },
    /// The result of a row is an empty file or an empty folder, as no runner of this library may leave one; it is a hit as
    /// long as it is there. `run` makes it anew.
    ResultEmpty {
        /// The run.
        id: String,
        /// The result.
        path: PathBuf,
    },
    /// A file that has the name of a result, and no row. `register` it, or remove it.
    NoRow {
        /// The file.
        path: PathBuf,
    },
    /// The result is no longer what was written.
    Changed {
        /// The run.
        id: String,
        /// The result.
        path: PathBuf,
        /// The SHA-256 that it had.
        expected: String,
        /// The SHA-256 that it has.
        found: String,
    },
    /// The key of a row is a hash, and not that of its parameters: it was changed by hand, or made under another
    /// identity. It is never a hit.
    WrongKey {
        /// The run.
        id: String,
        /// The key that its parameters have, if they have one.
        expected: Option<String>,
    },
    /// The row is no record: a value that its field cannot be.
    Unreadable {
        /// The run.
        id: String,
        /// What is wrong: the run, the column and the value.
        why: String,
    },
    /// The result of a row could not be read.
    Unread {
        /// The run.
        id: String,
        /// The result.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ResultMissing { id, path } => {
                write!(f, "run `{id}`: its result `{}` is gone", path.display())
            }
            Self::ResultEmpty { id, path } => {
                write!(f, "run `{id}`: its result `{}` has nothing in it", path.display())
            }
            Self::NoRow { path } => write!(f, "`{}` has the name of a result, and no row", path.display()),
            Self::Changed { id, path, expected, found } => {
                write!(
                    f,
                    "run `{id}`: `{}` has changed: its SHA-256 is {found}, not {expected}",
                    path.display()
                )
            }
            Self::WrongKey { id, expected: Some(expected) } => {
                write!(f, "run `{id}`: its parameters have the key `{expected}`")
            }
            Self::WrongKey { id, expected: None } => {
                write!(f, "run `{id}`: its parameters have no key at all")
            }
            // It names the run.
            Self::Unreadable { why, .. } => f.write_str(why),
            Self::Unread { id, path, why } => {
                write!(f, "run `{id}`: `{}` cannot be read: {why}", path.display())
            }
        }
    }
}

/// What [`Store::verify`] found. `Display` is a summary and a line for each problem; serde makes it a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct IntegrityReport {
    /// The table that was looked at.
    pub table: String,
    /// How many rows were looked at.
    pub rows: usize,
    /// How many results were compared with their checksum.
    pub checksums: usize,
    /// What should not be.
    pub problems: Vec<Problem>,
    /// What dead processes have left; gone at the next open.
    pub leftovers: Leftovers,
}

impl IntegrityReport {
    /// Whether everything is as it should be.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

impl fmt::Display for IntegrityReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, rows, checksums, problems, leftovers } = self;
        write!(f, "`{table}`: {rows} rows, {checksums} checksums, {} problems", problems.len())?;
        if !leftovers.is_empty() {
            write!(f, "; {leftovers}")?;
        }
        problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

/// What [`Store::repair`] did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RepairReport {
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// Runs that had come to their end, and whose rows are written now.
    pub adopted: Vec<String>,
    /// Rows that say again where their result is, after the folder was moved.
    pub repointed: Vec<String>,
    /// How many staging folders and lock files of dead processes are removed.
    pub removed: usize,
    /// What is left for you to decide.
    pub remaining: Vec<Problem>,
}

impl fmt::Display for RepairReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let would = if self.dry_run { "would be " } else { "" };
        write!(
            f,
            "{} runs {would}adopted, {} rows {would}repointed, {} leftovers {would}removed, {} problems remain",
            self.adopted.len(),
            self.repointed.len(),
            self.removed,
            self.remaining.len()
        )?;
        self.remaining.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl<T: Stored> Store<T> {
    /// Compares rows, results and keys with each other; reads every result that has a checksum. Changes nothing.
    ///
    /// # Errors
    /// `is_transient` when the database cannot be reached; what is wrong with rows and results is in the report.
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
    /// #     .runner(|decay: &Decay, run| std::fs::write(run.result_file(), decay.rate.to_string()))
    /// #     .open()?;
    /// let run = store.run(&Decay { rate: 0.5 })?;
    /// assert!(store.verify()?.is_sound());
    ///
    /// std::fs::remove_file(&run.result_file)?;
    /// println!("{}", store.verify()?);     // … 1 problems: its result … is gone
    /// # assert_eq!(store.verify()?.problems.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify(&self) -> Result<IntegrityReport> {
        let ids = self.db().ids(&T::TABLE)?;
        let mut report = IntegrityReport {
            table: T::TABLE.name.to_owned(),
            rows: ids.len(),
            checksums: 0,
            problems: Vec::new(),
            leftovers: self.folder().leftovers()?,
        };
        for chunk in ids.chunks(CHUNK) {
            let rows = self.readable(chunk, &mut report.problems)?;
            let judged: Vec<_> = rows.into_par_iter().map(|row| self.judged(row)).collect();
            for (problems, summed) in judged {
                report.checksums += usize::from(summed);
                report.problems.extend(problems);
            }
        }
        if self.inner.results == Results::Written {
            let known: HashSet<String> = ids.into_iter().collect();
            let stray = self.folder().results()?.into_iter().filter(|(id, _)| !known.contains(id.as_str()));
            report.problems.extend(stray.map(|(_, path)| Problem::NoRow { path }));
        }
        Ok(report)
    }

    /// Does what can be done without losing anything: finishes what dead processes have begun, removes what they
    /// left, and lets rows say again where their results are. With `dry_run` it only says what it would do.
    ///
    /// # Errors
    /// As [`verify`](Self::verify); `is_unsupported` in a read-only store.
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
    /// println!("{}", store.repair(true)?);     // what would be done
    /// assert!(store.repair(false)?.remaining.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn repair(&self, dry_run: bool) -> Result<RepairReport> {
        self.writable("repair")?;
        let leftovers = self.folder().leftovers()?;
        let mut report = RepairReport {
            dry_run,
            adopted: leftovers.unfinished.clone(),
            repointed: Vec::new(),
            removed: leftovers.staged + leftovers.locks,
            remaining: Vec::new(),
        };
        if !dry_run {
            let before = self.recovered().adopted.len();
            self.recover()?;
            report.adopted = self.recovered().adopted.iter().skip(before).map(ToString::to_string).collect();
        }
        let ids = self.db().ids(&T::TABLE)?;
        for chunk in ids.chunks(CHUNK) {
            for row in self.readable(chunk, &mut Vec::new())? {
                let id = row.id.clone();
                let stored = row.result_file.clone();
                let found = self.folder().resolve(&id, &stored);
                if found == stored || !self.folder().exists(&found) {
                    continue;
                }
                if !dry_run {
                    let _hold = self.hold(&id)?;
                    self.repoint(&id)?;
                }
                report.repointed.push(id.to_string());
            }
        }
        report.remaining = self.verify()?.problems;
        Ok(report)
    }

    /// The rows of some keys; those that are no records are noted instead.
    fn readable(&self, ids: &[String], problems: &mut Vec<Problem>) -> Result<Vec<Record<T>>> {
        let mut records = Vec::with_capacity(ids.len());
        for row in self.find_rows(ids.to_vec())? {
            match row {
                Ok(record) => records.push(record),
                Err(row) => {
                    problems.push(Problem::Unreadable { id: row.id.to_string(), why: row.error.to_string() });
                }
            }
        }
        Ok(records)
    }

    /// What is wrong with one row, and whether its result was compared with a checksum.
    fn judged(&self, row: Record<T>) -> (Vec<Problem>, bool) {
        let mut problems = Vec::new();
        let record = self.resolved(row);
        // With another value of what is retired it has another key.
        if RunId::new(record.id.as_str()).is_err() {
            let expected = record.params.id().ok().map(|id| id.to_string());
            problems.push(Problem::WrongKey { id: record.id.to_string(), expected });
        } else if record.id.is_hashed() && record.as_retired {
            problems.extend(wrong_key(&record));
        }
        let (id, path) = (record.id.to_string(), record.result_file.clone());
        if path.as_os_str().is_empty() {
            if self.inner.results == Results::Written {
                problems.push(Problem::ResultMissing { id, path });
            }
            return (problems, false);
        }
        if !self.folder().exists(&path) {
            problems.push(Problem::ResultMissing { id, path });
            return (problems, false);
        }
        let Some(expected) = record.custom_data.get(super::run::CHECKSUM).and_then(|sum| sum.as_str()) else {
            if self.folder().is_empty(&path) {
                problems.push(Problem::ResultEmpty { id, path });
            }
            return (problems, false);
        };
        match sha256(&self.folder().absolute(&path)) {
            Ok(found) if found == expected => {}
            Ok(found) => problems.push(Problem::Changed { id, path, expected: expected.to_owned(), found }),
            Err(error) => problems.push(Problem::Unread { id, path, why: with_causes(&error) }),
        }
        (problems, true)
    }
}

/// Whether the key of a record is that of its parameters, whichever sign its zeros had when it was made.
fn wrong_key<T: SimRecord>(record: &Record<T>) -> Option<Problem> {
    let id = record.id.to_string();
    let Ok(text) = record.params.canonical_text() else {
        return Some(Problem::WrongKey { id, expected: None });
    };
    if is_key_of(&record.id, &text) {
        return None;
    }
    let expected = RunId::from_canonical(&text);
    Some(Problem::WrongKey { id, expected: Some(expected.to_string()) })
}
