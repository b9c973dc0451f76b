//! The records, each with a model of the same table in `peer.py`, and what both sides are compared by.

use std::path::Path;
use std::{fs, io};

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use entropic::prelude::*;
use entropic::{Durability, Stored, Timestamp};
use serde_json::{Map, Value, json};

use crate::support::Scratch;

#[derive(Debug, Clone, Copy, PartialEq, SimEnum)]
#[sim(rename_all = "kebab-case")]
pub enum Method {
    Euler,
    Rk4,
    LeapFrog,
}

/// What Python's `str`, `int`, `float`, `bool` and `Optional` become.
///
/// `i32` because SQLAlchemy declares `INTEGER` for `int`, which has 32 bits on PostgreSQL; `seed` is a `BigInteger`.
#[derive(Debug, Clone, PartialEq, SimRecord)]
#[sim(table = "trials")]
pub struct Trial {
    pub label: String,
    pub steps: i32,
    pub seed: i64,
    pub dt: f64,
    pub fast: bool,
    pub method: Method,
    pub drag: Option<f64>,
    pub note: Option<String>,
    pub cap: Option<i32>,
}

/// Times, and a `dict`. Python can only register these on SQLite: its `run` passes the parameters through JSON.
#[derive(Debug, Clone, PartialEq, SimRecord)]
#[sim(table = "events")]
pub struct Event {
    pub name: String,
    pub at: NaiveDateTime,
    /// An aware `datetime` in Python, stored without its zone.
    pub start: DateTime<Utc>,
    pub day: NaiveDate,
    pub clock: NaiveTime,
    pub until: Option<NaiveDateTime>,
    #[sim(json)]
    pub shape: Map<String, Value>,
}

/// Outputs, which Python knows as optional columns that are no parameters.
#[derive(Debug, Clone, PartialEq, SimRecord)]
#[sim(table = "measures", output(energy: f64, rounds: i64))]
pub struct Measure {
    pub mass: f64,
}

/// The model is a SQLAlchemy `Enum`, which stores the names of the variants.
#[derive(Debug, Clone, PartialEq, SimRecord)]
#[sim(table = "choices")]
pub struct Choice {
    pub method: Method,
}

#[derive(Debug, Clone, PartialEq, SimRecord)]
#[sim(table = "levels")]
pub struct Level {
    pub x: f64,
}

#[derive(Debug, Clone, PartialEq, SimRecord)]
#[sim(table = "counts")]
pub struct Count {
    pub n: i64,
}

/// Any JSON, bare values as well.
#[derive(Debug, Clone, PartialEq, SimRecord)]
#[sim(table = "notes")]
pub struct Note {
    #[sim(json)]
    pub value: Value,
}

/// A table that has grown since Python made it.
pub mod grown {
    use entropic::prelude::*;

    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(table = "levels")]
    pub struct Level {
        pub x: f64,
        #[sim(default = 0.5)]
        pub drag: f64,
        #[sim(default)]
        pub note: Option<String>,
    }
}

/// The same tables with narrower fields.
pub mod narrow {
    use entropic::prelude::*;

    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(table = "levels")]
    pub struct Level {
        pub x: f32,
    }

    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(table = "counts")]
    pub struct Count {
        pub n: i32,
    }
}

/// The same once more.
pub mod narrower {
    use entropic::prelude::*;

    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(table = "counts")]
    pub struct Count {
        pub n: u8,
    }
}

/// Parameters as Python is told them.
pub trait Told: Stored {
    fn told(&self) -> Value;
}

impl Told for Trial {
    fn told(&self) -> Value {
        json!({
            "label": self.label, "steps": self.steps, "seed": self.seed, "dt": number(self.dt), "fast": self.fast,
            "method": {"$method": self.method.as_str()}, "drag": self.drag.map(number), "note": self.note,
            "cap": self.cap,
        })
    }
}

impl Told for Event {
    fn told(&self) -> Value {
        let moment = |at: NaiveDateTime| json!({"$datetime": Timestamp::from(at).to_string()});
        json!({
            "name": self.name, "at": moment(self.at),
            "start": {"$datetime": Timestamp::from(self.start).to_string() + "+00:00"},
            "day": {"$date": self.day.to_string()}, "clock": {"$time": self.clock.format("%H:%M:%S%.6f").to_string()},
            "until": self.until.map(moment), "shape": self.shape,
        })
    }
}

macro_rules! told {
    ($($record:ty: $field:ident, $value:expr;)*) => {$(
        impl Told for $record {
            fn told(&self) -> Value {
                let value: fn(&Self) -> Value = $value;
                json!({stringify!($field): value(self)})
            }
        }
    )*};
}

told! {
    Measure: mass, |record| number(record.mass);
    Choice: method, |record| json!({"$method": record.method.as_str()});
    Level: x, |record| number(record.x);
    Note: value, |record| record.value.clone();
    Count: n, |record| record.n.into();
    narrow::Count: n, |record| record.n.into();
}

/// A float for Python: JSON has no infinities.
pub fn number(x: f64) -> Value {
    if x.is_finite() { x.into() } else { json!({"$float": x.to_string()}) }
}

/// A record as Python shows its rows.
#[track_caller]
pub fn seen<T: Told>(record: &Record<T>) -> Value {
    json!({
        "params": stored(record.params.told()),
        "id": record.id.as_str(),
        "result_file": record.result_file.to_str().unwrap(),
        "created_at": {"$datetime": record.created_at.to_string()},
        "custom_data": *record.custom_data,
        "content": fs::read_to_string(&record.result_file).ok(),
    })
}

/// Parameters as they are in a row: a value of an enum is text, and a time has no zone.
fn stored(mut params: Value) -> Value {
    for value in params.as_object_mut().unwrap().values_mut() {
        if let Some(text) = value.get("$method") {
            *value = text.clone();
        } else if let Some(bare) = value["$datetime"].as_str().and_then(|time| time.strip_suffix("+00:00")) {
            *value = json!({"$datetime": bare});
        }
    }
    params
}

/// The parameters of many records for Python.
pub fn told<T: Told>(all: &[T]) -> Value {
    all.iter().map(Told::told).collect()
}

/// A store of the test with a runner.
#[track_caller]
pub fn open<T, F, E>(scratch: &Scratch, runner: F) -> Store<T>
where
    T: Stored,
    F: Fn(&T, &mut RunContext<T>) -> Result<(), E> + Send + Sync + 'static,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    try_open(scratch).map(|store| store.with_runner(runner)).unwrap()
}

/// A store of the test without a runner.
pub fn try_open<T: Stored>(scratch: &Scratch) -> entropic::Result<Store<T>> {
    open_in(scratch, &scratch.results_dir())
}

/// The same with a results folder of the test's choice.
pub fn open_in<T: Stored>(scratch: &Scratch, results_dir: &Path) -> entropic::Result<Store<T>> {
    Store::builder().database(scratch.url()).results_dir(results_dir).durability(Durability::Process).open()
}

/// A runner for runs that must be there.
pub fn never<T: SimRecord>(_: &T, run: &mut RunContext<T>) -> io::Result<()> {
    panic!("the runner was called for {}", run.id())
}

/// A runner whose results are a text and the id, as those of `peer.py`.
pub fn writes<T: SimRecord>(text: &'static str) -> impl Fn(&T, &mut RunContext<T>) -> io::Result<()> {
    move |_, run| fs::write(run.result_file(), format!("{text}{}", run.id()))
}

/// Parameters at the edges of what both sides hold.
pub fn trials() -> Vec<Trial> {
    let plain = Trial {
        label: "plain".to_owned(),
        steps: 5000,
        seed: 42,
        dt: 0.01,
        fast: true,
        method: Method::Rk4,
        drag: None,
        note: None,
        cap: None,
    };
    vec![
        plain.clone(),
        Trial {
            label: "Ünï\"cødé\\ 漢字 😀\n\t\u{7f}\u{2028}".to_owned(),
            steps: i32::MAX,
            seed: i64::MAX,
            dt: 0.1 + 0.2,
            fast: false,
            method: Method::LeapFrog,
            drag: Some(0.000_122_070_312_5),
            note: Some(String::new()),
            cap: Some(0),
        },
        Trial {
            label: String::new(),
            steps: i32::MIN,
            seed: i64::MIN,
            dt: f64::INFINITY,
            method: Method::Euler,
            drag: Some(-0.0),
            note: Some("it's '' -- \u{1f}".to_owned()),
            cap: Some(-1),
            ..plain.clone()
        },
        Trial { dt: 5000.0, drag: Some(1e22), seed: (1 << 53) + 1, ..plain.clone() },
        Trial { dt: f64::MAX, drag: Some(1e-7), ..plain },
    ]
}

/// Times at the edges, and a `dict` with everything that JSON has.
pub fn events() -> Vec<Event> {
    let at: Timestamp = "2026-01-02 03:04:05.000600".parse().unwrap();
    let whole: Timestamp = "2026-01-02 03:04:05".parse().unwrap();
    let Value::Object(mut shape) = custom_data() else { unreachable!("it is an object") };
    // Not in parameters: the hash would take it for zero.
    shape.remove("tiny");
    let event = Event {
        name: "conference".to_owned(),
        at: at.naive_utc(),
        start: at.to_utc(),
        day: at.naive_utc().date(),
        clock: at.naive_utc().time(),
        until: None,
        shape,
    };
    vec![
        event.clone(),
        Event {
            at: whole.naive_utc(),
            start: whole.to_utc(),
            clock: whole.naive_utc().time(),
            until: Some(whole.naive_utc()),
            shape: Map::new(),
            ..event.clone()
        },
        Event {
            at: new_year(1).and_time(NaiveTime::MIN),
            start: new_year(9999).and_time(NaiveTime::MIN).and_utc(),
            day: new_year(1),
            clock: NaiveTime::MIN,
            until: Some(at.naive_utc()),
            ..event
        },
    ]
}

fn new_year(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap()
}

/// Custom data with everything that JSON has.
pub fn custom_data() -> Value {
    json!({
        "nested": {"list": [1, 1.0, -0.5, null, "x", {"deep": [[], {}]}], "true": true, "": false},
        "unicode ü": "漢字 😀 \" \\ / \n \u{1} \u{7f} \u{2028} it's",
        "sum": 0.1 + 0.2,
        "tiny": 5e-324,
        "huge": f64::MAX,
        "power": 1e22,
        "largest": i64::MAX,
        "smallest": i64::MIN,
        "unsigned": u64::MAX,
        "none": null,
        "whole": 3.0,
        "number as text": "1.50",
    })
}
