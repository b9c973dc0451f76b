//! What a runner is given, and how it is called.
//!
//! A store calls runners in its own process, a worker in another one; both do it in the same way, with [`Call`]. A runner
//! gets a [`RunContext`]: its place to write to, its outputs, and a [`CancelToken`] to look at. What it returns, and a panic
//! of it, comes back as a [`RunOutput`] or a [`CallError`], which names neither a store nor a worker.

mod call;
mod cancel;
mod context;
mod failure_kind;
mod run_output;
mod runner_error;

pub use cancel::CancelToken;
pub use context::RunContext;
pub use failure_kind::FailureKind;
pub use runner_error::{RunResult, RunnerError};

pub(crate) use call::{Call, CallError, Runner};
pub(crate) use run_output::{CHECKSUM, Results, RunOutput};
