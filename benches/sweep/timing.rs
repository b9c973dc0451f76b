//! Ours and what is beside it, in turns.

use std::error::Error;
use std::time::Instant;

/// What was found of a row.
pub struct Finding {
    pub name: String,
    pub points: u32,
    /// The seconds of the whole sweep.
    pub ours: f64,
    pub beside: Option<Beside>,
    /// The most memory that our process has had, in bytes.
    pub peak: Option<u64>,
    pub budget: Option<Budget>,
}

/// What ours is measured against.
pub struct Beside {
    pub what: String,
    pub seconds: f64,
}

#[derive(Clone, Copy)]
pub enum Budget {
    /// Of the time of what is beside it.
    Times(f64),
    Bytes(u64),
}

impl Finding {
    pub fn new(name: &str, points: u32, ours: f64) -> Self {
        Self { name: name.to_owned(), points, ours, beside: None, peak: None, budget: None }
    }

    pub fn beside(self, what: &str, seconds: f64) -> Self {
        Self { beside: Some(Beside { what: what.to_owned(), seconds }), ..self }
    }

    pub fn budget(self, budget: Budget) -> Self {
        Self { budget: Some(budget), ..self }
    }

    pub fn peak(self, bytes: u64) -> Self {
        Self { peak: Some(bytes), ..self }
    }

    pub fn ratio(&self) -> Option<f64> {
        Some(self.ours / self.beside.as_ref()?.seconds)
    }

    /// Whether it keeps to the budget, if it has one.
    pub fn is_within(&self) -> Option<bool> {
        match self.budget? {
            Budget::Times(times) => Some(self.ratio()? <= times),
            Budget::Bytes(bytes) => Some(self.peak? < bytes),
        }
    }
}

/// What a call gives, and its seconds. Whoever drops the first does so at his own expense.
pub fn timed<R>(call: impl FnOnce() -> R) -> (R, f64) {
    let start = Instant::now();
    let given = call();
    (given, start.elapsed().as_secs_f64())
}

/// The median seconds of each. Both say how long they took themselves, without what they prepare and tidy up.
pub fn in_turns(
    turns: u32,
    ours: impl Fn() -> Result<f64, Box<dyn Error>>,
    floor: impl Fn() -> Result<f64, Box<dyn Error>>,
) -> Result<(f64, f64), Box<dyn Error>> {
    let (mut all_ours, mut all_floor) = (vec![], vec![]);
    for turn in 0..turns {
        // Who comes second has what the first one left in the caches, and on the way to the disk.
        let first = if turn % 2 == 1 { Some(floor()?) } else { None };
        all_ours.push(ours()?);
        all_floor.push(match first {
            Some(seconds) => seconds,
            None => floor()?,
        });
    }
    Ok((median(all_ours), median(all_floor)))
}

/// So many turns that small sweeps are not left to chance, and large ones come to an end.
pub fn turns(points: u32) -> u32 {
    match points {
        0..=10_000 => 5,
        10_001..=100_000 => 3,
        _ => 1,
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
