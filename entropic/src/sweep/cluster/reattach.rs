//! The jobs of a sweep whose process has died: they are waited for, and what they make is taken over.

use std::collections::HashMap;
use std::thread;
use std::time::{Duration, Instant};

use super::super::work::{Task, Work};
use super::jobs;
use super::scheduler::{FIRST_PAUSE, backoff};
use super::slurm::Slurm;
use crate::Result;
use crate::db::Stored;
use crate::params::RunId;
use crate::store::Seen;
use crate::worker::{Owner, SweepDir};

/// How long somebody else may look into the directory of a dead sweep; a living one has it for backoff.
const LOOKING: Duration = Duration::from_secs(2);

/// Waits for the jobs of earlier sweeps, and takes over what they make. Of the tasks those are left that have no run then.
pub(super) fn reattach<T: Stored, P: Iterator<Item = T>>(
    slurm: &Slurm,
    work: &Work<'_, T, P>,
    tasks: &mut HashMap<RunId, Task<T>>,
) -> Result<()> {
    for dir in SweepDir::all(&work.collector.store.sweeps())? {
        let Some(owner) = owned(&dir)? else { continue };
        match dir.manifest() {
            Ok(manifest) if !manifest.dies_with_parent && manifest.table == T::TABLE.name => {}
            _ => continue,
        }
        let arrays = jobs::of(&dir, slurm)?;
        let mut pause = FIRST_PAUSE;
        let mut ended: Option<Instant> = None;
        loop {
            let live = slurm.is_any_live(&arrays)?;
            if live && work.collector.is_over() {
                dir.stop()?;
                for array in &arrays {
                    slurm.cancel(array)?;
                }
            }
            let any = take_over(work, &dir, tasks)?;
            if !live {
                // What they wrote last may be seen later.
                let since = *ended.get_or_insert_with(Instant::now);
                if any.all && (tasks.is_empty() || since.elapsed() >= slurm.patience || dir.is_ended()) {
                    dir.remove();
                    break;
                }
                if work.collector.is_over() || since.elapsed() >= slurm.patience {
                    dir.end()?;
                    break;
                }
            } else if ended.is_none() {
                tracing::info!(
                    table = T::TABLE.name,
                    arrays = arrays.join(", "),
                    "waiting for the jobs of an earlier sweep"
                );
            }
            pause = if any.new { FIRST_PAUSE } else { backoff(pause, slurm.poll) };
            thread::sleep(pause);
        }
        drop(owner);
    }
    Ok(())
}

/// The right to a directory, unless its process lives. Those who only look are waited for.
fn owned(dir: &SweepDir) -> Result<Option<Owner>> {
    let start = Instant::now();
    loop {
        if dir.is_ours() {
            return Ok(None);
        }
        if let Some(owner) = dir.own()? {
            return Ok(Some(owner));
        }
        if start.elapsed() >= LOOKING {
            return Ok(None);
        }
        thread::sleep(FIRST_PAUSE);
    }
}

/// What came of looking into a directory.
struct Taken {
    /// Something was taken over.
    new: bool,
    /// Nothing is left of it.
    all: bool,
}

fn take_over<T: Stored, P: Iterator<Item = T>>(
    work: &Work<'_, T, P>,
    dir: &SweepDir,
    tasks: &mut HashMap<RunId, Task<T>>,
) -> Result<Taken> {
    let mut adopted = Vec::new();
    let all = work.collector.store.adopt_sweep(dir, &mut adopted)?;
    let new = !adopted.is_empty();
    for id in adopted {
        let Some(task) = tasks.remove(&id) else { continue };
        match work.collector.store.look_under(&task.asked)? {
            Seen::Made(record) => work.collector.hit(task.at, record),
            Seen::ToRun { .. } => drop(tasks.insert(id, task)),
        }
    }
    Ok(Taken { new, all })
}
