//! The identity of parameters: what the Python package computes, and what
//! records refuse.

use std::collections::{BTreeMap, HashMap};
use std::path::{Component, Path};

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use entropic::params::{Canonical, FloatScheme, ParamsError, RunId};
use entropic::params::{canonical_eq, canonical_json, hash_params, python};
use proptest::prelude::*;
use serde::Serialize;
use serde::ser::Serializer;

use crate::slow::{Value, slow_canonical, slow_repr, slow_round};

type Outcome = Result<(), Box<dyn std::error::Error>>;

// ---------------------------------------------------------------------------
// A value of any shape
// ---------------------------------------------------------------------------

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

// ---------------------------------------------------------------------------
// What Python wrote
// ---------------------------------------------------------------------------

/// Reads JSON as Python writes it: with `NaN`, infinities and long integers.
struct Parser<'a> {
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn read(json: &'a str) -> Value {
        let mut parser = Self { rest: json };
        let value = parser.value();
        assert_eq!(parser.rest, "", "something follows the value in {json}");
        value
    }

    fn eat(&mut self, token: &str) -> bool {
        let rest = self.rest.trim_start();
        self.rest = rest.strip_prefix(token).unwrap_or(rest);
        self.rest.len() < rest.len()
    }

    fn value(&mut self) -> Value {
        let words = [
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("NaN", Value::Float(f64::NAN)),
            ("Infinity", Value::Float(f64::INFINITY)),
            ("-Infinity", Value::Float(f64::NEG_INFINITY)),
        ];
        for (word, value) in words {
            if self.eat(word) {
                return value;
            }
        }
        if self.eat("[") {
            let mut values = Vec::new();
            while !self.eat("]") {
                values.push(self.value());
                self.eat(",");
            }
            return Value::List(values);
        }
        if self.eat("{") {
            let mut entries = Vec::new();
            while !self.eat("}") {
                let key = self.value();
                assert!(self.eat(":"), "no colon before {}", self.rest);
                entries.push((key, self.value()));
                self.eat(",");
            }
            return Value::Map(entries);
        }
        if self.rest.starts_with('"') { self.string() } else { self.number() }
    }

    fn string(&mut self) -> Value {
        let mut escaped = false;
        let end = self.rest[1..].find(|character| {
            let ends = character == '"' && !escaped;
            escaped = character == '\\' && !escaped;
            ends
        });
        let end = end.unwrap_or_else(|| panic!("no end of string in {}", self.rest)) + 2;
        let (token, rest) = self.rest.split_at(end);
        self.rest = rest;
        text(&serde_json::from_str::<String>(token).unwrap_or_else(|error| panic!("{token}: {error}")))
    }

    fn number(&mut self) -> Value {
        let end = self.rest.find([',', ']', '}', ' ']).unwrap_or(self.rest.len());
        let (token, rest) = self.rest.split_at(end);
        self.rest = rest;
        if token.contains(['.', 'e']) {
            Value::Float(token.parse().unwrap_or_else(|error| panic!("{token}: {error}")))
        } else {
            Value::Int(token.parse().unwrap_or_else(|error| panic!("{token}: {error}")))
        }
    }
}

fn golden(file: &str) -> Result<Vec<HashMap<String, String>>, Box<dyn std::error::Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/hash").join(file);
    let lines = std::fs::read_to_string(path)?;
    Ok(lines.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}

#[test]
fn texts_and_ids_are_those_of_the_python_package() -> Outcome {
    let vectors = golden("vectors.jsonl")?;
    assert_eq!(vectors.len(), 1500);
    for vector in vectors {
        let params = Parser::read(&vector["json"]);
        assert_eq!(canonical_json(&params)?, vector["canonical"], "{}", vector["json"]);
        assert_eq!(hash_params(&params)?, vector["id"].as_str());
        assert_eq!(RunId::from_canonical(&vector["canonical"]), vector["id"].as_str());
    }
    Ok(())
}

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

fn time(hour: u32, minute: u32, second: u32, micro: u32) -> NaiveTime {
    NaiveTime::from_hms_micro_opt(hour, minute, second, micro).unwrap_or_default()
}

#[test]
fn times_are_hashed_as_python_prints_them() -> Outcome {
    #[derive(Serialize)]
    enum Method {
        #[serde(rename = "rk4")]
        Rk4,
    }
    let day = date(2026, 1, 2);
    let naive = |time| python::naive_datetime(&NaiveDateTime::new(day, time));
    let utc = |time| {
        python::utc_datetime(&DateTime::<Utc>::from_naive_utc_and_offset(NaiveDateTime::new(day, time), Utc))
    };
    let values = HashMap::from([
        ("datetime.datetime(2026, 1, 2, 3, 4, 5)", naive(time(3, 4, 5, 0))),
        ("datetime.datetime(2026, 1, 2, 3, 4, 5, 678901)", naive(time(3, 4, 5, 678_901))),
        ("datetime.datetime(2026, 1, 2, 3, 4, 5, 678000)", naive(time(3, 4, 5, 678_000))),
        ("datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)", utc(time(3, 4, 5, 0))),
        ("datetime.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=datetime.timezone.utc)", utc(time(3, 4, 5, 6))),
        ("datetime.datetime(1, 1, 1, 0, 0)", python::naive_datetime(&date(1, 1, 1).and_time(NaiveTime::MIN))),
        (
            "datetime.datetime(9999, 12, 31, 23, 59, 59, 999999)",
            python::naive_datetime(&date(9999, 12, 31).and_time(time(23, 59, 59, 999_999))),
        ),
        ("datetime.date(2026, 1, 2)", python::naive_date(&day)),
        ("datetime.time(3, 4, 5)", python::naive_time(&time(3, 4, 5, 0))),
        ("datetime.time(3, 4, 5, 600)", python::naive_time(&time(3, 4, 5, 600))),
        ("datetime.timedelta(days=1, seconds=2)", python::duration(&TimeDelta::seconds(86_402))),
        ("datetime.timedelta(microseconds=5)", python::duration(&TimeDelta::microseconds(5))),
        ("<M.RK4: 'rk4'>", serde_json::from_str(&canonical_json(&Method::Rk4)?)?),
    ]);
    let mut seen = 0;
    for line in golden("python_types.jsonl")? {
        if line["python"].contains("seconds=19800") {
            continue; // A time with an offset has no counterpart here.
        }
        let params = BTreeMap::from([("t", text(&values[line["python"].as_str()])), ("n", Value::Int(1))]);
        assert_eq!(canonical_json(&params)?, line["canonical"], "{}", line["python"]);
        assert_eq!(hash_params(&params)?, line["id"].as_str());
        seen += 1;
    }
    assert_eq!(seen, values.len());
    Ok(())
}

#[test]
fn durations_below_zero_count_back_from_whole_days() {
    let day = TimeDelta::days;
    let cases = [
        (TimeDelta::zero(), "0:00:00"),
        (TimeDelta::microseconds(-1), "-1 day, 23:59:59.999999"),
        (day(-1), "-1 day, 0:00:00"),
        (day(-1) - TimeDelta::seconds(1), "-2 days, 23:59:59"),
        (day(-2) - TimeDelta::microseconds(999_999), "-3 days, 23:59:59.000001"),
        (TimeDelta::seconds(90_060) + TimeDelta::microseconds(10), "1 day, 1:01:00.000010"),
        (TimeDelta::seconds(86_399) + TimeDelta::microseconds(999_999), "23:59:59.999999"),
        (day(999_999_999), "999999999 days, 0:00:00"),
        (day(-999_999_999), "-999999999 days, 0:00:00"),
    ];
    for (value, expected) in cases {
        assert_eq!(python::duration(&value), expected);
    }
}

// ---------------------------------------------------------------------------
// Properties
// ---------------------------------------------------------------------------

fn any_float() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        prop::num::f64::ANY,
        -10.0..10.0f64,
        4000.0..8200.0f64,
        (any::<i64>(), 0..40).prop_map(|(digits, power)| digits as f64 / 10f64.powi(power)),
        // Decimals that end in a 5, close to ties, and ties themselves.
        (0..10_000u64, 0..1_000_000_000_000u64)
            .prop_map(|(whole, part)| format!("{whole}.{part:012}5").parse().unwrap_or(f64::NAN)),
        (0..1u64 << 40).prop_map(|odd| (2 * odd + 1) as f64 / 8192.0),
        (any::<bool>(), 0..40i32).prop_map(|(up, power)| {
            let x = 10f64.powi(power - 20);
            if up { x.next_up() } else { x.next_down() }
        }),
        Just(-0.0),
    ]
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c]{0,3}",
        any::<String>(),
        prop::collection::vec(
            prop::sample::select(
                "aZ~\u{7f}\u{80}é\"\\/\0\u{1f}\n\r\t\u{8}\u{c}漢\u{d7ff}\u{e000}\u{ffff}😀\u{10ffff}"
                    .chars()
                    .collect::<Vec<_>>()
            ),
            0..5
        )
        .prop_map(String::from_iter),
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        prop_oneof![any::<i128>(), any::<i64>().prop_map(i128::from)].prop_map(Value::Int),
        any_float().prop_map(Value::Float),
        any_text().prop_map(Value::Text),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::hash_map(any_text(), inner.clone(), 0..6)
                .prop_map(|map| Value::Map(map.into_iter().map(|(k, v)| (Value::Text(k), v)).collect())),
            prop::collection::hash_map(prop_oneof![-20..200i128, any::<i128>()], inner, 0..6)
                .prop_map(|map| Value::Map(map.into_iter().map(|(k, v)| (Value::Int(k), v)).collect())),
        ]
    })
}

/// The same value with the entries of every map the other way round.
fn reversed(value: &Value) -> Value {
    match value {
        Value::List(values) => Value::List(values.iter().map(reversed).collect()),
        Value::Map(entries) => {
            Value::Map(entries.iter().rev().map(|(key, value)| (key.clone(), reversed(value))).collect())
        }
        other => other.clone(),
    }
}

/// The same value with a plus in front of every zero.
fn positive_zeros(value: &Value) -> Value {
    match value {
        // What is rounded to a zero is one of them.
        Value::Float(x) if slow_round(*x) == 0.0 => Value::Float(0.0),
        Value::List(values) => Value::List(values.iter().map(positive_zeros).collect()),
        Value::Map(entries) => {
            Value::Map(entries.iter().map(|(key, value)| (key.clone(), positive_zeros(value))).collect())
        }
        other => other.clone(),
    }
}

proptest! {
    #[test]
    fn every_value_has_the_text_of_the_definition(value in any_value()) {
        prop_assert_eq!(canonical_json(&value)?, slow_canonical(&value));
    }

    #[test]
    fn every_float_has_the_text_of_the_definition(x in any_float()) {
        prop_assert_eq!(canonical_json(&x)?, slow_repr(slow_round(x)));
    }

    #[test]
    fn significant_digits_are_those_of_exact_printing(
        x in any_float().prop_filter("zero has a text of its own", |x| x.is_finite() && *x != 0.0),
    ) {
        let rounded: f64 = format!("{x:.11e}").parse().unwrap_or(f64::NAN);
        let mut text = Canonical::new();
        text.float(x, FloatScheme::Significant12)?;
        prop_assert_eq!(text.as_str(), slow_repr(rounded));
        text.clear();
        text.float(x, FloatScheme::Exact)?;
        prop_assert_eq!(text.as_str(), slow_repr(x));
    }

    #[test]
    fn the_order_of_entries_does_not_count(value in any_value()) {
        prop_assert_eq!(hash_params(&reversed(&value))?, hash_params(&value)?);
    }

    #[test]
    fn texts_are_equal_up_to_the_signs_of_zeros(value in any_value(), other in any_value()) {
        let text = canonical_json(&value)?;
        let positive = canonical_json(&positive_zeros(&value))?;
        prop_assert!(canonical_eq(&text, &positive));
        prop_assert!(canonical_eq(&positive, &text));
        let other = positive_zeros(&other);
        prop_assert_eq!(canonical_eq(&text, &canonical_json(&other)?), positive == canonical_json(&other)?);
    }

    #[test]
    fn a_record_has_the_text_of_the_struct_it_is(
        dt in 1e-9..1e9f64, method in "[ -~é漢]{0,9}", seed in any::<u64>(), steps in any::<i64>(),
    ) {
        #[derive(Serialize)]
        struct Params<'a> { steps: i64, dt: f64, seed: u64, method: &'a str, dry: bool, note: Option<()> }
        let params = Params { steps, dt, seed, method: &method, dry: true, note: None };
        let mut text = Canonical::with_buffer("left over".into());
        text.begin();
        text.key("\"dry\":");
        text.bool(true);
        text.key("\"dt\":");
        text.float(dt, FloatScheme::Decimal12)?;
        text.key("\"method\":");
        text.str(&method)?;
        text.key("\"note\":");
        text.null();
        text.key("\"seed\":");
        text.uint(seed);
        text.key("\"steps\":");
        text.int(steps);
        text.end();
        prop_assert_eq!(text.finish_id(), hash_params(&params)?);
        prop_assert_eq!(text.into_string(), canonical_json(&params)?);
    }

    #[test]
    fn whatever_is_accepted_as_an_id_is_one_file_in_the_folder(
        id in prop_oneof![any::<String>(), "[./\\\\:a\0 ~-]{0,5}", "\\PC{100,140}"],
    ) {
        if let Ok(id) = RunId::new(id.as_str()) {
            let name = id.as_str();
            let parts: Vec<_> = Path::new(name).components().collect();
            prop_assert_eq!(parts, [Component::Normal(name.as_ref())]);
            prop_assert!((1..=128).contains(&name.len()));
            prop_assert!(!name.starts_with(['.', ' ']) && !name.ends_with(['.', ' ']));
            prop_assert!(!name.contains(|c: char| c.is_control() || "/\\<>:\"|?*".contains(c)));
        }
    }

    #[test]
    fn plain_names_are_ids_and_keep_their_text(name in "[a-zA-Z0-9_-]{5,128}") {
        let id: RunId = name.parse()?;
        prop_assert_eq!(id.as_str(), &name);
        prop_assert_eq!(id.to_string(), name.clone());
        prop_assert_eq!(RunId::try_from(name.as_str())?, RunId::try_from(name.clone())?);
        let json = serde_json::to_string(&id)?;
        prop_assert_eq!(&json, &format!("\"{name}\""));
        prop_assert_eq!(serde_json::from_str::<RunId>(&json)?, id);
    }

    #[test]
    fn hashed_ids_are_locked_by_the_number_they_spell(key in any::<i64>()) {
        let id = RunId::new(format!("{key:016x}"))?;
        prop_assert!(id.is_hashed());
        prop_assert_eq!(id.lock_key(), key);
    }
}

// ---------------------------------------------------------------------------
// Shapes and refusals
// ---------------------------------------------------------------------------

#[test]
fn every_shape_of_serde_has_its_text() -> Outcome {
    #[derive(Serialize)]
    struct Unit;
    #[derive(Serialize)]
    struct Newtype(f32);
    #[derive(Serialize)]
    struct Pair(i8, char);
    #[derive(Serialize)]
    enum Shape {
        Plain,
        Newtype(u128),
        Tuple(u8, ()),
        Struct { z: Option<bool>, a: &'static [u8] },
    }
    #[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
    enum Side {
        Right,
        Left,
    }
    let cases = [
        (canonical_json(&Unit)?, "null"),
        (canonical_json(&None::<i32>)?, "null"),
        (canonical_json(&Some(Newtype(0.1)))?, "0.10000000149"),
        (canonical_json(&Pair(-1, 'é'))?, r#"[-1,"\u00e9"]"#),
        (canonical_json(&Shape::Plain)?, r#""Plain""#),
        (
            canonical_json(&Shape::Newtype(u128::MAX))?,
            r#"{"Newtype":340282366920938463463374607431768211455}"#,
        ),
        (canonical_json(&Shape::Tuple(1, ()))?, r#"{"Tuple":[1,null]}"#),
        (canonical_json(&Shape::Struct { z: Some(true), a: b"a" })?, r#"{"Struct":{"a":[97],"z":true}}"#),
        (canonical_json(&BTreeMap::from([(Side::Right, 1), (Side::Left, 2)]))?, r#"{"Left":2,"Right":1}"#),
        (canonical_json(&BTreeMap::from([('b', 1), ('a', 2)]))?, r#"{"a":2,"b":1}"#),
        (canonical_json(&BTreeMap::from([(true, 1), (false, 2)]))?, r#"{"false":2,"true":1}"#),
        (canonical_json(&BTreeMap::from([((), 1)]))?, r#"{"null":1}"#),
        (canonical_json(&serde_json::json!({"b": [1.0, 1], "a": {}}))?, r#"{"a":{},"b":[1.0,1]}"#),
    ];
    for (text, expected) in cases {
        assert_eq!(text, expected);
    }
    Ok(())
}

#[test]
fn number_keys_are_sorted_by_value_and_not_rounded() -> Outcome {
    let entries = [
        (Value::Int(10), Value::Int(0)),
        (Value::Float(0.1 + 0.2), Value::Int(1)),
        (Value::Bool(true), Value::Int(2)),
        (Value::Float(f64::NEG_INFINITY), Value::Int(3)),
        (Value::Float(1e-5), Value::Int(4)),
        (Value::Int(-9), Value::Int(5)),
    ];
    assert_eq!(
        canonical_json(&Value::Map(entries.to_vec()))?,
        r#"{"-Infinity":3,"-9":5,"1e-05":4,"0.30000000000000004":1,"true":2,"10":0}"#
    );
    assert_eq!(canonical_json(&Value::Map(vec![(Value::Float(f64::NAN), Value::Null)]))?, r#"{"NaN":null}"#);
    Ok(())
}

#[test]
fn what_has_no_canonical_text_is_refused() {
    let keys = |keys: &[Value]| {
        let map = keys.iter().map(|key| (key.clone(), Value::Null)).collect();
        canonical_json(&Value::Map(map))
    };
    let (one, a, nan) = (Value::Int(1), text("a"), Value::Float(f64::NAN));
    for mixed in [[&one, &a], [&Value::Null, &a], [&one, &Value::Null], [&nan, &one], [&a, &nan]] {
        let [first, second] = mixed.map(Clone::clone);
        for order in [[first.clone(), second.clone()], [second, first]] {
            assert!(matches!(keys(&order), Err(ParamsError::MixedKeys { .. })), "{order:?}");
        }
    }
    let twice = [
        (vec![a.clone(), text("b"), a.clone()], "\"a\""),
        (vec![text("é"), text("é")], "\"\\u00e9\""),
        (vec![Value::Float(0.0), Value::Float(-0.0)], "\"-0.0\""),
        (vec![Value::Bool(true), Value::Int(1)], "\"1\""),
        (vec![nan.clone(), nan], "\"NaN\""),
    ];
    for (twice, key) in twice {
        let error = keys(&twice).unwrap_err();
        assert!(matches!(&error, ParamsError::DuplicateKey { key: found, .. } if found == key), "{error:?}");
    }
    for bad in [Value::List(vec![]), Value::Map(vec![])] {
        assert!(matches!(keys(&[bad]), Err(ParamsError::BadKey { .. })));
    }
}

#[test]
fn a_failing_serialize_is_told_in_its_own_words() {
    struct Broken;
    impl Serialize for Broken {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("the mesh is poisoned"))
        }
    }
    assert_eq!(canonical_json(&[Broken]), Err(ParamsError::Serialize("the mesh is poisoned".into())));
}

#[test]
fn depth_is_refused_before_the_stack_of_a_thread_ends() -> Outcome {
    /// A list in a map in a list, and so on.
    struct Nested(u32);
    impl Serialize for Nested {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self.0 {
                0 => serializer.serialize_none(),
                levels if levels % 2 == 0 => serializer.collect_seq([Nested(levels - 1)]),
                levels => serializer.collect_map([("k", Nested(levels - 1))]),
            }
        }
    }
    let outcome = std::thread::Builder::new().stack_size(2 << 20).spawn(|| {
        // What `serde_json` can read at all can be hashed.
        assert!(canonical_json(&Nested(127)).is_ok());
        for levels in [1000, 1_000_000] {
            let refused = canonical_json(&Nested(levels));
            assert!(matches!(refused, Err(ParamsError::TooDeep { .. })));
        }
    })?;
    assert!(outcome.join().is_ok());
    Ok(())
}

#[test]
fn records_refuse_what_could_not_be_found_again() -> Outcome {
    use FloatScheme::{Decimal12, Exact, Significant12};
    use ParamsError::{InfinityInJson, LossyFloat, NotANumber, NulInText};

    let float = |x: f64, scheme| {
        let mut text = Canonical::new();
        let alone = text.float(x, scheme);
        let nested = Canonical::new().json(&serde_json::json!({ "deep": [x] }), scheme);
        let nested = if x.is_finite() { nested } else { Canonical::new().json(&[(x,)], scheme) };
        (alone, nested, text.into_string())
    };

    let lossy = [
        (1e-13, 0.0),
        (-4e-13, -0.0),
        (5e-324, 0.0),
        (1e-12, 1e-12),
        (-9.9e-11, -9.9e-11),
        (9.949e-11, 9.9e-11),
    ];
    for (value, rounded) in lossy {
        let (alone, nested, written) = float(value, Decimal12);
        assert_eq!((&alone, written.as_str()), (&nested, ""));
        let Err(LossyFloat { value: given, rounded: left, .. }) = alone else { panic!("{alone:?}") };
        assert_eq!((given, left), (value, rounded));
    }
    for (value, written) in
        [(0.0, "0.0"), (-0.0, "-0.0"), (1e-10, "1e-10"), (9.999e-11, "1e-10"), (-1.234_5e-10, "-1.23e-10")]
    {
        assert_eq!(float(value, Decimal12), (Ok(()), Ok(()), written.into()));
    }
    for scheme in [Significant12, Exact] {
        assert_eq!(float(4e-13, scheme), (Ok(()), Ok(()), "4e-13".into()));
        assert_eq!(float(-0.0, scheme), (Ok(()), Ok(()), "0.0".into()));
    }
    for scheme in [Decimal12, Significant12, Exact] {
        assert_eq!(float(f64::NAN, scheme), (Err(NotANumber), Err(NotANumber), String::new()));
        for (value, written) in [(f64::INFINITY, "Infinity"), (f64::NEG_INFINITY, "-Infinity")] {
            let (alone, nested, text) = float(value, scheme);
            assert_eq!((alone, text.as_str()), (Ok(()), written));
            assert!(
                matches!(nested, Err(InfinityInJson { value: found, .. }) if found == value),
                "{nested:?}"
            );
        }
        let in_json = [
            ("text", Canonical::new().json("a\0", scheme), NulInText),
            ("char", Canonical::new().json(&'\0', scheme), NulInText),
            ("text inside", Canonical::new().json(&[Some("a\0")], scheme), NulInText),
            ("key", Canonical::new().json(&BTreeMap::from([("a\0", 1)]), scheme), NulInText),
            (
                "float key",
                Canonical::new().json(&Value::Map(vec![(Value::Float(f64::NAN), Value::Null)]), scheme),
                NotANumber,
            ),
        ];
        for (what, outcome, expected) in in_json {
            assert_eq!(outcome, Err(expected), "{what}");
        }
    }
    assert_eq!(Canonical::new().str("a\0b"), Err(NulInText));
    Ok(())
}

#[test]
fn json_inside_a_record_follows_the_scheme_of_its_field() -> Outcome {
    let value = serde_json::json!({"b": 0.1 + 0.2, "a": [-0.0, 1e-20]});
    let mut text = Canonical::new();
    text.json(&value, FloatScheme::Significant12)?;
    assert_eq!(text.as_str(), r#"{"a":[0.0,1e-20],"b":0.3}"#);
    text.clear();
    text.json(&value, FloatScheme::Exact)?;
    assert_eq!(text.as_str(), r#"{"a":[0.0,1e-20],"b":0.30000000000000004}"#);
    Ok(())
}

#[test]
fn only_the_sign_of_a_whole_zero_is_forgiven() {
    let cases = [
        ("-0.0", "0.0", true),
        (r#"{"a":-0.0}"#, r#"{"a":0.0}"#, true),
        (r#"{"a":[0.0,-0.0,1]}"#, r#"{"a":[-0.0,0.0,1]}"#, true),
        (r#"{"a":"-0.0"}"#, r#"{"a":"0.0"}"#, false),
        (r#"{"a":"\"","b":-0.0}"#, r#"{"a":"\"","b":0.0}"#, true),
        (r#"{"a":"\":-0.0"}"#, r#"{"a":"\":0.0"}"#, false),
        (r#"{"a":"\\","b":-0.0}"#, r#"{"a":"\\","b":0.0}"#, true),
        (r#"{"-0.0":1}"#, r#"{"0.0":1}"#, false),
        (r#"{"a":-0.01}"#, r#"{"a":0.01}"#, false),
        (r#"{"a":-0}"#, r#"{"a":0}"#, false),
        (r#"{"a":1e-07}"#, r#"{"a":1e07}"#, false),
        (r#"{"a":-0.0,"b":-1.0}"#, r#"{"a":0.0,"b":1.0}"#, false),
        (r#"{"a":0.0}"#, r#"{"a":0.0}}"#, false),
    ];
    for (a, b, equal) in cases {
        assert_eq!(canonical_eq(a, b), equal, "{a} {b}");
        assert_eq!(canonical_eq(b, a), equal, "{b} {a}");
    }
}

#[test]
fn ids_that_are_unsafe_as_file_names_are_refused_with_the_reason() {
    let long = "x".repeat(129);
    let cases = [
        ("", "empty"),
        (long.as_str(), "longer"),
        (".", "dot"),
        ("..", "dot"),
        (".hidden", "dot"),
        ("end.", "dot"),
        ("../../evil", "separator"),
        ("/etc/passwd", "separator"),
        ("a\\b", "separator"),
        ("a\0b", "control"),
        ("a\nb", "control"),
        ("C:", "one of"),
        ("what?", "one of"),
        (" a", "space"),
        ("a ", "space"),
        ("CON", "device"),
        ("nul.tar", "device"),
        ("Lpt1", "device"),
        ("com¹ .x", "device"),
    ];
    for (id, word) in cases {
        let Err(error) = RunId::new(id) else { panic!("{id:?} was accepted") };
        let message = error.to_string();
        assert!(message.contains(word), "{message}");
        assert!(!message.contains(char::is_control), "{message:?}");
        assert!(message.len() < 400, "{message}");
        assert!(serde_json::from_value::<RunId>(id.into()).is_err());
    }
    let longest = "é".repeat(64);
    for id in ["a", "run 7", "console", "com10", "-1", "2026-01-02T03.04", "…", longest.as_str()] {
        assert!(RunId::new(id).is_ok(), "{id:?}");
    }
}

#[test]
fn ids_that_python_stored_are_read_as_they_are() {
    let id = RunId::from_stored("../../evil".into());
    assert_eq!(id, "../../evil");
    assert!(!id.is_hashed());
}

#[test]
fn only_sixteen_lower_case_hex_digits_are_a_hash() -> Outcome {
    assert!(RunId::from_canonical("{}").is_hashed());
    assert_eq!(RunId::from_canonical("{}"), "44136fa355b3678a");
    for id in
        ["44136FA355B3678A", "44136fa355b3678", "44136fa355b3678ab", "44136fa355b3678g", "+4136fa355b3678a"]
    {
        assert!(!RunId::new(id)?.is_hashed(), "{id}");
    }
    // The first 8 bytes of the SHA-256 of a verbatim id.
    assert_eq!(RunId::new("abc")?.lock_key(), 0xba78_16bf_8f01_cfea_u64.cast_signed());
    Ok(())
}

#[test]
fn float_schemes_go_by_their_names() -> Outcome {
    let names = [
        (FloatScheme::Decimal12, "decimal"),
        (FloatScheme::Significant12, "significant"),
        (FloatScheme::Exact, "exact"),
    ];
    for (scheme, name) in names {
        assert_eq!(scheme.as_str(), name);
        assert_eq!(name.parse(), Ok(scheme));
        assert_eq!(serde_json::to_value(scheme)?, name);
        assert_eq!(serde_json::from_value::<FloatScheme>(name.into())?, scheme);
    }
    assert_eq!(FloatScheme::default(), FloatScheme::Decimal12);
    assert!(matches!("Exact".parse::<FloatScheme>(), Err(ParamsError::BadScheme { .. })));
    Ok(())
}
