//! The jobs of a sweep whose process has died: they are waited for, and what they make is taken over.

use std::collections::HashMap;
use std::thread;
use std::time::{Duration, Instant};

use super::super::work::{Task, Work};
use super::jobs;
use super::scheduler::{FIRST_PAUSE, longer};
use super::slurm::Slurm;
use crate::Result;
use crate::db::Stored;
use crate::params::RunId;
use crate::store::Seen;
use crate::worker::{Owner, SweepFolder};

/// How long somebody else may look into the folder of a dead sweep; a living one has it for longer.
const LOOKING: Duration = Duration::from_secs(2);

/// Waits for the jobs of earlier sweeps, and takes over what they make. Of the tasks those are left that have no run then.
pub(super) fn see_through<T: Stored, P: Iterator<Item = T>>(
    slurm: &Slurm,
    work: &Work<'_, '_, T, P>,
    tasks: &mut HashMap<RunId, Task<T>>,
) -> Result<()> {
    for folder in SweepFolder::all(&work.ledger.store.sweeps())? {
        let Some(owner) = owned(&folder)? else { continue };
        match folder.manifest() {
            Ok(manifest) if !manifest.tied && manifest.table == T::TABLE.name => {}
            _ => continue,
        }
        let arrays = jobs::of(&folder, slurm)?;
        let mut pause = FIRST_PAUSE;
        let mut ended: Option<Instant> = None;
        loop {
            let live = slurm.is_any_live(&arrays)?;
            if live && work.ledger.is_over() {
                folder.stop()?;
                for array in &arrays {
                    slurm.cancel(array)?;
                }
            }
            let any = take_over(work, &folder, tasks)?;
            if !live {
                // What they wrote last may be seen later.
                let since = *ended.get_or_insert_with(Instant::now);
                if any.all && (tasks.is_empty() || since.elapsed() >= slurm.patience || folder.is_ended()) {
                    folder.remove();
                    break;
                }
                if work.ledger.is_over() || since.elapsed() >= slurm.patience {
                    folder.end()?;
                    break;
                }
            } else if ended.is_none() {
                tracing::info!(
                    table = T::TABLE.name,
                    arrays = arrays.join(", "),
                    "waiting for the jobs of an earlier sweep"
                );
            }
            pause = if any.new { FIRST_PAUSE } else { longer(pause, slurm.poll) };
            thread::sleep(pause);
        }
        drop(owner);
    }
    Ok(())
}

/// The right to a folder, unless its process lives. Those who only look are waited for.
fn owned(folder: &SweepFolder) -> Result<Option<Owner>> {
    let start = Instant::now();
    loop {
        if folder.is_ours() {
            return Ok(None);
        }
        if let Some(owner) = folder.own()? {
            return Ok(Some(owner));
        }
        if start.elapsed() >= LOOKING {
            return Ok(None);
        }
        thread::sleep(FIRST_PAUSE);
    }
}

/// What came of looking into a folder.
struct Taken {
    /// Something was taken over.
    new: bool,
    /// Nothing is left of it.
    all: bool,
}

fn take_over<T: Stored, P: Iterator<Item = T>>(
    work: &Work<'_, '_, T, P>,
    folder: &SweepFolder,
    tasks: &mut HashMap<RunId, Task<T>>,
) -> Result<Taken> {
    let mut adopted = Vec::new();
    let all = work.ledger.store.adopt_sweep(folder, &mut adopted)?;
    let new = !adopted.is_empty();
    for id in adopted {
        let Some(task) = tasks.remove(&id) else { continue };
        match work.ledger.store.look_under(&task.asked)? {
            Seen::Made(record) => work.ledger.hit(task.at, record),
            Seen::ToRun { .. } => drop(tasks.insert(id, task)),
        }
    }
    Ok(Taken { new, all })
}
