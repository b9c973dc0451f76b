//! The waves of a sweep, from its first job to its last.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::thread;
use std::time::{Duration, Instant};

use super::super::SweepError;
use super::super::desk::{Desk, Outgoing, Remains};
use super::super::ledger::Trace;
use super::super::work::{Task, Work};
use super::jobs::{self, Array, Job};
use super::scheduler::{JobState, longer};
use super::slurm::Slurm;
use crate::Result;
use crate::db::Stored;
use crate::params::RunId;
use crate::store::StoreError;
use crate::worker::{self, SweepFolder, WorkerError};

/// The pause between two looks at first.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// How often a point is asked for that somebody else runs.
const ASK: Duration = Duration::from_secs(1);

/// How long a wave waits for more, while other jobs of the sweep still run.
const GATHER: Duration = Duration::from_secs(3);

/// How long cancelled jobs are waited for.
const GONE: Duration = Duration::from_secs(90);

/// By how much chunks shrink from wave to wave.
const SHRINK: usize = 8;

pub(super) struct Campaign<'e, 'd, 'w, 'a, T: Stored, P> {
    slurm: &'e Slurm,
    work: &'d Work<'w, 'a, T, P>,
    desk: Desk<'d, 'w, 'a, T, P>,
    /// The jobs whose chunks are not closed, by the names of these.
    jobs: HashMap<String, Job>,
    /// To go out next, several together.
    back: VecDeque<Outgoing<'w, T>>,
    /// To go out next, each alone.
    alone: VecDeque<Outgoing<'w, T>>,
    /// Somebody else runs these.
    elsewhere: Vec<Task<T>>,
    asked: Instant,
    /// How often the job of a run was lost.
    lost: HashMap<RunId, u32>,
    wave: usize,
    chunk: usize,
    submitted: Instant,
    /// How many of the first jobs ended without a word.
    silent: usize,
}

impl<'e, 'd, 'w, 'a, T: Stored, P: Iterator<Item = T>> Campaign<'e, 'd, 'w, 'a, T, P> {
    pub(super) fn run(slurm: &'e Slurm, work: &'d Work<'w, 'a, T, P>) -> Result<()> {
        if worker::is_in_worker() {
            return Err(WorkerError::Nested.into());
        }
        let mut tasks: HashMap<RunId, Task<T>> = HashMap::new();
        let mut order = Vec::new();
        while let Some(task) = work.take() {
            order.push(task.asked.id.clone());
            tasks.insert(task.asked.id.clone(), task);
        }
        // What the jobs of a sweep before this one are at.
        for folder in SweepFolder::all(&work.ledger.store.sweeps())? {
            if let Some(earlier) = Self::attach(slurm, work, folder, &mut tasks)? {
                earlier.see_through()?;
            }
        }
        let rest: Vec<Task<T>> = order.iter().filter_map(|id| tasks.remove(id)).collect();
        if rest.is_empty() || work.ledger.is_over() {
            work.ledger.left(rest.len());
            return Ok(());
        }
        let manifest = work.ledger.manifest(slurm.longest, false)?;
        let mut campaign = Self::over(slurm, work, Desk::open(work, &manifest)?);
        campaign.desk.folder.copy_program()?;
        campaign.desk.folder.claim(rest.iter().map(|task| &task.asked.id))?;
        for task in rest {
            campaign.offer(task);
        }
        campaign.see_through()
    }

    fn over(slurm: &'e Slurm, work: &'d Work<'w, 'a, T, P>, desk: Desk<'d, 'w, 'a, T, P>) -> Self {
        let now = Instant::now();
        Self {
            slurm,
            work,
            desk,
            jobs: HashMap::new(),
            back: VecDeque::new(),
            alone: VecDeque::new(),
            elsewhere: Vec::new(),
            asked: now,
            lost: HashMap::new(),
            wave: 0,
            chunk: 0,
            submitted: now,
            silent: 0,
        }
    }

    /// The campaign whose process has died, if it has jobs that live; those of the tasks that it has are its own again.
    fn attach(
        slurm: &'e Slurm,
        work: &'d Work<'w, 'a, T, P>,
        folder: SweepFolder,
        tasks: &mut HashMap<RunId, Task<T>>,
    ) -> Result<Option<Self>> {
        if folder.is_ours() {
            return Ok(None);
        }
        let Some(owner) = folder.own()? else { return Ok(None) };
        match folder.manifest() {
            Ok(manifest) if !manifest.tied && manifest.table == T::TABLE.name => {}
            _ => return Ok(None),
        }
        let arrays = jobs::of(&folder, slurm)?;
        let mut campaign = Self::over(slurm, work, Desk::over(work, folder, owner));
        let mut lives = false;
        for Array { wave, jobs, id, .. } in arrays {
            campaign.wave = campaign.wave.max(wave + 1);
            let Some(id) = id else { continue };
            let states = slurm.states(&id)?.unwrap_or_default();
            for number in 0..jobs {
                if states.get(&number).is_none_or(JobState::is_over) {
                    continue;
                }
                lives = true;
                let name = format!("{wave}-{number}");
                let points = campaign.desk.folder.read_chunk(&name).unwrap_or_default();
                campaign.chunk = campaign.chunk.max(points.len());
                let ours = points.into_iter().filter_map(|point| {
                    let task = tasks.remove(&point.id)?;
                    Some(Outgoing { task, hold: None, known: point.known })
                });
                let ours: Vec<_> = ours.collect();
                campaign.desk.await_chunk(&name, ours);
                campaign.jobs.insert(name, Job { array: id.clone(), number, over: None });
            }
        }
        if !lives {
            // What its jobs had made was taken over when this sweep began.
            campaign.desk.clear();
            return Ok(None);
        }
        tracing::info!(
            table = T::TABLE.name,
            jobs = campaign.jobs.len(),
            "found the jobs of an earlier sweep"
        );
        Ok(Some(campaign))
    }

    /// Sends out, and takes in, until nothing is left.
    fn see_through(mut self) -> Result<()> {
        let done = self.see();
        let cancelled = if self.jobs.is_empty() { Ok(()) } else { self.cancel() };
        self.work.ledger.left(self.alone.len() + self.back.len() + self.elsewhere.len() + self.desk.out());
        if cancelled.is_ok() {
            self.desk.clear();
        }
        done.and(cancelled)
    }

    fn see(&mut self) -> Result<()> {
        let mut pause = FIRST_PAUSE;
        loop {
            if self.work.ledger.is_over() {
                return Ok(());
            }
            self.ask_elsewhere();
            if self.is_time() {
                self.submit()?;
                pause = FIRST_PAUSE;
            }
            let start = Instant::now();
            let mut any = self.desk.read()?;
            any |= self.tend_jobs()?;
            let busy = self.desk.store_busy();
            if self.jobs.is_empty()
                && self.alone.is_empty()
                && self.back.is_empty()
                && self.elsewhere.is_empty()
                && busy == 0
            {
                return Ok(());
            }
            pause = if any { FIRST_PAUSE } else { longer(pause, self.slurm.poll) };
            // A file system that answers slowly is asked less often.
            self.sleep(pause.max(start.elapsed() * 4).min(self.slurm.poll.max(FIRST_PAUSE)));
        }
    }

    /// Sleeps, unless the sweep is to stop.
    fn sleep(&self, pause: Duration) {
        let start = Instant::now();
        while start.elapsed() < pause && !self.work.ledger.is_over() {
            thread::sleep(pause.saturating_sub(start.elapsed()).min(Duration::from_millis(100)));
        }
    }

    /// Looks again at points that somebody else runs.
    fn ask_elsewhere(&mut self) {
        if !self.elsewhere.is_empty() && self.asked.elapsed() >= ASK {
            self.asked = Instant::now();
            for task in std::mem::take(&mut self.elsewhere) {
                self.offer(task);
            }
        }
    }

    /// Takes a point to be sent out, unless somebody else runs it, or has made it. All points are claimed together: a lock for
    /// each would be too many.
    fn offer(&mut self, task: Task<T>) {
        let store = &self.work.ledger.store;
        let looked = store.claim_run_if_free(&task.asked.id).and_then(|hold| {
            let Some(hold) = hold else { return Ok(None) };
            let Some((_given_back, known)) = self.work.look_again(&task, hold)? else {
                return Ok(Some(None));
            };
            store.check_target(&task.asked.id, known)?;
            Ok(Some(Some(known)))
        });
        match looked {
            Ok(None) => self.elsewhere.push(task),
            Ok(Some(None)) => {}
            Ok(Some(Some(known))) => self.back.push_back(Outgoing { task, hold: None, known }),
            Err(error) => self.work.fail(task, error, Trace::default()),
        }
    }

    /// Whether a wave is to be sent out now: at once if nothing is out, otherwise when some time was for more to gather.
    fn is_time(&self) -> bool {
        let some = !(self.alone.is_empty() && self.back.is_empty());
        some && (self.jobs.is_empty() || self.submitted.elapsed() >= GATHER)
    }

    /// Sends out a wave.
    fn submit(&mut self) -> Result<()> {
        let most = self.slurm.largest_array();
        let jobs = match self.slurm.array_tasks {
            Some(jobs) => jobs.min(most),
            None => (4 * self.slurm.max_parallel.unwrap_or_else(|| self.slurm.slots())).min(1_000).min(most),
        };
        let first = self.chunk == 0;
        let fair = self.back.len().div_ceil(jobs);
        self.chunk = if first { fair } else { (self.chunk / SHRINK).max(1) };
        // Smaller ones may be too many for an array.
        let room = most.saturating_sub(self.alone.len()).max(1);
        let size = self.chunk.max(self.back.len().div_ceil(room)).max(1);
        let mut chunks: Vec<Vec<Outgoing<'w, T>>> =
            self.alone.drain(..most.min(self.alone.len())).map(|alone| vec![alone]).collect();
        while chunks.len() < most && !self.back.is_empty() {
            chunks.push(self.back.drain(..size.min(self.back.len())).collect());
        }
        let (wave, count) = (self.wave, chunks.len());
        self.wave += 1;
        for (number, points) in chunks.into_iter().enumerate() {
            self.desk.send(&format!("{wave}-{number}"), points)?;
        }
        let name = format!(
            "entropic-{}-{}-{wave}",
            T::TABLE.name,
            self.desk.folder.name().get(..8).unwrap_or_default()
        );
        let mut array = Array { wave, jobs: count, name, id: None };
        jobs::note(&self.desk.folder, &array)?;
        let id = self.slurm.submit(&self.desk.folder, wave, count, &array.name)?;
        array.id = Some(id.clone());
        jobs::note(&self.desk.folder, &array)?;
        tracing::info!(table = T::TABLE.name, job = id, wave, jobs = count, "submitted");
        for number in 0..count {
            self.jobs.insert(format!("{wave}-{number}"), Job { array: id.clone(), number, over: None });
        }
        self.submitted = Instant::now();
        Ok(())
    }

    /// Asks Slurm about the jobs, and closes the chunks of those that are over; whether there were any.
    fn tend_jobs(&mut self) -> Result<bool> {
        for array in self.arrays() {
            let states = match self.slurm.states(&array) {
                Ok(states) => states,
                // The controller may be away for a while; the jobs are not.
                Err(error) => {
                    tracing::warn!(table = T::TABLE.name, %error, "Slurm does not answer");
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
                let heard = self.desk.len(name) == 0
                    || since.elapsed() >= self.slurm.patience
                    || (self.desk.has_word(name)
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
        let spoke = self.desk.has_word(name);
        let Remains { culprit, untouched, again, trace } = self.desk.close(name)?;
        if spoke {
            self.silent = 0;
        } else if !untouched.is_empty() && !self.work.ledger.is_over() {
            self.silent += 1;
            if !self.desk.ever_started && (self.silent >= 3 || self.jobs.is_empty()) {
                self.back.extend(untouched);
                return Err(self.silence(name, state, trace.log.unwrap_or_default()).into());
            }
        }
        self.alone.extend(again);
        self.back.extend(untouched);
        let Some(mut culprit) = culprit else { return Ok(()) };
        if self.work.ledger.is_over() {
            self.back.push_back(culprit);
            return Ok(());
        }
        let id = culprit.task.asked.id.clone();
        let lost = self.lost.entry(id.clone()).or_default();
        *lost += 1;
        if *lost <= self.slurm.lost_retries {
            tracing::info!(table = T::TABLE.name, %id, state = state.told(), "the job of a run was lost; once more, alone");
            self.alone.push_back(culprit);
            return Ok(());
        }
        culprit.task.attempts += *lost;
        let error = match self.slurm.time_limit.filter(|_| state.is_timeout()) {
            Some(limit) => StoreError::TimedOut { id, seconds: limit.as_secs_f64() },
            None => StoreError::Lost { id, how: format!("its job ended as {}", state.told()) },
        };
        self.work.fail(culprit.task, error.into(), trace);
        Ok(())
    }

    /// Why no job says anything.
    fn silence(&self, name: &str, state: &JobState, log: String) -> SweepError {
        let folder = &self.desk.folder;
        if folder.log(name).exists() {
            return SweepError::NoWorker { status: state.told(), log };
        }
        SweepError::NoTrace { status: state.told(), folder: folder.root().to_owned() }
    }

    /// Ends all jobs, and waits until they are gone. What they had finished is taken in.
    fn cancel(&mut self) -> Result<()> {
        self.desk.folder.stop()?;
        let arrays = self.arrays();
        for array in &arrays {
            self.slurm.cancel(array)?;
        }
        let start = Instant::now();
        while start.elapsed() < GONE {
            let mut live = false;
            for array in &arrays {
                live |= self.slurm.states(array)?.unwrap_or_default().values().any(|state| !state.is_over());
            }
            self.desk.read()?;
            if !live {
                break;
            }
            thread::sleep(FIRST_PAUSE);
        }
        self.desk.read()?;
        Ok(())
    }
}
