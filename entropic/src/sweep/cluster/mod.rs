//! Sweeps on the nodes of a cluster, through the batch system that is there.
//!
//! The points go out in waves. A wave is an array of jobs, each with a chunk of the points that takes long enough to be
//! worth a job; its number follows the slots of the cluster, never the number of points. Workers write results and a journal
//! into the directory of the sweep, which is in the results directory and so on a file system that the nodes share; this process
//! alone knows the database, and stores what they have made as it comes.
//!
//! What a lost job leaves goes into the next wave, in smaller chunks: the run that it died of alone, so that a run that kills
//! its process is cornered, and named. A node that goes away costs nothing but time: the batch system starts its jobs again
//! elsewhere, where they go on.
//!
//! Everything that must outlive this process is in the directory: who calls the same sweep again finds the jobs of the one
//! before, and waits for them instead of submitting others.

mod batch_run;
mod executor;
mod job_state;
mod jobs;
mod reattach;
mod scheduler;
mod slurm;

pub use slurm::Slurm;
