//! Who makes the runs of a sweep.

use std::num::NonZeroUsize;
use std::thread;

use super::work::Work;
use crate::db::Stored;

/// Makes the runs of a sweep over points of some kind: [`Serial`], [`Threads`], [`Processes`](super::Processes), and
/// `Slurm` with the feature `cluster`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot make the runs of a sweep over `{P}`",
    note = "the executors are `Serial`, `Threads`, `Processes`, and `Slurm` with the feature `cluster`; threads need \
            points that can be sent to another thread"
)]
pub trait Executor<P> {
    /// Works until there is nothing left to do.
    #[doc(hidden)]
    fn execute<T: Stored>(&self, work: &Work<'_, T, P>)
    where
        P: Iterator<Item = T>;

    /// How many runs it makes at a time.
    #[doc(hidden)]
    fn at_once(&self) -> usize;
}

/// One run after the other, in this thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Serial;

impl<P> Executor<P> for Serial {
    fn execute<T: Stored>(&self, work: &Work<'_, T, P>)
    where
        P: Iterator<Item = T>,
    {
        work.work();
    }

    fn at_once(&self) -> usize {
        1
    }
}

/// Several runs at a time, each in a thread of this process: for runners that are written in Rust, or wait for a
/// program that they have started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threads(NonZeroUsize);

impl Threads {
    /// So many; one at least.
    #[must_use]
    pub fn new(threads: usize) -> Self {
        Self(NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN))
    }

    /// As many as the machine runs at once.
    #[must_use]
    pub fn available() -> Self {
        Self(thread::available_parallelism().unwrap_or(NonZeroUsize::MIN))
    }
}

impl<P: Send> Executor<P> for Threads {
    fn execute<T: Stored>(&self, work: &Work<'_, T, P>)
    where
        P: Iterator<Item = T>,
    {
        thread::scope(|scope| {
            // This thread is one of them.
            let others: Vec<_> = (1..self.0.get()).map(|_| scope.spawn(|| work.work())).collect();
            work.work();
            for other in others {
                if let Err(panic) = other.join() {
                    // The iterator's own words.
                    std::panic::resume_unwind(panic);
                }
            }
        });
    }

    fn at_once(&self) -> usize {
        self.0.get()
    }
}
