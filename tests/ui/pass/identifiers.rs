//! Fields and tables of any name that Rust accepts, and some that it does not.
#![deny(warnings)]
#![allow(dead_code, non_snake_case, uncommon_codepoints, mixed_script_confusables)]

use diesel::prelude::*;
use entropic::prelude::*;

/// Keywords.
mod raw {
    use entropic::prelude::*;

    #[derive(Debug, Clone, PartialEq, SimEnum)]
    #[sim(rename_all = "snake_case")]
    pub enum Kind {
        r#Static,
        r#Dyn,
    }

    #[derive(Clone, SimRecord)]
    #[sim(table = "match", output(r#yield: f64, r#loop: Kind))]
    pub struct r#Struct {
        pub r#type: f64,
        pub r#match: i64,
        pub r#fn: Kind,
        #[sim(default)]
        pub r#move: Option<String>,
        pub r#async: f64,
        pub r#try: f64,
        pub r#gen: f64,
        pub union: f64,
        pub auto: f64,
        pub raw: f64,
        pub macro_rules: f64,
    }
}

/// Names that Diesel's macro takes for itself.
#[derive(Clone, SimRecord)]
#[sim(table = "runs", output(T: f64, q_: f64))]
struct Taken {
    q: f64,
    table: f64,
    columns: f64,
    star: f64,
    dsl: f64,
    all_columns: f64,
    diesel: f64,
    bool: f64,
    str: f64,
    Ok: f64,
    SqlType: f64,
    BoxedQuery: f64,
    DB: f64,
    QS: f64,
    TSM: f64,
    Rhs: f64,
    Left: f64,
    Right: f64,
    Join: f64,
    On: f64,
    From: f64,
    __GB: f64,
    __diesel_internal_rhs: f64,
    __: f64,
}

/// Names of Diesel's SQL types, which its macro would import.
#[derive(Clone, SimRecord)]
#[sim(table = "types")]
struct Types {
    Text: f64,
    Double: f64,
    Integer: i32,
    BigInt: i64,
    Bool: bool,
    Float: f32,
    Date: f64,
    Time: f64,
    Timestamp: f64,
    Json: f64,
    Nullable: Option<f64>,
    Numeric: f64,
    Inet: f64,
    Serial: f64,
    ops: f64,
}

/// Names that generated code, Rust or the methods of queries have.
#[derive(Clone, SimRecord)]
#[sim(table = "names", output(value0: f64, out: f64, len: f64))]
struct Names {
    self_: f64,
    conn: f64,
    row: f64,
    column0: f64,
    name: String,
    filter: f64,
    find: f64,
    eq: f64,
    select: f64,
    order: f64,
    limit: f64,
    std: f64,
    core: f64,
    alloc: f64,
    entropic: f64,
    f64: f64,
    i64: i64,
    usize: f64,
    Option: Option<f64>,
    Some: f64,
    None: f64,
    String: String,
    id_: f64,
    record: f64,
    names: f64,
}

/// Columns in scope as the values that they are, called like local names.
mod glob {
    use self::paths::dsl::*;
    use entropic::prelude::*;

    #[derive(Clone, SimRecord)]
    #[sim(table = "paths", output(out: f64, why: f64))]
    pub struct Path {
        pub conn: f64,
        pub row: f64,
        pub texts: f64,
        pub value: f64,
        pub values: f64,
        pub params: f64,
        pub default: f64,
        #[sim(default = 1.0)]
        pub moment: f64,
        #[sim(ignore)]
        pub take: f64,
        pub at: f64,
        pub f: f64,
        pub other: f64,
        pub record: f64,
    }

    pub fn all() -> usize {
        let _ = (conn, row, out, id, result_file, created_at, custom_data);
        1
    }
}

/// Letters of physics.
#[derive(Clone, SimRecord)]
#[sim(table = "größen", output(ψ: f64))]
struct Größe {
    θ: f64,
    Δ: f64,
    δ: f64,
    ħ: f64,
    变量: f64,
}

/// Names that are no identifiers.
#[derive(Clone, SimRecord)]
#[sim(table = "my-runs", rename_all = "SCREAMING-KEBAB-CASE")]
struct MyRun {
    dt_max: f64,
    #[sim(rename = "dt max")]
    dt: f64,
    #[sim(rename = "1st")]
    first: f64,
    #[sim(rename = "x²")]
    square: f64,
    #[sim(rename = "-")]
    dash: f64,
    #[sim(rename = "_")]
    underscore: f64,
    #[sim(rename = "#n")]
    number: f64,
    #[sim(rename = "type")]
    kind: f64,
}

/// A table called like a keyword of SQL, and like one of its columns.
#[derive(Clone, SimRecord)]
#[sim(table = "order")]
struct Order {
    order: f64,
    group: f64,
    select: f64,
}

/// Tables called like what every record has, and like crates.
mod tables {
    use entropic::prelude::*;

    #[derive(Clone, SimRecord)]
    #[sim(table = "id")]
    pub struct A {
        pub mass: f64,
    }

    #[derive(Clone, SimRecord)]
    #[sim(table = "custom_data")]
    pub struct B {
        pub mass: f64,
    }

    #[derive(Clone, SimRecord)]
    #[sim(table = "entropic")]
    pub struct C {
        pub mass: f64,
    }

    #[derive(Clone, SimRecord)]
    #[sim(table = "std")]
    pub struct D {
        pub mass: f64,
    }

    #[derive(Clone, SimRecord)]
    #[sim(table = "diesel")]
    pub struct E {
        pub mass: f64,
    }

    #[derive(Clone, SimRecord)]
    #[sim(table = "table")]
    pub struct F {
        pub table: f64,
    }

    #[derive(Clone, SimRecord)]
    #[sim(table = "self")]
    pub struct G {
        pub mass: f64,
    }

    #[derive(Clone, SimRecord)]
    #[sim(table = "columns")]
    pub struct H {
        pub mass: f64,
    }
}

fn main() {
    let _ = raw::match_::table
        .filter(raw::match_::type_.lt(1.0))
        .filter(raw::match_::fn_.eq(raw::Kind::Static))
        .filter(raw::match_::yield_.is_null());
    let _ = runs::table.filter(runs::q__.lt(1.0)).filter(runs::T_.gt(0.0)).filter(runs::q_.eq(runs::table_.nullable()));
    let _ = types::table.filter(types::Text.lt(1.0)).order(types::Double + types::Date);
    let _ = names::table.filter(names::value0.lt(1.0)).filter(names::names_.lt(1.0));
    let _ = größen::table.filter(größen::θ.lt(größen::Δ)).filter(größen::ψ.gt(1.0));
    let _ = my_runs::table
        .filter(my_runs::DT_MAX.lt(1.0))
        .filter(my_runs::dt_max.lt(1.0))
        .filter(my_runs::_1st.lt(1.0));
    let _ = order::table.filter(order::order_.lt(1.0)).order(order::group.desc());
    let _ = (tables::id_::mass, tables::entropic_::mass, tables::std_::mass, tables::diesel_::mass);
    assert_eq!(glob::all(), 1);
    assert_eq!(raw::Struct::TABLE.name, "match");
    assert_eq!(MyRun::TABLE.columns[3].name, "x²");
    assert_eq!(Order::TABLE.columns[0].name, "order");
}
