//! What can be measured.

use std::error::Error;
use std::fmt;

use entropic::Durability::{Full, Process};

use crate::desk::Desk;
use crate::misses::Who::{self, Serial, Threads};
#[cfg(feature = "postgres")]
use crate::postgres;
use crate::timing::Finding;
use crate::{flat, hits, misses, reference};

type Measure = Box<dyn Fn(&str, &Desk) -> Result<Vec<Finding>, Box<dyn Error>>>;

/// One measurement, by the words of its name.
pub struct Row {
    pub name: String,
    /// Whether it is measured when nothing is asked for.
    default: bool,
    measure: Measure,
}

impl Row {
    fn new<F>(name: impl Into<String>, default: bool, measure: F) -> Self
    where
        F: Fn(&str, &Desk) -> Result<Option<Finding>, Box<dyn Error>> + 'static,
    {
        let measure: Measure = Box::new(move |name, desk| Ok(measure(name, desk)?.into_iter().collect()));
        Self { name: name.into(), default, measure }
    }

    /// Whether it has all the words.
    pub fn is_wanted(&self, words: &[String]) -> bool {
        if words.is_empty() {
            return self.default;
        }
        words == ["all"] || words.iter().all(|word| self.name.split(' ').any(|own| own == word))
    }

    pub fn measure(&self, desk: &Desk) -> Result<Vec<Finding>, Box<dyn Error>> {
        (self.measure)(&self.name, desk)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name, if self.default { " (default)" } else { "" })
    }
}

pub fn all() -> Vec<Row> {
    let mut rows = vec![];
    for (size, points, default) in [("1e4", 10_000, true), ("1e5", 100_000, true), ("1e6", 1_000_000, false)]
    {
        rows.push(Row::new(format!("hits sqlite {size}"), default, move |name, _| {
            hits::measure(name, points)
        }));
    }
    rows.push(Row::new("flat sqlite 1e7 repeated", false, |name, _| flat::repeated(name)));
    rows.push(Row::new("flat sqlite 1e7 distinct", false, |name, _| flat::distinct(name)));
    for (size, points, default) in [("1e4", 10_000, true), ("1e5", 100_000, false)] {
        for who in [Serial, Threads(1), Threads(2)] {
            rows.push(Row::new(format!("misses sqlite process {size} {who}"), default, move |name, desk| {
                misses::measure(name, desk, Process, points, who)
            }));
        }
    }
    for who in [Serial, Threads(2)] {
        rows.push(Row::new(format!("misses sqlite full 1e3 {who}"), who == Serial, move |name, desk| {
            misses::measure(name, desk, Full, 1_000, who)
        }));
    }
    rows.extend(on_postgres());
    for who in [Serial, Threads(2)] {
        rows.push(python(who));
    }
    rows
}

/// The package is installed first, which takes its time.
fn python(who: Who) -> Row {
    let tool = if who == Serial { "serial" } else { "dask" };
    let measure = move |name: &str, desk: &Desk| reference::measure(name, desk, 10_000, who, tool);
    Row { name: format!("python 1e4 {tool}"), default: false, measure: Box::new(measure) }
}

#[cfg(feature = "postgres")]
fn on_postgres() -> Vec<Row> {
    let mut rows = vec![];
    for (size, points, default) in [("1e4", 10_000, true), ("1e5", 100_000, false)] {
        rows.push(Row::new(format!("hits postgres {size}"), default, move |name, _| {
            postgres::hits(name, points)
        }));
    }
    for who in [Serial, Threads(2)] {
        rows.push(Row::new(format!("misses postgres process 1e4 {who}"), who == Serial, move |name, _| {
            postgres::misses(name, 10_000, who)
        }));
    }
    rows
}

#[cfg(not(feature = "postgres"))]
fn on_postgres() -> Vec<Row> {
    vec![]
}
