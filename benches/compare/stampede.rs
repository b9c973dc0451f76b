//! Eight processes ask for one new point at once.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::contender::{Contender, Stage, Work};

pub const PROCESSES: usize = 8;
pub const ROUNDS: u32 = 5;
/// Gets one line for each simulation.
pub const RAN: &str = "ran.txt";

/// The points of the rounds: beyond those of all misses.
const FIRST: u32 = 1_000_000;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came of it, in all rounds together.
#[derive(Default)]
pub struct Stampede {
    pub runs: usize,
    pub wrong: usize,
    /// The kinds of errors, and how many of each.
    pub errors: BTreeMap<String, usize>,
}

/// The processes are started once, and open their stores before the first round: what is measured is how they ask.
pub fn start(stage: &Stage, contender: &Contender) -> Result<Stampede, Box<dyn Error>> {
    let mut herd = Herd::start(stage, contender)?;
    let ready = herd.answers();
    if ready.len() < PROCESSES {
        return Err(format!("{}: {} of {PROCESSES} processes are ready", contender.label, ready.len()).into());
    }
    let mut stampede = Stampede::default();
    for point in FIRST..FIRST + ROUNDS {
        herd.ask(point);
        let answers = herd.answers();
        for _ in answers.len()..PROCESSES {
            stampede.count_error("no answer");
        }
        for answer in &answers {
            stampede.count(answer);
        }
    }
    stampede.runs = match fs::read_to_string(stage.folder(contender).join(RAN)) {
        Ok(text) => text.lines().count(),
        Err(error) if error.kind() == ErrorKind::NotFound => 0,
        Err(error) => return Err(error.into()),
    };
    Ok(stampede)
}

impl Stampede {
    pub fn failed(&self) -> usize {
        self.errors.values().sum()
    }

    fn count(&mut self, answer: &Value) {
        match answer["verdict"].as_str() {
            Some("right") => {}
            Some("failed") => self.count_error(answer["error"].as_str().unwrap_or("an error")),
            _ => self.wrong += 1,
        }
    }

    fn count_error(&mut self, kind: &str) {
        *self.errors.entry(kind.to_owned()).or_default() += 1;
    }
}

struct Herd {
    processes: Vec<Child>,
    lines: Receiver<String>,
}

impl Herd {
    fn start(stage: &Stage, contender: &Contender) -> Result<Self, Box<dyn Error>> {
        let (sender, lines) = channel();
        let mut herd = Self { processes: vec![], lines };
        for _ in 0..PROCESSES {
            let mut command = stage.command(contender, Work::Stampede)?;
            // Warnings of eight processes at once say nothing that the answers do not.
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
            let mut process = command.spawn()?;
            let stdout = process.stdout.take();
            herd.processes.push(process);
            let sender = sender.clone();
            thread::spawn(move || stdout.map(|stdout| forward(BufReader::new(stdout), &sender)));
        }
        Ok(herd)
    }

    /// Names the point to all of them, in far less time than the simulation takes.
    fn ask(&mut self, point: u32) {
        let line = format!("{point}\n");
        for process in &mut self.processes {
            // Who has died gives no answer; that is counted.
            let _ = process.stdin.as_mut().map(|stdin| stdin.write_all(line.as_bytes()));
        }
    }

    /// One answer of each, as far as they come in time.
    fn answers(&self) -> Vec<Value> {
        let deadline = Instant::now() + PATIENCE;
        let next = |_| {
            let line = self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok()?;
            serde_json::from_str(&line).ok()
        };
        (0..PROCESSES).map_while(next).collect()
    }
}

impl Drop for Herd {
    fn drop(&mut self) {
        for process in &mut self.processes {
            // They have answered, or never will.
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

fn forward(stdout: impl BufRead, lines: &Sender<String>) {
    for line in stdout.lines().map_while(Result::ok) {
        if lines.send(line).is_err() {
            return;
        }
    }
}
