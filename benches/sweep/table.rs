//! What was found, as Markdown.

use comfy_table::{CellAlignment, Table, presets};

use crate::timing::{Budget, Finding};

/// What must be known to read the table.
pub const NOTES: &str = "\
- Medians of 3 or 5 turns; one turn of a million hits, of a hundred thousand misses and of Python. Opening the store \
is not part of it.
- *Hits*: the points are all rows of the table in random order, the records are returned. *Misses*: the simulation \
writes 26 bytes; the records are not kept (with Python beside it they are).
- Plans are made by all cores, whatever the executor; the floors use one. The floor of misses has no locks, no journal \
and no private folders: a kill leaves files without rows.
- *Flat*: 10,000,000 points in the order of a grid, records not kept, in a process of its own. *Repeated*: each of \
1,000,000 stored runs ten times, so that 9,000,000 points are duplicates. *Distinct*: each of 10,000,000 stored runs \
once; they have no result files. Misses are in neither.";

/// One line for each finding.
pub fn render(findings: &[Finding]) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header([
        "",
        "ours",
        "a point",
        "beside it",
        "that",
        "a point",
        "×",
        "peak memory",
        "budget",
    ]);
    for (number, column) in table.column_iter_mut().enumerate() {
        if number != 0 && number != 3 {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    for found in findings {
        table.add_row(line(found));
    }
    table.to_string()
}

fn line(found: &Finding) -> [String; 9] {
    let (what, that, each) = found.beside.as_ref().map_or_else(Default::default, |beside| {
        (beside.what.clone(), time(beside.seconds), a_point(beside.seconds, found.points))
    });
    [
        found.name.clone(),
        time(found.ours),
        a_point(found.ours, found.points),
        what,
        that,
        each,
        found.ratio().map_or_else(String::new, |ratio| format!("{ratio:.2}")),
        found.peak.map_or_else(String::new, megabytes),
        budget(found),
    ]
}

fn budget(found: &Finding) -> String {
    let verdict = match found.is_within() {
        None => return String::new(),
        Some(true) => "within",
        Some(false) => "OVER",
    };
    match found.budget {
        Some(Budget::Times(times)) => format!("{verdict} {times:.1}"),
        Some(Budget::Bytes(bytes)) => format!("{verdict} {}", megabytes(bytes)),
        None => String::new(),
    }
}

fn time(seconds: f64) -> String {
    if seconds < 1.0 { format!("{:.1} ms", seconds * 1e3) } else { format!("{seconds:.2} s") }
}

fn a_point(seconds: f64, points: u32) -> String {
    format!("{:.1} µs", seconds * 1e6 / f64::from(points))
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes / 1_000_000)
}
