//! As many columns as Diesel can be compiled for.
#![deny(warnings)]

use diesel::prelude::*;
use entropic::prelude::*;

#[derive(Clone, SimRecord)]
#[sim(table = "orbits", output(energy: f64, period: f64))]
struct Orbit {
    p0: f64,
    p1: f64,
    p2: f64,
    p3: f64,
    p4: f64,
    p5: f64,
    p6: f64,
    p7: f64,
    p8: f64,
    p9: f64,
    p10: f64,
    p11: f64,
    p12: f64,
    p13: f64,
    p14: f64,
    p15: f64,
    p16: f64,
    p17: f64,
    p18: f64,
    p19: f64,
    p20: f64,
    p21: f64,
    p22: f64,
    p23: f64,
    p24: f64,
    p25: f64,
    p26: f64,
    p27: f64,
    p28: f64,
    p29: f64,
    p30: f64,
    p31: f64,
    p32: f64,
    p33: f64,
    p34: f64,
    p35: f64,
    p36: f64,
    p37: f64,
    p38: f64,
    p39: f64,
    p40: f64,
    p41: f64,
    p42: f64,
    p43: f64,
    p44: f64,
    p45: f64,
    p46: f64,
    p47: f64,
    p48: f64,
    p49: f64,
    p50: f64,
    p51: f64,
    p52: f64,
    p53: f64,
    p54: f64,
    p55: f64,
    p56: f64,
    p57: f64,
}

pub fn main() {
    let _ = orbits::table.filter(orbits::p57.lt(1.0)).filter(orbits::period.gt(orbits::energy));
    assert_eq!(Orbit::TABLE.columns.len(), 60);
}
