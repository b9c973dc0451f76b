//! The lints that a careful crate denies.
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    missing_copy_implementations,
    unreachable_pub,
    unused_qualifications,
    unused_lifetimes,
    unused_results,
    unnameable_types,
    single_use_lifetimes,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    trivial_casts,
    trivial_numeric_casts,
    unused_import_braces,
    unused_extern_crates,
    variant_size_differences,
    nonstandard_style,
    let_underscore_drop,
    redundant_lifetimes,
    ambiguous_negative_literals
)]
#![forbid(unsafe_code)]

/// Open to everybody.
pub mod open {
    use entropic::prelude::*;

    /// A way of integrating.
    #[derive(Debug, Clone, Copy, PartialEq, SimEnum)]
    pub enum Method {
        /// The simple one.
        Euler,
        /// The good one.
        #[deprecated]
        Rk4,
    }

    /// A mass.
    #[derive(Debug, Clone, Copy, SimColumn)]
    pub struct Mass(pub f64);

    /// An orbit.
    #[allow(non_snake_case)]
    #[derive(Debug, Clone, SimRecord)]
    #[sim(table = "orbits", output(energy: f64, last: Method, #[sim(json)] path: Vec<f64>))]
    pub struct Orbit {
        /// Its mass.
        #[sim(sql = Double)]
        pub mass: Mass,
        /// Its method.
        pub method: Method,
        /// What nobody needs.
        #[deprecated]
        pub drag: f64,
        /// The temperature.
        pub T: f64,
        /// What is said of it.
        #[sim(default)]
        pub note: Option<String>,
        /// Steps.
        #[sim(ignore)]
        pub steps: u64,
    }

    /// A record without outputs.
    #[derive(Debug, Clone, Copy, SimRecord)]
    pub struct Plain {
        /// Its mass.
        pub mass: f64,
    }
}

mod closed {
    use entropic::prelude::*;

    #[derive(Debug, Clone, SimEnum)]
    pub(super) enum Method {
        Euler,
    }

    #[derive(Debug, Clone, SimRecord)]
    #[sim(table = "paths", output(energy: f64))]
    pub(super) struct Path {
        pub(super) mass: f64,
        method: Method,
    }

    impl Path {
        pub(super) fn new(mass: f64) -> Self {
            Self { mass, method: Method::Euler }
        }
    }

    #[derive(Debug, Clone, SimRecord)]
    #[sim(table = "hidden")]
    struct Hidden {
        mass: f64,
    }

    pub(super) fn hidden() -> f64 {
        Hidden { mass: 1.0 }.mass
    }
}

fn main() {
    assert!(closed::Path::new(closed::hidden()).mass > 0.0);
}
