//! Slurm's programs: what they are told, and what they say.
//!
//! Their text formats have been the same for years; their JSON has not.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use super::job_state::JobState;
use super::jobs::Array;
use super::slurm::Slurm;
use crate::Result;
use crate::sweep::SweepError;
use crate::worker::{self, SweepDir};

/// Settings that `sbatch` would take from the environment, against what it is told.
const NOT_INHERITED: [&str; 9] = [
    "SBATCH_ARRAY_INX",
    "SBATCH_OUTPUT",
    "SBATCH_ERROR",
    "SBATCH_EXPORT",
    "SBATCH_JOB_NAME",
    "SBATCH_NO_REQUEUE",
    "SBATCH_OPEN_MODE",
    "SBATCH_REQUEUE",
    "SBATCH_WAIT",
];

impl Slurm {
    fn program(&self, name: &'static str) -> Command {
        match &self.bin_dir {
            Some(dir) => Command::new(dir.join(name)),
            None => Command::new(name),
        }
    }

    /// Runs one of Slurm's programs; what it prints, if it comes back well.
    fn ask(&self, name: &'static str, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<String> {
        let mut command = self.program(name);
        command.args(args).stdin(Stdio::null());
        let output = command.output().map_err(|source| SweepError::Scheduler { program: name, source })?;
        told(name, &output)
    }

    /// Submits an array of jobs, the one with number `n` for the chunk `<wave>-<n>`; the id of it.
    pub(super) fn submit(&self, dir: &SweepDir, array: &Array, cwd: &Path) -> Result<String> {
        let mut command = self.program("sbatch");
        for name in NOT_INHERITED {
            command.env_remove(name);
        }
        command.args(self.sbatch(dir, array, cwd)?);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let failed = |source| SweepError::Scheduler { program: "sbatch", source };
        let mut child = command.spawn().map_err(failed)?;
        if let Some(mut stdin) = child.stdin.take() {
            // It may have refused its arguments already, and says so below.
            let _ = stdin.write_all(self.script(dir, array.wave)?.as_bytes());
        }
        let printed = told("sbatch", &child.wait_with_output().map_err(failed)?)?;
        // With several clusters: `id;cluster`.
        let id = printed.trim().split(';').next().unwrap_or_default().to_owned();
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(SweepError::Refused { program: "sbatch", said: printed }.into());
        }
        Ok(id)
    }

    fn sbatch(&self, dir: &SweepDir, array: &Array, cwd: &Path) -> Result<Vec<String>> {
        let Array { wave, jobs, name, .. } = array;
        let limit = self.max_parallel.map_or_else(String::new, |most| format!("%{most}"));
        let mut args: Vec<String> =
            ["--parsable", "--requeue", "--open-mode=append", "--ntasks=1", "--export=ALL"]
                .map(str::to_owned)
                .to_vec();
        args.push(format!("--job-name={name}"));
        args.push(format!("--chdir={}", text(cwd)?));
        args.push(format!("--array=0-{}{limit}", jobs.saturating_sub(1)));
        // In names of files a percent sign is Slurm's.
        let logs = text(&dir.logs())?.replace('%', "%%");
        args.push(format!("--output={logs}/{wave}-%a.out"));
        if let Some(limit) = self.time_limit {
            let minutes = limit.as_secs().div_ceil(60).max(1);
            args.push(format!("--time={minutes}"));
            if minutes > 2 {
                args.push("--signal=B:TERM@60".to_owned());
            }
        }
        args.extend(self.partition.iter().map(|partition| format!("--partition={partition}")));
        args.extend(self.account.iter().map(|account| format!("--account={account}")));
        args.extend(self.sbatch_args.iter().cloned());
        Ok(args)
    }

    /// What a job does. The shell becomes the worker, so that signals reach it. What it must know is said here and not in the
    /// environment, which sites may not pass on.
    fn script(&self, dir: &SweepDir, wave: usize) -> Result<String> {
        let args = match &self.args {
            Some(args) => args.clone(),
            None => std::env::args_os().skip(1).collect(),
        };
        let mut line = quoted(text(&dir.program())?);
        for arg in &args {
            line += " ";
            line += &quoted(text(Path::new(arg))?);
        }
        let [sweep, chunk, meant] = [worker::SWEEP, worker::CHUNK, worker::WORKER_TOKEN];
        let root = quoted(text(dir.root())?);
        Ok(format!(
            "#!/bin/sh\n{}\nexport {sweep}={root} {chunk}='{wave}-{{}}' {meant}=pid:$$\nexec {line}\n",
            self.prologue
        ))
    }

    /// What the jobs of an array do, by their numbers; `None` if Slurm knows nothing of it any more.
    pub(super) fn states(&self, id: &str) -> Result<Option<HashMap<usize, JobState>>> {
        let args = ["-h", "-r", "-t", "all", "-j", id, "-O", "ArrayTaskID:|,State:|,exit_code:|"];
        match self.ask("squeue", args) {
            Ok(printed) => Ok(Some(parse_states(&printed))),
            Err(crate::Error::Sweep(SweepError::Refused { said, .. })) if said.contains("Invalid job id") => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Whether any job of some arrays runs, or will.
    pub(super) fn is_any_live<'i>(&self, ids: impl IntoIterator<Item = &'i String>) -> Result<bool> {
        for id in ids {
            if self.states(id)?.unwrap_or_default().values().any(|state| !state.is_over()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The arrays of a name.
    pub(super) fn named(&self, name: &str) -> Result<Vec<String>> {
        let printed = self.ask("squeue", ["-h", "-t", "all", "-n", name, "-o", "%F"])?;
        let mut ids: Vec<String> = printed.split_whitespace().map(str::to_owned).collect();
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    /// Ends the jobs of an array.
    pub(super) fn cancel(&self, id: &str) -> Result<()> {
        self.ask("scancel", [id]).map(drop)
    }

    /// How many jobs an array may have, by the site's rules.
    pub(super) fn largest_array(&self) -> usize {
        const STOCK: usize = 1_001;
        let printed = self.ask("scontrol", ["show", "config"]).unwrap_or_default();
        let line = printed.lines().find_map(|line| line.strip_prefix("MaxArraySize"));
        let size = line.and_then(|line| line.rsplit('=').next()?.trim().parse().ok()).unwrap_or(STOCK);
        // Numbers are below it.
        usize::clamp(size, 2, STOCK) - 1
    }

    /// How many jobs can run at a time: the idle processors, or all if none is idle.
    pub(super) fn slots(&self) -> usize {
        let mut args = vec!["-h".to_owned(), "-o".to_owned(), "%C".to_owned()];
        args.extend(self.partition.iter().map(|partition| format!("--partition={partition}")));
        let printed = self.ask("sinfo", args).unwrap_or_default();
        // Allocated, idle, other, total.
        let counts = printed.lines().filter_map(|line| {
            let counts: Vec<usize> = line.trim().split('/').filter_map(|count| count.parse().ok()).collect();
            (counts.len() == 4).then(|| (counts[1], counts[3]))
        });
        let (idle, all) = counts.fold((0, 0), |(idle, all), more| (idle + more.0, all + more.1));
        if idle > 0 { idle } else { all.max(1) }
    }
}

fn parse_states(printed: &str) -> HashMap<usize, JobState> {
    printed
        .lines()
        .filter_map(|line| {
            let mut parts = line.split('|').map(str::trim);
            let number = parts.next()?.parse().ok()?;
            let state = parts.next()?.to_owned();
            Some((number, JobState { state, exit: parts.next().and_then(|exit| exit.parse().ok()) }))
        })
        .collect()
}

/// What a program has printed, or why it failed, in its own words.
fn told(program: &'static str, output: &Output) -> Result<String> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let mut said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if said.is_empty() {
        said = format!("it ended with {}", output.status);
    }
    Err(SweepError::Refused { program, said }.into())
}

/// A word for the shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn text(path: &Path) -> Result<&str> {
    path.to_str()
        .ok_or_else(|| SweepError::program(io::Error::other("a path or an argument is no UTF-8")).into())
}

/// The pause between two looks at first.
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// The pause after one in which nothing happened.
pub(super) fn backoff(pause: Duration, longest: Duration) -> Duration {
    (pause * 3 / 2).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_squeue_says_is_understood() {
        let states = parse_states("3|COMPLETED|0|\n2|FAILED|768|\n1|FAILED|6|\n0|PENDING|0|\n\nN/A|x|0|\n");
        assert_eq!(states.len(), 4);
        let told: Vec<_> = (0..4).map(|n| (states[&n].is_over(), states[&n].told())).collect();
        let expected = [
            (false, "PENDING"),
            (true, "FAILED, signal 6"),
            (true, "FAILED, exit code 3"),
            (true, "COMPLETED"),
        ];
        assert_eq!(told, expected.map(|(over, told)| (over, told.to_owned())));
    }

    #[test]
    fn words_survive_the_shell() {
        for word in ["plain", "with space", "it's", "a\"b$HOME`id`\\", ""] {
            let out = Command::new("sh").args(["-c", &format!("printf %s {}", quoted(word))]).output();
            assert_eq!(
                out.map(|out| String::from_utf8_lossy(&out.stdout).into_owned()).ok().as_deref(),
                Some(word)
            );
        }
    }
}
