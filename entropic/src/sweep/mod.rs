//! Many runs: grids of parameters, and sweeps over them.
//!
//! A sweep takes any iterator of parameters, once. What is there already is looked up some thousand at a time, what
//! is not is run by an [`Executor`], duplicates count once, and the records come back in the order of the parameters.
//! What another process runs just now is not run again, but taken from it at the end. A failing run does not stop the
//! others unless asked to: it is reported with its parameters.

#[cfg(feature = "cluster")]
mod cluster;
mod collector;
mod dispatcher;
mod error;
mod executor;
mod grid;
mod interrupt;
mod of_store;
mod processes;
mod progress;
mod queue;
mod report;
mod reporter;
mod sample;
#[allow(clippy::module_inception, reason = "the room's main type lives in the file of its name")]
mod sweep;
mod work;
mod worker_process;

#[cfg(feature = "cluster")]
pub use cluster::Slurm;
pub use error::SweepError;
pub use executor::{Executor, Serial, Threads};
pub use grid::{GridPoints, ZipPoints, grid_len};
pub use processes::Processes;
pub use progress::Progress;
pub use report::{SweepFailure, SweepReport};
pub use sample::{latin_hypercube, linspace, logspace, uniform};
pub use sweep::Sweep;
