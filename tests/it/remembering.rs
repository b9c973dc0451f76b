//! What would lose the cache in silence is seen when a table is opened: texts of enums, widths of floats, types in JSON;
//! and a table that merely could be better opens as it is.

use std::fs;

use entropic::{DbError, Error, Result, Schema, Stored};

use crate::records::at;
use crate::support::{Backend, Scratch, each_backend};

/// A record with an enum, a float and JSON, each as the case has it.
macro_rules! generation {
    ($module:ident, $(#[$on_enum:meta])* { $($(#[$on_variant:meta])* $variant:ident),* }, $float:ty, $json:ty $(, $($more:tt)*)?) => {
        pub mod $module {
            use entropic::prelude::*;

            #[derive(Debug, Clone, Copy, PartialEq, SimEnum)]
            $(#[$on_enum])*
            pub enum Method { $($(#[$on_variant])* $variant),* }

            #[derive(Debug, Clone, PartialEq, SimRecord)]
            #[sim(table = "orbits")]
            pub struct Orbit {
                pub method: Method,
                pub dt: $float,
                #[sim(json)]
                pub shape: $json,
            }

            $($($more)*)?
        }
    };
}

macro_rules! shape {
    ($($(#[$meta:meta])* $field:ident: $ty:ty),*) => {
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct Shape { $($(#[$meta])* pub $field: $ty),* }
    };
}

generation!(first, { Euler, Rk4 }, f64, Shape, shape!(a: f64, b: i64););
generation!(renamed, { ForwardEuler, Rk4 }, f64, Shape, shape!(a: f64, b: i64););
generation!(kept, { #[sim(rename = "Euler")] ForwardEuler, Rk4 }, f64, Shape, shape!(a: f64, b: i64););
generation!(lower, #[sim(rename_all = "lowercase")] { Euler, Rk4 }, f64, Shape, shape!(a: f64, b: i64););
generation!(fewer, { Rk4 }, f64, Shape, shape!(a: f64, b: i64););
generation!(retiring, { #[sim(retired)] Euler, Rk4 }, f64, Shape, shape!(a: f64, b: i64););
generation!(more, { Euler, Rk4, Leapfrog }, f64, Shape, shape!(a: f64, b: i64););
generation!(narrow, { Euler, Rk4 }, f32, Shape, shape!(a: f64, b: i64););
generation!(other_json, { Euler, Rk4 }, f64, Vec<f64>);
generation!(same_json, { Euler, Rk4 }, f64, Form, #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
    pub struct Form { pub b: i64, pub a: f64 });
generation!(grown, { Euler, Rk4 }, f64, Shape, shape!(a: f64, b: i64, #[serde(default)] c: f64););
generation!(grown_well, { Euler, Rk4 }, f64, Shape,
    shape!(a: f64, b: i64, #[serde(default, skip_serializing_if = "Option::is_none")] c: Option<f64>););

mod texts {
    use entropic::prelude::*;

    /// Where the enum was text.
    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(table = "notes")]
    pub struct Free {
        pub word: String,
        #[sim(ignore)]
        pub remark: Option<String>,
    }
}

mod words {
    use entropic::prelude::*;

    #[derive(Debug, Clone, Copy, PartialEq, SimEnum)]
    pub enum Word {
        Yes,
        No,
    }

    #[derive(Debug, Clone, Copy, PartialEq, SimColumn)]
    pub struct Wrapped(pub Word);

    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(table = "notes")]
    pub struct Narrow {
        #[sim(sql = Text)]
        pub word: Wrapped,
        #[sim(ignore)]
        pub remark: Option<Word>,
    }
}

fn orbit(method: first::Method, a: f64) -> first::Orbit {
    first::Orbit { method, dt: 0.1, shape: first::Shape { a, b: 2 } }
}

/// Three runs, two of them with Euler.
fn with_runs(s: &Scratch) -> Result<()> {
    let store =
        at::<first::Orbit>(s).runner(|_: &first::Orbit, run| fs::write(run.result_file(), "x")).open()?;
    for orbit in runs() {
        store.run(&orbit)?;
    }
    Ok(())
}

fn runs() -> [first::Orbit; 3] {
    [orbit(first::Method::Euler, 0.5), orbit(first::Method::Euler, 1.5), orbit(first::Method::Rk4, 0.5)]
}

/// What is said when the table is opened with another struct, by default.
#[track_caller]
fn refused<T: Stored>(s: &Scratch) -> String {
    let before = remembered(s, T::TABLE.name);
    let error = at::<T>(s).open().unwrap_err();
    assert!(error.is_conflict(), "{error}");
    assert!(at::<T>(s).schema(Schema::Evolve).open().unwrap_err().is_conflict(), "nothing evolves that");
    let read_only = at::<T>(s).read_only(true).open().unwrap_err();
    assert!(read_only.is_conflict(), "{read_only}");
    assert_eq!(remembered(s, T::TABLE.name), before, "a refusal changes nothing");
    error.to_string()
}

/// The cache is as it was: every run a hit.
#[track_caller]
fn intact(s: &Scratch) {
    let store = at::<first::Orbit>(s).open().unwrap();
    for orbit in runs() {
        assert!(store.retrieve(&orbit).unwrap().is_some());
    }
    assert_eq!(store.list().unwrap().len(), 3);
    assert!(store.verify().unwrap().is_sound());
}

fn remembered(s: &Scratch, table: &str) -> String {
    s.scalar_text(&format!("SELECT written FROM entropic_schemas WHERE table_name = '{table}'")).unwrap()
}

fn remember(s: &Scratch, change: impl Fn(&mut serde_json::Value)) {
    let mut written: serde_json::Value = serde_json::from_str(&remembered(s, "orbits")).unwrap();
    change(&mut written);
    s.sql(&format!("UPDATE entropic_schemas SET written = '{written}' WHERE table_name = 'orbits'"));
}

/// As an earlier version left it.
fn forget_values(s: &Scratch) {
    remember(s, |written| drop(written.as_object_mut().unwrap().remove("values")));
}

#[track_caller]
fn says(told: &str, words: &[&str]) {
    for word in words {
        assert!(told.contains(word), "{word}: {told}");
    }
}

each_backend! {
    fn a_variant_that_was_renamed_is_told_with_the_rows(s: &Scratch) -> Result<()> {
        with_runs(s)?;
        let told = refused::<renamed::Orbit>(s);
        let id = entropic::SimRecord::id(&runs()[0])?;
        says(&told, &["2 rows", "\"Euler\"", "`method`", "`Method`", "#[sim(rename = ", "#[sim(retired)]", id.as_str()]);
        intact(s);
        let store = at::<kept::Orbit>(s).open()?;
        let shape = kept::Shape { a: 0.5, b: 2 };
        let asked = kept::Orbit { method: kept::Method::ForwardEuler, dt: 0.1, shape };
        assert!(store.retrieve(&asked)?.is_some());
        intact(s);
        Ok(())
    }

    fn rename_all_is_told(s: &Scratch) -> Result<()> {
        with_runs(s)?;
        says(&refused::<lower::Orbit>(s), &["3 rows", "\"Euler\", \"Rk4\"", "rename_all"]);
        intact(s);
        Ok(())
    }

    fn a_variant_that_rows_still_hold_is_not_removed(s: &Scratch) -> Result<()> {
        with_runs(s)?;
        says(&refused::<fewer::Orbit>(s), &["2 rows", "\"Euler\"", "#[sim(retired)]"]);
        let store = at::<retiring::Orbit>(s).open()?;
        assert_eq!(retiring::Method::all(), [retiring::Method::Rk4]);
        assert_eq!(store.list()?.len(), 3);
        let shape = retiring::Shape { a: 0.5, b: 2 };
        assert!(store.retrieve(&retiring::Orbit { method: retiring::Method::Euler, dt: 0.1, shape })?.is_some());
        intact(s);
        Ok(())
    }

    fn a_variant_that_no_row_holds_may_go(s: &Scratch) -> Result<()> {
        with_runs(s)?;
        let store = at::<first::Orbit>(s).open()?;
        for orbit in &runs()[..2] {
            store.delete(orbit)?;
        }
        drop(store);
        assert_eq!(at::<fewer::Orbit>(s).open()?.list()?.len(), 1);
        assert!(at::<first::Orbit>(s).open()?.retrieve(&runs()[2])?.is_some());
        Ok(())
    }

    /// Its texts stay in the memory, so that the older program is told as soon as a row has one.
    fn an_older_program_beside_a_newer_one(s: &Scratch) -> Result<()> {
        with_runs(s)?;
        let newer = at::<more::Orbit>(s).runner(|_: &more::Orbit, run| fs::write(run.result_file(), "x")).open()?;
        let memory = remembered(s, "orbits");
        assert!(memory.contains("Leapfrog"), "{memory}");
        intact(s);
        assert_eq!(remembered(s, "orbits"), memory, "the older one takes nothing away");
        let shape = more::Shape { a: 9.0, b: 9 };
        let leap = more::Orbit { method: more::Method::Leapfrog, dt: 0.1, shape };
        newer.run(&leap)?;
        let told = refused::<first::Orbit>(s);
        says(&told, &["1 row (run ", "has \"Leapfrog\"", "older than the table"]);
        assert!(newer.retrieve(&leap)?.is_some());
        newer.delete_with_file(&leap)?;
        intact(s);
        Ok(())
    }

    fn runs_that_are_to_be_lost_are_lost_on_request(s: &Scratch) -> Result<()> {
        with_runs(s)?;
        says(&refused::<renamed::Orbit>(s), &["Schema::Trust", "accept_schema"]);
        at::<renamed::Orbit>(s).schema(Schema::Trust).open()?.accept_schema()?;
        let store = at::<renamed::Orbit>(s).open()?;
        assert!(!remembered(s, "orbits").contains("\"Euler\""));
        assert_eq!(store.count()?, 3);
        Ok(())
    }

    fn an_f32_for_an_f64_is_told(s: &Scratch) -> Result<()> {
        with_runs(s)?;
        let told = refused::<narrow::Orbit>(s);
        says(&told, &["`dt`", "make the field an `f64`"]);
        assert!(at::<narrow::Orbit>(s).schema(Schema::Trust).open().unwrap_err().is_conflict());
        intact(s);
        Ok(())
    }

    fn an_f64_for_an_f32_is_told_with_the_statements(s: &Scratch) -> Result<()> {
        let store = at::<narrow::Orbit>(s).runner(|_: &narrow::Orbit, run| fs::write(run.result_file(), "x")).open()?;
        let shape = narrow::Shape { a: 0.5, b: 2 };
        let run = store.run(&narrow::Orbit { method: narrow::Method::Rk4, dt: 0.1, shape })?;
        drop(store);
        let told = refused::<first::Orbit>(s);
        says(&told, &["`dt`", "make the field an `f32`"]);
        assert_eq!(at::<narrow::Orbit>(s).open()?.list()?.len(), 1);

        let Err(Error::Db(DbError::Drift { differences, .. })) = at::<first::Orbit>(s).open() else { panic!("no drift") };
        assert!(!differences[0].sql().is_empty(), "{told}");
        for statement in differences[0].sql() {
            s.sql(statement);
        }
        let store = at::<first::Orbit>(s).open()?;
        let wide = &store.list()?[0];
        assert_eq!((&wide.id, wide.dt), (&run.id, f64::from(0.1_f32)));
        assert!(store.verify()?.is_sound(), "the ids are those of the wider floats");
        assert!(store.retrieve(wide)?.is_some());
        assert!(at::<narrow::Orbit>(s).open().unwrap_err().is_conflict());
        Ok(())
    }

    fn another_type_in_json_is_told(s: &Scratch) -> Result<()> {
        with_runs(s)?;
        let told = refused::<other_json::Orbit>(s);
        says(&told, &["`shape` was a `Shape` and is now a `Vec<f64>`", "3 rows", "retired", "accept_schema"]);
        intact(s);
        Ok(())
    }

    /// A type is known by its name; another that reads and writes the very same is none.
    fn the_same_json_by_another_name_is_the_same(s: &Scratch) -> Result<()> {
        with_runs(s)?;
        assert!(remembered(s, "orbits").contains(r#""json":"Shape""#));
        let store = at::<same_json::Orbit>(s).open()?;
        let shape = same_json::Form { b: 2, a: 0.5 };
        assert!(store.retrieve(&same_json::Orbit { method: same_json::Method::Rk4, dt: 0.1, shape })?.is_some());
        assert!(remembered(s, "orbits").contains(r#""json":"Form""#));
        intact(s);
        Ok(())
    }

    fn free_text_that_becomes_an_enum(s: &Scratch) -> Result<()> {
        let free = |word: &str, remark: Option<&str>| {
            texts::Free { word: word.to_owned(), remark: remark.map(str::to_owned) }
        };
        let store = at::<texts::Free>(s).runner(|_: &texts::Free, run| fs::write(run.result_file(), "x")).open()?;
        store.run(&free("Yes", None))?;
        store.run(&free("No", Some("Yes")))?;
        drop(store);
        assert_eq!(at::<words::Narrow>(s).open()?.list()?.len(), 2);
        let store = at::<texts::Free>(s).runner(|_: &texts::Free, run| fs::write(run.result_file(), "x")).open()?;
        store.run(&free("it's", Some("Maybe")))?;
        drop(store);
        says(&refused::<words::Narrow>(s), &["\"it's\"", "in `word`", "\"Maybe\"", "in `remark`"]);
        assert_eq!(at::<texts::Free>(s).open()?.list()?.len(), 3);
        Ok(())
    }

    /// Nothing was remembered of values then: whatever the struct says is believed, and remembered.
    fn a_table_of_an_earlier_version_opens_as_before(s: &Scratch) -> Result<()> {
        with_runs(s)?;
        let memory = remembered(s, "orbits");
        forget_values(s);
        at::<first::Orbit>(s).read_only(true).open()?;
        assert!(!remembered(s, "orbits").contains("values"), "a read-only store writes nothing");
        intact(s);
        assert_eq!(remembered(s, "orbits"), memory);
        Ok(())
    }

    /// It opened before, unreadable rows and all, and is not made to say that they are fine.
    fn unreadable_rows_of_an_earlier_version_are_no_refusal(s: &Scratch) -> Result<()> {
        with_runs(s)?;
        forget_values(s);
        for _ in 0..2 {
            at::<fewer::Orbit>(s).open()?;
        }
        let memory = remembered(s, "orbits");
        assert!(!memory.contains("Rk4") && memory.contains("\"json\""), "{memory}");
        intact(s);
        assert!(refused::<fewer::Orbit>(s).contains("\"Euler\""));
        Ok(())
    }

    fn a_memory_of_a_newer_version_is_refused(s: &Scratch) -> Result<()> {
        with_runs(s)?;
        remember(s, |written| {
            *written = serde_json::json!({"format": 99, "identity": "in other words"});
        });
        let error = at::<first::Orbit>(s).open().unwrap_err();
        assert!(error.is_unsupported(), "{error}");
        says(&error.to_string(), &["`orbits`", "newer version", "99"]);
        Ok(())
    }

    /// A key that came into a JSON struct cannot be seen at open; a miss is explained by it.
    fn a_key_that_came_into_json_is_explained(s: &Scratch) -> Result<()> {
        with_runs(s)?;
        let store = at::<grown::Orbit>(s).open()?;
        let shape = grown::Shape { a: 0.5, b: 2, c: 0.0 };
        let asked = grown::Orbit { method: grown::Method::Rk4, dt: 0.1, shape };
        assert!(store.retrieve(&asked)?.is_none());
        let told = store.explain(&asked)?.to_string();
        says(&told, &["would be a hit", "`c`", "`shape`", "skip_serializing_if"]);

        let store = at::<grown_well::Orbit>(s).open()?;
        let shape = grown_well::Shape { a: 0.5, b: 2, c: None };
        assert!(store.retrieve(&grown_well::Orbit { method: grown_well::Method::Rk4, dt: 0.1, shape })?.is_some());
        // Of one that differs in a value, the value.
        let shape = grown_well::Shape { a: 0.5, b: 7, c: None };
        let told = store.explain(&grown_well::Orbit { method: grown_well::Method::Rk4, dt: 0.1, shape })?.to_string();
        says(&told, &["`shape`", "in `b` alone", "7"]);
        intact(s);
        Ok(())
    }

    /// As tables were made before, and as SQLAlchemy makes them.
    fn text_in_another_order_and_no_index_for_pages_are_told_and_evolved(s: &Scratch) -> Result<()> {
        with_runs(s)?;
        assert!(at::<first::Orbit>(s).open()?.verify()?.advice.is_empty());
        let fresh = facts(s);
        s.sql("DROP INDEX ix_orbits_created_at_id");
        if s.backend() == Backend::Postgres {
            s.sql("CREATE COLLATION linguistic (provider = icu, locale = 'en-US')");
            for column in ["id", "result_file", "method"] {
                s.sql(&format!("ALTER TABLE orbits ALTER COLUMN {column} TYPE VARCHAR COLLATE linguistic"));
            }
        }
        let older = facts(s);
        assert_ne!(older, fresh);

        intact(s);
        assert_eq!(facts(s), older, "it opens, and stays as it is");
        let report = at::<first::Orbit>(s).read_only(true).open()?.verify()?;
        assert!(report.is_sound());
        says(&report.to_string(), &["`created_at`, `id`", "CREATE INDEX"]);
        if s.backend() == Backend::Postgres {
            says(&report.to_string(), &["`method`", "\"linguistic\"", "COLLATE \"C\""]);
        }
        at::<first::Orbit>(s).schema(Schema::Evolve).open()?;
        assert_eq!(facts(s), fresh);
        assert!(at::<first::Orbit>(s).open()?.verify()?.advice.is_empty());
        intact(s);
        Ok(())
    }

    fn text_is_compared_by_its_bytes(s: &Scratch) -> Result<()> {
        use diesel::{ExpressionMethods, QueryDsl};
        let store = at::<texts::Free>(s).runner(|_: &texts::Free, run| fs::write(run.result_file(), "x")).open()?;
        for word in ["b", "B", "a b", "ab", "é", "z", "_"] {
            store.run(&texts::Free { word: word.to_owned(), remark: None })?;
        }
        let words = |found: Vec<entropic::Record<texts::Free>>| -> Vec<String> {
            found.iter().map(|record| record.word.clone()).collect()
        };
        let sorted = store.query(|t| t.order(texts::notes::word.asc()))?;
        assert_eq!(words(sorted), ["B", "_", "a b", "ab", "b", "z", "é"]);
        let after = store.query(|t| t.filter(texts::notes::word.gt("a")).order(texts::notes::word.asc()))?;
        assert_eq!(words(after), ["a b", "ab", "b", "z", "é"]);
        Ok(())
    }
}

/// The order of each text, and the indexes.
fn facts(s: &Scratch) -> Vec<String> {
    let query = match s.backend() {
        Backend::Sqlite => "SELECT name FROM pragma_index_list('orbits') ORDER BY 1",
        Backend::Postgres => {
            "SELECT column_name || ' ' || coalesce(collation_name, '-') FROM information_schema.columns \
             WHERE table_name = 'orbits' AND table_schema = current_schema() \
             UNION ALL SELECT indexname FROM pg_indexes WHERE tablename = 'orbits' AND schemaname = current_schema() \
             ORDER BY 1"
        }
    };
    s.query_text(query).into_iter().flatten().flatten().collect()
}

/// A column that a view stands on cannot be altered, and that is no reason not to open.
#[cfg(feature = "postgres")]
#[test]
fn a_view_does_not_keep_a_table_from_being_opened() {
    let Some(s) = Scratch::postgres() else { return };
    with_runs(&s).unwrap();
    s.sql("CREATE COLLATION linguistic (provider = icu, locale = 'en-US')");
    s.sql("ALTER TABLE orbits ALTER COLUMN method TYPE VARCHAR COLLATE linguistic");
    s.sql("CREATE VIEW methods AS SELECT method FROM orbits");
    s.sql("DROP INDEX ix_orbits_created_at_id");
    let store = at::<first::Orbit>(&s).schema(Schema::Evolve).open().unwrap();
    let advice = store.verify().unwrap().advice;
    assert!(advice.len() == 1 && advice[0].contains("`method`"), "what can be done was done: {advice:?}");
    intact(&s);
}
