//! This process as a worker: it makes the runs that a sweep has started it for, and never opens the database.

use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Map;

use super::{
    Assignment, JournalReader, Manifest, PROTOCOL, Point, SweepDir, WorkerError, WorkerEvent, WorkerJournal,
    exit, is_addressed,
};
use crate::db::Stored;
use crate::files::{Folder, sha256};
use crate::params::RunId;
use crate::record::{to_current_columns, to_stable_columns};
use crate::runner::{CHECKSUM, Call, CancelToken, FailureKind, Results, RunOutput, Runner};
use crate::words::with_causes;
use crate::{Result, machine};

/// How often a worker of this machine looks whether it is to stop, or its run takes too long.
const LOOK: Duration = Duration::from_millis(50);

/// How often one of many does, on a file system that they share.
const LOOK_FAR: Duration = Duration::from_secs(1);

/// A store without its database: what it takes to make runs.
pub(crate) struct Worker<T: Stored> {
    pub(crate) folder: Folder,
    pub(crate) runner: Option<Runner<T>>,
    pub(crate) results: Results,
    pub(crate) checksum: bool,
}

/// The chunk of a sweep that this process works on.
struct Chunk<'c> {
    dir: &'c SweepDir,
    manifest: &'c Manifest,
    name: &'c str,
    /// Where its results are, below the directory of staged results.
    staged: PathBuf,
    shared: Arc<Mutex<Shared>>,
}

/// What the thread that makes runs and the one that watches over them share.
struct Shared {
    journal: WorkerJournal,
    /// The run that is being made, and since when.
    running: Option<(RunId, Instant)>,
}

/// What earlier workers of a chunk have done about a run.
#[derive(Debug, Clone, Copy, Default)]
struct Past {
    settled: bool,
    begun: u32,
}

impl<T: Stored> Worker<T> {
    /// Makes the runs of an assignment. Returns the code to exit with.
    pub(crate) fn serve(self, assignment: Assignment) -> i32 {
        let Assignment { dir, manifest, chunk } = assignment;
        match self.make_all(&dir, &manifest, &chunk) {
            Ok(code) => code,
            Err(error) => {
                // The log of the chunk is read by the sweep's process.
                print_error(&format!("entropic: {error:?}"));
                exit::PROTOCOL
            }
        }
    }

    fn make_all(&self, dir: &SweepDir, manifest: &Manifest, name: &str) -> Result<i32> {
        manifest.check::<T>(self.folder.suffix())?;
        let runner = self.runner.as_ref().ok_or_else(|| WorkerError::Mismatch {
            reason: format!("its store of `{}` has no runner", T::TABLE.name),
        })?;
        let points = dir.read_chunk(name)?;
        let mut past = past(dir, name)?;
        let mut journal = WorkerJournal::create(&dir.journals(), name, manifest.full)?;
        journal.write(&WorkerEvent::Started { format: PROTOCOL, node: machine::name().to_owned() })?;
        let staged = PathBuf::from(journal.name());
        let shared = Arc::new(Mutex::new(Shared { journal, running: None }));
        let cancel = CancelToken::new();
        watch(Watch {
            shared: Arc::clone(&shared),
            sweep: dir.clone(),
            cancel: cancel.clone(),
            longest: manifest.run_timeout_seconds.map(Duration::from_secs_f64),
            dies_with_parent: manifest.dies_with_parent,
        })?;
        let call = Call { runner, folder: &self.folder, cancel: &cancel };
        let chunk = Chunk { dir, manifest, name, staged, shared };
        let mut code = exit::DONE;
        for (number, point) in points.iter().enumerate() {
            if cancel.is_cancelled() || dir.is_stopped() {
                return Ok(exit::STOPPED);
            }
            let before = past.remove(&point.id).unwrap_or_default();
            if before.settled {
                continue;
            }
            if before.begun >= manifest.deaths {
                let how = format!("{} workers have died of it", before.begun);
                let lost = failed(&point.id, FailureKind::WorkerLost, how, Duration::ZERO);
                lock(&chunk.shared).journal.write(&lost)?;
                continue;
            }
            match self.make_one(&call, &chunk, point, number)? {
                None => return Ok(exit::STOPPED),
                Some(WorkerEvent::Failed { .. }) => code = exit::FAILED,
                Some(_) => {}
            }
        }
        Ok(code)
    }

    /// Makes a run, and writes down what came of it; `None` if it was stopped.
    fn make_one(
        &self,
        call: &Call<'_, T>,
        chunk: &Chunk<'_>,
        point: &Point,
        number: usize,
    ) -> Result<Option<WorkerEvent>> {
        let params = Self::params(point)?;
        let log = fs::metadata(chunk.dir.log(chunk.name)).map_or(0, |meta| meta.len());
        let start = Instant::now();
        {
            let mut shared = lock(&chunk.shared);
            shared.journal.write(&WorkerEvent::Begun { id: point.id.clone(), log })?;
            shared.running = Some((point.id.clone(), start));
        }
        let staged = chunk.staged.join(number.to_string());
        let attempt = self.folder.begin_in(chunk.dir.staged().join(&staged), &point.id)?;
        let custom_data = chunk.manifest.custom_data.clone();
        let failure = |(kind, message)| failed(&point.id, kind, message, start.elapsed());
        let event = match call.make(&params, &point.id, point.replicate, custom_data, attempt) {
            Ok(output) => Some(
                self.leave(&params, point, output, staged, chunk.manifest.full)
                    .unwrap_or_else(|error| failure((FailureKind::Error, with_causes(&error)))),
            ),
            Err(error) => error.failure().map(failure),
        };
        // From here on it is too late for the run to be stopped.
        let mut shared = lock(&chunk.shared);
        shared.running = None;
        match &event {
            Some(event) => shared.journal.write(event)?,
            None => shared.journal.write(&WorkerEvent::Stopped { id: point.id.clone() })?,
        }
        Ok(event)
    }

    /// The parameters of a point, which must be those that its key is made of.
    fn params(point: &Point) -> Result<T> {
        let refused =
            |reason: &str| WorkerError::Mismatch { reason: format!("run `{}`: {reason}", point.id) };
        let values = to_current_columns::<T>(point.params.clone())?.unwrap_or_else(Map::new);
        let (params, _) =
            T::from_values(values).ok_or_else(|| refused("its parameters are of another shape"))?;
        let id = params.id()?;
        let id = point.replicate.map_or_else(|| id.clone(), |number| id.replicate(number));
        if id != point.id {
            return Err(refused("its parameters have another key here").into());
        }
        Ok(params)
    }

    /// Leaves a result to the sweep's process.
    fn leave(
        &self,
        params: &T,
        point: &Point,
        made: RunOutput<T>,
        staged: PathBuf,
        sync: bool,
    ) -> Result<WorkerEvent> {
        let RunOutput { output, attempt, mut custom_data, created_at } = made;
        if self.results == Results::Written {
            attempt.inspect()?;
            if self.checksum {
                custom_data.insert(CHECKSUM.to_owned(), sha256(attempt.result())?.into());
            }
            attempt.leave(sync)?;
        }
        let columns = to_stable_columns(params, &output)?;
        Ok(WorkerEvent::Done { id: point.id.clone(), staged, columns, custom_data, created_at })
    }
}

fn failed(id: &RunId, kind: FailureKind, message: String, elapsed: Duration) -> WorkerEvent {
    let (kind, elapsed_seconds) = (kind.as_str().to_owned(), elapsed.as_secs_f64());
    WorkerEvent::Failed { id: id.clone(), kind, message, elapsed_seconds }
}

/// What earlier workers of a chunk have written down, by run.
fn past(sweep: &SweepDir, chunk: &str) -> Result<std::collections::HashMap<RunId, Past>, WorkerError> {
    let mut past = std::collections::HashMap::<RunId, Past>::new();
    for (_, path) in sweep.journals_by_chunk().filter(|(of, _)| of == chunk) {
        for line in JournalReader::of(path).read()? {
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
                let _ = shared.journal.write(&line);
                machine::kill_all();
            }
        }
    });
    Ok(())
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes to standard error, which is the log of the chunk.
fn print_error(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{text}");
}
