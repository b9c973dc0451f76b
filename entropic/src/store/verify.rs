//! Looking for what should not be.

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::lookup::checksum_of;
use super::{Problem, Store};
use crate::Result;
use crate::db::Stored;
use crate::files::{FileError, Leftovers, SetAside, sha256};
use crate::params::{RunId, is_key_of};
use crate::record::{Record, SimRecord};
use crate::runner::Results;
use crate::schema::ExpectedTable;
use crate::words::{count, with_causes};

/// How many rows are looked at together.
const CHUNK: usize = 500;

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
    /// How many results of runs that were made again are still there, which is no problem: they are removed in time.
    #[serde(default)]
    pub replaced: usize,
    /// What should not be.
    pub problems: Vec<Problem>,
    /// What would better the table, with the SQL that does; it serves as it is. `Schema::Evolve` does it.
    #[serde(default)]
    pub advice: Vec<String>,
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
        let Self { table, rows, checksums, replaced, problems, advice, leftovers } = self;
        write!(
            f,
            "`{table}`: {}, {}, {}",
            count(*rows, "row"),
            count(*checksums, "checksum"),
            count(problems.len(), "problem")
        )?;
        if *replaced > 0 {
            write!(f, "; {} to be removed in time", count(*replaced, "replaced result"))?;
        }
        if !leftovers.is_empty() {
            write!(f, "; {leftovers}")?;
        }
        problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))?;
        advice.iter().try_for_each(|advice| write!(f, "\n  advice: {advice}"))
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
            "{} {would}adopted, {} {would}repointed, {} {would}removed, {} left",
            count(self.adopted.len(), "run"),
            count(self.repointed.len(), "row"),
            count(self.removed, "leftover"),
            count(self.remaining.len(), "problem")
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
            replaced: 0,
            problems: Vec::new(),
            advice: self.db().advice(&ExpectedTable::of::<T>()?)?.iter().map(ToString::to_string).collect(),
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
            self.look_around(&mut report)?;
        }
        Ok(report)
    }

    /// Moves results that no row knows out of the results directory into another directory of the same file system, which is
    /// made if it is missing. They lie there after a database was restored from a backup, or a run was deleted without its
    /// result; they are in nobody's way. One whose name is taken there gets another one. Returns where they are now.
    ///
    /// # Errors
    /// Those of [`verify`](Self::verify); `is_unsupported` in a read-only store; [`FileError::Io`] when one cannot be moved.
    /// Those before it are moved then.
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
    /// #     .database(dir.path().join("runs.db"))
    /// #     .results_dir(dir.path().join("results"))
    /// #     .runner(|decay: &Decay, run| std::fs::write(run.result_file(), decay.rate.to_string()))
    /// #     .open()?;
    /// let run = store.run(&Decay { rate: 0.5 })?;
    /// store.delete(&Decay { rate: 0.5 })?;
    /// let moved = store.move_strays(dir.path().join("strays"))?;
    /// assert_eq!(moved.len(), 1);
    /// assert!(!run.result_file.exists() && store.verify()?.is_sound());
    ///
    /// let store = entropic::Store::<Decay>::builder()
    ///     .database(dir.path().join("runs.db"))
    ///     .read_only(true)
    ///     .open()?;
    /// assert!(store.move_strays(dir.path().join("strays")).unwrap_err().is_unsupported());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn move_strays(&self, to: impl AsRef<Path>) -> Result<Vec<PathBuf>> {
        self.writable("move results")?;
        let to = to.as_ref();
        std::fs::create_dir_all(to).map_err(FileError::io("make", to))?;
        let mut moved = Vec::new();
        for problem in self.verify()?.problems {
            let Problem::NoRow { path } = problem else { continue };
            let Some((id, name)) = self.folder().result_name(&path) else { continue };
            // It may be that of a run which is just being stored.
            let Some(lease) = self.lease_if_free(&id)? else { continue };
            if !self.is_named(Path::new(name))? {
                moved.extend(self.folder().move_out(&lease.file, &id, name, to)?);
            }
        }
        Ok(moved)
    }

    /// Looks at what lies in the results directory beside the results of rows.
    fn look_around(&self, report: &mut IntegrityReport) -> Result<()> {
        let names = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        // Read before all that may explain it: what is in the directory has its row, or is replaced, soon after.
        let found = self.folder().results()?;
        let mut expected: HashSet<String> = self.folder().unfinished_results()?.into_iter().collect();
        let set_aside = self.folder().all_set_aside()?;
        expected.extend(set_aside.iter().filter_map(|one| names(&one.path)));
        let replaced: HashSet<String> = self.folder().replaced()?.into_iter().map(|one| one.name).collect();
        report.replaced = found.iter().filter(|name| replaced.contains(*name)).count();
        expected.extend(replaced);
        let ids = self.db().ids(&T::TABLE)?;
        for chunk in ids.chunks(CHUNK) {
            let versions = self.db().versions(&T::TABLE, chunk)?;
            expected.extend(versions.values().filter_map(|version| names(Path::new(version))));
        }
        let stray = found.into_iter().filter(|name| !expected.contains(name));
        report.problems.extend(stray.map(|name| Problem::NoRow { path: self.folder().row_path(&name) }));
        let refused = set_aside.into_iter();
        report.problems.extend(refused.map(|SetAside { id, path, why }| Problem::SetAside { id, path, why }));
        Ok(())
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
            self.remove_replaced(Some(Duration::ZERO))?;
            report.adopted = self.recovered().adopted.iter().skip(before).map(ToString::to_string).collect();
        }
        let ids = self.db().ids(&T::TABLE)?;
        for chunk in ids.chunks(CHUNK) {
            for row in self.readable(chunk, &mut Vec::new())? {
                let id = row.id.clone();
                let stored = row.result_file.clone();
                let found = self.folder().resolve(&stored);
                if found == stored || !self.folder().exists(&found).unwrap_or(false) {
                    continue;
                }
                if !dry_run {
                    // What is being run just now says itself where its result is.
                    let Some(_lease) = self.lease_if_free(&id)? else { continue };
                    let Some(row) = self.find_row(&id)? else { continue };
                    if !self.repoint(row)? {
                        continue;
                    }
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
                    problems
                        .push(Problem::Unreadable { id: row.id.to_string(), why: with_causes(&*row.error) });
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
        match self.folder().exists(&path) {
            Ok(true) => {}
            Ok(false) => {
                problems.push(Problem::ResultMissing { id, path });
                return (problems, false);
            }
            Err(error) => {
                problems.push(Problem::Unread { id, path, why: with_causes(&error) });
                return (problems, false);
            }
        }
        match self.owner(&record.id, &path) {
            Ok(Some(other)) => {
                let (id, path) = (id.clone(), path.clone());
                problems.push(Problem::ResultOfAnother { id, path, other: other.to_string() });
            }
            Ok(None) => {}
            Err(error) => {
                problems.push(Problem::Unread {
                    id: id.clone(),
                    path: path.clone(),
                    why: with_causes(&error),
                });
            }
        }
        let Some(expected) = checksum_of(&record.custom_data) else {
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
