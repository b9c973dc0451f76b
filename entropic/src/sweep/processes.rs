//! Runs in processes of their own on this machine.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::num::NonZeroUsize;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::dispatcher::{ChunkRemainder, Dispatcher, Outgoing};
use super::report::AttemptInfo;
use super::work::{Task, Work};
use super::worker_process::WorkerProcess;
use super::{Executor, SweepError};
use crate::Result;
use crate::db::Stored;
use crate::machine;
use crate::store::{StoreError, Waiting};
use crate::worker::{self, WorkerError};

/// How many points are given to workers at most: each is held meanwhile.
const HELD: usize = 256;

/// The most points that a worker is given.
const MOST: usize = 64;

/// How much work a worker is given at a time.
const SHARE: Duration = Duration::from_millis(500);

/// How much longer than it may a run is waited for, before its process is killed from outside.
const LATE: Duration = Duration::from_secs(2);

/// How long runs may take to end when the sweep is to stop.
const GRACE: Duration = Duration::from_secs(5);

/// How many workers in a row may be killed before they have begun a run.
const EARLY: usize = 3;

/// How often a point is asked for that somebody else runs.
const ASK: Duration = Duration::from_millis(100);

/// Several runs at a time, each in a process of its own on this machine: for runners that may abort, exhaust the memory,
/// or hang. What happens to one of them concerns no other.
///
/// A worker is this very program, started again with its own arguments; when it [opens](crate::StoreBuilder::open) the
/// store of the sweep, it makes the runs that it is told to, and exits. So all that stands before that in `main` is done
/// by each worker too, and should be little; and it must come to the same store. Workers never touch the database. They
/// die with the process of the sweep, have no standard input, and start where this process was when it opened the store; what
/// they print goes into the failures' [log](crate::SweepFailure::log).
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
/// use entropic::{Processes, Store};
///
/// fn main() -> entropic::Result<()> {
///     let store = Store::<Decay>::builder()
///         .database("runs.db")
///         .runner(|decay: &Decay, run| std::fs::write(run.result_file(), decay.rate.to_string()))
///         .open()?;                                     // a worker goes no further
///     let grid = DecayGrid { rate: vec![0.1, 0.2], steps: (0..50).collect() };
///     let processes = Processes::available().run_timeout(Duration::from_secs(60));
///     println!("{}", store.sweep(grid.expand()).executor(processes).run()?);
///     Ok(())
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Processes {
    workers: NonZeroUsize,
    longest: Option<Duration>,
    args: Option<Vec<OsString>>,
}

impl Processes {
    /// So many at a time; one at least.
    #[must_use]
    pub fn new(workers: usize) -> Self {
        Self { workers: NonZeroUsize::new(workers).unwrap_or(NonZeroUsize::MIN), longest: None, args: None }
    }

    /// As many as the machine runs at once.
    #[must_use]
    pub fn available() -> Self {
        Self::new(thread::available_parallelism().map_or(1, NonZeroUsize::get))
    }

    /// How long a run may take: one that takes longer is killed, with the programs that it has started, and has failed.
    #[must_use]
    pub fn run_timeout(mut self, longest: Duration) -> Self {
        self.longest = Some(longest);
        self
    }

    /// Other arguments for the workers than those of this process: what makes the program open the same store.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.args = Some(args.into_iter().map(Into::into).collect());
        self
    }
}

/// A sweep with workers, at work.
struct WorkerPool<'e, 'd, 'w, T: Stored, P> {
    executor: &'e Processes,
    work: &'d Work<'w, T, P>,
    // Dropped before the locks on what they run.
    running: Vec<WorkerProcess>,
    dispatcher: Dispatcher<'d, 'w, T, P>,
    /// To be run next, each alone: runs that their process died of, or that failed.
    isolated: VecDeque<Outgoing<'w, T>>,
    /// To be run next.
    pending: VecDeque<Outgoing<'w, T>>,
    /// Somebody else runs these.
    contended: Vec<Task<T>>,
    asked: Instant,
    /// Since when there is nothing left but to wait for them.
    waiting: Option<Waiting>,
    chunks: usize,
    /// How many points a worker is given.
    share: usize,
    stopping: Option<Instant>,
    /// How many workers in a row were killed before their first run.
    early_deaths: usize,
}

impl<P> Executor<P> for Processes {
    fn execute<T: Stored>(&self, work: &Work<'_, T, P>)
    where
        P: Iterator<Item = T>,
    {
        if let Err(error) = self.sweep(work) {
            work.collector.stop(error);
        }
    }

    fn at_once(&self) -> usize {
        self.workers.get()
    }
}

impl Processes {
    fn sweep<T: Stored, P: Iterator<Item = T>>(&self, work: &Work<'_, T, P>) -> Result<()> {
        if worker::is_in_worker() {
            return Err(WorkerError::Nested.into());
        }
        // Where everything is there, no directory is made.
        let Some(first) = work.take() else { return Ok(()) };
        let manifest = work.collector.manifest(self.longest, true)?;
        let mut pool = WorkerPool {
            executor: self,
            work,
            running: Vec::new(),
            dispatcher: Dispatcher::open(work, &manifest)?,
            isolated: VecDeque::new(),
            pending: VecDeque::new(),
            contended: Vec::new(),
            asked: Instant::now(),
            waiting: None,
            chunks: 0,
            share: 1,
            stopping: None,
            early_deaths: 0,
        };
        pool.offer(first);
        let done = pool.work();
        pool.end();
        done
    }
}

impl<'w, T: Stored, P: Iterator<Item = T>> WorkerPool<'_, '_, 'w, T, P> {
    fn work(&mut self) -> Result<()> {
        let mut pause = Duration::from_millis(1);
        loop {
            self.stop_if_asked()?;
            if self.stopping.is_none() {
                self.start_workers()?;
            }
            if self.running.is_empty() && (self.stopping.is_some() || !self.has_more()) {
                return Ok(());
            }
            let only_waits = self.running.is_empty() && self.isolated.is_empty() && self.pending.is_empty();
            self.work.give_up_waiting(&mut self.waiting, only_waits, &mut self.contended);
            let mut any = self.dispatcher.read()?;
            any |= self.reap()?;
            pause = if any { Duration::from_millis(1) } else { (pause * 2).min(Duration::from_millis(20)) };
            thread::sleep(pause);
        }
    }

    fn has_more(&self) -> bool {
        !(self.isolated.is_empty() && self.pending.is_empty() && self.contended.is_empty())
    }

    fn stop_if_asked(&mut self) -> Result<()> {
        if self.stopping.is_none() && self.work.collector.is_over() {
            self.dispatcher.dir.stop()?;
            self.stopping = Some(Instant::now());
        }
        Ok(())
    }

    fn start_workers(&mut self) -> Result<()> {
        while self.running.len() < self.executor.workers.get() {
            let points = self.next_chunk();
            if points.is_empty() {
                break;
            }
            let (chunk, count) = (format!("0-{}", self.chunks), points.len());
            self.chunks += 1;
            self.dispatcher.send(&chunk, points)?;
            let child = self.spawn(&chunk)?;
            self.running.push(WorkerProcess::new(child, chunk, count));
        }
        Ok(())
    }

    /// The points for a worker.
    fn next_chunk(&mut self) -> Vec<Outgoing<'w, T>> {
        if let Some(alone) = self.isolated.pop_front() {
            return vec![alone];
        }
        let share = self.share.min(HELD / self.executor.workers.get()).max(1);
        while self.pending.len() < share {
            let Some(task) = self.work.take() else { break };
            self.offer(task);
        }
        if self.pending.len() < share && self.asked.elapsed() >= ASK {
            self.asked = Instant::now();
            for task in std::mem::take(&mut self.contended) {
                self.offer(task);
            }
        }
        self.pending.drain(..share.min(self.pending.len())).collect()
    }

    /// Holds a point for a worker, unless somebody else does, or has made it.
    fn offer(&mut self, task: Task<T>) {
        let store = &self.work.collector.store;
        match store.claim_run_if_free(&task.asked.id) {
            Ok(None) => self.contended.push(task),
            Ok(Some(lease)) => match self.work.look_again(&task, lease) {
                Ok(None) => {}
                Ok(Some(held)) => self.pending.push_back(Outgoing { task, held: Some(held) }),
                Err(error) => self.work.fail(task, error, AttemptInfo::default()),
            },
            Err(error) => self.work.fail(task, error, AttemptInfo::default()),
        }
    }

    fn spawn(&self, chunk: &str) -> Result<Child> {
        let dir = &self.dispatcher.dir;
        let log = OpenOptions::new().create(true).append(true).open(dir.log(chunk));
        let log = log.map_err(WorkerError::io("write", &dir.log(chunk)))?;
        let errors = log.try_clone().map_err(WorkerError::io("write", &dir.log(chunk)))?;
        let program = machine::program().map_err(SweepError::program)?;
        let mut command = Command::new(&program);
        match &self.executor.args {
            Some(args) => command.args(args),
            None => command.args(std::env::args_os().skip(1)),
        };
        command.env(worker::SWEEP, dir.root()).env(worker::CHUNK, chunk);
        command.env(worker::WORKER_TOKEN, format!("parent:{}", std::process::id()));
        command.stdin(Stdio::null()).stdout(log).stderr(errors);
        // As it was when the store was opened: paths may be relative.
        command.current_dir(self.work.collector.store.opened_in());
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt;
            command.process_group(0);
            if let Some(name) = std::env::args_os().next() {
                command.arg0(name);
            }
        }
        command.spawn().map_err(|source| SweepError::program(source).into())
    }

    /// Takes in those that have ended, and ends those that must; whether there were any.
    fn reap(&mut self) -> Result<bool> {
        let mut any = false;
        let mut at = 0;
        while let Some(worker) = self.running.get_mut(at) {
            let late = self.executor.longest.is_some_and(|longest| {
                self.dispatcher.is_overdue(&worker.chunk, longest.saturating_add(LATE))
            });
            if late || self.stopping.is_some_and(|since| since.elapsed() >= GRACE) {
                worker.kill();
            }
            match worker.try_wait().map_err(SweepError::program)? {
                None => at += 1,
                Some(status) => {
                    any = true;
                    let worker = self.running.swap_remove(at);
                    self.ended(&worker, status, late)?;
                }
            }
        }
        Ok(any)
    }

    fn ended(&mut self, worker: &WorkerProcess, status: ExitStatus, late: bool) -> Result<()> {
        let ChunkRemainder { in_flight, untouched, again, info } = self.dispatcher.close(&worker.chunk)?;
        if status.success() {
            // Until it is worth its start, and not so much that others wait for it.
            let per_point = worker.since.elapsed() / u32::try_from(worker.points).unwrap_or(1).max(1);
            let wanted = SHARE.as_nanos() / per_point.as_nanos().max(1);
            self.share = usize::try_from(wanted).unwrap_or(MOST).clamp(1, MOST);
        }
        let stopped = self.stopping.is_some();
        let died_early = in_flight.is_none() && again.is_empty() && untouched.len() == worker.points;
        self.early_deaths = if died_early { self.early_deaths + 1 } else { 0 };
        if died_early && !stopped && (self.early_deaths == EARLY || status.code().is_some()) {
            // It never came to its first run, and the next one would not either.
            let log = info.log.unwrap_or_default();
            self.pending.extend(untouched);
            return Err(SweepError::NoWorker { status: status.to_string(), log }.into());
        }
        // All that it has said was taken in, and is in the journal of this process.
        if !self.work.collector.has_unstored() {
            self.dispatcher.dir.forget(&worker.chunk);
        }
        self.isolated.extend(again);
        self.pending.extend(untouched);
        if let Some(mut in_flight) = in_flight {
            if stopped {
                self.pending.push_back(in_flight);
                return Ok(());
            }
            in_flight.task.attempts += 1;
            let id = in_flight.task.asked.id.clone();
            let error = match self.executor.longest.filter(|_| late) {
                Some(longest) => StoreError::TimedOut { id, seconds: longest.as_secs_f64() },
                None => StoreError::Lost { id, how: format!("its process ended with {status}") },
            };
            let error = error.into();
            if self.work.tries_again(&in_flight.task, &error) {
                self.isolated.push_back(in_flight);
            } else {
                self.work.fail(in_flight.task, error, info);
            }
        }
        Ok(())
    }

    /// Ends what is still running, and counts what is left.
    fn end(mut self) {
        self.running.clear();
        // What they had finished is not lost.
        if let Err(error) = self.dispatcher.read() {
            self.work.collector.unstored();
            self.work.collector.stop(error);
        }
        let left = self.isolated.len() + self.pending.len() + self.contended.len() + self.dispatcher.out();
        self.work.collector.remaining(left);
        self.dispatcher.clear();
    }
}
