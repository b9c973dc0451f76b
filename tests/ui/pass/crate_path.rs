//! The library under another path.
#![deny(warnings)]

mod deep {
    pub mod down {
        pub use ::entropic::*;
    }
}

/// What hides the library: a path without `::` in front would mean this.
#[allow(dead_code)]
mod entropic {}

use deep::down::prelude::*;

#[derive(Debug, Clone, PartialEq, SimEnum)]
#[sim(crate = "crate::deep::down")]
pub enum Method {
    Euler,
}

#[derive(Debug, Clone, PartialEq, SimColumn)]
#[sim(crate = "::entropic")]
pub struct Mass(pub f64);

#[derive(Debug, Clone, PartialEq, SimRecord)]
#[sim(crate = "crate::deep::down", table = "orbits", output(last: Method, at: chrono::NaiveTime))]
pub struct Orbit {
    #[sim(sql = Double)]
    pub mass: Mass,
    pub method: Method,
    pub when: chrono::DateTime<chrono::Utc>,
}

fn main() {
    assert_eq!(Orbit::TABLE.name, "orbits");
}
