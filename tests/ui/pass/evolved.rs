//! Records whose structs have changed: other names, parameters that are gone, defaults, indexes over several columns.
#![deny(warnings)]
#![allow(non_snake_case)]

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use entropic::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, SimEnum)]
#[sim(rename_all = "lowercase")]
enum Method {
    Euler,
    Rk4,
}

#[derive(Debug, Clone, Copy, PartialEq, SimColumn)]
struct Mass(f64);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Shape {
    sides: Vec<f64>,
}

/// As it was at first.
mod first {
    use super::{Mass, Method, Shape};
    use entropic::prelude::*;

    #[derive(Debug, Clone, PartialEq, SimRecord)]
    #[sim(table = "orbits", output(power: f64))]
    pub struct Orbit {
        pub mass: f64,
        pub theta: f64,
        pub r#type: i64,
        pub drag: f64,
        #[sim(default = 1.0)]
        pub gravity: f64,
        pub method: Method,
        pub label: String,
        pub note: Option<String>,
        pub seed: Option<u32>,
        #[sim(json)]
        pub shape: Shape,
        #[sim(json)]
        pub maybe_shape: Option<Shape>,
        #[sim(sql = Double, float = "exact")]
        pub start: Mass,
        #[sim(rename = "Max Steps")]
        pub steps: i64,
        pub r#loop: bool,
    }
}

#[derive(Debug, Clone, PartialEq, SimRecord)]
#[sim(
    table = "orbits",
    output(#[sim(was = "power", index)] energy: f64, r#yield: Method, took: DateTime<Utc>),
    retired(
        drag: f64 = 0.25,
        #[sim(default = 1.0)] gravity: f64 = 9.81,
        method: Method = Method::Rk4,
        label: String = "none",
        note: Option<String> = None,
        seed: Option<u32> = Some(7),
        #[sim(json)] shape: Shape = Shape { sides: vec![1.0, 2.0] },
        #[sim(json)] maybe_shape: Option<Shape> = None,
        #[sim(was = "start", sql = Double, float = "exact")] begin: Mass = Mass(0.5),
        #[sim(rename = "Max Steps")] steps: i64 = 100,
        r#loop: bool = true,
    )
)]
#[sim(
    index(T, q, created_at),
    index(r#match, energy),
    index(r#yield, id),
    index(drag, r#loop),
    index(threads, steps, result_file)
)]
struct Orbit {
    #[sim(was = "mass", index)]
    q: f64,
    #[sim(was = "theta", rename = "angle")]
    T: f64,
    #[sim(was = "type")]
    r#match: i64,
    #[sim(ignore, default = 1)]
    threads: i32,
    #[sim(ignore, default)]
    host: Option<String>,
    #[sim(ignore, default = "here", was = "place")]
    room: String,
    #[sim(default = Method::Euler)]
    way: Method,
    #[sim(default, was = "remark")]
    comment: Option<String>,
}

/// Names that were swapped, and one that came back to another field.
#[derive(Debug, Clone, PartialEq, SimRecord)]
#[sim(table = "swaps", output(#[sim(was = "low")] high: f64, #[sim(was = "high")] low: f64))]
#[sim(index(width, height))]
#[sim(index(height, width))]
struct Swap {
    #[sim(was = "height")]
    width: f64,
    #[sim(was = "width")]
    height: f64,
    #[sim(was = "depth")]
    depth: f64,
}

/// Nothing but what was there.
#[derive(Debug, Clone, Copy, PartialEq, SimRecord)]
#[sim(table = "rests", float = "significant", version = 2, retired(x: f64 = 1e-15, #[sim(default)] y: bool = false))]
struct Rest {
    mass: f64,
}

fn early() -> first::Orbit {
    first::Orbit {
        mass: 2.0,
        theta: 0.5,
        r#type: 3,
        drag: 0.25,
        gravity: 9.81,
        method: Method::Rk4,
        label: String::from("none"),
        note: None,
        seed: Some(7),
        shape: Shape { sides: vec![1.0, 2.0] },
        maybe_shape: None,
        start: Mass(0.5),
        steps: 100,
        r#loop: true,
    }
}

fn late() -> Orbit {
    Orbit {
        q: 2.0,
        T: 0.5,
        r#match: 3,
        threads: 8,
        host: None,
        room: String::from("there"),
        way: Method::Euler,
        comment: None,
    }
}

fn main() -> Result<(), entropic::RecordError> {
    // What is hashed are the first names, and the values of what is retired.
    assert_eq!(late().canonical_text()?, early().canonical_text()?);
    assert_eq!(late().id()?, early().id()?);
    assert_eq!(
        Orbit { way: Method::Rk4, comment: Some(String::from("new")), ..late() }.canonical_text()?,
        "{\"Max Steps\":100,\"drag\":0.25,\"gravity\":9.81,\"label\":\"none\",\"loop\":true,\"mass\":2.0,\
         \"maybe_shape\":null,\"method\":\"rk4\",\"note\":null,\"remark\":\"new\",\"seed\":7,\
         \"shape\":{\"sides\":[1.0,2.0]},\"start\":0.5,\"theta\":0.5,\"type\":3,\"way\":\"rk4\"}"
    );
    let swap = Swap { width: 1.0, height: 2.0, depth: 3.0 };
    assert_eq!(swap.canonical_text()?, r#"{"depth":3.0,"height":1.0,"width":2.0}"#);
    assert_eq!(Rest { mass: 1.0 }.canonical_text()?, r#"{"$version":2,"mass":1.0,"x":1e-15}"#);

    // Columns, those of what is retired among them, are Diesel's as any other.
    let _ = orbits::table
        .filter(orbits::q_.lt(1.0).and(orbits::angle.gt(0.1)))
        .filter(orbits::match_.eq(3).and(orbits::yield_.eq(Method::Rk4)))
        .filter(orbits::drag.ne(0.25).or(orbits::method.eq(Method::Euler)).or(orbits::label.eq("none")))
        .filter(orbits::begin.lt(Mass(1.0)).and(orbits::Max_Steps.gt(10)).and(orbits::loop_))
        .order((orbits::angle, orbits::q_, orbits::created_at));

    // The struct, its outputs and its grid know nothing of what is retired.
    let OrbitOutput { energy, r#yield, took } = OrbitOutput::default();
    assert!(energy.is_none() && r#yield.is_none() && took.is_none());
    let OrbitGrid { q: _, T: _, r#match: _, threads: _, host: _, room: _, way: _, comment: _ } = late().into();
    Ok(())
}
