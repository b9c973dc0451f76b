//! The waves of a sweep, from its first job to its last.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::thread;
use std::time::{Duration, Instant};

use super::super::dispatcher::{ChunkRemainder, Dispatcher, Outgoing};
use super::super::report::AttemptInfo;
use super::super::work::{Task, Work};
use super::job_state::JobState;
use super::jobs::{self, Array, Job};
use super::reattach;
use super::scheduler::{FIRST_PAUSE, backoff};
use super::slurm::Slurm;
use crate::db::Stored;
use crate::params::RunId;
use crate::store::{Seen, StoreError, Waiting};
use crate::words::with_causes;
use crate::worker::{self, WorkerError};
use crate::{Error, Result};

/// How often a point is asked for that somebody else runs.
const ASK: Duration = Duration::from_secs(1);

/// How long a wave waits for more, while other jobs of the sweep still run.
const GATHER: Duration = Duration::from_secs(3);

/// How long cancelled jobs are waited for.
const GONE: Duration = Duration::from_secs(90);

/// How many jobs in a row may end without a run.
const MOST_NO_STARTS: usize = 5;

/// How long is waited when jobs were refused, while others run; and how often.
const AGAIN: Duration = Duration::from_secs(30);
const MOST_REFUSED: usize = 10;

/// By how much chunks shrink from wave to wave.
const SHRINK: usize = 8;

/// What became of a point that was to be sent out.
enum Offered {
    /// It is to be sent out.
    Ours,
    /// There is a run of it.
    Made,
    /// Somebody else runs it.
    Contended,
}

pub(super) struct BatchRun<'e, 'd, 'w, T: Stored, P> {
    slurm: &'e Slurm,
    work: &'d Work<'w, T, P>,
    dispatcher: Dispatcher<'d, 'w, T, P>,
    /// The jobs whose chunks are not closed, by the names of these.
    jobs: HashMap<String, Job>,
    /// To go out next, several together.
    pending: VecDeque<Outgoing<'w, T>>,
    /// To go out next, each alone.
    isolated: VecDeque<Outgoing<'w, T>>,
    /// Somebody else runs these.
    contended: Vec<Task<T>>,
    /// Since when there is nothing left but to wait for them.
    waiting: Option<Waiting>,
    asked: Instant,
    /// How often the job of a run was lost.
    lost: HashMap<RunId, u32>,
    wave: usize,
    chunk: usize,
    submitted: Instant,
    /// How many jobs in a row ended without a run.
    consecutive_no_starts: usize,
    /// How many times in a row jobs were refused.
    refused: usize,
    /// When jobs may be submitted again.
    not_before: Instant,
    /// What this sweep is to make, and no other.
    claimed: HashSet<RunId>,
}

impl<'e, 'd, 'w, T: Stored, P: Iterator<Item = T>> BatchRun<'e, 'd, 'w, T, P> {
    pub(super) fn run(slurm: &'e Slurm, work: &'d Work<'w, T, P>) -> Result<()> {
        if worker::is_in_worker() {
            return Err(WorkerError::Nested.into());
        }
        let mut tasks: HashMap<RunId, Task<T>> = HashMap::new();
        let mut order = Vec::new();
        while let Some(task) = work.take() {
            order.push(task.asked.id.clone());
            tasks.insert(task.asked.id.clone(), task);
        }
        reattach::reattach(slurm, work, &mut tasks)?;
        let rest: Vec<Task<T>> = order.iter().filter_map(|id| tasks.remove(id)).collect();
        if rest.is_empty() || work.collector.is_over() {
            work.collector.remaining(rest.len());
            return Ok(());
        }
        let mut manifest = work.collector.manifest(slurm.longest, false)?;
        manifest.deaths = slurm.lost_retries.saturating_add(1);
        let mut batch_run = Self::over(slurm, work, Dispatcher::open(work, &manifest)?);
        batch_run.dispatcher.dir.copy_program()?;
        batch_run.offer(rest)?;
        batch_run.see_through()
    }

    fn over(slurm: &'e Slurm, work: &'d Work<'w, T, P>, dispatcher: Dispatcher<'d, 'w, T, P>) -> Self {
        let now = Instant::now();
        Self {
            slurm,
            work,
            dispatcher,
            jobs: HashMap::new(),
            pending: VecDeque::new(),
            isolated: VecDeque::new(),
            contended: Vec::new(),
            waiting: None,
            asked: now,
            lost: HashMap::new(),
            wave: 0,
            chunk: 0,
            submitted: now,
            consecutive_no_starts: 0,
            refused: 0,
            not_before: now,
            claimed: HashSet::new(),
        }
    }

    /// Sends out, and takes in, until nothing is left. What the file system has not shown by then is for whoever comes next.
    fn see_through(mut self) -> Result<()> {
        let done = self.see();
        let cancelled = if self.jobs.is_empty() { Ok(()) } else { self.cancel() };
        let out = self.dispatcher.out();
        self.work.collector.remaining(self.isolated.len() + self.pending.len() + self.contended.len() + out);
        if cancelled.is_ok() && out == 0 {
            self.dispatcher.clear();
        }
        done.and(cancelled)
    }

    fn see(&mut self) -> Result<()> {
        let mut pause = FIRST_PAUSE;
        loop {
            if self.work.collector.is_over() {
                return Ok(());
            }
            self.ask_contended()?;
            let only_waits = self.has_nothing_to_do();
            self.work.give_up_waiting(&mut self.waiting, only_waits, &mut self.contended);
            if self.is_time() {
                self.submit()?;
                pause = FIRST_PAUSE;
            }
            let start = Instant::now();
            let mut any = self.dispatcher.read()?;
            any |= self.tend_jobs()?;
            let busy = self.dispatcher.store_busy();
            if self.has_nothing_to_do() && self.contended.is_empty() && busy == 0 {
                return Ok(());
            }
            pause = if any { FIRST_PAUSE } else { backoff(pause, self.slurm.poll) };
            self.sleep(pause.max(start.elapsed() * 4).min(self.slurm.poll.max(FIRST_PAUSE)));
        }
    }

    fn has_nothing_to_do(&self) -> bool {
        self.jobs.is_empty() && self.isolated.is_empty() && self.pending.is_empty()
    }

    /// Sleeps, unless the sweep is to stop.
    fn sleep(&self, pause: Duration) {
        let start = Instant::now();
        while start.elapsed() < pause && !self.work.collector.is_over() {
            thread::sleep(pause.saturating_sub(start.elapsed()).min(Duration::from_millis(100)));
        }
    }

    /// Looks again at points that somebody else runs.
    fn ask_contended(&mut self) -> Result<()> {
        if self.contended.is_empty() || self.asked.elapsed() < ASK {
            return Ok(());
        }
        self.asked = Instant::now();
        let tasks = std::mem::take(&mut self.contended);
        self.offer(tasks)
    }

    /// Takes points to be sent out, unless somebody else runs them, or has made them. They are claimed together: a lock for
    /// each would be too many.
    fn offer(&mut self, tasks: Vec<Task<T>>) -> Result<()> {
        let new = tasks.iter().map(|task| &task.asked.id).filter(|id| !self.claimed.contains(*id)).cloned();
        let free = self.work.collector.store.claim(&self.dispatcher.dir, new.collect())?;
        self.claimed.extend(free);
        for task in tasks {
            match self.offer_one(&task) {
                Ok(Offered::Contended) => self.contended.push(task),
                Ok(Offered::Made) => {}
                Ok(Offered::Ours) => self.pending.push_back(Outgoing { task, held: None }),
                Err(error) => self.work.fail(task, error, AttemptInfo::default()),
            }
        }
        Ok(())
    }

    fn offer_one(&self, task: &Task<T>) -> Result<Offered> {
        let store = &self.work.collector.store;
        if !self.claimed.contains(&task.asked.id) {
            // Another sweep is to make it, or has made it.
            return Ok(match store.look_under(&task.asked)? {
                Seen::Made(record) => {
                    self.work.collector.hit(task.at, record);
                    Offered::Made
                }
                Seen::ToRun { .. } => Offered::Contended,
            });
        }
        let Some(lease) = store.claim_made(&task.asked.id)? else { return Ok(Offered::Contended) };
        Ok(if self.work.look_again(task, lease)?.is_some() { Offered::Ours } else { Offered::Made })
    }

    /// Whether a wave is to be sent out now: at once if nothing is out, otherwise when some time was for more to gather.
    fn is_time(&self) -> bool {
        let some = !(self.isolated.is_empty() && self.pending.is_empty());
        some && Instant::now() >= self.not_before
            && (self.jobs.is_empty() || self.submitted.elapsed() >= GATHER)
    }

    /// Sends out a wave.
    fn submit(&mut self) -> Result<()> {
        let mut most = self.slurm.largest_array();
        let jobs = match self.slurm.array_tasks {
            Some(jobs) => {
                most = most.min(jobs);
                most
            }
            None => (4 * self.slurm.max_parallel.unwrap_or_else(|| self.slurm.slots())).min(1_000).min(most),
        };
        let fair = self.pending.len().div_ceil(jobs);
        self.chunk = if self.chunk == 0 { fair } else { (self.chunk / SHRINK).max(1) };
        // Smaller ones may be too many for an array.
        let room = most.saturating_sub(self.isolated.len().min(most / 2)).max(1);
        let size = self.chunk.max(self.pending.len().div_ceil(room)).max(1);
        let mut chunks: Vec<Vec<Outgoing<'w, T>>> = self
            .isolated
            .drain(..(most - most / 2).min(self.isolated.len()))
            .map(|alone| vec![alone])
            .collect();
        while chunks.len() < most && !self.pending.is_empty() {
            chunks.push(self.pending.drain(..size.min(self.pending.len())).collect());
        }
        let (wave, count) = (self.wave, chunks.len());
        self.wave += 1;
        for (number, points) in chunks.into_iter().enumerate() {
            self.dispatcher.send(&format!("{wave}-{number}"), points)?;
        }
        let name = format!(
            "entropic-{}-{}-{wave}",
            T::TABLE.name,
            self.dispatcher.dir.name().get(..8).unwrap_or_default()
        );
        let mut array = Array { format: jobs::FORMAT, wave, jobs: count, name, id: None };
        jobs::note(&self.dispatcher.dir, &array)?;
        let cwd = self.work.collector.store.opened_in();
        let id = match self.slurm.submit(&self.dispatcher.dir, &array, cwd) {
            Ok(id) => id,
            // The controller may have taken it, and not come to say so.
            Err(error) => match self.slurm.named(&array.name).unwrap_or_default().pop() {
                Some(id) => id,
                None => return self.not_submitted(wave, count, error),
            },
        };
        self.refused = 0;
        array.id = Some(id.clone());
        jobs::note(&self.dispatcher.dir, &array)?;
        tracing::info!(table = T::TABLE.name, job = id, wave, jobs = count, "submitted");
        for number in 0..count {
            self.jobs.insert(format!("{wave}-{number}"), Job { array: id.clone(), number, over: None });
        }
        self.submitted = Instant::now();
        Ok(())
    }

    /// Takes back what could not be submitted, to try again some time later. A first wave that is refused is refused for a
    /// reason.
    fn not_submitted(&mut self, wave: usize, count: usize, error: Error) -> Result<()> {
        for number in 0..count {
            self.pending.extend(self.dispatcher.close(&format!("{wave}-{number}"))?.untouched);
        }
        self.refused += 1;
        if wave == 0 || self.refused > MOST_REFUSED {
            return Err(error);
        }
        tracing::warn!(table = T::TABLE.name, error = %with_causes(&error), "jobs could not be submitted; trying again in a while");
        self.not_before = Instant::now() + AGAIN;
        Ok(())
    }

    /// Asks Slurm about the jobs, and closes the chunks of those that are over; whether there were any.
    fn tend_jobs(&mut self) -> Result<bool> {
        for array in self.arrays() {
            let states = match self.slurm.states(&array) {
                Ok(states) => states,
                // The controller may be away for a while; the jobs are not.
                Err(error) => {
                    tracing::warn!(table = T::TABLE.name, error = %with_causes(&error), "Slurm does not answer");
                    continue;
                }
            };
            for job in self.jobs.values_mut().filter(|job| job.array == array) {
                job.see(states.as_ref());
            }
        }
        let over: Vec<(String, JobState)> = self
            .jobs
            .iter()
            .filter_map(|(name, job)| {
                let (since, state) = job.over.as_ref()?;
                // A journal may come later than the word that its writer has ended.
                let heard = self.dispatcher.len(name) == 0
                    || since.elapsed() >= self.slurm.patience
                    || (self.dispatcher.has_word(name)
                        && !state.told().starts_with("COMPLETED")
                        && since.elapsed() >= FIRST_PAUSE);
                heard.then(|| (name.clone(), state.clone()))
            })
            .collect();
        let any = !over.is_empty();
        for (name, state) in over {
            self.jobs.remove(&name);
            self.close(&name, &state)?;
        }
        Ok(any)
    }

    /// Slurm's ids of the arrays whose jobs are not closed.
    fn arrays(&self) -> BTreeSet<String> {
        self.jobs.values().map(|job| job.array.clone()).collect()
    }

    /// Takes back what a job has left.
    fn close(&mut self, name: &str, state: &JobState) -> Result<()> {
        let all = self.dispatcher.sent(name);
        let ChunkRemainder { in_flight, untouched, again, info } = self.dispatcher.close(name)?;
        let consecutive_no_starts =
            untouched.len() == all && !state.is_no_fault() && !self.work.collector.is_over();
        self.consecutive_no_starts = if consecutive_no_starts { self.consecutive_no_starts + 1 } else { 0 };
        if consecutive_no_starts
            && (self.consecutive_no_starts >= MOST_NO_STARTS || (self.jobs.is_empty() && self.wave == 1))
        {
            self.pending.extend(untouched);
            return Err(
                jobs::diagnose(&self.dispatcher.dir, name, state, info.log.unwrap_or_default()).into()
            );
        }
        self.isolated.extend(again);
        self.pending.extend(untouched);
        let Some(mut in_flight) = in_flight else { return Ok(()) };
        if self.work.collector.is_over() {
            self.pending.push_back(in_flight);
            return Ok(());
        }
        let id = in_flight.task.asked.id.clone();
        let lost = self.lost.entry(id.clone()).or_default();
        *lost += 1;
        if *lost <= self.slurm.lost_retries {
            tracing::info!(table = T::TABLE.name, %id, state = state.told(), "the job of a run was lost; once more, alone");
            self.isolated.push_back(in_flight);
            return Ok(());
        }
        in_flight.task.attempts += *lost;
        let error = match self.slurm.time_limit.filter(|_| state.is_timeout()) {
            Some(limit) => StoreError::TimedOut { id, seconds: limit.as_secs_f64() },
            None => StoreError::Lost { id, how: format!("its job ended as {}", state.told()) },
        };
        self.work.fail(in_flight.task, error.into(), info);
        Ok(())
    }

    /// Ends all jobs, and waits until they are gone. What they had finished is taken in.
    fn cancel(&mut self) -> Result<()> {
        self.dispatcher.dir.stop()?;
        let arrays = self.arrays();
        for array in &arrays {
            self.slurm.cancel(array)?;
        }
        let start = Instant::now();
        let mut live = true;
        while live && start.elapsed() < GONE {
            thread::sleep(FIRST_PAUSE);
            live = self.slurm.is_any_live(&arrays)?;
            self.dispatcher.read()?;
        }
        if !live {
            self.dispatcher.dir.end()?;
        }
        self.dispatcher.read()?;
        self.dispatcher.store_busy();
        Ok(())
    }
}
