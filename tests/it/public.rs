//! What others may do with the types of the library, which no use of them in a test would notice.

use entropic::prelude::*;
use entropic::{
    CancelToken, CustomData, DbUrl, Error, Explanation, Failure, IntegrityReport, StoreBuilder, Sweep,
    SweepFailure,
};

use crate::records::Orbit;

/// Crosses threads, and is shared by them.
const fn shared<T: Send + Sync + 'static>() {}
/// Crosses threads.
const fn sent<T: Send>() {}
const fn error<T: std::error::Error + Send + Sync + 'static>() {}
const fn copied<T: Clone + PartialEq + std::fmt::Debug>() {}

const _: () = {
    shared::<Store<Orbit>>();
    shared::<Record<Orbit>>();
    shared::<SweepReport<Orbit>>();
    shared::<SweepFailure<Orbit>>();
    shared::<Failure<Orbit>>();
    shared::<IntegrityReport>();
    shared::<Explanation<Orbit>>();
    shared::<CancelToken>();
    shared::<CustomData>();
    shared::<DbUrl>();
    shared::<RunId>();
    shared::<Timestamp>();
    shared::<Serial>();
    shared::<Threads>();
    shared::<Processes>();
    #[cfg(feature = "cluster")]
    shared::<entropic::Slurm>();
    sent::<StoreBuilder<Orbit>>();
    sent::<RunContext<Orbit>>();
    sent::<Sweep<'_, Orbit, Vec<Orbit>, Threads>>();
    error::<Error>();
    copied::<Record<Orbit>>();
    copied::<RunId>();
    copied::<Timestamp>();
    copied::<CustomData>();
    copied::<DbUrl>();
};
