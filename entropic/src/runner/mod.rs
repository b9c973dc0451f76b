//! What a runner is given, and how it is called.

mod cancel;
mod context;
mod runner_error;

pub use cancel::CancelToken;
pub use context::RunContext;
pub use runner_error::{RunResult, RunnerError};
