//! A sweep on a Slurm cluster that finds the density at which water percolates through porous rock.
//!
//! ```sh
//! cargo run --release --features cluster --example cluster -- --results /shared/percolation
//! cargo run --release --features cluster --example cluster -- --processes 4      # on this machine
//! ```
//!
//! The results directory must be on a file system that all nodes share. Ctrl-C ends the sweep gracefully; start the program
//! again to resume it. A killed sweep also finds its jobs again. `--help` lists all options.

use std::path::PathBuf;
use std::time::Duration;

use entropic::prelude::*;
use entropic::{DbUrl, Processes, Slurm, SweepReport};

/// A square of porous rock: each site is open with some probability.
#[derive(Debug, Clone, PartialEq, SimRecord)]
#[sim(table = "rocks", output(spans: bool, largest: f64))]
struct Rock {
    density: f64,
    /// The number of sites along one side.
    size: i32,
}

/// Fills the rock at random, finds the clusters of connected open sites, and writes the number of sites in each cluster.
fn percolate(rock: &Rock, run: &mut RunContext<Rock>) -> std::io::Result<()> {
    let n = usize::try_from(rock.size).map_err(std::io::Error::other)?;
    // Each run and replicate has its own seed, which is the same whenever the run is made.
    let mut chance = SplitMix(run.seed());
    let open: Vec<bool> = (0..n * n).map(|_| chance.next() < rock.density).collect();
    let mut cluster = vec![0usize; n * n];
    let mut sizes = vec![0usize];
    let mut spans = false;
    for start in 0..n * n {
        if !open[start] || cluster[start] != 0 {
            continue;
        }
        let (number, mut size, mut left, mut right) = (sizes.len(), 0, false, false);
        let mut waiting = vec![start];
        cluster[start] = number;
        while let Some(at) = waiting.pop() {
            let (row, column) = (at / n, at % n);
            size += 1;
            left |= column == 0;
            right |= column + 1 == n;
            let around = [
                (row > 0).then(|| at - n),
                (row + 1 < n).then(|| at + n),
                (column > 0).then(|| at - 1),
                (column + 1 < n).then(|| at + 1),
            ];
            for next in around.into_iter().flatten() {
                if open[next] && cluster[next] == 0 {
                    cluster[next] = number;
                    waiting.push(next);
                }
            }
        }
        spans |= left && right;
        sizes.push(size);
    }
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let largest = sizes[0] as f64 / (n * n) as f64;
    run.output.spans = Some(spans);
    run.output.largest = Some(largest);
    let table: String = sizes.iter().filter(|size| **size > 0).map(|size| format!("{size}\n")).collect();
    std::fs::write(run.result_file(), format!("sites\n{table}"))
}

/// Random numbers in [0, 1) by SplitMix64 (Steele, Lea and Flood, <https://doi.org/10.1145/2714064.2660195>).
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        #[expect(clippy::cast_precision_loss, reason = "53 bits")]
        let x = (z >> 11) as f64;
        x / (1u64 << 53) as f64
    }
}

const HELP: &str = "\
cargo run --release --features cluster --example cluster -- [options]

  --results DIR      the results directory, on a file system that the nodes share (target/cluster/results)
  --database URL     a file or postgres://… (a file next to the results)
  --partition NAME   the partition of the cluster
  --processes N      run in N processes on this machine instead of on a cluster
  --size N           the number of sites along one side of the rock (300)
  --replicates N     the number of rocks per density (20)";

struct Options {
    results: PathBuf,
    database: Option<String>,
    partition: Option<String>,
    processes: Option<usize>,
    size: i32,
    replicates: u32,
}

fn options() -> Result<Options, String> {
    let mut options = Options {
        results: PathBuf::from("target/cluster/results"),
        database: None,
        partition: None,
        processes: None,
        size: 300,
        replicates: 20,
    };
    let mut args = std::env::args().skip(1);
    while let Some(name) = args.next() {
        let mut value = || args.next().ok_or(format!("{name} needs a value\n\n{HELP}"));
        match name.as_str() {
            "--results" => options.results = value()?.into(),
            "--database" => options.database = Some(value()?),
            "--partition" => options.partition = Some(value()?),
            "--processes" => options.processes = Some(number(&value()?)?),
            "--size" => options.size = number(&value()?)?,
            "--replicates" => options.replicates = number(&value()?)?,
            _ => return Err(HELP.to_owned()),
        }
    }
    Ok(options)
}

fn number<N: std::str::FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("`{text}` is not a valid number\n\n{HELP}"))
}

#[allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a program")]
fn main() -> std::process::ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(help) => {
            eprintln!("{help}");
            return 2.into();
        }
    };
    match sweep(&options) {
        Ok((store, report)) => {
            println!("{report}");
            show(&store, &options);
            u8::from(!report.is_complete()).into()
        }
        Err(error) => {
            eprintln!("{error:?}");
            1.into()
        }
    }
}

fn sweep(options: &Options) -> entropic::Result<(Store<Rock>, SweepReport<Rock>)> {
    let database = match &options.database {
        Some(url) => DbUrl::try_from(url)?,
        None => options.results.with_file_name("rocks.db").into(),
    };
    let store = Store::<Rock>::builder()
        .database(database)
        .results_dir(&options.results)
        .file_suffix(".csv")
        .runner(percolate)
        .open()?; // a worker makes its runs in this call and never returns from it

    let rocks = RockGrid { density: entropic::linspace(0.5, 0.7, 21), size: vec![options.size] };
    let sweep =
        store.sweep(rocks.expand()).replicates(options.replicates).retries(1).stop_on_ctrl_c().progress();
    let report = match options.processes {
        Some(processes) => {
            sweep.executor(Processes::new(processes).run_timeout(Duration::from_secs(60))).run()?
        }
        None => {
            let mut slurm =
                Slurm::new().run_timeout(Duration::from_secs(60)).time_limit(Duration::from_secs(1800));
            if let Some(partition) = &options.partition {
                slurm = slurm.partition(partition);
            }
            sweep.executor(slurm).run()?
        }
    };
    Ok((store, report))
}

/// Prints for each density how many rocks water percolates through.
#[allow(clippy::print_stdout, reason = "it is a program")]
fn show(store: &Store<Rock>, options: &Options) {
    use diesel::prelude::*;
    let rows = store.query(|t| t.filter(rocks::size.eq(options.size)).order((rocks::density, rocks::id)));
    let Ok(rows) = rows else { return };
    println!("\ndensity  percolates");
    for rock in rows.chunk_by(|a, b| a.density == b.density) {
        let ways = rock.iter().filter(|rock| rock.output.spans == Some(true)).count();
        let bar = "#".repeat(ways * 40 / rock.len());
        println!("{:7.2}  {bar:40} {ways} of {}", rock[0].density, rock.len());
    }
}
