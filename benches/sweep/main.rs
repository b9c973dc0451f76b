//! What sweeps cost: all hits, a plan of ten million points in little memory, all misses; on SQLite files and on
//! PostgreSQL, beside the same by hand, and beside the Python package. Prints one Markdown table.
//!
//! ```text
//! cargo bench -p entropic-benches --bench sweep                   # some minutes
//! cargo bench -p entropic-benches --bench sweep -- hits 1e6       # the rows that have all these words
//! cargo bench -p entropic-benches --bench sweep -- list           # what rows there are
//! cargo bench -p entropic-benches --bench sweep -- all
//! cargo bench -p entropic-benches --bench sweep --features postgres-bundled -- postgres
//! ```
//!
//! The databases of the hits are made by the first start, below the target folder: 0.4 GB and a million files for
//! `1e6`, 2 GB for `distinct`. `python` needs python3, and installs the package by pip as `compare` does. PostgreSQL is
//! the one of the tests.
//!
//! Wait five minutes between two measurements of misses: ext4 makes new files slowly as long as many were deleted a
//! short time ago, and a start deletes at its end what it has made. It warns if that is so. Or let `ENTROPIC_BENCH_DIR`
//! name a folder of another disk, such as one that was just formatted.
//!
//! A plan is made by all cores of the machine, whatever the executor is, and the floor by one;
//! `RAYON_NUM_THREADS=1` tells what one core makes of it.
//!
//! Budgets: 1.5 times the floor for hits, 2 times for a hundred thousand misses with [`Durability::Process`], and less
//! than 300 MB for ten million points whose records are not kept.
//!
//! [`Durability::Process`]: entropic::Durability::Process
#![allow(missing_docs, reason = "a benchmark")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark says what went wrong, and what it found"
)]

#[path = "../common/mod.rs"]
mod common;
mod desk;
mod flat;
mod hits;
#[path = "../compare/machine.rs"]
mod machine;
mod misses;
#[cfg(feature = "postgres")]
mod postgres;
#[path = "../compare/python.rs"]
mod python;
mod reference;
mod rows;
#[cfg(feature = "postgres")]
#[allow(unused_macros, reason = "for the tests")]
#[path = "../../tests/it/support/mod.rs"]
mod support;
mod table;
mod timing;

use std::error::Error;
use std::path::Path;

use common::measuring;
use desk::Desk;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, dir] = args.as_slice()
        && flag == flat::WORKER
    {
        return flat::work(Path::new(dir));
    }
    let words: Vec<String> = args.into_iter().filter(|arg| !arg.starts_with('-')).collect();
    let rows = rows::all();
    if words == ["list"] {
        rows.iter().for_each(|row| println!("{row}"));
        return Ok(());
    }
    if !measuring() {
        println!("sweep: only measures, see `cargo bench`");
        return Ok(());
    }
    let (desk, mut findings) = (Desk::new()?, vec![]);
    for row in rows.iter().filter(|row| row.is_wanted(&words)) {
        println!("{}", row.name);
        findings.extend(row.measure(&desk)?);
    }
    if findings.is_empty() {
        return Err(format!("no row has all of {words:?}; see `-- list`").into());
    }
    let machine = machine::describe(&common::place());
    println!("\n{machine}.\n\n{}\n\n{}", table::render(&findings), table::NOTES);
    Ok(())
}
