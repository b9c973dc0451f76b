//! Structs that change while their runs stay.

use std::fs;

use entropic::prelude::*;
use entropic::{DbError, Error, Result, Schema};

use crate::records::at;
use crate::support::{Backend, Scratch, each_backend};

/// As it was at first.
mod first {
    use entropic::prelude::*;

    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(table = "pendulums", output(period: f64))]
    pub struct Pendulum {
        pub length: f64,
        pub damping: f64,
        pub steps: i64,
    }
}

/// Two parameters and an output more, one by another name, one that is gone, indexes.
mod later {
    use entropic::prelude::*;

    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(
        table = "pendulums",
        output(period: f64, #[sim(index)] energy: f64),
        retired(damping: f64 = 0.25),
        index(label, rod)
    )]
    pub struct Pendulum {
        #[sim(ignore, default = 1)]
        pub threads: i32,
        #[sim(default = "it's \"here\"\\")]
        pub label: String,
        #[sim(index)]
        pub steps: i64,
        #[sim(default = -0.1)]
        pub drive: f64,
        #[sim(default)]
        pub note: Option<String>,
        #[sim(was = "length")]
        pub rod: f64,
    }

    impl Pendulum {
        pub fn of(rod: f64) -> Self {
            let label = "it's \"here\"\\".to_owned();
            Self { threads: 1, label, steps: 100, drive: -0.1, note: None, rod }
        }
    }
}

/// Two names that changed places.
mod swapped {
    use entropic::prelude::*;

    #[derive(SimRecord)]
    #[sim(table = "pendulums", output(period: f64))]
    pub struct Pendulum {
        #[sim(was = "damping")]
        pub length: f64,
        #[sim(was = "length")]
        pub damping: f64,
        pub steps: i64,
    }
}

fn early(length: f64, damping: f64) -> first::Pendulum {
    first::Pendulum { length, damping, steps: 100 }
}

/// A store of the struct as it was, with runs.
fn with_runs(s: &Scratch) -> Result<Vec<Record<first::Pendulum>>> {
    let store = at::<first::Pendulum>(s)
        .runner(|pendulum: &first::Pendulum, run| {
            run.output.period = Some(pendulum.length * 2.0);
            fs::write(run.result_file(), pendulum.length.to_string())
        })
        .open()?;
    [(1.0, 0.25), (2.0, 0.25), (1.0, 0.5)]
        .into_iter()
        .map(|(length, damping)| store.run(&early(length, damping)))
        .collect()
}

/// Columns and indexes, in an order that does not depend on their age.
pub fn shape(s: &Scratch, table: &str) -> Vec<String> {
    let query = match s.backend() {
        Backend::Sqlite => format!(
            "SELECT name || ' ' || type || ' ' || \"notnull\" || ' ' || coalesce(dflt_value, '-') FROM \
             pragma_table_info('{table}') UNION ALL \
             SELECT 'index ' || group_concat(info.name) FROM pragma_index_list('{table}') AS list \
             JOIN pragma_index_info(list.name) AS info GROUP BY list.name ORDER BY 1"
        ),
        Backend::Postgres => format!(
            "SELECT column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '-') \
             FROM information_schema.columns WHERE table_name = '{table}' AND table_schema = current_schema() \
             UNION ALL SELECT 'index ' || regexp_replace(indexdef, '.*USING', '') FROM pg_indexes \
             WHERE tablename = '{table}' AND schemaname = current_schema() ORDER BY 1"
        ),
    };
    s.query_text(&query).into_iter().flatten().flatten().collect()
}

/// What a table looks like that is made anew.
pub fn fresh<T: entropic::Stored>(s: &Scratch, table: &str) -> Result<Vec<String>> {
    let other = s.another();
    at::<T>(&other).open()?;
    Ok(shape(&other, table))
}

each_backend! {
    fn a_table_evolves_and_every_run_stays_a_hit(s: &Scratch) -> Result<()> {
        let runs = with_runs(s)?;
        let before = shape(s, "pendulums");

        let refused = at::<later::Pendulum>(s).open().unwrap_err();
        assert!(refused.is_conflict(), "{refused}");
        let told = refused.to_string();
        for word in ["`label`", "`drive`", "`note`", "`threads`", "`energy`", "`length` is called `rod` now",
            "ADD COLUMN \"drive\"", "DEFAULT -0.1", "RENAME COLUMN", "CREATE INDEX", "Schema::Evolve"] {
            assert!(told.contains(word), "{word}: {told}");
        }
        assert_eq!(shape(s, "pendulums"), before, "a refusal changes nothing");

        let store = at::<later::Pendulum>(s).schema(Schema::Evolve).open()?;
        for (n, run) in runs.iter().enumerate() {
            let found = store.get(&run.id)?.unwrap();
            assert_eq!((found.rod, found.output.period, found.drive), (run.length, run.output.period, -0.1));
            assert_eq!(found.note, None);
            assert_eq!(found.label, "it's \"here\"\\");
            assert_eq!(found.threads, 1);
            // Of the two of length 1, the one that had the retired value is found.
            let hit = store.retrieve(&later::Pendulum::of(run.length))?.unwrap();
            assert_eq!(hit.id, runs[if n == 2 { 0 } else { n }].id);
        }
        assert!(store.verify()?.is_sound(), "{}", store.verify()?);
        drop(store);
        // Once is enough: now it is as it should be.
        let store = at::<later::Pendulum>(s).runner(|_: &later::Pendulum, run| fs::write(run.result_file(), "new")).open()?;
        let other = store.run(&later::Pendulum { drive: 0.5, ..later::Pendulum::of(1.0) })?;
        assert_ne!(other.id, runs[0].id);
        assert_eq!(store.count()?, 4);
        // New rows have the value of what is retired.
        let damping = s.query_text(&format!("SELECT CAST(damping AS TEXT) FROM pendulums WHERE id = '{}'", other.id));
        assert_eq!(damping, [[Some("0.25".to_owned())]]);
        drop(store);
        assert_eq!(shape(s, "pendulums"), fresh::<later::Pendulum>(s, "pendulums")?, "as if it had been made like that");
        Ok(())
    }

    fn what_would_lose_something_is_refused_and_changes_nothing(s: &Scratch) -> Result<()> {
        mod changed {
            use entropic::prelude::*;

            // `length` without `was`, `damping` gone, `steps` of another type, all beside an addition.
            #[derive(SimRecord)]
            #[sim(table = "pendulums", output(period: f64))]
            pub struct Pendulum { pub rod: f64, pub steps: Option<f64>, #[sim(default = 1.0)] pub drive: f64 }
        }
        with_runs(s)?;
        let before = shape(s, "pendulums");
        let error = at::<changed::Pendulum>(s).schema(Schema::Evolve).open().unwrap_err();
        assert!(error.is_conflict());
        let told = error.to_string();
        for word in ["`rod`", "was", "`length`", "`damping`", "retired(damping", "`steps`", "`drive`"] {
            assert!(told.contains(word), "{word}: {told}");
        }
        assert_eq!(shape(s, "pendulums"), before);
        Ok(())
    }

    fn a_change_of_the_ids_is_refused_with_the_way_to_new_ones(s: &Scratch) -> Result<()> {
        mod changed {
            use entropic::prelude::*;

            #[derive(SimRecord)]
            #[sim(table = "pendulums", version = 2, output(period: f64))]
            pub struct Pendulum {
                #[sim(float = "exact")]
                pub length: f64,
                #[sim(default = 0.25)]
                pub damping: f64,
                pub steps: i64,
            }
        }
        with_runs(s)?;
        for schema in [Schema::Check, Schema::Evolve] {
            let error = at::<changed::Pendulum>(s).schema(schema).open().unwrap_err();
            let Error::Db(DbError::Drift { differences, .. }) = &error else { panic!("{error:?}") };
            assert_eq!(differences.len(), 3, "{error}");
            let told = error.to_string();
            for word in ["version 1", "\"decimal\"", "\"exact\"", "no default", "0.25", "rehash"] {
                assert!(told.contains(word), "{word}: {told}");
            }
        }
        let store = at::<changed::Pendulum>(s).schema(Schema::Trust).open()?;
        assert_eq!(store.count()?, 3);
        // The table is still what it was.
        at::<first::Pendulum>(s).open()?;
        Ok(())
    }

    fn names_that_are_swapped_keep_their_values(s: &Scratch) -> Result<()> {
        let runs = with_runs(s)?;
        at::<swapped::Pendulum>(s).open().unwrap_err();
        let store = at::<swapped::Pendulum>(s).schema(Schema::Evolve).open()?;
        let found = store.retrieve(&swapped::Pendulum { length: 0.5, damping: 1.0, steps: 100 })?.unwrap();
        assert_eq!(found.id, runs[2].id);
        Ok(())
    }

    fn a_table_without_rows_takes_what_needs_no_default(s: &Scratch) -> Result<()> {
        mod more {
            use entropic::prelude::*;

            #[derive(SimRecord)]
            #[sim(table = "pendulums", version = 3, output(period: f64))]
            pub struct Pendulum { pub length: f64, pub damping: f64, pub steps: i64, pub mass: f64 }
        }
        at::<first::Pendulum>(s).open()?;
        at::<more::Pendulum>(s).open().unwrap_err();
        let store = at::<more::Pendulum>(s).schema(Schema::Evolve)
            .runner(|_: &more::Pendulum, run| fs::write(run.result_file(), "x")).open()?;
        store.run(&more::Pendulum { length: 1.0, damping: 0.0, steps: 1, mass: 2.0 })?;
        Ok(())
    }

    fn a_database_of_a_later_entropic_is_refused_untouched(s: &Scratch) -> Result<()> {
        with_runs(s)?;
        s.sql("INSERT INTO entropic_migrations VALUES ('2099-01-01-000000', '2099')");
        let error = at::<first::Pendulum>(s).open().unwrap_err();
        assert!(error.is_unsupported(), "{error:?}");
        assert!(error.to_string().contains("newer version of entropic"), "{error}");
        s.sql("DELETE FROM entropic_migrations WHERE version = '2099-01-01-000000'");
        assert_eq!(at::<first::Pendulum>(s).open()?.count()?, 3);
        Ok(())
    }

    fn tables_of_a_module_that_this_program_does_not_have_are_no_concern_of_its(s: &Scratch) -> Result<()> {
        with_runs(s)?;
        s.sql("INSERT INTO entropic_migrations VALUES ('workspace/2099-01-01-000000', '2099')");
        let store = at::<first::Pendulum>(s).runner(|_: &first::Pendulum, run| fs::write(run.result_file(), "x"));
        assert_eq!(store.open()?.count()?, 3);
        Ok(())
    }

    fn a_miss_says_that_keys_were_made_in_another_way(s: &Scratch) -> Result<()> {
        macro_rules! now {
            ($module:ident, $($attr:ident = $value:tt)?; $(#[$field:meta])*) => {
                mod $module {
                    use entropic::prelude::*;
                    #[derive(SimRecord)]
                    #[sim(table = "pendulums", $($attr = $value,)? output(period: f64))]
                    pub struct Pendulum { $(#[$field])* pub length: f64, pub damping: f64, pub steps: i64 }
                    pub const ASKED: Pendulum = Pendulum { length: 1.0, damping: 0.25, steps: 100 };
                }
            };
        }
        now!(versioned, version = 2;);
        now!(exact, float = "significant";);
        now!(defaulted, ; #[sim(default = 1.0)]);
        let runs = with_runs(s)?;
        let told = |why: String, word: &str| {
            assert!(why.contains("would be a hit") && why.contains(&runs[0].id.to_string()), "{why}");
            assert!(why.contains(word), "{why}");
        };
        macro_rules! why {
            ($module:ident) => {
                at::<$module::Pendulum>(s).schema(Schema::Trust).open()?.explain(&$module::ASKED)?.to_string()
            };
        }
        told(why!(versioned), "with `version = 1`");
        told(why!(defaulted), "the default of `length`");
        // One scheme writes these floats as the other does.
        assert!(why!(exact).starts_with("hit"));
        mod added {
            use entropic::prelude::*;
            #[derive(SimRecord)]
            #[sim(table = "pendulums", output(period: f64))]
            pub struct Pendulum { pub length: f64, pub damping: f64, pub steps: i64, pub mass: f64 }
            pub const ASKED: Pendulum = Pendulum { length: 1.0, damping: 0.25, steps: 100, mass: 2.0 };
        }
        s.sql(match s.backend() {
            Backend::Sqlite => "ALTER TABLE pendulums ADD COLUMN mass DOUBLE NOT NULL DEFAULT 2.0",
            Backend::Postgres => "ALTER TABLE pendulums ADD COLUMN mass DOUBLE PRECISION NOT NULL DEFAULT 2.0",
        });
        told(why!(added), "without `mass`");
        Ok(())
    }

    fn what_was_ignored_and_what_was_an_output_can_go(s: &Scratch) -> Result<()> {
        mod full {
            use entropic::prelude::*;
            #[derive(SimRecord)]
            #[sim(table = "pendulums", output(period: f64))]
            pub struct Pendulum { pub length: f64, #[sim(ignore)] pub threads: i32 }
        }
        mod lean {
            use entropic::prelude::*;
            #[derive(SimRecord)]
            #[sim(
                table = "pendulums",
                retired(#[sim(ignore)] threads: i32 = 1, #[sim(ignore)] period: Option<f64> = None)
            )]
            pub struct Pendulum { pub length: f64 }
        }
        let store = at::<full::Pendulum>(s).runner(|_: &full::Pendulum, run| {
            run.output.period = Some(2.5);
            fs::write(run.result_file(), "run")
        }).open()?;
        let run = store.run(&full::Pendulum { length: 1.0, threads: 8 })?;
        drop(store);
        let store = at::<lean::Pendulum>(s)
            .runner(|_: &lean::Pendulum, run| fs::write(run.result_file(), "run")).open()?;
        assert_eq!(store.retrieve(&lean::Pendulum { length: 1.0 })?.unwrap().id, run.id);
        store.run(&lean::Pendulum { length: 2.0 })?;
        assert!(store.verify()?.is_sound());
        drop(store);
        let store = at::<full::Pendulum>(s).open()?;
        let kept: Vec<_> = store.list()?.into_iter().map(|run| (run.threads, run.output.period)).collect();
        assert_eq!(kept, [(8, Some(2.5)), (1, None)]);
        Ok(())
    }

    fn a_default_of_any_type_is_what_the_rows_get(s: &Scratch) -> Result<()> {
        mod plain {
            use entropic::prelude::*;
            #[derive(SimRecord)]
            #[sim(table = "pendulums", float = "exact")]
            pub struct Pendulum { pub length: f64 }
        }
        mod rich {
            use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
            use entropic::prelude::*;

            use crate::records::Method;

            fn day() -> NaiveDate {
                NaiveDate::from_ymd_opt(2026, 2, 3).unwrap()
            }
            fn time() -> NaiveTime {
                NaiveTime::from_hms_micro_opt(4, 5, 6, 70).unwrap()
            }

            #[derive(Debug, Clone, PartialEq, SimRecord)]
            #[sim(table = "pendulums", float = "exact")]
            pub struct Pendulum {
                pub length: f64,
                #[sim(default = 0.1 + 0.2)]
                pub a: f64,
                #[sim(default = f64::MAX)]
                pub b: f64,
                #[sim(default = -5e-324)]
                pub c: f64,
                #[sim(default = 123_456.789_012_345_67)]
                pub d: f64,
                #[sim(default = 9_007_199_254_740_993.0)]
                pub e: f64,
                #[sim(default = f64::NEG_INFINITY)]
                pub f: f64,
                #[sim(default = 0.1)]
                pub g: f32,
                #[sim(default = i64::MIN)]
                pub h: i64,
                #[sim(default = -7)]
                pub i: i16,
                #[sim(default = true)]
                pub j: bool,
                #[sim(default = Method::Euler)]
                pub k: Method,
                #[sim(default = day())]
                pub l: NaiveDate,
                #[sim(default = time())]
                pub m: NaiveTime,
                #[sim(default = day().and_time(time()))]
                pub n: NaiveDateTime,
                #[sim(json, default = vec![1.5, -0.25])]
                pub o: Vec<f64>,
                #[sim(default = Some("o'clock \u{1f570}".to_owned()))]
                pub p: Option<String>,
                #[sim(default = Some(2.5))]
                pub q: Option<f64>,
            }

            pub fn asked() -> Pendulum {
                Pendulum {
                    length: 1.0,
                    a: 0.1 + 0.2,
                    b: f64::MAX,
                    c: -5e-324,
                    d: 123_456.789_012_345_67,
                    e: 9_007_199_254_740_993.0,
                    f: f64::NEG_INFINITY,
                    g: 0.1,
                    h: i64::MIN,
                    i: -7,
                    j: true,
                    k: Method::Euler,
                    l: day(),
                    m: time(),
                    n: day().and_time(time()),
                    o: vec![1.5, -0.25],
                    p: Some("o'clock \u{1f570}".to_owned()),
                    q: Some(2.5),
                }
            }
        }
        let store = at::<plain::Pendulum>(s).runner(|_: &plain::Pendulum, run| fs::write(run.result_file(), "x")).open()?;
        let run = store.run(&plain::Pendulum { length: 1.0 })?;
        drop(store);
        let store = at::<rich::Pendulum>(s).schema(Schema::Evolve).open()?;
        let found = store.retrieve(&rich::asked())?.unwrap();
        assert_eq!(found.id, run.id);
        assert_eq!(found.params, rich::asked());
        assert!(store.verify()?.is_sound());
        let dir = s.dir().join("migrations");
        assert_eq!(entropic::write_migration::<rich::Pendulum>(&dir)?.len(), 2);
        Ok(())
    }

    /// A program that is older than the table does not undo what a newer one has done.
    fn an_older_program_is_refused_whatever_it_asks_for(s: &Scratch) -> Result<()> {
        mod renamed {
            use entropic::prelude::*;
            #[derive(SimRecord)]
            #[sim(table = "pendulums", output(period: f64))]
            pub struct Pendulum {
                #[sim(was = "length")]
                pub rod: f64,
                pub damping: f64,
                pub steps: i64,
            }
        }
        mod again {
            use entropic::prelude::*;
            #[derive(SimRecord)]
            #[sim(table = "pendulums", output(period: f64))]
            pub struct Pendulum {
                #[sim(was = "length")]
                pub shaft: f64,
                pub damping: f64,
                pub steps: i64,
            }
        }
        let runs = with_runs(s)?;
        at::<swapped::Pendulum>(s).schema(Schema::Evolve).open()?;
        let refused = |error: entropic::Error| {
            assert!(error.is_conflict() && error.to_string().contains("older than the table"), "{error}");
        };
        refused(at::<first::Pendulum>(s).schema(Schema::Evolve).open().unwrap_err());
        let store = at::<swapped::Pendulum>(s).open()?;
        assert_eq!(store.retrieve(&swapped::Pendulum { length: 0.25, damping: 1.0, steps: 100 })?.unwrap().id, runs[0].id);
        drop(store);
        at::<renamed::Pendulum>(s).schema(Schema::Evolve).open().unwrap_err();
        // Back by hand, then two names one after the other.
        s.sql("ALTER TABLE pendulums RENAME COLUMN length TO aside");
        s.sql("ALTER TABLE pendulums RENAME COLUMN damping TO length");
        s.sql("ALTER TABLE pendulums RENAME COLUMN aside TO damping");
        s.sql("DELETE FROM entropic_schemas");
        at::<renamed::Pendulum>(s).schema(Schema::Evolve).open()?;
        at::<again::Pendulum>(s).schema(Schema::Evolve).open()?;
        refused(at::<renamed::Pendulum>(s).schema(Schema::Evolve).open().unwrap_err());
        refused(at::<first::Pendulum>(s).schema(Schema::Evolve).open().unwrap_err());
        let store = at::<again::Pendulum>(s).open()?;
        assert_eq!(store.retrieve(&again::Pendulum { shaft: 1.0, damping: 0.25, steps: 100 })?.unwrap().id, runs[0].id);
        Ok(())
    }

    fn an_addition_that_changes_the_ids_is_no_addition(s: &Scratch) -> Result<()> {
        macro_rules! changed {
            ($module:ident, { $($record:tt)* }, { $($field:tt)* }) => {
                mod $module {
                    use entropic::prelude::*;
                    #[derive(SimRecord)]
                    #[sim(table = "pendulums", $($record)*)]
                    pub struct Pendulum { pub length: f64, pub damping: f64, pub steps: i64, $($field)* }
                }
            };
        }
        changed!(optional, { output(period: f64) }, { pub mass: Option<f64> });
        changed!(never_there, { output(period: f64), retired(drag: f64 = 0.5) }, {});
        changed!(another_value, { output(period: f64), retired(#[sim(default = 1.0)] drag: f64 = 2.0) }, {});
        changed!(output_hashed, {}, { #[sim(default)] pub period: Option<f64> });
        with_runs(s)?;
        let before = shape(s, "pendulums");
        for error in [
            at::<optional::Pendulum>(s).schema(Schema::Evolve).open().unwrap_err(),
            at::<never_there::Pendulum>(s).schema(Schema::Evolve).open().unwrap_err(),
            at::<another_value::Pendulum>(s).schema(Schema::Evolve).open().unwrap_err(),
            at::<output_hashed::Pendulum>(s).schema(Schema::Evolve).open().unwrap_err(),
            at::<output_hashed::Pendulum>(s).open().unwrap_err(),
        ] {
            assert!(error.is_conflict() && !error.to_string().contains("untouched"), "{error}");
        }
        assert_eq!(shape(s, "pendulums"), before);
        assert_eq!(at::<first::Pendulum>(s).open()?.count()?, 3);
        Ok(())
    }

    fn a_column_of_another_type_is_refused_even_if_trusted(s: &Scratch) -> Result<()> {
        mod other {
            use entropic::prelude::*;
            #[derive(SimRecord)]
            #[sim(table = "pendulums", output(period: f64))]
            pub struct Pendulum { pub length: i64, pub damping: f64, pub steps: i64 }
        }
        with_runs(s)?;
        let error = at::<other::Pendulum>(s).schema(Schema::Trust).open().unwrap_err();
        assert!(error.is_conflict() && error.to_string().contains("`length`"), "{error}");
        Ok(())
    }

    fn indexes_that_would_have_one_name_have_two(s: &Scratch) -> Result<()> {
        mod alike {
            use entropic::prelude::*;
            #[derive(SimRecord)]
            #[sim(table = "pendulums", index(a_b, c), index(a, b_c))]
            pub struct Pendulum { pub a: f64, pub b_c: f64, pub a_b: f64, pub c: f64 }
        }
        at::<alike::Pendulum>(s).open()?;
        at::<alike::Pendulum>(s).open()?;
        let indexes = shape(s, "pendulums").into_iter().filter(|line| line.starts_with("index")).count();
        // Those two, that of the key, and that of pages.
        assert_eq!(indexes, 4, "{:?}", shape(s, "pendulums"));
        Ok(())
    }
}
