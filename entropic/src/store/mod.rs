//! [`Store`]: from parameters to results.
//!
//! The life of a run:
//!
//! 1. The parameters are judged: what cannot be stored or told apart later is refused, with the field named,
//!    before anything else happens.
//! 2. Their key is looked up. A row is a hit when its parameters are those asked, field by field in canonical
//!    form, and its result is there; then nothing runs.
//! 3. Otherwise the runner gets a private place to write to. Only when it has come back without an error, and the
//!    result is there and not empty, is the result put under its final name, in one step.
//! 4. The row is written last. A reader never sees a row without its result, or half a result.
//!
//! A run that fails leaves everything as it was: an older result of the same parameters stays.

mod builder;
mod cancel;
mod commit;
mod context;
mod delete;
mod error;
mod explain;
mod failures;
mod handed;
mod list;
mod patch;
mod read;
mod recover;
mod register;
mod rehash;
mod run;
#[allow(clippy::module_inception, reason = "the room's main type lives in the file of its name")]
mod store;
mod verify;
mod worker;

pub use builder::StoreBuilder;
pub use cancel::CancelToken;
pub use context::RunContext;
pub use error::StoreError;
pub use explain::{Explanation, FieldDifference, Otherwise};
pub use failures::{Failure, FailureKind};
pub use list::{Listing, Unreadable};
pub use rehash::{RehashPlan, RehashReport};
pub use store::Store;
pub use verify::{IntegrityReport, Problem, RepairReport};

pub(crate) use commit::Ready;
pub(crate) use failures::NewFailure;
pub(crate) use handed::Handed;
pub(crate) use read::Asked;
pub(crate) use recover::Hold;
pub(crate) use run::Finished;
