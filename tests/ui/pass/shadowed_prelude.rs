//! The names of the prelude mean something else where the record stands.
#![deny(warnings)]
#![allow(dead_code, unused_macros)]

macro_rules! vec {
    ($($any:tt)*) => {
        compile_error!("not this one")
    };
}
macro_rules! unreachable {
    ($($any:tt)*) => {
        compile_error!("not this one")
    };
}

mod record {
    #![allow(non_camel_case_types)]
    use entropic::prelude::{SimColumn, SimEnum, SimRecord};

    pub struct Option;
    pub struct Some;
    pub struct None;
    pub struct Result;
    pub struct Ok;
    pub struct Err;
    pub struct String;
    pub struct Vec;
    pub struct Box;
    pub struct str;
    pub struct usize;
    pub struct i64;
    pub enum Iterator {}
    pub trait Clone {}
    pub trait Debug {}
    pub trait Default {}
    pub trait From {}
    pub trait Into {}
    pub trait Send {}
    pub trait Sync {}
    pub trait Sized {}
    pub trait PartialEq {}
    pub trait ToOwned {}
    pub trait ToString {}
    pub trait IntoIterator {}
    pub trait ExpressionMethods {}
    pub trait QueryDsl {}
    pub fn drop() {}

    #[derive(::std::fmt::Debug, ::std::clone::Clone, ::std::cmp::PartialEq, SimEnum)]
    pub enum Method {
        Some,
        None,
        Ok,
        Err,
    }

    #[derive(::std::clone::Clone, SimColumn)]
    pub struct Mass(pub f64);

    #[derive(::std::clone::Clone, SimRecord)]
    #[sim(table = "orbits", output(energy: f64, last: Method, #[sim(json)] path: ::std::vec::Vec<f64>))]
    pub struct Orbit {
        #[sim(sql = Double)]
        pub mass: Mass,
        pub steps: ::core::primitive::i64,
        pub note: ::std::option::Option<::std::string::String>,
        #[sim(default = "none")]
        pub label: ::std::string::String,
        #[sim(default)]
        pub method: ::std::option::Option<Method>,
        #[sim(json)]
        pub list: ::std::vec::Vec<i32>,
        #[sim(ignore)]
        pub threads: i32,
    }
}

/// Methods of traits that are there for every type, called like those that generated code needs.
mod methods {
    use entropic::prelude::{SimColumn, SimEnum, SimRecord};

    pub trait Everything: Sized {
        fn eq(self) {}
        fn asc(self) {}
        fn load(self) {}
        fn find(self) {}
        fn filter(self) {}
        fn order(self) {}
        fn limit(self) {}
        fn execute(self) {}
        fn optional(self) {}
        fn get_result(self) {}
        fn load_iter(self) {}
        fn or(self) {}
        fn and(self) {}
        fn gt(self) {}
        fn to_repr(self) {}
        fn canonical(self) {}
        fn check(self) {}
        fn clone(self) {}
    }
    impl<T> Everything for T {}

    #[derive(Debug, Clone, PartialEq, SimEnum)]
    pub enum Method {
        Euler,
    }

    #[derive(Clone, SimColumn)]
    pub struct Mass(pub f64);

    #[derive(Clone, SimRecord)]
    #[sim(table = "orbits", output(energy: f64))]
    pub struct Orbit {
        #[sim(sql = Double)]
        pub mass: Mass,
        pub method: Method,
        pub note: Option<String>,
    }
}

fn main() {}
