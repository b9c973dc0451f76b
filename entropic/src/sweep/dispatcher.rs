//! Where a sweep's process and its workers meet: points go out in chunks, and what the workers say about them comes in.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::report::AttemptInfo;
use super::work::{Held, Task, Work};
use crate::db::Stored;
use crate::params::RunId;
use crate::runner::FailureKind;
use crate::store::StoreError;
use crate::worker::{JournalReader, Manifest, Owner, Point, SweepDir, WorkerEvent, WorkerOutput};
use crate::{Error, Result};

/// A point that goes out, with the right to it: leased, unless all of the sweep are claimed together.
pub(super) struct Outgoing<'w, T: Stored> {
    pub(super) task: Task<T>,
    pub(super) held: Option<Held<'w>>,
}

/// A chunk that a worker has.
struct Chunk<'w, T: Stored> {
    /// How many there were at first.
    #[cfg_attr(not(feature = "cluster"), expect(dead_code, reason = "only batch runs ask"))]
    sent: usize,
    points: HashMap<RunId, Outgoing<'w, T>>,
    /// In the order in which they came.
    readers: Vec<(PathBuf, JournalReader)>,
    node: String,
    /// The run that is being made, since when as far as is known here, and where what it prints begins.
    begun: Option<(RunId, Instant, u64)>,
}

/// What is left of a chunk whose worker has ended.
pub(super) struct ChunkRemainder<'w, T: Stored> {
    /// The run that it died of, if one was being made.
    pub(super) in_flight: Option<Outgoing<'w, T>>,
    /// What it had not begun.
    pub(super) untouched: Vec<Outgoing<'w, T>>,
    /// Runs that failed, and are to be tried again.
    pub(super) again: Vec<Outgoing<'w, T>>,
    /// What it died of, as its log tells.
    pub(super) info: AttemptInfo,
}

pub(super) struct Dispatcher<'d, 'w, T: Stored, P> {
    work: &'d Work<'w, T, P>,
    pub(super) dir: SweepDir,
    owner: Owner,
    chunks: HashMap<String, Chunk<'w, T>>,
    again: HashMap<String, Vec<Outgoing<'w, T>>>,
    /// What could not be stored, for somebody else has a part in it.
    busy: VecDeque<(Task<T>, WorkerOutput)>,
}

impl<'d, 'w, T: Stored, P: Iterator<Item = T>> Dispatcher<'d, 'w, T, P> {
    /// A directory for a sweep, in the results directory of its store.
    pub(super) fn open(work: &'d Work<'w, T, P>, manifest: &Manifest) -> Result<Self> {
        let (dir, owner) = SweepDir::create(&work.collector.store.sweeps(), manifest)?;
        Ok(Self { work, dir, owner, chunks: HashMap::new(), again: HashMap::new(), busy: VecDeque::new() })
    }

    /// Writes a chunk for a worker.
    pub(super) fn send(&mut self, name: &str, points: Vec<Outgoing<'w, T>>) -> Result<()> {
        let store = &self.work.collector.store;
        let mut told = Vec::with_capacity(points.len());
        for Outgoing { task, .. } in &points {
            let (id, replicate) = (task.asked.id.clone(), task.asked.replicate);
            told.push(Point { id, replicate, params: store.portable(&task.params)? });
        }
        self.dir.write_chunk(name, &told)?;
        let points: HashMap<_, _> =
            points.into_iter().map(|point| (point.task.asked.id.clone(), point)).collect();
        let sent = points.len();
        let chunk = Chunk { sent, points, readers: Vec::new(), node: String::new(), begun: None };
        self.chunks.insert(name.to_owned(), chunk);
        Ok(())
    }

    /// Takes in what the workers of all chunks have said since; whether there was anything.
    pub(super) fn read(&mut self) -> Result<bool> {
        for (name, path) in self.dir.journals_by_chunk() {
            if let Some(chunk) = self.chunks.get_mut(&name)
                && !chunk.readers.iter().any(|(known, _)| *known == path)
            {
                chunk.readers.push((path.clone(), JournalReader::of(path)));
            }
        }
        let names: Vec<String> = self.chunks.keys().cloned().collect();
        let mut any = false;
        for name in names {
            let mut lines = Vec::new();
            let chunk = self.chunks.get_mut(&name);
            for (_, reader) in chunk.into_iter().flat_map(|chunk| &mut chunk.readers) {
                lines.extend(reader.read()?);
            }
            any |= !lines.is_empty();
            for line in lines {
                self.take_in(&name, line)?;
            }
        }
        Ok(any)
    }

    fn take_in(&mut self, name: &str, line: WorkerEvent) -> Result<()> {
        let Some(chunk) = self.chunks.get_mut(name) else { return Ok(()) };
        match line {
            WorkerEvent::Started { node, .. } => chunk.node = node,
            WorkerEvent::Begun { id, log } => chunk.begun = Some((id, Instant::now(), log)),
            WorkerEvent::Stopped { .. } => chunk.begun = None,
            WorkerEvent::Done { id, staged, columns, custom_data, created_at } => {
                chunk.begun = None;
                let output = WorkerOutput { staged, columns, custom_data, created_at };
                // What two workers have made is taken from the first.
                if let Some(point) = chunk.points.remove(&id) {
                    self.store(point, output);
                }
            }
            WorkerEvent::Failed { id, kind, message, elapsed_seconds } => {
                let log = chunk.begun.take().map_or(0, |(_, _, log)| log);
                let node = chunk.node.clone();
                if let Some(mut point) = chunk.points.remove(&id) {
                    point.task.attempts += 1;
                    let error = failure(&id, &kind, message, elapsed_seconds);
                    let info = AttemptInfo {
                        attempts: 0,
                        elapsed: Duration::try_from_secs_f64(elapsed_seconds).unwrap_or_default(),
                        node: Some(node),
                        log: Some(self.dir.log_tail(name, log)),
                    };
                    if self.work.tries_again(&point.task, &error) {
                        self.again.entry(name.to_owned()).or_default().push(point);
                    } else {
                        self.work.fail(point.task, error, info);
                    }
                }
            }
        }
        Ok(())
    }

    /// Hands in a run that a worker has made.
    fn store(&mut self, point: Outgoing<'w, T>, output: WorkerOutput) {
        let Outgoing { task, held } = point;
        let store = &self.work.collector.store;
        let held = match held {
            Some(held) => Ok(Some(Some(held))),
            None => store
                .claim_made(&task.asked.id)
                .and_then(|lease| lease.map(|lease| self.work.look_again(&task, lease)).transpose()),
        };
        let received = match held {
            Ok(None) => return self.busy.push_back((task, output)),
            // Another process has made it as well, and was faster.
            Ok(Some(None)) => return,
            Ok(Some(Some(held))) => {
                store.receive(&self.dir, &task.asked.id, output).map(|(_, finished)| (held, finished))
            }
            Err(error) => Err(error),
        };
        match received {
            Ok((held, finished)) => self.work.end(task, held, finished),
            Err(error) => {
                // It is still there, for whoever comes next.
                self.work.collector.unstored();
                self.work.fail(task, error, AttemptInfo::default());
            }
        }
    }

    /// Tries again to store what somebody else had a part in; how many are left.
    #[cfg(feature = "cluster")]
    pub(super) fn store_busy(&mut self) -> usize {
        for (task, output) in std::mem::take(&mut self.busy) {
            self.store(Outgoing { task, held: None }, output);
        }
        self.busy.len()
    }

    /// Whether a worker has made its present run for longer than it may.
    pub(super) fn is_overdue(&self, name: &str, longest: Duration) -> bool {
        let begun = self.chunks.get(name).and_then(|chunk| chunk.begun.as_ref());
        begun.is_some_and(|(_, since, _)| since.elapsed() > longest)
    }

    /// Whether a worker of a chunk has said anything.
    #[cfg(feature = "cluster")]
    pub(super) fn has_word(&self, name: &str) -> bool {
        self.chunks.get(name).is_some_and(|chunk| !chunk.readers.is_empty())
    }

    /// How many points a chunk had at first.
    #[cfg(feature = "cluster")]
    pub(super) fn sent(&self, name: &str) -> usize {
        self.chunks.get(name).map_or(0, |chunk| chunk.sent)
    }

    /// How many points a chunk still has.
    #[cfg(feature = "cluster")]
    pub(super) fn len(&self, name: &str) -> usize {
        self.chunks.get(name).map_or(0, |chunk| chunk.points.len())
    }

    /// How many points are out.
    pub(super) fn out(&self) -> usize {
        self.chunks.values().map(|chunk| chunk.points.len()).sum()
    }

    /// What is left of a chunk whose worker has ended.
    pub(super) fn close(&mut self, name: &str) -> Result<ChunkRemainder<'w, T>> {
        self.read()?;
        let again = self.again.remove(name).unwrap_or_default();
        let Some(mut chunk) = self.chunks.remove(name) else {
            return Ok(ChunkRemainder {
                in_flight: None,
                untouched: Vec::new(),
                again,
                info: AttemptInfo::default(),
            });
        };
        let begun = chunk.begun.take();
        let in_flight = begun.as_ref().and_then(|(id, ..)| chunk.points.remove(id));
        let info = AttemptInfo {
            attempts: 0,
            elapsed: begun.as_ref().map_or(Duration::ZERO, |(_, since, _)| since.elapsed()),
            node: Some(chunk.node),
            log: Some(self.dir.log_tail(name, begun.map_or(0, |(_, _, log)| log))),
        };
        let mut untouched: Vec<_> = chunk.points.into_values().collect();
        untouched.sort_by_key(|point| point.task.at);
        Ok(ChunkRemainder { in_flight, untouched, again, info })
    }

    /// Gives the directory up, when nothing in it is wanted any more.
    pub(super) fn clear(self) {
        if self.busy.is_empty() {
            // What was output in last is still to be stored.
            self.work.collector.give_up(self.dir, self.owner);
        }
    }
}

/// What a worker's word about a failure means here.
fn failure(id: &RunId, kind: &str, message: String, elapsed_seconds: f64) -> Error {
    let id = id.clone();
    match FailureKind::from_word(kind) {
        Some(FailureKind::Panic) => StoreError::Panicked { id, message }.into(),
        Some(FailureKind::Timeout) => StoreError::TimedOut { id, seconds: elapsed_seconds }.into(),
        Some(FailureKind::WorkerLost) => StoreError::Lost { id, how: message }.into(),
        _ => Error::Runner { id, source: message.into() },
    }
}
