//! On what, with what and when it was measured.

use std::path::Path;
use std::process::Command;
use std::{fs, thread};

use chrono::Utc;

/// One line; what cannot be found out is a question mark.
pub fn describe(dir: &Path) -> String {
    let date = Utc::now().format("%Y-%m-%d");
    let cores = thread::available_parallelism().map_or("?".into(), |cores| cores.to_string());
    let cpu = cpu().unwrap_or("?".into());
    let file_system = line(Command::new("df").arg("--output=fstype").arg(dir)).unwrap_or("?".into());
    let rustc = line(Command::new("rustc").arg("--version")).unwrap_or("rustc ?".into());
    let rustc = rustc.split(" (").next().unwrap_or(&rustc);
    let revision = ["-C", env!("CARGO_MANIFEST_DIR"), "describe", "--always", "--dirty"];
    let revision = line(Command::new("git").args(revision)).unwrap_or("?".into());
    format!("{date}, {cpu}, {cores} cores, {file_system}; {rustc}, entropic at {revision}")
}

fn cpu() -> Option<String> {
    let info = fs::read_to_string("/proc/cpuinfo").ok()?;
    let model = info.lines().find(|line| line.starts_with("model name"))?;
    Some(model.split_once(':')?.1.trim().to_owned())
}

/// The last line of what a command says.
fn line(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.lines().last()?.trim().to_owned())
}
