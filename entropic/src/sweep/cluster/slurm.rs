//! What is to be said about a sweep on a Slurm cluster.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// Runs on the nodes of a Slurm cluster, as arrays of jobs; with the feature `cluster`.
///
/// Like [`Processes`](crate::Processes), a worker is this very program, started again with its own arguments on a node; when
/// it [opens](crate::StoreBuilder::open) the store of the sweep, it makes its runs, and exits. The results directory must be
/// on a file system that the nodes share, under the same path; the database need not be: workers never touch it. The
/// programs `sbatch`, `squeue`, `scancel`, `scontrol` and `sinfo` must be there; what they say is passed on as they say it.
///
/// A killed sweep is gone on with by calling it again: its jobs are found, not submitted a second time.
///
/// ```no_run
/// # mod sim {
/// #     use entropic::prelude::*;
/// #     #[derive(SimRecord)]
/// #     #[sim(table = "decays")]
/// #     pub struct Decay { pub rate: f64, pub steps: i64 }
/// # }
/// # use sim::{Decay, DecayGrid};
/// use std::time::Duration;
///
/// use entropic::{Slurm, Store};
///
/// fn main() -> entropic::Result<()> {
///     let store = Store::<Decay>::builder()
///         .database("runs.db")
///         .results_dir("/shared/results")
///         .runner(|decay: &Decay, run| std::fs::write(run.result_file(), decay.rate.to_string()))
///         .open()?;                                     // a worker goes no further
///     let slurm = Slurm::new()
///         .partition("main")
///         .time_limit(Duration::from_secs(3600))
///         .run_timeout(Duration::from_secs(600))
///         .prologue("module load hdf5")
///         .sbatch_args(["--mem-per-cpu=2G"]);
///     let grid = DecayGrid { rate: vec![0.1, 0.2], steps: (0..5000).collect() };
///     println!("{}", store.sweep(grid.expand()).executor(slurm).stop_on_ctrl_c().progress().run()?);
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Slurm {
    pub(super) partition: Option<String>,
    pub(super) account: Option<String>,
    pub(super) time_limit: Option<Duration>,
    pub(super) max_parallel: Option<usize>,
    pub(super) array_tasks: Option<usize>,
    pub(super) longest: Option<Duration>,
    pub(super) lost_retries: u32,
    pub(super) prologue: String,
    pub(super) sbatch_args: Vec<String>,
    pub(super) args: Option<Vec<OsString>>,
    pub(super) bin_dir: Option<PathBuf>,
    pub(super) poll: Duration,
    pub(super) patience: Duration,
}

impl Default for Slurm {
    fn default() -> Self {
        Self::new()
    }
}

impl Slurm {
    /// Jobs as the site makes them by default.
    #[must_use]
    pub fn new() -> Self {
        Self {
            partition: None,
            account: None,
            time_limit: None,
            max_parallel: None,
            array_tasks: None,
            longest: None,
            lost_retries: 2,
            prologue: String::new(),
            sbatch_args: Vec::new(),
            args: None,
            bin_dir: None,
            poll: Duration::from_secs(10),
            patience: Duration::from_secs(60),
        }
    }

    /// The partition (`--partition`).
    #[must_use]
    pub fn partition(mut self, partition: impl Into<String>) -> Self {
        self.partition = Some(partition.into());
        self
    }

    /// The account that pays (`--account`).
    #[must_use]
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// How long a job may take (`--time`, in whole minutes, rounded up). A minute before it, the worker begins no further
    /// run; what it has not done goes into another job.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// How many jobs run at a time at most (`%` of an array).
    #[must_use]
    pub fn max_parallel(mut self, jobs: usize) -> Self {
        self.max_parallel = Some(jobs.max(1));
        self
    }

    /// How many jobs an array has at most. Unless said, four for each job that can run at a time, and never more than the
    /// site's `MaxArraySize` allows: the points are shared out among them.
    #[must_use]
    pub fn array_tasks(mut self, jobs: usize) -> Self {
        self.array_tasks = Some(jobs.max(1));
        self
    }

    /// How long a run may take: one that takes backoff is killed, and has failed.
    #[must_use]
    pub fn run_timeout(mut self, longest: Duration) -> Self {
        self.longest = Some(longest);
        self
    }

    /// How often a run whose job was lost is tried again, before it is taken for the reason; 2 unless said.
    #[must_use]
    pub fn lost_retries(mut self, retries: u32) -> Self {
        self.lost_retries = retries;
        self
    }

    /// Lines of shell before the program is started, such as `module load hdf5`.
    #[must_use]
    pub fn prologue(mut self, lines: impl Into<String>) -> Self {
        self.prologue = lines.into();
        self
    }

    /// More arguments for `sbatch`, whatever the site asks for; they come last, and so have the last word.
    #[must_use]
    pub fn sbatch_args(mut self, args: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.sbatch_args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Other arguments for the workers than those of this process: what makes the program open the same store.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.args = Some(args.into_iter().map(Into::into).collect());
        self
    }

    /// Where Slurm's programs are, if they are not on the path; or wrappers of theirs.
    #[must_use]
    pub fn bin_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.bin_dir = Some(dir.into());
        self
    }

    /// How often Slurm is asked at most, once nothing happens; every 10 seconds unless said. Busy sites want half a minute.
    #[must_use]
    pub fn poll_every(mut self, pause: Duration) -> Self {
        self.poll = pause;
        self
    }

    /// How long the word of a job that has ended is waited for, as network file systems take their time; a minute unless
    /// said.
    #[must_use]
    pub fn file_system_delay(mut self, delay: Duration) -> Self {
        self.patience = delay;
        self
    }
}
