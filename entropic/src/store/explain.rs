//! Why a run is not found.

use std::fmt;

use super::Store;
use super::inside::inside;
use super::lookup::{Asked, Found};
use super::rehash::Texts;
use crate::Result;
use crate::db::Stored;
use crate::params::{FloatScheme, RunId};
use crate::record::{Identity, Record, SimRecord};
use crate::schema::ExpectedTable;

/// Why parameters are a hit or a miss.
#[non_exhaustive]
pub enum Explanation<T: SimRecord> {
    /// The run is there.
    Hit(Box<Record<T>>),
    /// The run is known, and its result is gone.
    ResultMissing(Box<Record<T>>),
    /// There is no such run.
    Miss {
        /// The key that was looked for.
        id: RunId,
        /// The canonical text it is the hash of.
        canonical: String,
        /// The run that differs in the fewest fields, the newest of those, and the fields.
        nearest: Option<(Box<Record<T>>, Vec<FieldDifference>)>,
        /// The run that is stored under the key that these parameters would have if keys were made in another way, and
        /// what is other about it.
        otherwise: Option<(RunId, Otherwise)>,
    },
}

/// A way of making keys that is not that of the struct.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Otherwise {
    /// Another `#[sim(version = …)]`.
    Version(u32),
    /// Another `#[sim(float = "…")]`.
    Float(FloatScheme),
    /// Without a field, which has no `#[sim(default = …)]`.
    Without(String),
    /// With a field that has its default, and so is left out.
    WithDefault(String),
    /// Whole numbers without their `.0`: what the Python package hashes when it is given an `int`.
    WholeNumbers,
    /// Without a key inside a `#[sim(json)]` field, and the ones within it: a dotted path, through lists.
    WithoutKey {
        /// The column.
        column: String,
        /// The key.
        key: String,
    },
    /// As the table says that its keys were made.
    AsWritten,
}

impl fmt::Display for Otherwise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => write!(f, "with `version = {version}`"),
            Self::Float(scheme) => write!(f, "with `float = \"{scheme}\"`"),
            Self::Without(column) => {
                write!(f, "without `{column}`: was it added later, and should have `#[sim(default = …)]`?")
            }
            Self::WithDefault(column) => write!(f, "if the default of `{column}` were hashed as well"),
            Self::WholeNumbers => write!(f, "with `1` for `1.0`: was it stored from Python, with an `int`?"),
            Self::WithoutKey { column, key } => write!(
                f,
                "without `{key}` in the JSON of `{column}`: was it added later, and should have \
                 `#[serde(default, skip_serializing_if = \"…\")]`?"
            ),
            Self::AsWritten => write!(f, "as keys were made before: see `rehash`"),
        }
    }
}

/// A field in which two runs differ, in canonical text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldDifference {
    /// The column.
    pub field: &'static str,
    /// What was asked.
    pub asked: String,
    /// What the other run has.
    pub stored: String,
}

impl fmt::Display for FieldDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, asked, stored } = self;
        match inside(asked, stored).as_deref() {
            Some([only]) if !only.path.is_empty() => {
                let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
                let (asked, stored) = (shown(&only.asked), shown(&only.stored));
                write!(f, "`{field}`, in `{}` alone (asked {asked}, stored {stored})", only.path)
            }
            _ => write!(f, "`{field}` (asked {asked}, stored {stored})"),
        }
    }
}

impl<T: SimRecord> fmt::Debug for Explanation<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Explanation({self})")
    }
}

impl<T: SimRecord> fmt::Display for Explanation<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hit(record) => write!(f, "hit: run `{}` of {}", record.id, record.created_at),
            Self::ResultMissing(record) => {
                write!(
                    f,
                    "run `{}` is known, but its result `{}` is gone",
                    record.id,
                    record.result_file.display()
                )
            }
            Self::Miss { id, canonical, nearest, otherwise } => {
                write!(f, "miss: no run `{id}`, the key of {canonical}")?;
                if let Some((id, how)) = otherwise {
                    return write!(f, "; it would be a hit (`{id}`) {how}");
                }
                let Some((record, differences)) = nearest else {
                    return write!(f, "; there are no runs at all");
                };
                write!(f, "; the nearest is `{}`, which differs in", record.id)?;
                if differences.is_empty() {
                    write!(f, " its key alone: it was stored under another identity or a key of its own")?;
                }
                for (at, difference) in differences.iter().enumerate() {
                    let comma = if at == 0 { "" } else { "," };
                    write!(f, "{comma} {difference}")?;
                }
                Ok(())
            }
        }
    }
}

impl<T: Stored> Store<T> {
    /// Why these parameters are a hit or a miss; for a miss, which run is nearest and in what it differs, or that it
    /// would be a hit if keys were made in another way. Reads the whole table in that case.
    ///
    /// # Errors
    /// As [`retrieve`](Self::retrieve), but for a missing result, which is an answer here.
    ///
    /// ```
    /// # mod sim {
    /// #     use entropic::prelude::*;
    /// #     #[derive(SimRecord)]
    /// #     #[sim(table = "decays")]
    /// #     pub struct Decay { pub rate: f64, pub steps: i64 }
    /// # }
    /// # use sim::Decay;
    /// # let dir = tempfile::tempdir()?;
    /// # let store = entropic::Store::<Decay>::builder()
    /// #     .database(format!("sqlite://{}", dir.path().join("runs.db").display()))
    /// #     .results_dir(dir.path().join("results"))
    /// #     .runner(|decay: &Decay, run| std::fs::write(run.result_file(), decay.rate.to_string()))
    /// #     .open()?;
    /// store.run(&Decay { rate: 0.5, steps: 100 })?;
    /// let why = store.explain(&Decay { rate: 0.5, steps: 101 })?;
    /// assert!(why.to_string().ends_with("differs in `steps` (asked 101, stored 100)"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(&self, params: &T) -> Result<Explanation<T>> {
        let asked = Asked::of(params)?;
        match self.look_up(&asked)? {
            Found::Hit(record) => return Ok(Explanation::Hit(Box::new(record))),
            Found::Broken(broken) => return Ok(Explanation::ResultMissing(Box::new(broken.record))),
            Found::Nothing => {}
        }
        let fields = params.field_texts(None)?;
        let mut nearest: Option<(Box<Record<T>>, Vec<FieldDifference>)> = None;
        self.visit(|record| {
            let differences = differences(&fields, &record);
            if nearest.as_ref().is_none_or(|(_, fewest)| differences.len() <= fewest.len()) {
                nearest = Some((Box::new(record), differences));
            }
        })?;
        let otherwise = self.otherwise(params)?;
        Ok(Explanation::Miss { id: asked.id, canonical: asked.text, nearest, otherwise })
    }

    /// The first way of making keys under which a run of these parameters is stored.
    fn otherwise(&self, params: &T) -> Result<Option<(RunId, Otherwise)>> {
        let wanted = ExpectedTable::of::<T>()?;
        let texts = Texts::of(params, &wanted.identity);
        let mut ways = other_ways(&wanted.identity);
        ways.push((Otherwise::AsWritten, self.db().identity(&wanted)?));
        for (how, identity) in ways {
            let Some(text) = texts.under(&identity, how == Otherwise::WholeNumbers) else { continue };
            let id = RunId::from_canonical(&text);
            if self.is_there(&id)? {
                return Ok(Some((id, how)));
            }
        }
        for (column, key, texts) in texts.without_keys(&wanted.identity) {
            let Some(text) = texts.under(&wanted.identity, false) else { continue };
            let id = RunId::from_canonical(&text);
            if self.is_there(&id)? {
                return Ok(Some((id, Otherwise::WithoutKey { column, key })));
            }
        }
        Ok(None)
    }

    /// Whether there is a row, readable or not.
    fn is_there(&self, id: &RunId) -> Result<bool> {
        match self.find_row(id) {
            Ok(row) => Ok(row.is_some()),
            Err(error) if error.is_corrupt() => Ok(true),
            Err(error) => Err(error),
        }
    }
}

/// Each way that differs in one thing.
fn other_ways(identity: &Identity) -> Vec<(Otherwise, Identity)> {
    let mut ways: Vec<(Otherwise, Identity)> = (1..=identity.version.min(1_000) + 1)
        .rev()
        .filter(|version| *version != identity.version)
        .map(|version| (Otherwise::Version(version), Identity { version, ..identity.clone() }))
        .collect();
    for scheme in FloatScheme::ALL {
        let mut other = identity.clone();
        other.fields.iter_mut().for_each(|field| field.float = scheme);
        ways.push((Otherwise::Float(scheme), other));
    }
    for (at, field) in identity.fields.iter().enumerate() {
        let mut other = identity.clone();
        let how = if field.default.is_some() {
            other.fields[at].default = None;
            Otherwise::WithDefault(field.column.clone())
        } else {
            other.fields.remove(at);
            Otherwise::Without(field.column.clone())
        };
        ways.push((how, other));
    }
    ways.push((Otherwise::WholeNumbers, identity.clone()));
    ways
}

fn differences<T: SimRecord>(asked: &[(&'static str, String)], record: &Record<T>) -> Vec<FieldDifference> {
    // A row that another program stored may hold what has no canonical text; its key tells it apart then.
    let Ok(stored) = record.params.field_texts(None) else {
        return asked
            .iter()
            .map(|(field, asked)| FieldDifference {
                field,
                asked: asked.clone(),
                stored: "what has no canonical text".to_owned(),
            })
            .collect();
    };
    asked
        .iter()
        .zip(stored)
        .filter(|((_, asked), (_, stored))| !crate::params::canonical_eq(asked, stored))
        .map(|((field, asked), (_, stored))| FieldDifference { field, asked: asked.clone(), stored })
        .collect()
}
