//! The Python package, at the other end of a pipe.

use std::env;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, Once, OnceLock, PoisonError};

use serde_json::{Map, Value, json};

use crate::support::Scratch;

/// What a virtual environment for the tests has.
pub const REQUIREMENTS: [&str; 2] = ["entropic==2.3.0", "psycopg2-binary"];

/// The interpreter to use instead of making an environment.
const PYTHON: &str = "ENTROPIC_TEST_PYTHON";
/// Set to `1`, having no interpreter is a failure.
const REQUIRE: &str = "ENTROPIC_REQUIRE_PYTHON";

/// A process that drives the reference package on the database and results folder of a test.
pub struct Peer {
    /// What every request says.
    standing: Map<String, Value>,
    /// There until the test is over.
    script: Option<Script>,
}

/// `peer.py`, running; it ends with its input, and so with this process.
struct Script {
    _process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// Those that no test uses just now: to start one costs more than most tests.
static IDLE: Mutex<Vec<Script>> = Mutex::new(Vec::new());

impl Peer {
    /// Python with one of the models of `peer.py`, or `None` (said loudly) where there is no Python.
    pub fn start(scratch: &Scratch, model: &str) -> Option<Self> {
        Self::start_in(scratch, model, &scratch.results_dir())
    }

    /// The same with a results folder of the test's choice, relative to the working folder if it likes.
    pub fn start_in(scratch: &Scratch, model: &str, results_dir: &Path) -> Option<Self> {
        let python = interpreter()?;
        let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let standing = json!({
            "url": sqlalchemy_url(scratch.url()),
            "model": model,
            "results_dir": results_dir.to_str().unwrap(),
        });
        let Value::Object(standing) = standing else { unreachable!("it is an object") };
        Some(Self { standing, script: Some(idle.unwrap_or_else(|| Script::start(python))) })
    }

    /// The answer to a request.
    #[track_caller]
    pub fn call(&mut self, op: &str, request: Value) -> Value {
        let mut answer = self.ask(op, request);
        if answer.get("error").is_some() {
            panic!("Python failed to {op}:\n{}", answer["trace"].as_str().unwrap_or("(no trace)"));
        }
        answer["ok"].take()
    }

    /// The name of the exception that a request ends in.
    #[track_caller]
    pub fn refused(&mut self, op: &str, request: Value) -> String {
        let answer = self.ask(op, request);
        match answer["error"].as_str() {
            Some(error) => error.to_owned(),
            None => panic!("Python was able to {op}: {answer}"),
        }
    }

    /// The answer to a request about one set of parameters.
    #[track_caller]
    pub fn one(&mut self, op: &str, params: &Value, mut request: Value) -> Value {
        request["params"] = json!([params]);
        self.call(op, request)[0].take()
    }

    #[track_caller]
    fn ask(&mut self, op: &str, request: Value) -> Value {
        let Value::Object(mut request) = request else { panic!("a request is an object: {request}") };
        request.insert("op".to_owned(), op.into());
        for (key, value) in &self.standing {
            request.entry(key.clone()).or_insert_with(|| value.clone());
        }
        match self.script.as_mut().unwrap().talk(&Value::Object(request).to_string()) {
            Ok(answer) => serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error} in {answer}")),
            Err(error) => panic!("Python cannot be talked to, see its output: {error}"),
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // After a failure nobody knows what its state is.
        if std::thread::panicking() {
            return;
        }
        self.call("forget", json!({}));
        IDLE.lock().unwrap_or_else(PoisonError::into_inner).extend(self.script.take());
    }
}

impl Script {
    #[track_caller]
    fn start(python: &Path) -> Self {
        let mut child = Command::new(python)
            .args(["-W", "ignore", "-X", "utf8"])
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/peer.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", python.display()));
        let (requests, answers) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { _process: child, requests, answers: BufReader::new(answers) }
    }

    fn talk(&mut self, request: &str) -> io::Result<String> {
        self.requests.write_all(format!("{request}\n").as_bytes())?;
        let mut answer = String::new();
        match self.answers.read_line(&mut answer)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(answer),
        }
    }
}

/// The URL of a scratch database as SQLAlchemy writes it.
fn sqlalchemy_url(url: &str) -> String {
    if let Some(file) = url.strip_prefix("sqlite://") {
        return format!("sqlite:///{file}");
    }
    let Some((_, rest)) = url.split_once("://") else { panic!("{url} is no URL") };
    // The options, which choose the schema, come last. A time with a zone is converted to the session's.
    format!("postgresql+psycopg2://{rest}%20-ctimezone%3DUTC")
}

/// The interpreter. Having none is said once, or is a failure.
fn interpreter() -> Option<&'static Path> {
    static FOUND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    static SAID: Once = Once::new();

    let found = FOUND.get_or_init(|| match env::var_os(PYTHON).filter(|name| !name.is_empty()) {
        Some(named) => Ok(named.into()),
        None => environment(),
    });
    let reason = match found {
        Ok(python) => return Some(python),
        Err(reason) => reason,
    };
    assert!(
        env::var_os(REQUIRE).is_none_or(|value| value != "1"),
        "{REQUIRE} is set, and there is no Python for the tests: {reason}"
    );
    SAID.call_once(|| {
        let wanted = REQUIREMENTS.join(" and ");
        let line =
            format!("SKIPPED: no Python for the tests, set {PYTHON} to one that has {wanted}: {reason}\n");
        // Past the capture of the tests' output. Nobody is left to tell if it fails.
        let _ = io::stderr().write_all(line.as_bytes());
    });
    None
}

/// The virtual environment of the tests, made if it is missing: one for all processes, in the target folder.
fn environment() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop-venv");
    let failed = |error: io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(env!("CARGO_TARGET_TMPDIR")).map_err(failed)?;
    let lock = File::create(folder.with_extension("lock")).map_err(failed)?;
    lock.lock().map_err(failed)?;

    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    // Written last: without it the environment is half made, or made for other requirements.
    let stamp = folder.join("requirements.txt");
    let wanted = REQUIREMENTS.join("\n");
    if python.exists() && fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(python);
    }
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let name = if cfg!(windows) { "python" } else { "python3" };
    succeed(Command::new(name).args(["-m", "venv"]).arg(&folder))?;
    succeed(
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"])
            .args(["--retries", "1"])
            .args(REQUIREMENTS),
    )?;
    fs::write(&stamp, wanted).map_err(failed)?;
    Ok(python)
}

/// Runs a program; what it printed is the reason if it fails.
fn succeed(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(format!("{command:?}: {}\n{out}{err}", output.status))
}
