//! Turns one test body into one test per database.

use std::fmt::Debug;

/// The kind of database of a [`Scratch`](super::Scratch).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backend {
    /// A file.
    Sqlite,
    /// A schema on a server.
    Postgres,
}

/// The return type of a test body: nothing, or a `Result` whose error fails the test.
pub trait Outcome {
    /// Fails the test if the value is an error.
    fn settle(self);
}

impl Outcome for () {
    fn settle(self) {}
}

impl<E: Debug> Outcome for Result<(), E> {
    #[track_caller]
    fn settle(self) {
        if let Err(error) = self {
            panic!("the test returned an error: {error:?}");
        }
    }
}

/// Turns each function `fn name(s: &Scratch)` into the tests `name::sqlite` and `name::postgres`, if
/// the build has these databases.
///
/// The function stays in its module, so that its body can use the names around it. Its attributes
/// apply to the function and to its tests: `#[ignore]`, `#[should_panic]`, `#[cfg(…)]` and
/// `#[expect(…)]` work as usual. Without a server, a `postgres` test returns before it can panic, so
/// one with `#[should_panic]` fails.
macro_rules! each_backend {
    ($(
        $(#[$attribute:meta])*
        fn $name:ident($scratch:ident: $world:ty $(,)?) $(-> $outcome:ty)? $body:block
    )*) => {$(
        #[allow(unused_attributes, reason = "some are for the tests only")]
        $(#[$attribute])*
        fn $name($scratch: $world) $(-> $outcome)? $body

        mod $name {
            #[cfg(feature = "sqlite")]
            #[allow(unfulfilled_lint_expectations, reason = "some are for the body only")]
            $(#[$attribute])*
            #[test]
            fn sqlite() {
                let scratch = $crate::support::Scratch::sqlite();
                $crate::support::Outcome::settle(super::$name(&scratch));
            }

            #[cfg(feature = "postgres")]
            #[allow(unfulfilled_lint_expectations, reason = "some are for the body only")]
            $(#[$attribute])*
            #[test]
            fn postgres() {
                if let Some(scratch) = $crate::support::Scratch::postgres() {
                    $crate::support::Outcome::settle(super::$name(&scratch));
                }
            }
        }
    )*};
}

pub(crate) use each_backend;
