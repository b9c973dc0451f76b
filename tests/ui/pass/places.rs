//! Records of every visibility, anywhere.
#![deny(warnings)]
#![allow(dead_code)]

use diesel::prelude::*;
use entropic::prelude::*;

#[derive(Clone, SimRecord)]
struct Private {
    mass: f64,
}

#[derive(Clone, SimRecord)]
pub(crate) struct Crate {
    pub(crate) mass: f64,
}

#[derive(Clone, SimRecord)]
pub struct Public {
    pub mass: f64,
}

mod outer {
    pub mod inner {
        use super::super::Private;
        use entropic::prelude::*;

        #[derive(Clone, SimRecord)]
        #[sim(table = "nested", output(energy: f64))]
        pub(in super::super) struct Nested {
            pub(super) mass: f64,
        }

        pub(in super::super) fn of(private: &Private) -> Nested {
            Nested { mass: private.mass }
        }
    }

    pub fn mass(nested: &inner::Nested) -> f64 {
        nested.mass
    }
}

/// A child sees what its parent sees.
mod child {
    use super::*;

    pub fn query() {
        let _ = privates::table.filter(privates::mass.lt(1.0));
        let _ = PrivateGrid { mass: vec![1.0, 2.0] }.expand().len();
    }
}

/// Two records of one name and table, in two modules.
mod twin {
    use entropic::prelude::*;

    #[derive(Clone, SimRecord)]
    struct Private {
        mass: f64,
    }
}

macro_rules! records {
    ($($name:ident($field:ident: $ty:ty)),*) => {$(
        #[derive(Clone, SimRecord)]
        #[sim(output(result: $ty))]
        struct $name {
            $field: $ty,
            maybe: Option<$ty>,
        }
    )*};
}

records!(First(mass: f64), Second(count: u64), Third(name: String));

fn main() {
    #[derive(Clone, PartialEq, Debug, SimEnum)]
    enum Method {
        Euler,
    }

    #[derive(Clone, SimRecord)]
    #[sim(table = "locals", output(energy: f64))]
    struct Local {
        method: Method,
    }

    let _ = locals::table.filter(locals::method.eq(Method::Euler)).filter(locals::energy.lt(0.0));
    let _ = LocalGrid { method: Method::all() }.expand().len();
    let _ = crates::table.filter(crates::mass.lt(1.0));
    let _ = publics::table.filter(publics::mass.lt(1.0));
    let _ = firsts::table.filter(firsts::result.lt(1.0)).filter(seconds_are(1));
    let nested = outer::inner::of(&Private { mass: 1.0 });
    assert_eq!(outer::mass(&nested), 1.0);
    child::query();
}

fn seconds_are(_: i64) -> diesel::dsl::IsNull<firsts::maybe> {
    firsts::maybe.is_null()
}
