//! What the derives make of a struct: its table as data, its identity, its refusals, its grid. No database.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use entropic::prelude::*;
use entropic::record::{ColumnKind, ColumnRole};
use entropic::{FloatScheme, RecordError, SimColumn as Column, SimEnum as Enum};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, SimEnum)]
#[sim(rename_all = "kebab-case")]
enum Method {
    ForwardEuler,
    #[sim(rename = "rk4")]
    RungeKutta,
    r#Static,
}

#[derive(Debug, Clone, Copy, PartialEq, SimColumn)]
struct Mass(f64);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Shape {
    sides: Vec<f64>,
    name: String,
}

fn shape() -> Shape {
    Shape { sides: vec![2.0, 0.1 + 0.2], name: "größe".to_owned() }
}

/// The canonical text, which must be there.
fn text<T: SimRecord>(record: &T) -> String {
    record.canonical_text().unwrap()
}

/// Why a record is refused; its text and its id are for the same reason.
fn refusal<T: SimRecord>(record: &T) -> String {
    let error = record.id().unwrap_err();
    assert!(matches!(error, RecordError::Field { .. }), "{error:?}");
    let whole = |error| format!("{:#}", entropic::Error::from(error));
    let message = whole(error);
    assert_eq!(whole(record.canonical_text().unwrap_err()), message);
    message
}

/// A message that names the field of the table and holds all of these words.
#[track_caller]
fn names(message: &str, table: &str, field: &str, words: &[&str]) {
    assert!(message.contains(&format!("`{field}` of `{table}`")), "{message}");
    for word in words {
        assert!(message.contains(word), "{word:?} is not in: {message}");
    }
}

// ---------------------------------------------------------------------------
// The table
// ---------------------------------------------------------------------------

#[derive(Debug, Clone, PartialEq, SimRecord)]
#[sim(
    table = "rich runs",
    rename_all = "camelCase",
    version = 3,
    float = "significant",
    output(
        energy: f64,
        #[sim(rename = "best method", index)] best: Method,
        #[sim(json)] final_shape: Shape,
        #[sim(sql = Double)] lost: Mass,
        ended: DateTime<Utc>,
    )
)]
struct Rich {
    #[sim(index)]
    step_size: f64,
    #[sim(rename = "M", sql = Double, float = "exact")]
    mass: Mass,
    r#type: Method,
    maybe_method: Option<Method>,
    small: i8,
    count: u64,
    single: f32,
    flag: bool,
    note: Option<String>,
    day: NaiveDate,
    time: Option<NaiveTime>,
    start: NaiveDateTime,
    #[sim(json, float = "decimal")]
    shape: Shape,
    #[sim(json)]
    maybe_shape: Option<Shape>,
    #[sim(ignore)]
    threads: i32,
}

#[test]
fn the_table_says_all_that_the_attributes_say() {
    use ColumnKind as K;
    use ColumnRole::{Identity, Ignored, Output, Reserved};
    use FloatScheme::{Decimal12, Exact, Significant12};

    let table = Rich::TABLE;
    assert_eq!((table.name, table.version), ("rich runs", 3));
    let columns: Vec<_> =
        table.all_columns().map(|c| (c.name, c.kind, c.nullable, c.role, c.index, c.float)).collect();
    assert_eq!(
        columns,
        [
            ("stepSize", K::Double, false, Identity, true, Significant12),
            ("M", K::Double, false, Identity, false, Exact),
            ("type", K::Text, false, Identity, false, Significant12),
            ("maybeMethod", K::Text, true, Identity, false, Significant12),
            ("small", K::SmallInt, false, Identity, false, Significant12),
            ("count", K::BigInt, false, Identity, false, Significant12),
            ("single", K::Float, false, Identity, false, Significant12),
            ("flag", K::Bool, false, Identity, false, Significant12),
            ("note", K::Text, true, Identity, false, Significant12),
            ("day", K::Date, false, Identity, false, Significant12),
            ("time", K::Time, true, Identity, false, Significant12),
            ("start", K::Timestamp, false, Identity, false, Significant12),
            ("shape", K::Json, false, Identity, false, Decimal12),
            ("maybeShape", K::Json, false, Identity, false, Significant12),
            ("threads", K::Integer, false, Ignored, false, Significant12),
            ("energy", K::Double, true, Output, false, Significant12),
            ("best method", K::Text, true, Output, true, Significant12),
            ("final_shape", K::Json, true, Output, false, Significant12),
            ("lost", K::Double, true, Output, false, Significant12),
            ("ended", K::Timestamp, true, Output, false, Significant12),
            ("id", K::Text, false, Reserved, false, Decimal12),
            ("result_file", K::Text, false, Reserved, false, Decimal12),
            ("created_at", K::Timestamp, false, Reserved, false, Decimal12),
            ("custom_data", K::Json, false, Reserved, false, Decimal12),
        ]
    );
}

#[derive(SimRecord)]
struct HarmonicOscillator {
    omega: f64,
}

#[test]
fn a_table_without_a_name_is_called_like_the_struct() {
    let table = HarmonicOscillator::TABLE;
    assert_eq!((table.name, table.version), ("harmonic_oscillators", 1));
    assert_eq!(text(&HarmonicOscillator { omega: 1.0 }), r#"{"omega":1.0}"#);
}

// ---------------------------------------------------------------------------
// The identity
// ---------------------------------------------------------------------------

#[derive(Debug, Clone, SimRecord)]
struct Orbit {
    mass: f64,
    steps: i64,
    dt: f64,
    method: Method,
}

#[derive(Debug, Clone, SimRecord)]
#[sim(table = "others", version = 1, output(energy: f64, best: Method))]
struct OrbitInAnotherOrder {
    dt: f64,
    method: Method,
    #[sim(ignore)]
    threads: i32,
    steps: i64,
    #[sim(index)]
    mass: f64,
    #[sim(ignore, json)]
    tags: Vec<String>,
}

#[derive(Debug, Clone, SimRecord)]
#[sim(rename_all = "UPPERCASE")]
struct OrbitRenamed {
    mass: f64,
    steps: i64,
    #[sim(rename = "größe")]
    dt: f64,
    method: Method,
}

fn orbit() -> Orbit {
    Orbit { mass: 1.0, steps: 5000, dt: 0.1 + 0.2, method: Method::RungeKutta }
}

#[test]
fn the_identity_is_that_of_the_python_package() {
    assert_eq!(text(&orbit()), r#"{"dt":0.3,"mass":1.0,"method":"rk4","steps":5000}"#);
    assert_eq!(orbit().id().unwrap().as_str(), "ce357d556fc37fed");
}

#[test]
fn order_ignored_fields_outputs_and_the_first_version_do_not_count() {
    let Orbit { mass, steps, dt, method } = orbit();
    let tags = vec!["x".to_owned()];
    let other = OrbitInAnotherOrder { dt, method, threads: 8, steps, mass, tags };
    assert_eq!(text(&other), text(&orbit()));
    assert_eq!(other.id().unwrap(), orbit().id().unwrap());
}

#[test]
fn a_renamed_field_has_another_key_and_keys_are_sorted_by_what_they_are_in_the_end() {
    let Orbit { mass, steps, dt, method } = orbit();
    let renamed = OrbitRenamed { mass, steps, dt, method };
    assert_eq!(text(&renamed), r#"{"MASS":1.0,"METHOD":"rk4","STEPS":5000,"gr\u00f6\u00dfe":0.3}"#);
}

#[derive(Debug, Clone, SimRecord)]
#[sim(version = 2)]
struct Second {
    #[sim(rename = "#n")]
    n: i64,
    mass: f64,
}

#[test]
fn a_later_version_enters_the_hash_at_its_place_among_the_keys() {
    assert_eq!(text(&Second { n: 1, mass: 2.0 }), r##"{"#n":1,"$version":2,"mass":2.0}"##);
}

#[derive(Debug, Clone, SimRecord)]
struct Grown {
    mass: f64,
    #[sim(default = 0.0)]
    drag: f64,
    #[sim(default)]
    spin: f64,
    #[sim(default)]
    note: Option<String>,
    #[sim(default = Some(2.5))]
    cutoff: Option<f64>,
    #[sim(default = "none")]
    label: String,
    #[sim(default = Method::RungeKutta)]
    method: Method,
    #[sim(default = Mass(1.0), sql = Double)]
    companion: Mass,
    #[sim(json, default = vec![1, 2])]
    levels: Vec<i32>,
    #[sim(default = i64::from(u32::MAX) + 1)]
    seed: i64,
}

fn grown() -> Grown {
    Grown {
        mass: 1.0,
        drag: 0.0,
        spin: 0.0,
        note: None,
        cutoff: Some(2.5),
        label: "none".to_owned(),
        method: Method::RungeKutta,
        companion: Mass(1.0),
        levels: vec![1, 2],
        seed: 4_294_967_296,
    }
}

#[test]
fn fields_at_their_default_are_left_out() {
    assert_eq!(text(&grown()), r#"{"mass":1.0}"#);
    // Not the value counts, but its text; the sign of zero is lost in SQLite.
    assert_eq!(text(&Grown { drag: -0.0, spin: -0.0, ..grown() }), r#"{"mass":1.0}"#);
    assert_eq!(text(&Grown { cutoff: Some(2.500_000_000_000_1), ..grown() }), r#"{"mass":1.0}"#);
}

#[test]
fn fields_that_leave_their_default_are_there() {
    for (record, entry) in [
        (Grown { drag: 0.5, ..grown() }, r#"{"drag":0.5,"mass":1.0}"#),
        (Grown { note: Some(String::new()), ..grown() }, r#"{"mass":1.0,"note":""}"#),
        (Grown { cutoff: None, ..grown() }, r#"{"cutoff":null,"mass":1.0}"#),
        (Grown { label: "some".to_owned(), ..grown() }, r#"{"label":"some","mass":1.0}"#),
        (Grown { method: Method::Static, ..grown() }, r#"{"mass":1.0,"method":"static"}"#),
        (Grown { companion: Mass(2.0), ..grown() }, r#"{"companion":2.0,"mass":1.0}"#),
        (Grown { levels: vec![2, 1], ..grown() }, r#"{"levels":[2,1],"mass":1.0}"#),
        (Grown { seed: 0, ..grown() }, r#"{"mass":1.0,"seed":0}"#),
    ] {
        assert_eq!(text(&record), entry);
    }
}

#[derive(Debug, Clone, SimRecord)]
#[sim(float = "significant")]
struct Floats {
    significant: f64,
    #[sim(float = "exact")]
    exact: f64,
    #[sim(float = "decimal")]
    decimal: f64,
    #[sim(float = "exact", json)]
    list: Vec<f64>,
    #[sim(float = "exact")]
    maybe: Option<f64>,
    #[sim(float = "exact", sql = Double)]
    mass: Mass,
}

#[test]
fn each_field_has_the_float_scheme_of_its_own_or_of_the_struct() {
    let x = 0.1 + 0.2;
    let record =
        Floats { significant: x, exact: x, decimal: x, list: vec![x], maybe: Some(x), mass: Mass(x) };
    assert_eq!(
        text(&record),
        "{\"decimal\":0.3,\"exact\":0.30000000000000004,\"list\":[0.30000000000000004],\
         \"mass\":0.30000000000000004,\"maybe\":0.30000000000000004,\"significant\":0.3}"
    );
    let small = Floats { significant: 1.234_567_890_123_4e-20, exact: 5e-324, ..record };
    assert!(text(&small).contains(r#""exact":5e-324"#));
    assert!(text(&small).contains(r#""significant":1.23456789012e-20"#));
}

#[derive(Debug, Clone, SimRecord)]
struct Singles {
    single: f32,
}

#[test]
fn a_single_is_the_double_that_it_widens_to() {
    let record = Singles { single: 0.1 };
    assert_eq!(text(&record), r#"{"single":0.10000000149}"#);
    assert_eq!(record.id().unwrap().as_str(), "e029f6cebc6a4286");
}

#[derive(Debug, Clone, SimRecord)]
struct Times {
    start: DateTime<Utc>,
    naive: NaiveDateTime,
    day: NaiveDate,
    time: NaiveTime,
}

fn times() -> Times {
    let day = NaiveDate::from_ymd_opt(2026, 1, 2).unwrap();
    Times {
        start: day.and_hms_micro_opt(3, 4, 5, 678_901).unwrap().and_utc(),
        naive: day.and_hms_opt(3, 4, 5).unwrap(),
        day,
        time: NaiveTime::from_hms_micro_opt(3, 4, 5, 600).unwrap(),
    }
}

#[test]
fn times_are_hashed_as_python_writes_them() {
    assert_eq!(
        text(&times()),
        "{\"day\":\"2026-01-02\",\"naive\":\"2026-01-02 03:04:05\",\
         \"start\":\"2026-01-02 03:04:05.678901+00:00\",\"time\":\"03:04:05.000600\"}"
    );
    assert_eq!(times().id().unwrap().as_str(), "f3ad0bb9267d0ca0");
}

#[derive(Debug, Clone, SimRecord)]
struct Json {
    #[sim(json)]
    value: serde_json::Value,
    #[sim(json)]
    shape: Option<Shape>,
}

#[test]
fn json_is_sorted_at_every_depth() {
    let value = serde_json::json!({"b": [{"z": 1, "y": {"b": null, "a": 0.30000000000000004}}], "a": true});
    assert_eq!(
        text(&Json { value: value.clone(), shape: Some(shape()) }),
        "{\"shape\":{\"name\":\"gr\\u00f6\\u00dfe\",\"sides\":[2.0,0.3]},\
         \"value\":{\"a\":true,\"b\":[{\"y\":{\"a\":0.3,\"b\":null},\"z\":1}]}}"
    );
    assert!(text(&Json { value, shape: None }).starts_with(r#"{"shape":null,"#));
}

// ---------------------------------------------------------------------------
// What is refused
// ---------------------------------------------------------------------------

#[derive(Debug, Clone, SimRecord)]
#[sim(table = "guarded")]
struct Guarded {
    count: u64,
    #[sim(rename = "dt max")]
    dt: f64,
    name: Option<String>,
    #[sim(json)]
    list: Vec<f64>,
    #[sim(sql = Double, float = "exact")]
    mass: Mass,
    single: f32,
    at: DateTime<Utc>,
    time: Option<NaiveTime>,
    day: NaiveDate,
    #[sim(ignore)]
    hint: f64,
}

fn guarded() -> Guarded {
    Guarded {
        count: 1,
        dt: 0.1,
        name: None,
        list: Vec::new(),
        mass: Mass(1.0),
        single: 1.0,
        at: times().start,
        time: None,
        day: times().day,
        hint: 0.0,
    }
}

#[test]
fn integers_beyond_the_column_are_refused() {
    assert!(guarded().id().is_ok());
    assert!(Guarded { count: i64::MAX as u64, ..guarded() }.id().is_ok());
    // The text has room for it; the column has not.
    let record = Guarded { count: i64::MAX as u64 + 1, ..guarded() };
    names(
        &format!("{:#}", entropic::Error::from(record.id().unwrap_err())),
        "guarded",
        "count",
        &["`9223372036854775808`", "the largest is 9223372036854775807"],
    );
}

#[test]
fn floats_that_could_not_be_found_again_are_refused() {
    let message = refusal(&Guarded { dt: f64::NAN, ..guarded() });
    names(&message, "guarded", "dt max", &["NaN", "`Option`"]);
    let message = refusal(&Guarded { mass: Mass(f64::NAN), ..guarded() });
    names(&message, "guarded", "mass", &["NaN"]);
    let message = refusal(&Guarded { single: f32::NAN, ..guarded() });
    names(&message, "guarded", "single", &["NaN"]);
    let message = refusal(&Guarded { dt: 1e-13, ..guarded() });
    names(&message, "guarded", "dt max", &["1e-13", "#[sim(float = \"significant\")]"]);
    let message = refusal(&Guarded { list: vec![1.0, f64::NAN], ..guarded() });
    names(&message, "guarded", "list", &["NaN"]);
    let message = refusal(&Guarded { list: vec![f64::NEG_INFINITY], ..guarded() });
    names(&message, "guarded", "list", &["-inf", "`Option`"]);
}

#[test]
fn what_a_column_holds_and_a_scheme_keeps_is_accepted() {
    assert!(text(&Guarded { dt: f64::INFINITY, ..guarded() }).contains(r#""dt max":Infinity"#));
    assert!(Guarded { mass: Mass(1e-300), ..guarded() }.id().is_ok());
}

#[test]
fn text_that_postgres_cannot_hold_is_refused() {
    let message = refusal(&Guarded { name: Some("a\0b".to_owned()), ..guarded() });
    names(&message, "guarded", "name", &["PostgreSQL", "hex or base64"]);
}

#[test]
fn times_that_the_databases_would_cut_are_refused() {
    let message = refusal(&Guarded { at: times().start + TimeDelta::nanoseconds(1), ..guarded() });
    names(&message, "guarded", "at", &["finer than a microsecond", "trunc_subsecs(6)"]);
    let nano = NaiveTime::from_hms_nano_opt(1, 2, 3, 4).unwrap();
    let message = refusal(&Guarded { time: Some(nano), ..guarded() });
    names(&message, "guarded", "time", &["finer than a microsecond"]);
    for year in [0, 10_000] {
        let day = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let message = refusal(&Guarded { day, ..guarded() });
        names(&message, "guarded", "day", &["years 1 to 9999"]);
        let at = day.and_hms_opt(0, 0, 0).unwrap().and_utc();
        names(&refusal(&Guarded { at, ..guarded() }), "guarded", "at", &["years 1 to 9999"]);
    }
}

#[test]
fn an_ignored_field_must_be_storable_too() {
    let record = Guarded { hint: f64::NAN, ..guarded() };
    assert!(record.canonical_text().is_ok());
    let error = entropic::Error::from(record.id().unwrap_err());
    names(&format!("{error:#}"), "guarded", "hint", &["NaN"]);
    // It is rounded nowhere, so it may be as small as it likes.
    assert!(Guarded { hint: 1e-300, ..guarded() }.id().is_ok());
}

#[test]
fn the_first_wrong_field_is_named() {
    let record = Guarded { count: u64::MAX, dt: f64::NAN, ..guarded() };
    names(&record.id().unwrap_err().to_string(), "guarded", "count", &[]);
}

// ---------------------------------------------------------------------------
// Grids
// ---------------------------------------------------------------------------

#[derive(Debug, Clone, PartialEq, SimRecord)]
#[sim(table = "points")]
struct Point {
    dt: f64,
    method: Method,
    note: Option<String>,
    #[sim(json)]
    list: Vec<i32>,
    #[sim(ignore)]
    threads: i32,
}

fn point() -> Point {
    Point { dt: 0.1, method: Method::RungeKutta, note: Some("a".to_owned()), list: vec![1], threads: 4 }
}

#[test]
fn a_grid_of_one_record_is_that_record() {
    assert_eq!(PointGrid::from(point()).expand().collect::<Vec<_>>(), [point()]);
    let grid: PointGrid = point().into();
    assert_eq!((grid.dt, grid.threads), (vec![0.1], vec![4]));
}

#[test]
fn a_grid_is_the_product_of_its_sides_in_the_order_of_itertools() {
    let grid = PointGrid {
        dt: vec![0.1, 0.01],
        method: Method::all(),
        note: vec![None, Some("x".to_owned())],
        threads: vec![1, 2],
        ..point().into()
    };
    let mut nested = Vec::new();
    for dt in [0.1, 0.01] {
        for method in Method::all() {
            for note in [None, Some("x".to_owned())] {
                for threads in [1, 2] {
                    nested.push(Point { dt, method, note: note.clone(), threads, ..point() });
                }
            }
        }
    }
    assert_eq!(grid.expand().collect::<Vec<_>>(), nested);
}

#[test]
fn a_grid_knows_its_size_and_can_be_entered_anywhere() {
    let grid = || PointGrid { dt: vec![1.0, 2.0, 3.0], threads: vec![1, 2, 3, 4], ..point().into() };
    let mut points = grid().expand();
    assert_eq!(points.len(), 12);
    assert_eq!(points.nth(5).map(|p| (p.dt, p.threads)), Some((2.0, 2)));
    assert_eq!(points.len(), 6);
    assert_eq!(points.nth(6), None);
    assert_eq!(points.next(), None);
    let stepped: Vec<_> = grid().expand().skip(3).step_by(4).map(|p| (p.dt, p.threads)).collect();
    assert_eq!(stepped, [(1.0, 4), (2.0, 4), (3.0, 4)]);
}

#[test]
fn a_grid_with_an_empty_side_has_no_points() {
    let mut points = PointGrid { method: Vec::new(), ..point().into() }.expand();
    assert_eq!((points.len(), points.next()), (0, None));
}

#[test]
fn a_grid_too_large_to_hold_is_still_walked() {
    let side = vec![1; 1_000_000];
    let grid = PointGrid { dt: vec![1.0; 1_000_000], threads: side, ..point().into() };
    let mut points = grid.expand();
    assert_eq!(points.len(), 1_000_000_000_000);
    assert_eq!(points.nth(999_999_999_999), Some(Point { dt: 1.0, threads: 1, ..point() }));
}

// ---------------------------------------------------------------------------
// Outputs, enums, newtypes
// ---------------------------------------------------------------------------

#[test]
fn outputs_begin_empty_and_can_be_copied_compared_and_shown() {
    let empty = RichOutput::default();
    let output =
        RichOutput { best: Some(Method::Static), final_shape: Some(shape()), ..RichOutput::default() };
    assert_eq!(output.clone(), output);
    assert_ne!(output, empty);
    assert_eq!(
        format!("{empty:?}"),
        "RichOutput { energy: None, best: None, final_shape: None, lost: None, ended: None }"
    );
    assert!(format!("{output:?}").contains("best: Some(Static)"));
    // As floats are.
    let nan = RichOutput { energy: Some(f64::NAN), ..RichOutput::default() };
    assert_ne!(nan.clone(), nan);
}

#[test]
fn an_enum_is_its_texts() {
    assert_eq!(Method::all(), [Method::ForwardEuler, Method::RungeKutta, Method::Static]);
    assert_eq!(<Method as Enum>::TEXTS, ["forward-euler", "rk4", "static"]);
    assert_eq!(<Method as Enum>::NAME, "Method");
    for method in Method::all() {
        assert_eq!(Method::from_text(method.as_str()), Some(method));
        assert_eq!(Column::from_repr(method.to_repr().unwrap()).ok(), Some(method));
    }
    assert_eq!(Method::from_text("RungeKutta"), None);
    let unknown = <Method as Column>::from_repr("leap".to_owned()).unwrap_err().to_string();
    assert!(unknown.contains("`leap`") && unknown.contains("forward-euler, rk4, static"), "{unknown}");
}

#[derive(Debug, Clone, PartialEq, SimColumn)]
struct Label {
    text: String,
}

#[derive(Debug, Clone, PartialEq, SimColumn)]
struct Count(u32);

#[derive(Debug, Clone, PartialEq, SimColumn)]
struct Wrapped(Label);

#[test]
fn a_newtype_is_stored_refused_and_hashed_as_what_it_wraps() {
    assert_eq!(Mass(2.5).to_repr().ok(), Some(2.5));
    assert!(Mass(f64::NAN).to_repr().is_err() && Mass(f64::NAN).check().is_err());
    assert_eq!(Count::from_repr(7).ok(), Some(Count(7)));
    let wide = Count::from_repr(-1).unwrap_err().to_string();
    assert!(wide.contains("`-1`") && wide.contains("`u32`"), "{wide}");
    let label = Label { text: "a\"b".to_owned() };
    assert_eq!(Wrapped(label.clone()).to_repr().unwrap(), label.to_repr().unwrap());
    let mut out = entropic::params::Canonical::new();
    Column::canonical(&Wrapped(label), &mut out, FloatScheme::Exact).unwrap();
    assert_eq!(out.as_str(), r#""a\"b""#);
}
