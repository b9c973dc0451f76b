//! Records, enums, newtypes and typed queries in a crate that knows entropic as `ent`, and nothing but it and Diesel.
#![deny(warnings, missing_docs)]

use diesel::prelude::*;
use ent::prelude::*;
use ent::{Record, Timestamp};

/// How it is integrated.
#[derive(Debug, Clone, Copy, PartialEq, SimEnum)]
#[sim(crate = "::ent", rename_all = "lowercase")]
pub enum Method {
    /// Explicit.
    Euler,
    /// Of fourth order.
    Rk4,
}

/// A mass in kilograms.
#[derive(Debug, Clone, Copy, PartialEq, SimColumn)]
#[sim(crate = "::ent")]
pub struct Mass(pub f64);

/// A pendulum.
#[derive(Debug, Clone, PartialEq, SimRecord)]
#[sim(crate = "::ent", table = "pendulums", version = 2, output(period: f64, last: Method, #[sim(json)] path: Vec<f64>))]
pub struct Pendulum {
    /// At its end.
    #[sim(sql = Double, index)]
    pub mass: Mass,
    /// Between steps.
    #[sim(float = "significant")]
    pub dt: f64,
    /// Of the integration.
    pub method: Method,
    /// Of whoever ran it.
    #[sim(default)]
    pub note: Option<String>,
    /// That nobody asks for.
    #[sim(json, ignore)]
    pub tags: Vec<String>,
}

/// Typed queries over all of it.
pub fn queries(connection: &mut ent::Conn) -> QueryResult<Vec<Record<Pendulum>>> {
    let periods: Vec<Option<f64>> = pendulums::table
        .filter(pendulums::method.eq_any([Method::Euler, Method::Rk4]))
        .select(pendulums::period)
        .load(connection)?;
    drop(periods);
    pendulums::table
        .filter(pendulums::mass.gt(Mass(0.5)).and(pendulums::dt.lt(0.1)))
        .filter(pendulums::created_at.lt(Timestamp::now()))
        .order(pendulums::id.asc())
        .load(connection)
}

fn main() -> Result<(), ent::RecordError> {
    let pendulum =
        Pendulum { mass: Mass(1.0), dt: 0.01, method: Method::Rk4, note: None, tags: Vec::new() };
    let grid = PendulumGrid { method: Method::all(), ..PendulumGrid::from(pendulum) };
    for point in grid.expand() {
        assert!(point.id()?.is_hashed());
    }
    let _ = queries;
    Ok(())
}
