//! [`Store`]: from parameters to results.
//!
//! The life of a run:
//!
//! 1. The parameters are judged: what cannot be stored or told apart later is refused, with the field named,
//!    before anything else happens.
//! 2. Their key is looked up. A row is a hit when its parameters are those asked, field by field in canonical
//!    form, and its result is there; then nothing runs.
//! 3. Otherwise the id is leased, and what others have begun of it is settled. The runner gets a private place to write to.
//! 4. Only when it has come back without an error, and the result is there and not empty, is the result put under a name
//!    that no result had before, in one step.
//! 5. The row is switched to that name last, if it still says what it said when the id was leased. A reader sees the old
//!    row with the old result, or the new one with the new.
//!
//! A run that fails leaves everything as it was. What is here, each layer on those before it: translating rows (`row`),
//! reading the truth of a row (`lookup`), the right to an id (`lease`), storing (`commit`), finishing what the dead have
//! begun (`recovery`) and what the workers of dead sweeps have made (`adoption`), running (`run`), and what is asked of a
//! [`Store`] besides.

mod adoption;
mod builder;
mod commit;
mod delete;
mod directory;
mod error;
mod explain;
mod failure_rows;
mod failures;
mod inside;
mod known_directory;
mod lease;
mod list;
mod lookup;
mod name;
mod patch;
mod problem;
mod ready;
mod recovery;
mod register;
mod rehash;
mod replaced;
mod row;
mod run;
#[allow(clippy::module_inception, reason = "the room's main type lives in the file of its name")]
mod store;
mod tables;
mod verify;
mod waiting;

pub use builder::StoreBuilder;
pub use error::StoreError;
pub use explain::{Explanation, FieldDifference, Otherwise};
pub use failures::Failure;
pub use list::{Listing, Unreadable};
pub use problem::Problem;
pub use rehash::{RehashPlan, RehashReport};
pub use store::Store;
pub use verify::{IntegrityReport, RepairReport};

pub(crate) use failures::NewFailure;
pub(crate) use lease::Lease;
pub(crate) use lookup::{Asked, Found};
pub(crate) use ready::{Basis, IfMovedOn, Ready, Seen};
pub(crate) use waiting::Waiting;
