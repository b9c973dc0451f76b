//! entropic does one work, in the current folder: what `rivals.py` is for the others, with the same numbers.

use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, Write};
use std::thread;
use std::time::{Duration, Instant};

use entropic::prelude::*;
use entropic::{Durability, Record};
use serde_json::{Value, json};

use crate::common::Orbit;
use crate::median;
use crate::stampede::RAN;

const STORED: u32 = 1000;
/// Coprime to `STORED`: its multiples come by each stored point, in an order that looks random.
const STRIDE: u32 = 617;
const WARM_UP: usize = 100;
const BATCH: u32 = 20;
const BATCHES: usize = 10;
const LENGTH: Duration = Duration::from_secs(1);
/// How long a slow simulation lasts.
const SLOW: Duration = Duration::from_millis(300);

/// Does what the command line says.
pub fn work(args: &[String]) -> Result<(), Box<dyn Error>> {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        [tool, "fill"] => fill(&open(tool, false)?),
        [tool, "hit"] => measure(&open(tool, false)?, (0..).map(|i| i * STRIDE % STORED)),
        [tool, "miss", first] => measure(&open(tool, false)?, first.parse()?..),
        [tool, "stampede"] => stampede(&open(tool, true)?),
        _ => Err("a worker is told a tool and a work".into()),
    }
}

fn open(tool: &str, slow: bool) -> Result<Store<Orbit>, entropic::Error> {
    let durability = if tool == "full" { Durability::Full } else { Durability::Process };
    Store::builder()
        .database("sqlite://runs.db")
        .results_dir("results")
        .file_suffix(".csv")
        .durability(durability)
        .runner(move |orbit: &Orbit, run: &mut RunContext<Orbit>| simulate(orbit, run, slow))
        .open()
}

fn simulate(orbit: &Orbit, run: &mut RunContext<Orbit>, slow: bool) -> io::Result<()> {
    if slow {
        OpenOptions::new().append(true).create(true).open(RAN)?.write_all(b"ran\n")?;
        thread::sleep(SLOW);
    }
    let (energy, period) = outputs(orbit);
    run.output.energy = Some(energy);
    run.output.period = Some(period);
    fs::write(run.result_file(), result(orbit))
}

/// Energy and period, as every run of this orbit must find them.
fn outputs(orbit: &Orbit) -> (f64, f64) {
    (-0.5 / orbit.mass, orbit.mass * 2.0)
}

/// The text of the result file, about 100 bytes.
fn result(orbit: &Orbit) -> String {
    let (energy, period) = outputs(orbit);
    let row = |step| format!("{step},{:.4},{energy:.6},{period:.6}\n", f64::from(step) * orbit.dt);
    "step,time,energy,period\n".to_owned() + &(0..3).map(row).collect::<String>()
}

fn fill(store: &Store<Orbit>) -> Result<(), Box<dyn Error>> {
    for n in 0..STORED {
        store.run_or_retrieve(&Orbit::nth(n))?;
    }
    answer(&json!({ "done": STORED }))
}

/// The median seconds of one question, over batches.
fn measure(store: &Store<Orbit>, numbers: impl Iterator<Item = u32>) -> Result<(), Box<dyn Error>> {
    let mut orbits = numbers.map(Orbit::nth);
    for orbit in orbits.by_ref().take(WARM_UP) {
        store.run_or_retrieve(&orbit)?;
    }
    let (start, mut batches) = (Instant::now(), vec![]);
    while batches.len() < BATCHES || start.elapsed() < LENGTH {
        let batch: Vec<Orbit> = orbits.by_ref().take(BATCH as usize).collect();
        batches.push(seconds(store, &batch)? / f64::from(BATCH));
    }
    let operations = batches.len() * BATCH as usize;
    answer(&json!({ "seconds": median(batches), "operations": operations }))
}

/// How long it takes to ask for these.
fn seconds(store: &Store<Orbit>, orbits: &[Orbit]) -> Result<f64, entropic::Error> {
    let start = Instant::now();
    for orbit in orbits {
        store.run_or_retrieve(orbit)?;
    }
    Ok(start.elapsed().as_secs_f64())
}

/// Asks for each point named on stdin, when it is named: that is the start for all processes.
fn stampede(store: &Store<Orbit>) -> Result<(), Box<dyn Error>> {
    answer(&json!({ "ready": true }))?;
    for line in io::stdin().lock().lines() {
        let orbit = Orbit::nth(line?.parse()?);
        answer(&match store.run_or_retrieve(&orbit) {
            Ok(run) if is_right(&run, &orbit) => json!({ "verdict": "right" }),
            Ok(_) => json!({ "verdict": "wrong" }),
            // The kind alone, as for the others: messages name files.
            Err(_) => json!({ "verdict": "failed", "error": "entropic::Error" }),
        })?;
    }
    Ok(())
}

fn is_right(run: &Record<Orbit>, orbit: &Orbit) -> bool {
    let (energy, period) = outputs(orbit);
    run.output.energy == Some(energy)
        && run.output.period == Some(period)
        && fs::read_to_string(&run.result_file).is_ok_and(|text| text == result(orbit))
}

/// Prints one line.
fn answer(fields: &Value) -> Result<(), Box<dyn Error>> {
    println!("{fields}");
    Ok(io::stdout().flush()?)
}
