//! What is refused, before it costs anything.

use std::collections::BTreeMap;
use std::fs;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use entropic::prelude::*;
use entropic::{Error, Result};
use serde_json::json;

use crate::records::{Calls, Orbit, at, orbits};
use crate::support::{Scratch, each_backend};

/// A record with every kind of column.
#[derive(Debug, Clone, PartialEq, SimRecord)]
#[sim(table = "kinds", output(seen: DateTime<Utc>, day: NaiveDate, grid: f32))]
pub struct Kinds {
    pub a: i8,
    pub b: i16,
    pub c: i32,
    pub d: i64,
    pub e: u8,
    pub f: u16,
    pub g: u32,
    pub h: u64,
    pub i: usize,
    pub x: f64,
    pub y: f32,
    pub ok: bool,
    pub text: String,
    pub maybe: Option<f64>,
    pub utc: DateTime<Utc>,
    pub naive: NaiveDateTime,
    pub date: NaiveDate,
    pub time: NaiveTime,
    #[sim(json)]
    pub shape: BTreeMap<String, Vec<f64>>,
    #[sim(ignore)]
    pub note: Option<String>,
}

impl Kinds {
    pub fn plain() -> Self {
        let date = NaiveDate::from_ymd_opt(2026, 1, 2).unwrap();
        let time = NaiveTime::from_hms_micro_opt(3, 4, 5, 600).unwrap();
        Self {
            a: i8::MIN,
            b: i16::MIN,
            c: i32::MIN,
            d: i64::MIN,
            e: u8::MAX,
            f: u16::MAX,
            g: u32::MAX,
            h: i64::MAX.unsigned_abs(),
            i: 7,
            x: 0.1 + 0.2,
            y: 0.1,
            ok: true,
            text: "a 'quoted' \"text\" \\ with\nlines, ü, 漢 and 😀".to_owned(),
            maybe: None,
            utc: date.and_time(time).and_utc(),
            naive: date.and_time(time),
            date,
            time,
            shape: BTreeMap::from([("b".to_owned(), vec![1.5, -0.25]), ("ä".to_owned(), vec![])]),
            note: None,
        }
    }
}

fn kinds(s: &Scratch) -> Result<(Store<Kinds>, Calls)> {
    let calls = Calls::default();
    let counted = calls.clone();
    let store = at(s)
        .runner(move |kinds: &Kinds, run| {
            counted.add();
            run.output.seen = Some(kinds.utc);
            run.output.day = Some(kinds.date);
            run.output.grid = Some(kinds.y);
            fs::write(run.result_file(), "x")
        })
        .open()?;
    Ok((store, calls))
}

each_backend! {
    fn every_kind_of_value_comes_back_as_it_was(s: &Scratch) -> Result<()> {
        let (store, calls) = kinds(s)?;
        let odd = [
            Kinds::plain(),
            Kinds { x: f64::MAX, y: f32::MIN_POSITIVE.recip(), maybe: Some(-1.5), ok: false, ..Kinds::plain() },
            Kinds { x: f64::INFINITY, y: f32::NEG_INFINITY, text: String::new(), ..Kinds::plain() },
            Kinds { x: 1e300, maybe: Some(1e-9), note: Some("kept".to_owned()), ..Kinds::plain() },
            Kinds {
                date: NaiveDate::from_ymd_opt(1, 1, 1).unwrap(),
                naive: NaiveDate::from_ymd_opt(9999, 12, 31).unwrap().and_hms_micro_opt(23, 59, 59, 999_999).unwrap(),
                utc: DateTime::UNIX_EPOCH,
                time: NaiveTime::MIN,
                shape: BTreeMap::new(),
                ..Kinds::plain()
            },
        ];
        for (n, params) in odd.iter().enumerate() {
            let made = store.run_or_retrieve(params)?;
            let hit = store.run_or_retrieve(params)?;
            assert_eq!(calls.count(), n + 1);
            assert_eq!(hit, made);
            assert_eq!(hit.params, *params);
            assert_eq!(hit.output.seen, Some(params.utc));
            assert_eq!(hit.output.day, Some(params.date));
            assert_eq!(hit.output.grid, Some(params.y));
        }
        assert_eq!(store.list()?.len(), odd.len());
        Ok(())
    }

    fn a_zero_that_lost_its_sign_is_the_same_zero(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        store.run(&Orbit::of(-0.0))?;
        store.run_or_retrieve(&Orbit::of(-0.0))?;
        assert_eq!(calls.count(), 1);
        Ok(())
    }

    fn parameters_that_cannot_be_are_refused_before_the_runner_is_called(s: &Scratch) -> Result<()> {
        let (store, calls) = kinds(s)?;
        let nano = |nanos| NaiveTime::from_hms_nano_opt(1, 2, 3, nanos).unwrap();
        let far = NaiveDate::from_ymd_opt(10_000, 1, 1).unwrap();
        let cases: Vec<(&str, &str, Kinds)> = vec![
            ("x", "NaN", Kinds { x: f64::NAN, ..Kinds::plain() }),
            ("y", "NaN", Kinds { y: f32::NAN, ..Kinds::plain() }),
            ("maybe", "NaN", Kinds { maybe: Some(f64::NAN), ..Kinds::plain() }),
            ("x", "significant", Kinds { x: 1e-13, ..Kinds::plain() }),
            ("x", "significant", Kinds { x: 4e-13, ..Kinds::plain() }),
            ("x", "significant", Kinds { x: -1.23456e-11, ..Kinds::plain() }),
            ("x", "significant", Kinds { x: f64::MIN_POSITIVE, ..Kinds::plain() }),
            ("maybe", "significant", Kinds { maybe: Some(1e-300), ..Kinds::plain() }),
            ("h", "9223372036854775807", Kinds { h: u64::MAX, ..Kinds::plain() }),
            ("text", "NUL", Kinds { text: "a\0b".to_owned(), ..Kinds::plain() }),
            ("note", "NUL", Kinds { note: Some("\0".to_owned()), ..Kinds::plain() }),
            ("time", "microsecond", Kinds { time: nano(1), ..Kinds::plain() }),
            ("naive", "microsecond", Kinds { naive: far.pred_opt().unwrap().and_time(nano(999)), ..Kinds::plain() }),
            ("utc", "microsecond", Kinds { utc: DateTime::from_timestamp_nanos(1), ..Kinds::plain() }),
            ("date", "9999", Kinds { date: far, ..Kinds::plain() }),
            ("naive", "9999", Kinds { naive: far.and_time(NaiveTime::MIN), ..Kinds::plain() }),
            ("shape", "NaN", Kinds { shape: BTreeMap::from([("a".to_owned(), vec![f64::NAN])]), ..Kinds::plain() }),
            ("shape", "inf", Kinds { shape: BTreeMap::from([("a".to_owned(), vec![f64::INFINITY])]), ..Kinds::plain() }),
            ("shape", "NUL", Kinds { shape: BTreeMap::from([("a\0".to_owned(), vec![])]), ..Kinds::plain() }),
        ];
        for (field, word, params) in &cases {
            let told = |error: Error| {
                assert!(error.is_invalid_input(), "{error:?}");
                let text = format!("{error:#}");
                assert!(text.contains(&format!("`{field}`")) && text.to_lowercase().contains(&word.to_lowercase()), "{field} {word}: {text}");
            };
            told(params.id().unwrap_err().into());
            told(store.run(params).unwrap_err());
            told(store.run_or_retrieve(params).unwrap_err());
            told(store.retrieve(params).unwrap_err());
            told(store.register(params, s.dir()).unwrap_err());
            told(store.delete(params).unwrap_err());
            told(store.explain(params).unwrap_err());
            told(store.patch(params, &json!({})).unwrap_err());
            told(store.sweep([params.clone()]).run()?.failures.remove(0).error);
        }
        assert_eq!((store.count()?, calls.count()), (0, 0));
        Ok(())
    }

    fn custom_data_that_is_no_object_is_refused_before_the_runner_is_called(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        for data in [json!(1), json!("x"), json!([1]), json!(true)] {
            for error in [
                store.run_with(&Orbit::of(1.0), &data).unwrap_err(),
                store.run_or_retrieve_with(&Orbit::of(1.0), &data).unwrap_err(),
                store.register_with(&Orbit::of(1.0), s.dir(), &data).unwrap_err(),
                store.sweep([Orbit::of(1.0)]).custom_data(&data).run().unwrap_err(),
            ] {
                assert!(error.is_invalid_input() && error.to_string().contains("JSON object"), "{error}");
            }
        }
        #[derive(serde::Serialize)]
        struct Notes { loss: f64 }
        assert!(store.run_with(&Orbit::of(1.0), &Notes { loss: f64::NAN }).unwrap_err().is_invalid_input());
        assert_eq!((store.count()?, calls.count()), (0, 0));
        assert_eq!(store.run_with(&Orbit::of(1.0), &Notes { loss: 0.1 + 0.2 })?.custom_data["loss"], 0.1 + 0.2);
        Ok(())
    }

    fn ids_that_could_leave_the_folder_are_refused(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        for id in ["../../evil", "..", ".", "", "a/b", "a\\b", ".hidden", "a\0b", "a\nb", &"x".repeat(200)] {
            let error = entropic::RunId::new(id).unwrap_err();
            assert!(Error::from(error.clone()).is_invalid_input());
            assert!(!error.to_string().contains('\n'), "{error:?}");
        }
        // A key that another program stored is read as it is, but names no file of ours.
        store.run(&Orbit::of(1.0))?;
        s.sql("UPDATE orbits SET id = '../../evil'");
        let foreign = store.list()?.remove(0);
        assert_eq!(foreign.id.as_str(), "../../evil");
        assert!(store.run_as(&foreign.id, &Orbit::of(1.0), &()).unwrap_err().is_invalid_input());
        assert_eq!(calls.count(), 1);
        assert!(store.delete_id(&foreign.id)?);
        assert!(!s.dir().join("evil.h5").exists() && !s.dir().parent().unwrap().join("evil.h5").exists());
        Ok(())
    }

    fn a_row_with_other_parameters_is_never_served(s: &Scratch) -> Result<()> {
        let (store, calls) = orbits(s)?;
        let record = store.run(&Orbit::of(1.0))?;
        // By hand, or by a program whose hash cannot tell the two apart.
        s.sql("UPDATE orbits SET mass = 4e-13");
        for error in [
            store.run_or_retrieve(&Orbit::of(1.0)).unwrap_err(),
            store.retrieve(&Orbit::of(1.0)).unwrap_err(),
            store.run(&Orbit::of(1.0)).unwrap_err(),
            store.delete(&Orbit::of(1.0)).unwrap_err(),
            store.patch(&Orbit::of(1.0), &json!({})).unwrap_err(),
        ] {
            assert!(error.is_conflict(), "{error:?}");
            assert!(error.to_string().contains("\"mass\":1.0"), "both are shown: {error}");
        }
        s.sql("UPDATE orbits SET mass = 2.5");
        let error = store.retrieve(&Orbit::of(1.0)).unwrap_err().to_string();
        assert!(error.contains("\"mass\":1.0") && error.contains("\"mass\":2.5"), "{error}");
        assert_eq!(calls.count(), 1);
        assert!(record.result_file.exists());
        Ok(())
    }

    fn a_row_that_is_no_record_is_told_as_damage(s: &Scratch) -> Result<()> {
        let (store, _) = orbits(s)?;
        store.run(&Orbit::of(1.0))?;
        s.sql("UPDATE orbits SET method = 'leapfrog'");
        let error = store.retrieve(&Orbit::of(1.0)).unwrap_err();
        assert!(error.is_corrupt(), "{error:?}");
        let told = format!("{error:#}");
        assert!(told.contains("`method`") && told.contains("leapfrog") && told.contains("euler, rk4"), "{told}");
        Ok(())
    }
}
