//! Every type that can be a field, and typed queries over each.
#![deny(warnings)]

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use diesel::prelude::*;
use entropic::{Record, Timestamp, TimeOfDay};
use entropic::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, SimEnum)]
#[sim(rename_all = "kebab-case")]
enum Method {
    ForwardEuler,
    #[sim(rename = "rk4")]
    RungeKutta,
}

#[derive(Debug, Clone, Copy, PartialEq, SimColumn)]
struct Mass(f64);

#[derive(Debug, Clone, PartialEq, SimColumn)]
struct Label {
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, SimColumn)]
struct Way(Method);

#[derive(Debug, Clone, Copy, PartialEq, SimColumn)]
struct Day(NaiveDate);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Shape {
    sides: Vec<f64>,
}

type Metres = f64;

/// An enum of the user with a name that is known otherwise.
#[derive(Debug, Clone, Copy, PartialEq, SimEnum)]
enum Duration {
    Short,
    Long,
}

#[derive(Debug, Clone, Copy, PartialEq, SimEnum)]
enum Value {
    High,
    Low,
}

#[derive(Debug, Clone, PartialEq, SimRecord)]
#[sim(table = "numbers", float = "significant", output(a: i8, b: u64, c: f32, d: bool, e: String, z: usize))]
struct Numbers {
    i8: i8,
    i16: i16,
    i32: i32,
    i64: i64,
    isize: isize,
    u8: u8,
    u16: u16,
    u32: u32,
    u64: u64,
    usize: usize,
    f32: f32,
    f64: f64,
    boolean: bool,
    text: String,
    maybe: Option<u64>,
    path: std::option::Option<std::string::String>,
}

#[derive(Debug, Clone, PartialEq, SimRecord)]
#[sim(
    table = "others",
    version = 2,
    output(
        used: Method,
        #[sim(sql = Double)] mass: Mass,
        #[sim(json)] shape: Shape,
        #[sim(index, rename = "when")] moment: DateTime<Utc>,
        day: NaiveDate,
        #[sim(sql = Double)] length: Metres,
    )
)]
struct Others {
    #[sim(index)]
    method: Method,
    maybe_method: Option<Method>,
    #[sim(sql = Double, float = "exact")]
    start: Mass,
    #[sim(sql = Double)]
    maybe_start: Option<Mass>,
    #[sim(sql = Text)]
    label: Label,
    way: Way,
    #[sim(sql = Date)]
    day_of: Day,
    date: NaiveDate,
    time: NaiveTime,
    naive: NaiveDateTime,
    utc: chrono::DateTime<chrono::Utc>,
    #[sim(json)]
    shape_of: Shape,
    #[sim(json, default = vec![])]
    shapes: Vec<Shape>,
    #[sim(json)]
    maybe_shape: Option<Shape>,
    #[sim(sql = Double)]
    distance: Metres,
    #[sim(sql = Text)]
    duration: Duration,
    value: Value,
    #[sim(default = 1.0)]
    drag: f64,
    #[sim(default = Method::RungeKutta)]
    last: Method,
    #[sim(default = "none")]
    note: String,
    #[sim(default)]
    more: Option<String>,
    #[sim(ignore)]
    threads: i32,
}

fn queries(connection: &mut entropic::Conn) -> QueryResult<()> {
    let _: Vec<Record<Numbers>> = numbers::table
        .filter(numbers::i8.eq(1))
        .filter(numbers::u64.lt(7))
        .filter(numbers::f32.gt(0.5))
        .filter(numbers::boolean.eq(true))
        .filter(numbers::text.like("a%"))
        .filter(numbers::path.eq(Some("x")))
        .filter(numbers::b.is_not_null())
        .order(numbers::created_at.desc())
        .load(connection)?;
    let methods: Vec<Method> = others::table
        .filter(others::method.eq(Method::ForwardEuler))
        .filter(others::method.eq(&Method::ForwardEuler))
        .filter(others::maybe_method.eq(Method::RungeKutta))
        .filter(others::method.eq_any([Method::ForwardEuler, Method::RungeKutta]))
        .filter(others::start.gt(Mass(1.0)))
        .filter(others::maybe_start.lt(Mass(1.0)))
        .filter(others::start.eq_any(vec![Mass(1.0)]))
        .filter(others::maybe_method.eq(Some(Method::RungeKutta)))
        .filter(others::mass.lt(Mass(1.0)))
        .filter(others::label.eq(Label { text: String::from("a") }))
        .filter((others::distance + 1.0).lt(2.0))
        .filter(others::date.lt(NaiveDate::MIN))
        .filter(others::time.lt(TimeOfDay::from(NaiveTime::MIN)))
        .filter(others::utc.lt(Timestamp::now()))
        .filter(others::when.lt(Timestamp::now()))
        .filter(others::custom_data.is_not_null())
        .filter(others::duration.eq(Duration::Long))
        .filter(others::value.ne(Value::Low))
        .select(others::method)
        .load(connection)?;
    drop(methods);
    let _: Vec<(Option<Method>, Option<f64>)> =
        others::table.select((others::maybe_method, others::mass)).load(connection)?;
    Ok(())
}

fn main() {
    let _ = queries;
    let grid = OthersGrid { duration: Duration::all(), value: Value::all(), ..grid() };
    drop(grid);
    let output = OthersOutput { used: Some(Method::RungeKutta), ..OthersOutput::default() };
    assert_eq!(output.clone(), output);
    assert!(format!("{output:?}").starts_with("OthersOutput { used: Some(RungeKutta), mass: None,"));
}

fn grid() -> OthersGrid {
    let moment = DateTime::<Utc>::UNIX_EPOCH;
    OthersGrid::from(Others {
        method: Method::ForwardEuler,
        maybe_method: None,
        start: Mass(1.0),
        maybe_start: None,
        label: Label { text: String::from("a") },
        way: Way(Method::RungeKutta),
        day_of: Day(moment.date_naive()),
        date: moment.date_naive(),
        time: moment.time(),
        naive: moment.naive_utc(),
        utc: moment,
        shape_of: Shape { sides: vec![1.0] },
        shapes: Vec::new(),
        maybe_shape: None,
        distance: 1.0,
        duration: Duration::Short,
        value: Value::High,
        drag: 1.0,
        last: Method::RungeKutta,
        note: String::from("none"),
        more: None,
        threads: 1,
    })
}
