//! Slurm as an executor.

use super::super::Executor;
use super::super::work::Work;
use super::batch_run::BatchRun;
use super::slurm::Slurm;
use crate::db::Stored;

impl<P> Executor<P> for Slurm {
    fn execute<T: Stored>(&self, work: &Work<'_, T, P>)
    where
        P: Iterator<Item = T>,
    {
        if let Err(error) = BatchRun::run(self, work) {
            work.collector.stop(error);
        }
    }

    fn at_once(&self) -> usize {
        self.max_parallel.unwrap_or(1)
    }
}
