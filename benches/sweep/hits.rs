//! A sweep over points that are all there, in random order, with the records returned.

use std::error::Error;

use entropic::Store;

use crate::common::Orbit;
use crate::common::sqlite::{Fixture, FloorRecord};
use crate::timing::{Budget, Finding, in_turns, timed, turns};

pub fn measure(name: &str, points: u32) -> Result<Option<Finding>, Box<dyn Error>> {
    let fixture = Fixture::whole(points)?;
    let floor = || {
        let connection = fixture.connection();
        let (records, seconds) = timed(|| FloorRecord::sweep(&connection, &fixture.points));
        assert_eq!(records?.len(), fixture.points.len());
        Ok(seconds)
    };
    // Rows and folder are in the caches of the system for both.
    floor()?;
    let ours = || sweep(&fixture.store(), &fixture.points);
    let (ours, floor) = in_turns(turns(points), ours, floor)?;
    let finding = Finding::new(name, points, ours).beside("`json_each` join, hashes, `stat`s", floor);
    Ok(Some(finding.budget(Budget::Times(1.5))))
}

/// The seconds of a sweep over stored points.
pub fn sweep(store: &Store<Orbit>, points: &[Orbit]) -> Result<f64, Box<dyn Error>> {
    let (report, seconds) = timed(|| store.sweep(points.iter().cloned()).run());
    let report = report?;
    assert_eq!((report.hits, report.records.len()), (points.len(), points.len()));
    Ok(seconds)
}
