//! A row that is no record fails by itself, and says which it is.

use std::ops::ControlFlow;

use diesel::prelude::*;
use entropic::prelude::*;
use entropic::{Problem, Result, Schema};

use crate::records::{Calls, Method, Orbit, at, orbits as store_of_orbits, orbits::dsl};
use crate::support::{Backend, Scratch, each_backend};

mod wide {
    use entropic::prelude::*;

    /// A column of each kind.
    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(table = "wides", output(double_out: f64, single_out: f32, whole_out: i32, flag_out: bool))]
    pub struct Wide {
        pub n: i64,
        #[sim(ignore)]
        pub double: f64,
        #[sim(ignore)]
        pub single: f32,
        #[sim(ignore)]
        pub whole: i32,
        #[sim(ignore)]
        pub flag: bool,
        #[sim(ignore)]
        pub day: chrono::NaiveDate,
        #[sim(ignore)]
        pub moment: chrono::DateTime<chrono::Utc>,
        #[sim(ignore)]
        pub time: chrono::NaiveTime,
        #[sim(ignore)]
        pub text: String,
        #[sim(ignore, json)]
        pub list: Vec<f64>,
    }

    impl Wide {
        pub fn of(n: i64) -> Self {
            let moment = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
            Self {
                n,
                double: 1.5,
                single: 2.5,
                whole: 3,
                flag: true,
                day: moment.date_naive(),
                moment,
                time: moment.time(),
                text: "text".to_owned(),
                list: vec![1.0],
            }
        }
    }
}
use wide::Wide;

fn wides(s: &Scratch) -> Result<(Store<Wide>, Calls)> {
    let calls = Calls::default();
    let counted = calls.clone();
    let store = at(s)
        .runner(move |_: &Wide, run| {
            counted.add();
            run.output.double_out = Some(0.5);
            run.output.single_out = Some(0.25);
            run.output.whole_out = Some(7);
            run.output.flag_out = Some(false);
            std::fs::write(run.result_file(), "wide")
        })
        .open()?;
    Ok((store, calls))
}

/// Everything that reads, with the row of one point spoilt: `n` is 0 of 0, 1 and 2.
fn fails_alone(store: &Store<Wide>, what: &str, column: &str, value: &str) -> Result<()> {
    let bad = Wide::of(0).id()?;
    let names = |told: &str| {
        assert!(told.contains(bad.as_str()), "{what}: {told}");
        assert!(told.contains(&format!("`{column}`")), "{what}: {told}");
        assert!(told.contains(value), "{what}: {told}");
        assert!(told.len() < 600, "{what}: {told}");
    };
    for (error, readable) in [
        (store.list().unwrap_err(), "list_readable"),
        (store.page(None, 10).unwrap_err(), "for_each_readable"),
        (store.for_each(|_| ControlFlow::Continue(())).unwrap_err(), "for_each_readable"),
        (store.query(|t| t).unwrap_err(), "query_readable"),
    ] {
        assert!(error.is_corrupt(), "{what}: {error:?}");
        names(&format!("{error:#}"));
        assert!(error.to_string().contains(readable), "{what}: {error}");
    }
    for error in [store.get(&bad).unwrap_err(), store.retrieve(&Wide::of(0)).unwrap_err()] {
        assert!(error.is_corrupt(), "{what}: {error:?}");
        names(&format!("{error:#}"));
    }
    let mut seen = (0, 0);
    store.for_each_readable(|row| {
        *(if row.is_ok() { &mut seen.0 } else { &mut seen.1 }) += 1;
        ControlFlow::Continue(())
    })?;
    assert_eq!(seen, (2, 1), "{what}");
    for listing in [store.list_readable()?, store.query_readable(|t| t)?] {
        assert_eq!(listing.records.len(), 2, "{what}");
        assert!(listing.records.iter().all(|record| record.result_file.exists()), "{what}");
        assert_eq!(listing.unreadable.len(), 1, "{what}");
        assert_eq!(listing.unreadable[0].id, bad, "{what}");
        names(&listing.unreadable[0].to_string());
    }

    let report = store.sweep((0..4).map(Wide::of)).run()?;
    assert_eq!((report.hits, report.misses, report.failures.len()), (2, 1, 1), "{what}: {report:?}");
    assert_eq!(report.failures[0].id.as_ref(), Some(&bad), "{what}");
    assert!(report.failures[0].error.is_corrupt(), "{what}");
    names(&format!("{:#}", report.failures[0].error));
    store.delete_with_file(&Wide::of(3))?;

    let plan = store.plan_rehash()?;
    assert_eq!((plan.unchanged, &plan.unreadable[..]), (2, &[bad.clone()][..]), "{what}: {plan:?}");
    assert!(plan.to_string().contains("1 cannot be read"), "{what}: {plan}");
    assert!(!store.explain(&Wide::of(9))?.to_string().is_empty(), "{what}");

    for problems in [store.verify()?.problems, store.repair(false)?.remaining] {
        let unreadable: Vec<_> =
            problems.iter().filter(|problem| matches!(problem, Problem::Unreadable { .. })).collect();
        assert_eq!(unreadable.len(), 1, "{what}: {problems:?}");
        names(&unreadable[0].to_string());
    }
    Ok(())
}

/// A value too deep for any reader of this library.
fn deep() -> String {
    "[".repeat(130) + &"]".repeat(130)
}

each_backend! {
    fn a_row_that_cannot_be_read_fails_alone(s: &Scratch) -> Result<()> {
        let (store, calls) = wides(s)?;
        for n in 0..3 {
            store.run(&Wide::of(n))?;
        }
        let id = Wide::of(0).id()?;
        let deep = deep();
        let deep_data = format!(r#"{{"a":{deep}}}"#);
        let long = "y".repeat(5_000);
        let mut bad: Vec<(&str, &str, &str)> = vec![
            ("list", &deep, "[[["),
            ("list", r#""no\nlist""#, "no"),
            ("custom_data", &deep_data, r#"{\"a\":[[["#),
            ("custom_data", "[1]", "an array"),
        ];
        if s.backend() == Backend::Sqlite {
            bad.extend([
                ("double", "fast", "`fast` is text"),
                ("double", &long, "yyy…"),
                ("single", "fast", "`fast` is text"),
                ("whole", "many", "`many` is text"),
                ("whole", "4294967296", "does not fit 32 bits"),
                ("flag", "maybe", "`maybe` is text"),
                ("flag", "2", "`2` is neither"),
                ("single", "1e300", "does not fit a 32-bit float"),
                ("day", "tomorrow", "`tomorrow`"),
                ("moment", "now", "`now`"),
                ("time", "noon", "`noon`"),
                ("created_at", "then", "`then`"),
                ("double_out", "x", "`x` is text"),
                ("single_out", "x", "`x` is text"),
                ("whole_out", "1.5", "`1.5` is not an integer"),
                ("flag_out", "x", "`x` is text"),
            ]);
        }
        for (column, value, shown) in bad {
            let what = format!("{column} = {value:.40}");
            let was = s.query_text(&format!("SELECT {column} FROM wides WHERE id = '{id}'"))[0][0].clone().unwrap();
            s.sql(&format!("UPDATE wides SET {column} = '{value}' WHERE id = '{id}'"));
            fails_alone(&store, &what, column, shown)?;
            s.sql(&format!("UPDATE wides SET {column} = '{was}' WHERE id = '{id}'"));
            assert_eq!(store.list()?.len(), 3, "{what}");
        }
        if s.backend() == Backend::Sqlite {
            for column in ["double", "whole", "text", "day", "list", "double_out", "custom_data"] {
                let was = s.query_text(&format!("SELECT {column} FROM wides WHERE id = '{id}'"))[0][0].clone().unwrap();
                s.sql(&format!("UPDATE wides SET {column} = x'00ff10' WHERE id = '{id}'"));
                fails_alone(&store, column, column, "`x00ff10` is 3 bytes")?;
                s.sql(&format!("UPDATE wides SET {column} = '{was}' WHERE id = '{id}'"));
            }
        }
        assert!(store.verify()?.is_sound());
        // Nothing was run for it but what the sweeps missed.
        assert_eq!(store.get(&id)?.unwrap().params, Wide::of(0));
        assert!(calls.count() > 3);
        Ok(())
    }

    fn integers_in_a_column_of_floats_are_read(s: &Scratch) -> Result<()> {
        let (store, _) = wides(s)?;
        let id = store.run(&Wide::of(0))?.id;
        s.sql("UPDATE wides SET double = 4, single = 5, double_out = -6");
        let record = store.get(&id)?.unwrap();
        assert_eq!((record.double, record.single, record.output.double_out), (4.0, 5.0, Some(-6.0)));
        Ok(())
    }

    fn an_unknown_variant_names_run_column_value_and_those_that_are_known(s: &Scratch) -> Result<()> {
        let (store, calls) = store_of_orbits(s)?;
        let ids: Vec<_> = (0..4).map(|n| store.run(&Orbit { steps: n, ..Orbit::of(1.0) }).unwrap().id).collect();
        s.sql("UPDATE orbits SET method = 'verlet' WHERE steps = 2");
        let error = store.list().unwrap_err();
        for part in [ids[2].as_str(), "`orbits`", "`method`", "`verlet`", "euler, rk4", "list_readable"] {
            assert!(format!("{error:#}").contains(part), "{error:?}");
        }
        assert!(error.is_corrupt() && !error.is_invalid_input(), "{error:?}");
        let listing = store.list_readable()?;
        assert_eq!(listing.records.iter().map(|run| run.steps).collect::<Vec<_>>(), [0, 1, 3]);
        assert_eq!(listing.unreadable.iter().map(|row| &row.id).collect::<Vec<_>>(), [&ids[2]]);
        // What does not meet it does not fail, whichever way Diesel is asked.
        assert_eq!(store.query(|t| t.filter(dsl::method.eq(Method::Rk4)))?.len(), 3);
        assert_eq!(store.query_readable(|t| t.filter(dsl::steps.ge(2)).into_boxed())?.unreadable.len(), 1);
        let mut connection = store.connection()?;
        let refused = dsl::orbits.load::<Record<Orbit>>(&mut *connection).unwrap_err();
        assert!(refused.to_string().contains(ids[2].as_str()), "{refused}");
        drop(connection);
        let report = store.sweep((0..4).map(|n| Orbit { steps: n, ..Orbit::of(1.0) })).run()?;
        assert_eq!((report.hits, report.failures.len()), (3, 1));
        assert_eq!(calls.count(), 4);
        Ok(())
    }

    fn keys_of_unreadable_runs_are_not_given_away(s: &Scratch) -> Result<()> {
        mod next {
            use entropic::prelude::*;
            use crate::records::Method;

            #[derive(Debug, Clone, PartialEq, SimRecord)]
            #[sim(table = "orbits", version = 2, output(energy: f64, period: f64, verdict: String))]
            pub struct Orbit {
                pub mass: f64,
                pub steps: i64,
                pub method: Method,
                pub label: Option<String>,
                #[sim(ignore)]
                pub threads: i32,
            }
        }
        let (store, _) = store_of_orbits(s)?;
        for n in 0..3 {
            store.run(&Orbit { steps: n, ..Orbit::of(1.0) })?;
        }
        drop(store);
        s.sql("UPDATE orbits SET method = 'verlet' WHERE steps = 2");
        let store = at::<next::Orbit>(s).schema(Schema::Trust).open()?;
        let plan = store.plan_rehash()?;
        assert_eq!((plan.moves.len(), plan.unreadable.len()), (2, 1), "{plan:?}");
        let report = store.rehash(&plan)?;
        assert_eq!((report.moved, report.complete), (2, false), "{report:?}");
        s.sql("UPDATE orbits SET method = 'rk4' WHERE steps = 2");
        assert!(store.rehash(&store.plan_rehash()?)?.complete);
        Ok(())
    }
}
