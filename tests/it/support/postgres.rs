//! The PostgreSQL server of the tests: found, or started, and never left behind. Unix only.

use std::env;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File, Permissions, TryLockError};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Once, OnceLock};
use std::thread::sleep;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, RunQueryDsl as _};
use tempfile::TempDir;

/// The server to use instead of starting one.
const URL: &str = "ENTROPIC_TEST_POSTGRES_URL";
/// If set to `1`, the tests fail without a server.
const REQUIRE: &str = "ENTROPIC_REQUIRE_POSTGRES";
/// How long a server may take to start, or to stop.
const PATIENCE: Duration = Duration::from_secs(60);

/// Returns the URL of the server of the tests. Without a server, prints `SKIPPED` and returns `None`.
///
/// # Panics
///
/// If the server does not start, or if there is none and `ENTROPIC_REQUIRE_POSTGRES` is `1`.
pub fn url() -> Option<&'static str> {
    static SERVER: OnceLock<Option<Result<Shared, String>>> = OnceLock::new();

    let server = SERVER.get_or_init(|| match given_url() {
        Some(url) => Some(Ok(Shared { url, _using: None })),
        None => programs().map(|programs| Shared::join(&programs)),
    });
    match server.as_ref()? {
        Ok(server) => Some(&server.url),
        Err(reason) => panic!("no PostgreSQL server for the tests: {reason}"),
    }
}

/// Connects to a server.
///
/// # Panics
///
/// If the server refuses the connection.
#[track_caller]
pub fn connect(url: &str) -> PgConnection {
    PgConnection::establish(url).unwrap_or_else(|error| panic!("PostgreSQL cannot be reached: {error}"))
}

fn given_url() -> Option<String> {
    let url = env::var(URL).ok().filter(|url| !url.is_empty())?;
    assert!(
        url.starts_with("postgres://") || url.starts_with("postgresql://"),
        "{URL} must be a postgres:// URL"
    );
    Some(url)
}

/// Finds the PostgreSQL programs. If there are none, prints `SKIPPED` once, or panics if they are required.
fn programs() -> Option<Programs> {
    static SAID: Once = Once::new();

    let reason = match Programs::find() {
        Ok(programs) => return Some(programs),
        Err(reason) => reason,
    };
    assert!(
        env::var_os(REQUIRE).is_none_or(|value| value != "1"),
        "{REQUIRE} is set, and there is no PostgreSQL: {reason}"
    );
    SAID.call_once(|| {
        let line = format!("SKIPPED: no PostgreSQL ({reason}), set {URL} or install it\n");
        // Written directly to stderr, which the capture of the tests' output does not hide.
        let _ = io::stderr().write_all(line.as_bytes());
    });
    None
}

/// A server for one test, which may kill it and start it again.
///
/// Unlike the shared server, it keeps every confirmed commit when it is killed.
#[derive(Debug)]
pub struct OwnServer {
    server: Option<Child>,
    /// The process that is stopped, so that commits which are not synced stay in memory.
    stopped: Option<String>,
    watchdog: Child,
    url: String,
    cluster: Cluster,
    dir: TempDir,
    /// Locked for as long as the server is in use.
    _using: File,
}

impl OwnServer {
    /// Starts a server. If PostgreSQL is not installed, prints `SKIPPED` and returns `None`.
    ///
    /// # Panics
    ///
    /// If the server does not start, or if there is none and `ENTROPIC_REQUIRE_POSTGRES` is `1`.
    pub fn start() -> Option<OwnServer> {
        match Self::start_with(&programs()?) {
            Ok(server) => Some(server),
            Err(reason) => panic!("no PostgreSQL server for this test: {reason}"),
        }
    }

    fn start_with(programs: &Programs) -> Result<OwnServer, String> {
        let dir = tempfile::Builder::new()
            .prefix("entropic-pg-")
            .tempdir_in(temporary_folder())
            .map_err(|error| format!("no temporary folder: {error}"))?;
        let cluster = Cluster::new(programs, dir.path(), Commits::Kept);
        let using = cluster.open_lock()?;
        using.lock().map_err(|error| cluster.failure(&error))?;
        let mut watchdog = cluster.watch(2)?;
        let server = cluster.create().and_then(|()| cluster.launch());
        match server {
            Ok(server) => Ok(OwnServer {
                server: Some(server),
                stopped: None,
                watchdog,
                url: cluster.url(),
                cluster,
                dir,
                _using: using,
            }),
            Err(reason) => {
                dismiss(&mut watchdog);
                Err(reason)
            }
        }
    }

    /// Returns the server's URL, which does not change when the server restarts.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the URL of the database with this name on the server.
    pub fn database(&self, name: &str) -> String {
        self.url.replacen("/postgres?", &format!("/{name}?"), 1)
    }

    /// Returns the URL of the database by another name of the server: a link to its socket directory.
    pub fn by_another_name(&self, name: &str) -> String {
        let link = self.dir.path().join("other");
        if !link.exists() {
            std::os::unix::fs::symlink(self.cluster.socket_folder(), &link).expect("a link can be made");
        }
        self.database(name).replace("%2Fs&", "%2Fother&")
    }

    /// Executes one statement after the other, outside of transactions.
    #[track_caller]
    pub fn sql(&self, statements: &[&str]) {
        let mut connection = connect(&self.url);
        for statement in statements {
            connection.batch_execute(statement).unwrap_or_else(|error| panic!("{error}\nin: {statement}"));
        }
    }

    /// Copies a database on the server. Ends all other sessions of the database first.
    #[track_caller]
    pub fn copy(&self, from: &str, to: &str) {
        self.disconnect(from);
        self.sql(&[&format!("CREATE DATABASE {to} TEMPLATE {from}")]);
    }

    /// Ends all sessions of a database.
    #[track_caller]
    pub fn disconnect(&self, name: &str) {
        let end = format!(
            "DO $$ BEGIN WHILE EXISTS (SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}') \
             LOOP PERFORM pg_sleep(0.01); PERFORM pg_stat_clear_snapshot(); END LOOP; END $$"
        );
        self.sql(&[&end]);
    }

    /// Returns the output of `pg_dump` for a database.
    #[track_caller]
    pub fn dump(&self, name: &str) -> Vec<u8> {
        let dumped = self.cluster.programs.command("pg_dump").arg(self.database(name)).output();
        let dumped = dumped.expect("pg_dump can be started");
        assert!(dumped.status.success(), "{}", String::from_utf8_lossy(&dumped.stderr));
        dumped.stdout
    }

    /// Creates a database from the output of `dump` with `psql`.
    #[track_caller]
    pub fn restore(&self, name: &str, dump: &[u8]) {
        self.sql(&[&format!("CREATE DATABASE {name}")]);
        let mut psql = self.cluster.programs.command("psql");
        psql.args(["--quiet", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-d"]).arg(self.database(name));
        let mut psql = psql.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("psql can be started");
        psql.stdin.take().expect("it is piped").write_all(dump).expect("psql reads");
        assert!(psql.wait().expect("it ends").success());
    }

    /// Stops the server at once, as a crash would: every connection breaks, and nothing is finished.
    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            let stopped = self.stopped.take();
            stop(&mut server, stopped.as_deref());
        }
    }

    /// Stops the process that syncs commits: commits that do not ask to be synced are lost if the server is killed, until
    /// one does.
    #[track_caller]
    pub fn loses_commits(&mut self) {
        #[derive(diesel::QueryableByName)]
        struct Writer {
            #[diesel(sql_type = diesel::sql_types::Text)]
            pid: String,
        }
        let query = "SELECT pid::text AS pid FROM pg_stat_activity WHERE backend_type = 'walwriter'";
        let writer: Writer = diesel::sql_query(query).get_result(&mut connect(&self.url)).expect("it runs");
        assert!(signal("STOP", &writer.pid));
        self.stopped = Some(writer.pid);
    }

    /// Starts the server again on the same data. Kills it first if it is still running.
    pub fn restart(&mut self) {
        self.kill();
        match self.cluster.launch() {
            Ok(server) => self.server = Some(server),
            Err(reason) => panic!("the server did not start again: {reason}"),
        }
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        self.kill();
        dismiss(&mut self.watchdog);
    }
}

/// The server that the processes of a test executable share.
///
/// The processes coordinate by locking a file in its directory. They hold a shared lock while they
/// use the server, and an exclusive one while they start or stop it. The process that starts the
/// server also starts the watchdog that stops it.
#[derive(Debug)]
struct Shared {
    url: String,
    /// Locked until the process ends; `None` if the server is not ours.
    _using: Option<File>,
}

impl Shared {
    fn join(programs: &Programs) -> Result<Shared, String> {
        let uid = effective_uid().map_err(|error| format!("no temporary file: {error}"))?;
        let mut hasher = DefaultHasher::new();
        env::current_exe()
            .map_err(|error| format!("no path of the test executable: {error}"))?
            .hash(&mut hasher);
        let name = format!("entropic-pg-{uid}-{:08x}", hasher.finish() >> 32);
        let cluster = Cluster::new(programs, &temporary_folder().join(name), Commits::Fast);

        let deadline = Instant::now() + PATIENCE;
        loop {
            let lock = cluster.open_shared_lock(uid)?;
            match lock.try_lock() {
                Ok(()) if !cluster.is_lock(&lock) => continue,
                Ok(()) => {
                    if !cluster.is_up() {
                        cluster.start_shared()?;
                    }
                    lock.unlock().map_err(|error| cluster.failure(&error))?;
                }
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(cluster.failure(&error)),
            }
            // Waits for the process that starts or stops the server.
            lock.lock_shared().map_err(|error| cluster.failure(&error))?;
            if cluster.is_lock(&lock) && cluster.is_up() {
                return Ok(Shared { url: cluster.url(), _using: Some(lock) });
            }
            if Instant::now() > deadline {
                return Err(format!("the server that other processes use is down\n{}", cluster.log()));
            }
            drop(lock);
            sleep(Duration::from_millis(20));
        }
    }
}

/// Returns the system's temporary directory if its path is short enough for a socket below it, otherwise `/tmp`.
fn temporary_folder() -> PathBuf {
    let folder = env::temp_dir();
    if folder.as_os_str().len() <= 50 { folder } else { PathBuf::from("/tmp") }
}

fn effective_uid() -> io::Result<u32> {
    Ok(tempfile::tempfile()?.metadata()?.uid())
}

/// The PostgreSQL programs, and the account that runs them.
#[derive(Clone, Debug)]
struct Programs {
    folder: PathBuf,
    /// The user and group to run as if the tests run as root, which PostgreSQL refuses.
    account: Option<(u32, u32)>,
}

impl Programs {
    /// The programs, or the reason why there are none.
    fn find() -> Result<Programs, String> {
        let folder = Self::folders()
            .into_iter()
            .find(|folder| has(folder, "initdb") && has(folder, "postgres"))
            .ok_or("its programs are not found")?;
        let path = env::var_os("PATH").unwrap_or_default();
        if !env::split_paths(&path).any(|folder| has(&folder, "flock") || has(&folder, "perl")) {
            return Err("neither flock nor perl to watch over it with".to_owned());
        }
        let root = effective_uid().map_err(|error| format!("no temporary file: {error}"))? == 0;
        let account = if root {
            let id = |option| output("id", &[option, "postgres"])?.parse().ok();
            let account = id("-u").zip(id("-g"));
            Some(account.ok_or("it does not run as root, and there is no user postgres")?)
        } else {
            None
        };
        Ok(Programs { folder, account })
    }

    /// Returns the directories to search, the preferred one first.
    fn folders() -> Vec<PathBuf> {
        let path = env::var_os("PATH").unwrap_or_default();
        let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
        folders.extend(output("pg_config", &["--bindir"]).map(PathBuf::from));
        folders.extend(versions("/usr/lib/postgresql", ""));
        folders.push(PathBuf::from("/usr/local/pgsql/bin"));
        folders.extend(versions("/opt/homebrew/opt", "postgresql"));
        folders
    }

    fn command(&self, name: &str) -> Command {
        // The programs of a client may lie elsewhere.
        let others = || Self::folders().into_iter().find(|folder| has(folder, name));
        let folder = if has(&self.folder, name) { None } else { others() };
        let mut command = Command::new(folder.as_ref().unwrap_or(&self.folder).join(name));
        if let Some((uid, gid)) = self.account {
            command.uid(uid).gid(gid);
        }
        command.env("LC_ALL", "C").env_remove("PGDATA").current_dir("/").stdin(Stdio::null());
        command
    }
}

/// Returns the `bin` directories of the versions installed in a directory, the newest first.
fn versions(folder: &str, prefix: &str) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let version = name.to_str()?.strip_prefix(prefix)?;
            let version = version.trim_start_matches('@').parse().unwrap_or(0);
            Some((version, entry.path().join("bin")))
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, path)| path).collect()
}

fn has(folder: &Path, program: &str) -> bool {
    folder.join(program).is_file()
}

/// The first line that a program prints, if it succeeds.
fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.lines().next()?.trim().to_owned())
}

/// What a server does of the commits it confirms.
#[derive(Clone, Copy, Debug)]
enum Commits {
    /// Keeps them, even if it is killed.
    Kept,
    /// Writes them when it likes.
    Fast,
}

/// The directory of a server: its data, socket, log and lock.
#[derive(Debug)]
struct Cluster {
    programs: Programs,
    dir: PathBuf,
    commits: Commits,
}

impl Cluster {
    fn new(programs: &Programs, dir: &Path, commits: Commits) -> Self {
        Cluster { programs: programs.clone(), dir: dir.to_owned(), commits }
    }

    fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    fn socket_folder(&self) -> PathBuf {
        self.dir.join("s")
    }

    fn lock(&self) -> PathBuf {
        self.dir.join("lock")
    }

    /// Returns the path of the file that exists while the server accepts connections.
    fn ready(&self) -> PathBuf {
        self.dir.join("ready")
    }

    fn url(&self) -> String {
        let mut host = String::new();
        for byte in self.socket_folder().as_os_str().as_bytes() {
            if byte.is_ascii_alphanumeric() {
                host.push(char::from(*byte));
            } else {
                let _ = write!(host, "%{byte:02X}");
            }
        }
        format!("postgres://postgres@/postgres?host={host}&port=5432")
    }

    fn open_lock(&self) -> Result<File, String> {
        File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(self.lock())
            .map_err(|error| self.failure(&error))
    }

    /// Opens the lock. Other users can guess the directory's name, so the directory must belong to this user.
    fn open_shared_lock(&self, uid: u32) -> Result<File, String> {
        loop {
            match DirBuilder::new().mode(0o700).create(&self.dir) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                    return Err(self.failure(&error));
                }
                _ => {}
            }
            match fs::symlink_metadata(&self.dir) {
                Ok(folder) if !folder.is_dir() || folder.uid() != uid => {
                    return Err(format!("{} is not ours", self.dir.display()));
                }
                // The watchdog may be removing it.
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(self.failure(&error));
                }
                _ => {}
            }
            match self.open_lock() {
                Err(_) if !self.dir.exists() => {}
                lock => return lock,
            }
        }
    }

    /// Returns whether this is the lock of the present directory, and not of one that was removed.
    fn is_lock(&self, lock: &File) -> bool {
        let inode = |file: fs::Metadata| (file.dev(), file.ino());
        match (lock.metadata(), fs::metadata(self.lock())) {
            (Ok(ours), Ok(theirs)) => inode(ours) == inode(theirs),
            _ => false,
        }
    }

    fn is_up(&self) -> bool {
        self.ready().exists() && UnixStream::connect(self.socket_folder().join(".s.PGSQL.5432")).is_ok()
    }

    /// Starts the server for all processes, or leaves nothing.
    fn start_shared(&self) -> Result<(), String> {
        // If the machine crashed while a server was running, its data is still there.
        for folder in [self.data(), self.socket_folder()] {
            match fs::remove_dir_all(&folder) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(self.failure(&error));
                }
                _ => {}
            }
        }
        // Do not wait for the watchdog and the server: both outlive this process.
        let mut watchdog = self.watch(5)?;
        let server = self.create().and_then(|()| self.launch());
        let failure = match server {
            Ok(mut server) => match File::create(self.ready()) {
                Ok(_) => return Ok(()),
                Err(error) => {
                    stop(&mut server, None);
                    self.failure(&error)
                }
            },
            Err(reason) => reason,
        };
        dismiss(&mut watchdog);
        // After the move, no other process uses the directory. Report the failure even if the directory stays.
        let moved = self.dir.with_extension(std::process::id().to_string());
        let _ = fs::rename(&self.dir, &moved).and_then(|()| fs::remove_dir_all(&moved));
        Err(failure)
    }

    /// Makes an empty cluster.
    fn create(&self) -> Result<(), String> {
        let fail = |error: io::Error| self.failure(&error);
        for folder in [self.data(), self.socket_folder()] {
            DirBuilder::new().mode(0o700).create(&folder).map_err(fail)?;
            if let Some((uid, gid)) = self.programs.account {
                chown(&folder, Some(uid), Some(gid)).map_err(fail)?;
            }
        }
        if let Some((_, gid)) = self.programs.account {
            chown(&self.dir, None, Some(gid)).map_err(fail)?;
            fs::set_permissions(&self.dir, Permissions::from_mode(0o750)).map_err(fail)?;
        }
        let output = self
            .programs
            .command("initdb")
            .args(["--auth=trust", "--username=postgres", "--no-sync"])
            .args(["--encoding=UTF8", "--locale=C", "--pgdata"])
            .arg(self.data())
            .output()
            .map_err(fail)?;
        if output.status.success() {
            Ok(())
        } else {
            Err(format!("initdb: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr)))
        }
    }

    /// Starts the server and waits until it accepts connections.
    fn launch(&self) -> Result<Child, String> {
        let fail = |error: io::Error| self.failure(&error);
        let log = File::options().append(true).create(true).open(self.dir.join("log")).map_err(fail)?;
        let commits = match self.commits {
            Commits::Kept => "synchronous_commit=on",
            Commits::Fast => "synchronous_commit=off",
        };
        let settings = [
            "listen_addresses=",
            "port=5432",
            "unix_socket_permissions=0700",
            "max_connections=200",
            "shared_buffers=64MB",
            "fsync=off",
            "full_page_writes=off",
            // Nothing but a commit makes a commit last.
            "autovacuum=off",
            "bgwriter_lru_maxpages=0",
            commits,
        ];
        let mut server = self
            .programs
            .command("postgres")
            .arg("-D")
            .arg(self.data())
            .arg("-k")
            .arg(self.socket_folder())
            .args(settings.iter().flat_map(|setting| ["-c", setting]))
            .stdout(log.try_clone().map_err(fail)?)
            .stderr(log)
            // Ctrl-C must not reach the server; the watchdog stops it.
            .process_group(0)
            .spawn()
            .map_err(fail)?;

        let url = self.url();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let Err(error) = PgConnection::establish(&url) else {
                return Ok(server);
            };
            if let Some(status) = server.try_wait().map_err(fail)? {
                return Err(format!("postgres: {status}\n{}", self.log()));
            }
            if Instant::now() > deadline {
                stop(&mut server, None);
                return Err(format!("still not up: {error}\n{}", self.log()));
            }
            sleep(Duration::from_millis(20));
        }
    }

    /// Starts the process that stops the server and removes the directory once the lock has been
    /// free for this many rounds of two seconds.
    fn watch(&self, rounds: u32) -> Result<Child, String> {
        Command::new("sh")
            .args([OsStr::new("-c"), OsStr::new(WATCHDOG), OsStr::new("sh")])
            .arg(&self.dir)
            .arg(rounds.to_string())
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|error| self.failure(&error))
    }

    fn log(&self) -> String {
        fs::read_to_string(self.dir.join("log")).unwrap_or_else(|error| format!("no log: {error}"))
    }

    fn failure(&self, error: &io::Error) -> String {
        format!("{}: {error}", self.dir.display())
    }
}

/// Stops PostgreSQL with an immediate shutdown: its processes end without finishing anything.
///
/// `stopped` is the pid of a process that is stopped and therefore cannot end by itself.
fn stop(server: &mut Child, stopped: Option<&str>) {
    let pid = server.id().to_string();
    // If the signal cannot be sent, what follows ends the server.
    signal("QUIT", &pid);
    if let Some(stopped) = stopped {
        signal("KILL", stopped);
    }
    let deadline = Instant::now() + PATIENCE;
    while matches!(server.try_wait(), Ok(None)) && Instant::now() < deadline {
        sleep(Duration::from_millis(5));
    }
    dismiss(server);
}

fn signal(name: &str, pid: &str) -> bool {
    let sent = Command::new("sh").args(["-c", "kill -s \"$1\" \"$2\"", "sh", name, pid]).status();
    sent.is_ok_and(|status| status.success())
}

/// Kills a process and collects its status. Does nothing if the process has already been waited for.
fn dismiss(process: &mut Child) {
    let _ = process.kill();
    let _ = process.wait();
}

/// Run as `sh -c WATCHDOG sh DIRECTORY ROUNDS`.
const WATCHDOG: &str = r#"
trap '' INT TERM HUP
dir=$1
exec 9<"$dir/lock"
inode() { ls -i "$dir/lock" 2>/dev/null; }
ours=$(inode)

# $1: 6 takes the lock if it is free, 8 gives it back (LOCK_EX | LOCK_NB, LOCK_UN).
if command -v flock; then
    lock() { case $1 in 6) flock -n -x 9 ;; 8) flock -u 9 ;; esac }
else
    lock() { perl -e 'open F, "<&=9" or die; exit !flock F, $ARGV[0]' "$1"; }
fi

free=0
while :; do
    sleep 2
    if lock 6; then
        [ "$(inode)" = "$ours" ] || exit
        free=$((free + 1))
        [ "$free" -lt "$2" ] || break
        lock 8
    else
        free=0
    fi
done

# The number may come from a server that crashed, and may now belong to another process.
pid=$(head -n 1 "$dir/data/postmaster.pid")
runs() {
    case $pid in '' | *[!0-9]*) return 1 ;; esac
    case $(
        if [ -e /proc/self/cmdline ]; then
            tr '\0' ' ' <"/proc/$pid/cmdline"
        else
            ps -o args= -p "$pid"
        fi
    ) in *"$dir/data"*) ;; *) return 1 ;; esac
}
for signal in INT QUIT KILL; do
    runs && kill -s "$signal" "$pid"
    for second in 1 2 3 4 5 6; do
        runs && sleep 1
    done
done

# After the move, no other process uses the directory: a new one makes its own. A program that was
# making the data may still be writing.
mv "$dir" "$dir-$$"
for attempt in 1 2 3 4 5; do
    rm -rf "$dir-$$" && break
    sleep 1
done
"#;
