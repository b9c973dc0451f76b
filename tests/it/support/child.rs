//! Processes that do a piece of work for a test, and may die at it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const URL: &str = "ENTROPIC_TEST_CHILD_URL";
const DIR: &str = "ENTROPIC_TEST_CHILD_DIR";
const WORK: &str = "ENTROPIC_TEST_CHILD_WORK";

/// Starts the program of the tests again for an ignored test, which asks [`task`] what to do. With the feature
/// `fault-hooks` it dies at `fault`: a place, or `place:n` for the n-th time that it comes by.
pub fn child(test: &str, url: &str, dir: &Path, work: &str, fault: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture"])
        .env(URL, url)
        .env(DIR, dir)
        .env(WORK, work)
        .env("ENTROPIC_FAULT", fault)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What a child is to do.
pub struct Task {
    pub url: String,
    pub dir: PathBuf,
    pub work: String,
}

/// What this process is to do, if it is a child.
pub fn task() -> Option<Task> {
    let url = std::env::var(URL).ok()?;
    Some(Task { url, dir: std::env::var(DIR).unwrap().into(), work: std::env::var(WORK).unwrap() })
}

/// Kills a child.
pub fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// How many deaths a test causes at random instants: ten, or as many as `ENTROPIC_TEST_KILLS` says.
pub fn kills() -> usize {
    std::env::var("ENTROPIC_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(10)
}

/// Instants to die at, the same in each run of the tests.
pub struct Instants(u64);

impl Instants {
    pub fn new(seed: u64) -> Self {
        Self(seed ^ 0x9e37_79b9)
    }

    /// A number below another one.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    /// Waits between 20 ms, when a child has begun, and some more.
    pub fn wait(&mut self, more: Duration) {
        let more = self.below(more.as_micros().try_into().unwrap());
        std::thread::sleep(Duration::from_micros(20_000 + more));
    }
}
