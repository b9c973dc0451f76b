//! Hits and misses on the PostgreSQL server of the tests. Without one nothing is measured.

use std::cell::RefCell;
use std::error::Error;

use diesel::prelude::*;
use entropic::Durability;

use crate::common::postgres::{FloorRecord, decoded, fill, floor as by_hand, insert_all};
use crate::common::{Orbit, floor_id, shuffled};
use crate::hits::sweep;
use crate::misses::{Who, open_at, run, write_results};
use crate::support::Scratch;
use crate::timing::{Finding, in_turns, timed, turns};

/// Seconds in a schema of its own.
type Measure<'a> = dyn Fn(&Scratch) -> Result<f64, Box<dyn Error>> + 'a;

pub fn hits(name: &str, points: u32) -> Result<Option<Finding>, Box<dyn Error>> {
    let Some(scratch) = Scratch::postgres() else { return Ok(None) };
    let open = || open_at(scratch.url(), &scratch.results_dir(), Durability::Full);
    let orbits: Vec<Orbit> = shuffled(points, usize::MAX).into_iter().map(Orbit::nth).collect();
    fill(&scratch.results_dir(), &open()?, points, &orbits)?;
    scratch.sql("VACUUM ANALYZE orbits");

    let ours = || sweep(&open()?, &orbits);
    let floor = || {
        let mut connection = PgConnection::establish(scratch.url())?;
        let (records, seconds) = timed(|| load(&mut connection, &orbits));
        assert_eq!(records?.len(), orbits.len());
        Ok(seconds)
    };
    // Rows and folder are in the caches of server and system for both.
    floor()?;
    let (ours, floor) = in_turns(turns(points), ours, floor)?;
    Ok(Some(Finding::new(name, points, ours).beside("`= ANY`, hashes, `stat`s", floor)))
}

fn load(connection: &mut PgConnection, points: &[Orbit]) -> QueryResult<Vec<FloorRecord>> {
    use by_hand::orbits::dsl::{id, orbits};
    let ids: Vec<String> = points.iter().map(floor_id).collect();
    let rows = orbits.filter(id.eq_any(ids)).load(connection)?;
    Ok(rows.into_iter().map(decoded).collect())
}

pub fn misses(name: &str, points: u32, who: Who) -> Result<Option<Finding>, Box<dyn Error>> {
    let Some(first) = Scratch::postgres() else { return Ok(None) };
    let open = |scratch: &Scratch| open_at(scratch.url(), &scratch.results_dir(), Durability::Process);
    // As on the desk, no file is deleted before the end of the row.
    let scratches = RefCell::new(vec![]);
    let in_another = |measure: &Measure<'_>| {
        let scratch = first.another();
        let seconds = measure(&scratch);
        scratches.borrow_mut().push(scratch);
        seconds
    };
    let ours = |scratch: &Scratch| run(&open(scratch)?, points, who);
    let floor = |scratch: &Scratch| {
        // The table and the folder, as the store makes them.
        drop(open(scratch)?);
        let mut connection = PgConnection::establish(scratch.url())?;
        let (done, seconds) = timed(|| {
            let runs = write_results((0..points).map(Orbit::nth), &scratch.results_dir(), false)?;
            insert_all(&mut connection, &scratch.results_dir(), &runs)
        });
        done?;
        Ok(seconds)
    };
    let (ours, floor) = in_turns(3, || in_another(&ours), || in_another(&floor))?;
    Ok(Some(Finding::new(name, points, ours).beside("files renamed, one commit", floor)))
}
