//! Who is compared, and how they are put to work.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::python::Python;

/// What this program is told when it is a worker itself.
pub const WORKER: &str = "--worker";

/// A tool, in one way to use it.
pub struct Contender {
    pub label: String,
    /// Its name for the worker, and for its folder.
    tool: &'static str,
    language: Language,
}

#[derive(Clone, Copy)]
enum Language {
    Rust,
    Python,
}

/// What a worker is told to do.
#[derive(Clone, Copy)]
pub enum Work {
    /// Make the runs that are asked for later.
    Fill,
    Hit,
    /// Ask for this point and those after it.
    MissFrom(u32),
    Stampede,
}

/// All of them, entropic first.
pub fn all(versions: &Value) -> Vec<Contender> {
    let ours = |label: &str, tool| Contender { label: label.into(), tool, language: Language::Rust };
    let rival = |package: &str, way: &str, tool| {
        let version = versions[package].as_str().unwrap_or("?");
        Contender { label: format!("{package} {version}{way}"), tool, language: Language::Python }
    };
    vec![
        ours("entropic (Rust)", "full"),
        ours("entropic (Rust), `Durability::Process`", "process"),
        rival("entropic", " (Python)", "entropic"),
        rival("signac", "", "signac"),
        rival("diskcache", ", `memoize`", "diskcache"),
        rival("diskcache", ", `memoize` + `barrier`", "diskcache-barrier"),
        rival("joblib", ", `Memory`", "joblib"),
        rival("exca", ", `TaskInfra`", "exca-task"),
        rival("exca", ", `MapInfra`", "exca-map"),
    ]
}

/// Where the workers are started: each tool in a folder of its own.
pub struct Stage {
    python: Python,
    program: PathBuf,
    scratch: PathBuf,
}

impl Stage {
    pub fn new(python: Python, scratch: &Path) -> Result<Self, Box<dyn Error>> {
        Ok(Self { python, program: std::env::current_exe()?, scratch: scratch.to_owned() })
    }

    /// The folder in which a tool keeps its store.
    pub fn folder(&self, contender: &Contender) -> PathBuf {
        let language = match contender.language {
            Language::Rust => "rust",
            Language::Python => "python",
        };
        self.scratch.join(format!("{language}-{}", contender.tool))
    }

    pub fn command(&self, contender: &Contender, work: Work) -> Result<Command, Box<dyn Error>> {
        let mut command = self.worker(contender.language);
        command.arg(contender.tool);
        match work {
            Work::Fill => command.arg("fill"),
            Work::Hit => command.arg("hit"),
            Work::MissFrom(first) => command.arg("miss").arg(first.to_string()),
            Work::Stampede => command.arg("stampede"),
        };
        let folder = self.folder(contender);
        fs::create_dir_all(&folder)?;
        command.current_dir(folder);
        Ok(command)
    }

    fn worker(&self, language: Language) -> Command {
        match language {
            Language::Rust => {
                let mut command = Command::new(&self.program);
                command.arg(WORKER);
                command
            }
            Language::Python => self.python.rivals(),
        }
    }

    /// Does a work, and takes the answer.
    pub fn answer(&self, contender: &Contender, work: Work) -> Result<Value, Box<dyn Error>> {
        let output = self.command(contender, work)?.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err(format!("{}: its worker failed", contender.label).into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// The seconds of one question.
    pub fn seconds(&self, contender: &Contender, work: Work) -> Result<f64, Box<dyn Error>> {
        let answer = self.answer(contender, work)?;
        answer["seconds"].as_f64().ok_or_else(|| format!("{}: no time in {answer}", contender.label).into())
    }
}
