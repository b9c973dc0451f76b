//! Sweeps on a cluster: a private Slurm of three nodes on this machine, one for each test.
#![cfg(all(unix, feature = "cluster"))]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use entropic::{CancelToken, FailureKind, Result, Slurm};

use crate::records::Orbit;
use crate::support::Scratch;
use crate::workers::{args, counted, here, labelled, many, nothing_is_left, runs, store};

/// One at a time: each has a dozen daemons.
static ONE: Mutex<()> = Mutex::new(());

/// A private cluster; gone when dropped, and when this process dies.
struct Cluster {
    dir: tempfile::TempDir,
    watcher: Child,
    _one: MutexGuard<'static, ()>,
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("slurm").join(name)
}

impl Cluster {
    /// Three nodes of four slots; `None` where Slurm is not installed.
    fn up(settings: &[(&str, &str)]) -> Option<Self> {
        let has = |name: &str| {
            let found =
                Command::new("sh").args(["-c", &format!("PATH=$PATH:/usr/sbin command -v {name}")]).output();
            found.is_ok_and(|found| found.status.success())
        };
        if !["slurmctld", "slurmd", "munged", "sbatch"].into_iter().all(has) {
            assert!(std::env::var_os("ENTROPIC_REQUIRE_SLURM").is_none(), "Slurm is not installed");
            eprintln!("SKIPPED: Slurm is not installed");
            return None;
        }
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let dir = tempfile::Builder::new().prefix("entropic-slurm-").tempdir().unwrap();
        let up = Command::new(script("up.sh"))
            .arg(dir.path())
            .arg("3")
            .envs(settings.iter().copied())
            .output()
            .unwrap();
        assert!(up.status.success(), "{}", String::from_utf8_lossy(&up.stderr));
        // It reads until this process closes its end, however it does so.
        let watcher = Command::new("sh")
            .args(["-c", "cat; exec \"$0\" \"$1\""])
            .arg(script("down.sh"))
            .arg(dir.path())
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let cluster = Self { dir, watcher, _one: one };
        fs::create_dir(cluster.bin()).unwrap();
        for program in ["sbatch", "squeue", "scancel", "scontrol", "sinfo"] {
            let path = cluster.bin().join(program);
            let conf = cluster.conf();
            let text = format!("#!/bin/sh\nSLURM_CONF='{}' exec {program} \"$@\"\n", conf.display());
            fs::write(&path, text).unwrap();
            Command::new("chmod").arg("755").arg(&path).status().unwrap();
        }
        Some(cluster)
    }

    fn conf(&self) -> PathBuf {
        self.dir.path().join("slurm.conf")
    }

    fn bin(&self) -> PathBuf {
        self.dir.path().join("bin")
    }

    fn slurm(&self, s: &Scratch) -> Slurm {
        Slurm::new()
            .bin_dir(self.bin())
            .args(args(s))
            .poll_every(Duration::from_millis(500))
            .file_system_delay(Duration::from_secs(2))
    }

    /// How many arrays were submitted.
    fn submitted(&self) -> usize {
        let shown =
            Command::new(self.bin().join("squeue")).args(["-h", "-t", "all", "-o", "%F"]).output().unwrap();
        let shown = String::from_utf8(shown.stdout).unwrap();
        shown.lines().collect::<std::collections::BTreeSet<_>>().len()
    }

    fn live_jobs(&self) -> usize {
        let shown = Command::new(self.bin().join("squeue")).args(["-h", "-r"]).output().unwrap();
        String::from_utf8(shown.stdout).unwrap().lines().count()
    }

    /// Whether the nodes have names and processes of their own: only root can give them such.
    fn has_worlds(&self) -> bool {
        self.dir.path().join("run/ns-n1.pid").exists()
    }

    /// Cuts the power of a node.
    fn cut(&self, node: &str) {
        if !self.has_worlds() {
            eprintln!("SKIPPED: only root can cut the power of a node");
            return;
        }
        assert!(
            Command::new(script("cut-node.sh")).arg(self.dir.path()).arg(node).status().unwrap().success()
        );
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        let _ = self.watcher.wait();
    }
}

macro_rules! cluster {
    ($($settings:expr),*) => {
        match Cluster::up(&[$($settings),*]) {
            Some(cluster) => cluster,
            None => return Ok(()),
        }
    };
}

/// Points that take some time.
fn slow(points: u32) -> impl Iterator<Item = Orbit> {
    (0..points).map(|n| labelled(f64::from(n), "takes its time"))
}

fn each_once(s: &Scratch, points: usize) {
    let runs = runs(s);
    assert_eq!(runs.len(), points);
    assert!(runs.values().all(|count| *count == 1), "{runs:?}");
}

#[test]
fn the_nodes_make_each_run_once() -> Result<()> {
    let cluster = cluster!();
    let s = Scratch::sqlite();
    let store = here(&s)?;
    store.run(&Orbit::of(3.0))?;
    let report = store.sweep(many(200)).executor(cluster.slurm(&s)).run()?;
    assert_eq!((report.hits, report.misses, report.failures.len()), (1, 199, 0), "{report}");
    assert!(report.records.iter().map(|run| run.mass).eq((0..200).map(f64::from)));
    let nodes: std::collections::BTreeSet<_> = report
        .records
        .iter()
        .filter(|run| !report.was_hit(run))
        .map(|run| run.custom_data["node"].to_string())
        .collect();
    if cluster.has_worlds() {
        assert_eq!(nodes.into_iter().collect::<Vec<_>>(), ["\"n1\"", "\"n2\"", "\"n3\""]);
    }
    each_once(&s, 200);
    nothing_is_left(&s);
    assert_eq!(cluster.submitted(), 1);
    let report = store.sweep(many(200)).executor(cluster.slurm(&s)).run()?;
    assert_eq!((report.hits, cluster.submitted()), (200, 1), "nothing is submitted for what is there");
    assert!(store.verify()?.is_sound());
    Ok(())
}

#[test]
fn a_culprit_is_cornered_and_the_rest_is_done() -> Result<()> {
    let cluster = cluster!();
    let s = Scratch::sqlite();
    let store = here(&s)?;
    let mut points: Vec<Orbit> = many(120).collect();
    for (at, label) in [(10, "fails"), (35, "panics"), (60, "aborts"), (85, "hangs")] {
        points[at].label = Some(label.to_owned());
    }
    let slurm = cluster.slurm(&s).run_timeout(Duration::from_secs(2)).lost_retries(1);
    let report = store.sweep(points.clone()).executor(slurm).run()?;
    assert_eq!((report.misses, report.failures.len()), (116, 4), "{report}");
    let kinds: Vec<_> = report.failures.iter().map(|failure| failure.kind.unwrap()).collect();
    assert_eq!(
        kinds,
        [FailureKind::Error, FailureKind::Panic, FailureKind::WorkerLost, FailureKind::Timeout]
    );
    for (failure, words) in report.failures.iter().zip(["diverged", "out of bounds", "signal 6", "2.0 s"]) {
        assert!(failure.message().contains(words), "{failure}");
        let named = failure.node.as_deref().is_some_and(|node| node.starts_with('n'));
        assert!(named || !cluster.has_worlds(), "{failure}");
        assert!(failure.log.as_deref().is_some_and(|log| log.contains("run of ")), "{failure:?}");
    }
    assert_eq!(report.failures[2].attempts, 2);
    assert_eq!(store.failures()?.len(), 4);
    let runs = runs(&s);
    assert!(runs.iter().filter(|(mass, _)| *mass != "60").all(|(_, count)| *count == 1), "{runs:?}");
    nothing_is_left(&s);
    Ok(())
}

#[test]
fn a_power_cut_of_a_node_costs_time_and_nothing_else() -> Result<()> {
    let cluster = cluster!(("SLURM_FIX_DOWN_AFTER", "5"));
    let s = Scratch::sqlite();
    let store = here(&s)?;
    let report = std::thread::scope(|scope| {
        scope.spawn(|| {
            while store.count().unwrap() < 300 {
                std::thread::sleep(Duration::from_millis(100));
            }
            cluster.cut("n2");
        });
        store.sweep(slow(2_000)).executor(cluster.slurm(&s)).run()
    })?;
    assert_eq!((report.misses, report.failures.len()), (2_000, 0), "{report}");
    let again: usize = counted(&s, "ended.log").values().map(|ends| ends - 1).sum();
    // One run of each slot of the node may have ended without a word.
    assert!(again <= 4, "{again}");
    assert!(store.verify()?.is_sound());
    nothing_is_left(&s);
    Ok(())
}

#[test]
fn a_stopped_sweep_leaves_no_jobs_and_goes_on_later() -> Result<()> {
    let cluster = cluster!();
    let s = Scratch::sqlite();
    let store = here(&s)?;
    let token = CancelToken::new();
    let start = Instant::now();
    let report = std::thread::scope(|scope| {
        scope.spawn(|| {
            while store.count().unwrap() < 30 {
                std::thread::sleep(Duration::from_millis(50));
            }
            token.cancel();
        });
        store.sweep(slow(1_000)).cancel_token(&token).executor(cluster.slurm(&s)).run()
    })?;
    assert!(start.elapsed() < Duration::from_secs(40));
    assert!(report.interrupted, "{report}");
    assert_eq!((report.misses + report.remaining, report.failures.len()), (1_000, 0), "{report}");
    assert_eq!(cluster.live_jobs(), 0);
    let before = counted(&s, "ended.log").len();
    let report = store.sweep(slow(1_000)).executor(cluster.slurm(&s)).run()?;
    assert!(report.is_complete() && report.hits + 12 >= before, "{report}, {before}");
    assert_eq!(counted(&s, "ended.log").len(), 1_000);
    nothing_is_left(&s);
    Ok(())
}

/// Another process that sweeps over 600 points.
struct Sweeping(Child);

impl Sweeping {
    fn begin(cluster: &Cluster, s: &Scratch) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "cluster::child_sweeps", "--ignored", "--nocapture"])
            .args(&args(s)[4..])
            .arg(format!("bin={}", cluster.bin().display()))
            .stdout(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }
}

impl Drop for Sweeping {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_killed_sweep_finds_its_jobs_again() -> Result<()> {
    let cluster = cluster!();
    let s = Scratch::sqlite();
    let child = Sweeping::begin(&cluster, &s);
    let store = here(&s)?;
    while store.count()? < 40 {
        std::thread::sleep(Duration::from_millis(50));
    }
    drop(child);
    assert!(cluster.live_jobs() > 0);
    // What was finished is there without any sweep.
    let store = here(&s)?;
    assert!(store.count()? >= 40);
    let report = store.sweep(slow(600)).executor(cluster.slurm(&s)).run()?;
    assert!(report.is_complete(), "{report}");
    assert_eq!(report.records.len(), 600);
    assert_eq!(cluster.submitted(), 1, "nothing is submitted twice");
    each_once(&s, 600);
    nothing_is_left(&s);
    Ok(())
}

#[test]
#[ignore = "a child of another test"]
fn child_sweeps() {
    let arg = |name: &str| std::env::args().find_map(|arg| Some(arg.strip_prefix(name)?.to_owned()));
    let (Some(url), Some(results), Some(bin)) = (arg("url="), arg("results="), arg("bin=")) else { return };
    let store = store(&url, Path::new(&results)).unwrap();
    let args = ["--exact", "workers::child_works", "--ignored", "--nocapture"].map(str::to_owned);
    let args = args.into_iter().chain([format!("url={url}"), format!("results={results}")]);
    let slurm = Slurm::new().bin_dir(bin).args(args).poll_every(Duration::from_millis(500));
    assert!(store.sweep(slow(600)).executor(slurm).run().unwrap().is_complete());
}

#[test]
fn a_claimed_point_is_left_to_the_sweep_that_has_it() -> Result<()> {
    let cluster = cluster!();
    let s = Scratch::sqlite();
    let mut child = Sweeping::begin(&cluster, &s);
    let store = here(&s)?;
    while store.count()? < 5 {
        std::thread::sleep(Duration::from_millis(20));
    }
    // Another process wants points of it: one by one, and in threads.
    let last = store.run_or_retrieve(&labelled(599.0, "takes its time"))?;
    assert_ne!(last.custom_data["worker"], std::process::id());
    let report = store.sweep(slow(600)).executor(entropic::Threads::new(2)).run()?;
    assert!(report.is_complete() && report.misses == 0, "{report}");
    assert!(child.0.wait().unwrap().success());
    each_once(&s, 600);
    Ok(())
}

#[test]
fn two_sweeps_on_a_cluster_share_their_points() -> Result<()> {
    let cluster = cluster!();
    let s = Scratch::sqlite();
    let mut child = Sweeping::begin(&cluster, &s);
    let store = here(&s)?;
    let report = store.sweep(slow(700)).executor(cluster.slurm(&s)).run()?;
    assert!(report.is_complete() && report.records.len() == 700, "{report}");
    assert!(child.0.wait().unwrap().success());
    each_once(&s, 700);
    nothing_is_left(&s);
    Ok(())
}

#[test]
fn a_smaller_sweep_after_a_killed_one_loses_nothing_of_it() -> Result<()> {
    let cluster = cluster!();
    let s = Scratch::sqlite();
    let child = Sweeping::begin(&cluster, &s);
    let store = here(&s)?;
    while store.count()? < 10 {
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(child);
    let report = store.sweep(slow(100)).executor(cluster.slurm(&s)).run()?;
    assert_eq!(report.records.len(), 100, "{report}");
    assert_eq!((store.count()?, cluster.submitted()), (600, 1));
    each_once(&s, 600);
    nothing_is_left(&s);
    Ok(())
}

#[test]
fn a_small_array_limit_and_an_odd_folder_are_no_trouble() -> Result<()> {
    let cluster = cluster!(("SLURM_FIX_MAXARRAY", "11"));
    let s = Scratch::sqlite();
    let odd = s.dir().join("results of it's %a \"100 %\"");
    let open = || store(s.url(), &odd);
    let store = open()?;
    let mut args = args(&s);
    *args.last_mut().unwrap() = format!("results={}", odd.display());
    let slurm = cluster
        .slurm(&s)
        .args(args)
        .max_parallel(6)
        .sbatch_args(["--comment=it's mine"])
        .prologue("umask 022");
    let mut points: Vec<Orbit> = many(300).collect();
    points[7].label = Some("aborts".to_owned());
    let report = store.sweep(points).executor(slurm.lost_retries(0)).run()?;
    assert_eq!((report.misses, report.failures.len()), (299, 1), "{report}");
    Ok(())
}

#[test]
fn what_slurm_refuses_is_told_in_its_words() -> Result<()> {
    let cluster = cluster!();
    let s = Scratch::sqlite();
    let store = here(&s)?;
    let error = store.sweep(many(3)).executor(cluster.slurm(&s).partition("nowhere")).run().unwrap_err();
    assert!(error.to_string().contains("invalid partition specified: nowhere"), "{error}");
    let error = store.sweep(many(3)).executor(cluster.slurm(&s).bin_dir("/nowhere")).run().unwrap_err();
    assert!(
        error.to_string().contains("`sbatch`") && error.to_string().contains("install the batch system"),
        "{error}"
    );
    // A program that never comes to the store.
    let lost = cluster.slurm(&s).args(["--exact", "no::such_test"]);
    let error = store.sweep(many(3)).executor(lost).run().unwrap_err();
    assert!(error.to_string().contains("running 0 tests"), "{error}");
    nothing_is_left(&s);
    assert_eq!(store.count()?, 0);
    assert_eq!(store.sweep(many(3)).executor(cluster.slurm(&s)).run()?.misses, 3);
    Ok(())
}
