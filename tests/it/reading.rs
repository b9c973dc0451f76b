//! Reading runs back.

use std::fs;
use std::ops::ControlFlow;

use diesel::prelude::*;
use entropic::prelude::*;
use entropic::{Explanation, Result, Timestamp};

use crate::records::{Method, Orbit, orbits as store_of_orbits, orbits::dsl as orbits_dsl};
use crate::support::{Scratch, each_backend};

/// Twelve runs; the creation times of some are the same.
fn filled(s: &Scratch) -> Result<Store<Orbit>> {
    let (store, _) = store_of_orbits(s)?;
    for n in 0..12 {
        let method = if n % 2 == 0 { Method::Euler } else { Method::Rk4 };
        store.run(&Orbit { steps: n, method, ..Orbit::of(1.0) })?;
    }
    s.sql("UPDATE orbits SET created_at = '2026-01-02 03:04:05.000600' WHERE steps >= 4 AND steps < 9");
    Ok(store)
}

each_backend! {
    fn a_listing_is_ordered_by_time_and_key(s: &Scratch) -> Result<()> {
        let store = filled(s)?;
        let listed = store.list()?;
        assert_eq!(listed.len(), 12);
        assert!(listed.windows(2).all(|pair| {
            (pair[0].created_at, pair[0].id.as_str()) < (pair[1].created_at, pair[1].id.as_str())
        }));
        assert_eq!(listed[0].created_at, "2026-01-02 03:04:05.000600".parse().unwrap());
        assert_eq!(store.count()?, 12);
        Ok(())
    }

    fn pages_add_up_to_the_listing(s: &Scratch) -> Result<()> {
        let store = filled(s)?;
        let listed = store.list()?;
        for size in [1, 2, 5, 12, 100] {
            let mut pages = Vec::new();
            loop {
                let page = store.page(pages.last(), size)?;
                if page.is_empty() { break }
                pages.extend(page);
            }
            assert_eq!(pages, listed, "{size}");
        }
        assert!(store.page(None, 0)?.is_empty());
        Ok(())
    }

    fn runs_can_be_taken_one_by_one(s: &Scratch) -> Result<()> {
        let store = filled(s)?;
        let mut taken = Vec::new();
        store.for_each(|record| {
            // The store can be used meanwhile.
            assert!(store.get(&record.id).unwrap().is_some());
            taken.push(record);
            ControlFlow::Continue(())
        })?;
        assert_eq!(taken, store.list()?);
        let mut first = 0;
        store.for_each(|_| { first += 1; if first == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) } })?;
        assert_eq!(first, 3);
        Ok(())
    }

    fn a_typed_query_is_plain_diesel(s: &Scratch) -> Result<()> {
        use orbits_dsl as orbits;
        let store = filled(s)?;
        let euler = store.query(|t| t.filter(orbits::method.eq(Method::Euler)).order(orbits::steps.desc()))?;
        assert_eq!(euler.iter().map(|run| run.steps).collect::<Vec<_>>(), [10, 8, 6, 4, 2, 0]);
        let paged = store.query(|t| t.order(orbits::steps.asc()).limit(2).offset(3))?;
        assert_eq!(paged.iter().map(|run| run.steps).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(store.query(|t| t)?.len(), 12);
        let moment: Timestamp = "2026-01-02 03:04:05.000600".parse().unwrap();
        assert_eq!(store.query(|t| t.filter(orbits::created_at.eq(moment)))?.len(), 5);
        assert_eq!(store.query(|t| t.filter(orbits::created_at.gt(moment)))?.len(), 7);
        assert_eq!(store.query(|t| t.filter(orbits::energy.lt(-0.4)))?.len(), 12);
        assert_eq!(store.query(|t| t.filter(orbits::period.is_null()))?.len(), 12);
        let ids: Vec<String> = euler.iter().map(|run| run.id.to_string()).collect();
        assert_eq!(store.query(|t| t.filter(orbits::id.eq_any(&ids)))?.len(), 6);
        let some = store.query(|t| t.filter(orbits::steps.lt(3)).into_boxed())?;
        assert!(some.iter().all(|run| run.result_file.exists()));
        Ok(())
    }

    fn a_connection_is_for_plain_diesel(s: &Scratch) -> Result<()> {
        use orbits_dsl as orbits;
        let store = filled(s)?;
        let mut connection = store.connection()?;
        let by_method: Vec<(Method, i64)> = orbits::orbits
            .group_by(orbits::method)
            .select((orbits::method, diesel::dsl::count_star()))
            .order(orbits::method)
            .load(&mut *connection)
            .unwrap();
        assert_eq!(by_method, [(Method::Euler, 6), (Method::Rk4, 6)]);
        let records = orbits::orbits.filter(orbits::steps.gt(9)).load::<Record<Orbit>>(&mut *connection).unwrap();
        assert_eq!(records.len(), 2);
        Ok(())
    }

    fn a_miss_is_explained_by_the_nearest_run(s: &Scratch) -> Result<()> {
        let (store, _) = store_of_orbits(s)?;
        let orbit = Orbit { label: Some("x".to_owned()), ..Orbit::of(1.0) };
        let empty = store.explain(&orbit)?;
        assert!(empty.to_string().ends_with("there are no runs at all"), "{empty}");
        store.run(&Orbit { steps: 5, method: Method::Euler, ..orbit.clone() })?;
        let near = store.run(&Orbit { mass: 1.5, ..orbit.clone() })?;
        let explained = store.explain(&orbit)?;
        let Explanation::Miss { id, nearest: Some((record, differences)), .. } = &explained else { panic!("{explained}") };
        assert_eq!(*id, orbit.id()?);
        assert_eq!(record.id, near.id);
        assert_eq!(differences.len(), 1);
        assert_eq!((differences[0].field, &*differences[0].asked, &*differences[0].stored), ("mass", "1.0", "1.5"));
        let told = explained.to_string();
        assert!(told.ends_with("differs in `mass` (asked 1.0, stored 1.5)"), "{told}");

        let record = store.run(&orbit)?;
        assert!(matches!(store.explain(&orbit)?, Explanation::Hit(hit) if *hit == record));
        fs::remove_file(&record.result_file).unwrap();
        assert!(matches!(store.explain(&orbit)?, Explanation::ResultMissing(_)));
        Ok(())
    }
}
