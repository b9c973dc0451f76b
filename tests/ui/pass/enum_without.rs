//! What an enum has already, the derive leaves alone.
#![deny(warnings)]

mod method {
    use entropic::prelude::*;

    #[derive(Debug, Clone, PartialEq, SimEnum)]
    #[sim(rename_all = "lowercase", without(Display, FromStr, all, as_str))]
    pub enum Method {
        Euler,
        Rk4,
    }

    impl std::fmt::Display for Method {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a method")
        }
    }

    impl std::str::FromStr for Method {
        type Err = ();
        fn from_str(_: &str) -> Result<Self, ()> {
            Ok(Self::Rk4)
        }
    }

    impl Method {
        pub fn all() -> [Self; 2] {
            [Self::Euler, Self::Rk4]
        }
        pub fn as_str(&self) -> &str {
            "by hand"
        }
    }

    #[derive(Debug, Clone, PartialEq, SimEnum)]
    pub enum Plain {
        Circle,
    }
}

// No trait in scope.
fn main() {
    assert_eq!(method::Method::all()[0].to_string(), "a method");
    assert_eq!("rk9".parse(), Ok(method::Method::Rk4));
    assert_eq!(method::Method::Euler.as_str(), "by hand");
    assert_eq!(method::Plain::all()[0].as_str(), "Circle");
    assert_eq!(format!("{:>8}", method::Plain::Circle), "  Circle");
    assert_eq!("Circle".parse::<method::Plain>().unwrap(), method::Plain::Circle);
}
