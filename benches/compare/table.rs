//! What was found, as Markdown.

use comfy_table::{CellAlignment, Table, presets};

use crate::Findings;
use crate::stampede::{PROCESSES, ROUNDS};

/// The row that the factors are about: entropic with [`Durability::Process`](entropic::Durability::Process).
const MEASURE: usize = 1;

/// What must be known to read the table.
pub const NOTES: &str = "\
- Eight parameters, a result file of 100 bytes, two outputs; medians of batches of 20 in three turns. *Hit*: one of \
1,000 stored runs. *Miss*: a new point; its simulation only writes the file.
- *Stampede*: 8 processes ask for one new point at once, in 5 rounds; its simulation takes 0.3 s. A result is wrong if \
its outputs or the text of its file are.
- × is against `Durability::Process`: a run survives the death of the process, as with the others at best. The default \
of entropic (Rust) also survives a power cut: file and row are synced. No other tool syncs a result file; the Python \
entropic, and `MapInfra` for its claims, leave SQLite as it is, which syncs its own files.
- The two entropics and signac have result files: the simulation writes where they say. For the others it names its \
file itself, writes it under a private name, renames it and returns its name. Only entropic (Rust) looks at a hit, by itself, whether the file is there.
- `MapInfra` is told not to keep results in memory; its index, which small results are part of, is there nevertheless.
- `barrier` is one lock for all points: different ones wait for each other too.";

/// One line for each tool.
pub fn render(findings: &[Findings]) -> String {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header([
        "",
        "hit",
        "×",
        "miss",
        "×",
        &format!("stampede: simulations (ideal {ROUNDS})"),
        &format!("errors (of {})", ROUNDS as usize * PROCESSES),
        "wrong results",
    ]);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let measure = &findings[MEASURE];
    for found in findings {
        table.add_row([
            found.label.clone(),
            time(found.hit),
            factor(found.hit / measure.hit),
            time(found.miss),
            factor(found.miss / measure.miss),
            found.stampede.runs.to_string(),
            found.stampede.failed().to_string(),
            found.stampede.wrong.to_string(),
        ]);
    }
    table.to_string()
}

/// The kinds of errors that there were; none if all went well.
pub fn errors(findings: &[Findings]) -> String {
    let of = |found: &Findings| {
        let kinds = found.stampede.errors.iter().map(|(kind, times)| format!("{times} × {kind}"));
        let kinds = kinds.collect::<Vec<_>>().join(", ");
        (!kinds.is_empty()).then(|| format!("- Errors of {}: {kinds}.", found.label))
    };
    findings.iter().filter_map(of).collect::<Vec<_>>().join("\n")
}

fn time(seconds: f64) -> String {
    let micros = seconds * 1e6;
    if micros < 1000.0 { format!("{} µs", digits(micros)) } else { format!("{} ms", digits(micros / 1e3)) }
}

fn factor(ratio: f64) -> String {
    digits(ratio)
}

/// Two or three significant digits.
fn digits(value: f64) -> String {
    if value < 10.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}
