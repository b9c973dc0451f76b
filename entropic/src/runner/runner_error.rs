//! What a runner may fail with.

use std::error::Error;

/// What a runner returns: nothing, or why it failed. For closures, whose error Rust cannot guess:
///
/// ```
/// # mod sim {
/// #     use entropic::prelude::*;
/// #     #[derive(SimRecord)]
/// #     #[sim(table = "decays", output(left: f64))]
/// #     pub struct Decay { pub rate: f64 }
/// # }
/// # use sim::Decay;
/// use entropic::{RunResult, Store};
///
/// # let dir = tempfile::tempdir()?;
/// let store = Store::<Decay>::builder()
///     .database(format!("sqlite://{}", dir.path().join("runs.db").display()))
/// #   .results_dir(dir.path().join("results"))
///     .without_results()
///     .runner(|decay: &Decay, run| -> RunResult {
///         run.output.left = Some((-decay.rate).exp());
///         Ok(())
///     })
///     .open()?;
/// assert!(store.run_or_retrieve(&Decay { rate: 0.5 })?.output.left.is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub type RunResult<E = Box<dyn Error + Send + Sync>> = Result<(), E>;

/// That a runner may fail with it: any error, text, and `Box<dyn Error + Send + Sync>`. Runs are made in other threads
/// than those that hear of their errors, so that a `Box<dyn Error>` alone is none.
///
/// Never implemented by hand; it follows from `Into<Box<dyn Error + Send + Sync>>`.
#[diagnostic::on_unimplemented(
    message = "a runner cannot fail with `{Self}`",
    label = "this runner's error is not an error that can go to another thread",
    note = "a boxed error is written with `+ Send + Sync`: `Result<(), Box<dyn std::error::Error + Send + Sync>>`, which \
            is what `entropic::RunResult` stands for",
    note = "an error of your own implements `std::error::Error`, and is `Send + Sync + 'static`"
)]
pub trait RunnerError {
    #[doc(hidden)]
    fn boxed(self) -> Box<dyn Error + Send + Sync>;
}

#[diagnostic::do_not_recommend]
impl<E: Into<Box<dyn Error + Send + Sync>>> RunnerError for E {
    fn boxed(self) -> Box<dyn Error + Send + Sync> {
        self.into()
    }
}
