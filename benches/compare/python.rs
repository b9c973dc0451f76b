//! The Python of the rivals: a virtual environment below the target folder.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const REQUIREMENTS: &str = include_str!("requirements.txt");

pub struct Python(PathBuf);

impl Python {
    /// The environment of an earlier start if it has what is required, otherwise a new one.
    pub fn below(tmp: &Path) -> Result<Self, Box<dyn Error>> {
        let home = tmp.join("compare-venv");
        let python = Self(home.join("bin").join("python"));
        let installed = home.join("installed.txt");
        if fs::read_to_string(&installed).is_ok_and(|installed| installed == REQUIREMENTS) {
            return Ok(python);
        }
        println!("installs the rivals");
        // Half of one, or of other versions.
        let _ = fs::remove_dir_all(&home);
        let missing = "`python3 -m venv` does not work: install Python 3.11 or later, with its venv module";
        run(Command::new("python3").args(["-m", "venv"]).arg(&home), missing)?;
        let failed = "pip could not install benches/compare/requirements.txt, see above";
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
        run(Command::new(&python.0).args(pip).arg(script("requirements.txt")), failed)?;
        fs::write(installed, REQUIREMENTS)?;
        Ok(python)
    }

    /// `rivals.py`, which says what to do as its arguments.
    pub fn rivals(&self) -> Command {
        self.program("rivals.py")
    }

    /// One of the programs beside it.
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(&self.0);
        // `-B`: no bytecode between the sources.
        command.arg("-B").arg(script(name));
        command
    }

    /// Of Python, its SQLite and the rivals.
    pub fn versions(&self) -> Result<Value, Box<dyn Error>> {
        Ok(serde_json::from_slice(&self.rivals().arg("versions").output()?.stdout)?)
    }
}

/// Of Python and its SQLite.
pub fn name(versions: &Value) -> String {
    let of = |name: &str| versions[name].as_str().unwrap_or("?").to_owned();
    format!("Python {} with SQLite {}", of("Python"), of("SQLite"))
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("compare").join(name)
}

fn run(command: &mut Command, otherwise: &str) -> Result<(), Box<dyn Error>> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        _ => Err(otherwise.into()),
    }
}
