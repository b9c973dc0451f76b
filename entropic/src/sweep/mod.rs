//! Many runs: grids of parameters, and sweeps over them.
//!
//! A sweep takes any iterator of parameters, once. What is there already is looked up a thousand at a time, what
//! is not is run, duplicates count once, and the records come back in the order of the parameters. A failing run
//! does not stop the others unless asked to: it is reported with its parameters.

mod grid;
mod report;
#[allow(clippy::module_inception, reason = "the room's main type lives in the file of its name")]
mod sweep;

pub use grid::GridPoints;
pub use report::{SweepFailure, SweepReport};
pub use sweep::Sweep;
