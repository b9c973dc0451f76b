//! This process as a worker: it makes the runs that a sweep has started it for, and never opens the database.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Map;

use super::failures::FailureKind;
use super::lookup::{Asked, CHECKSUM};
use super::row::by_first_name;
use super::run::{Call, Finished};
use super::store::{Results, Runner};
use super::{Store, StoreError};
use crate::db::Stored;
use crate::files::{Folder, sha256};
use crate::params::RunId;
use crate::runner::CancelToken;
use crate::worker::{
    Assignment, Manifest, Point, SweepDir, WorkerError, WorkerEvent, WorkerJournal, exit, is_addressed,
};
use crate::{Result, machine};

/// How often a worker of this machine looks whether it is to stop, or its run takes too long.
const LOOK: Duration = Duration::from_millis(50);

/// How often one of many does, on a file system that they share.
const LOOK_FAR: Duration = Duration::from_secs(1);

/// What a store would be, without its database.
pub(super) struct Worker<T: Stored> {
    pub(super) folder: Folder,
    pub(super) runner: Option<Runner<T>>,
    pub(super) results: Results,
    pub(super) checksum: bool,
}

/// What the thread that makes runs and the one that watches over them share.
struct Shared {
    journal: WorkerJournal,
    /// The run that is being made, and since when.
    running: Option<(RunId, Instant)>,
}

/// A run that somebody may have made, or begun, before.
#[derive(Debug, Clone, Copy, Default)]
struct Past {
    settled: bool,
    begun: u32,
}

impl<T: Stored> Worker<T> {
    /// Makes the runs; how the process is to end.
    pub(super) fn work(self, assignment: Assignment) -> i32 {
        let Assignment { dir, manifest, chunk } = assignment;
        match self.make_all(&dir, &manifest, &chunk) {
            Ok(code) => code,
            Err(error) => {
                // The log of the chunk is read by the sweep's process.
                tell(&format!("entropic: {error:?}"));
                exit::PROTOCOL
            }
        }
    }

    fn make_all(&self, sweep: &SweepDir, manifest: &Manifest, chunk: &str) -> Result<i32> {
        manifest.check::<T>(self.folder.suffix())?;
        let runner = self.runner.as_ref().ok_or(StoreError::NoRunner { table: T::TABLE.name })?;
        let points = sweep.read_chunk(chunk)?;
        let mut past = past(sweep, chunk)?;
        let mut journal = WorkerJournal::create(sweep, chunk, manifest.full)?;
        journal.say(&WorkerEvent::Started { node: machine::name().to_owned() })?;
        let staged = PathBuf::from(journal.name());
        let shared = Arc::new(Mutex::new(Shared { journal, running: None }));
        let cancel = CancelToken::new();
        watch(Watch {
            shared: Arc::clone(&shared),
            sweep: sweep.clone(),
            cancel: cancel.clone(),
            longest: manifest.run_timeout_seconds.map(Duration::from_secs_f64),
            dies_with_parent: manifest.dies_with_parent,
        })?;
        let call = Call { runner, folder: &self.folder, cancel: &cancel };
        let mut code = exit::DONE;
        for (number, point) in points.iter().enumerate() {
            if cancel.is_cancelled() || sweep.is_stopped() {
                return Ok(exit::STOPPED);
            }
            let before = past.remove(&point.id).unwrap_or_default();
            if before.settled {
                continue;
            }
            if before.begun >= manifest.deaths {
                let how = format!("{} workers have died of it", before.begun);
                lock(&shared).journal.say(&failed(&point.id, FailureKind::Lost, how, Duration::ZERO))?;
                continue;
            }
            let line = self.make_one(
                &call,
                sweep,
                manifest,
                chunk,
                point,
                &staged.join(number.to_string()),
                &shared,
            );
            match line? {
                None => return Ok(exit::STOPPED),
                Some(WorkerEvent::Failed { .. }) => code = exit::FAILED,
                Some(_) => {}
            }
        }
        Ok(code)
    }

    /// Makes a run, and says what came of it; `None` if it was stopped.
    #[expect(clippy::too_many_arguments, reason = "what one run is made of")]
    fn make_one(
        &self,
        call: &Call<'_, T>,
        sweep: &SweepDir,
        manifest: &Manifest,
        chunk: &str,
        point: &Point,
        staged: &std::path::Path,
        shared: &Mutex<Shared>,
    ) -> Result<Option<WorkerEvent>> {
        let params = self.params(point)?;
        let log = fs::metadata(sweep.log(chunk)).map_or(0, |meta| meta.len());
        let start = Instant::now();
        {
            let mut shared = lock(shared);
            shared.journal.say(&WorkerEvent::Begun { id: point.id.clone(), log })?;
            shared.running = Some((point.id.clone(), start));
        }
        let attempt = self.folder.begin_in(sweep.staged().join(staged), &point.id)?;
        let custom_data = manifest.custom_data.clone();
        let made = call
            .make(&params, &point.id, point.replicate, custom_data, attempt)
            .and_then(|finished| self.leave(&params, point, finished, staged, manifest.full));
        // From here on it is too late for the run to be stopped.
        let mut shared = lock(shared);
        shared.running = None;
        let line = match made {
            Ok(line) => line,
            Err(error) if error.is_cancelled() => {
                shared.journal.say(&WorkerEvent::Stopped { id: point.id.clone() })?;
                return Ok(None);
            }
            Err(error) => {
                let kind = FailureKind::of(&error).unwrap_or(FailureKind::Error);
                failed(&point.id, kind, error.said(), start.elapsed())
            }
        };
        shared.journal.say(&line)?;
        Ok(Some(line))
    }

    /// The parameters of a point, which must be those that its key is made of.
    fn params(&self, point: &Point) -> Result<T> {
        let refused =
            |reason: &str| WorkerError::Mismatch { reason: format!("run `{}`: {reason}", point.id) };
        let values = Store::<T>::as_now(point.params.clone())?.unwrap_or_else(Map::new);
        let (params, _) =
            T::from_values(values).ok_or_else(|| refused("its parameters are of another shape"))?;
        let asked = Asked::of(&params)?;
        let asked = point.replicate.map_or_else(|| asked.id.clone(), |number| asked.id.replicate(number));
        if asked != point.id {
            return Err(refused("its parameters have another key here").into());
        }
        Ok(params)
    }

    /// Leaves a result to the sweep's process.
    fn leave(
        &self,
        params: &T,
        point: &Point,
        finished: Finished<T>,
        staged: &std::path::Path,
        sync: bool,
    ) -> Result<WorkerEvent> {
        let Finished { output, attempt, mut custom_data, created_at } = finished;
        if self.results == Results::Written {
            attempt.inspect()?;
            if self.checksum {
                custom_data.insert(CHECKSUM.to_owned(), sha256(attempt.result())?.into());
            }
            attempt.leave(sync)?;
        }
        let columns = by_first_name(params, &output)?;
        Ok(WorkerEvent::Done {
            id: point.id.clone(),
            staged: staged.to_owned(),
            columns,
            custom_data,
            created_at,
        })
    }
}

fn failed(id: &RunId, kind: FailureKind, message: String, elapsed: Duration) -> WorkerEvent {
    let (kind, elapsed_seconds) = (kind.as_str().to_owned(), elapsed.as_secs_f64());
    WorkerEvent::Failed { id: id.clone(), kind, message, elapsed_seconds }
}

/// What earlier workers of a chunk have said.
fn past(sweep: &SweepDir, chunk: &str) -> Result<std::collections::HashMap<RunId, Past>, WorkerError> {
    let mut past = std::collections::HashMap::<RunId, Past>::new();
    for (_, path) in sweep.journals_by_chunk().filter(|(of, _)| of == chunk) {
        for line in crate::worker::JournalReader::of(path).read()? {
            match line {
                WorkerEvent::Begun { id, .. } => past.entry(id).or_default().begun += 1,
                WorkerEvent::Stopped { id } => {
                    let past = past.entry(id).or_default();
                    past.begun = past.begun.saturating_sub(1);
                }
                WorkerEvent::Done { id, .. } | WorkerEvent::Failed { id, .. } => {
                    past.entry(id).or_default().settled = true
                }
                WorkerEvent::Started { .. } => {}
            }
        }
    }
    Ok(past)
}

/// What is watched over, and how.
struct Watch {
    shared: Arc<Mutex<Shared>>,
    sweep: SweepDir,
    cancel: CancelToken,
    longest: Option<Duration>,
    dies_with_parent: bool,
}

/// Watches over the runs from threads of their own: they are stopped when they are asked to, when they take too long, and
/// when nobody waits for them any more.
fn watch(watch: Watch) -> Result<()> {
    if watch.dies_with_parent {
        // At once where the system tells; otherwise it is seen below.
        thread::spawn(|| {
            if is_addressed() && machine::await_end_of_parent().is_ok() {
                machine::kill_all();
            }
        });
    } else {
        // Batch systems send it some time before they kill.
        let flag = Arc::clone(watch.cancel.flag());
        signal_hook::flag::register(signal_hook::consts::SIGTERM, flag)
            .map_err(WorkerError::io("listen to signals of", watch.sweep.root()))?;
    }
    let look = if watch.dies_with_parent {
        LOOK
    } else {
        watch.longest.map_or(LOOK_FAR, |longest| LOOK_FAR.min(longest / 4))
    };
    thread::spawn(move || {
        loop {
            thread::sleep(look);
            if watch.dies_with_parent && !is_addressed() {
                // Its parent is another one now: the sweep's process is dead, and nobody waits for these runs.
                machine::kill_all();
            }
            if watch.sweep.is_stopped() {
                watch.cancel.cancel();
            }
            let Some(longest) = watch.longest else { continue };
            let mut shared = lock(&watch.shared);
            let overdue = shared.running.as_ref().filter(|(_, since)| since.elapsed() >= longest).cloned();
            if let Some((id, since)) = overdue {
                let message = format!("stopped after {:.1} s", since.elapsed().as_secs_f64());
                let line = failed(&id, FailureKind::Timeout, message, longest);
                let _ = shared.journal.say(&line);
                machine::kill_all();
            }
        }
    });
    Ok(())
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says something on standard error, which is the log of the chunk.
fn tell(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{text}");
}
