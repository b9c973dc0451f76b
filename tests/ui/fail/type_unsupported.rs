use entropic::prelude::*;

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    big: u128,
    text: &'static str,
    letter: char,
    list: Vec<f64>,
    pair: (f64, f64),
    grid: [f64; 3],
    maybe: Option<Option<f64>>,
    path: std::path::PathBuf,
    span: std::time::Duration,
    moment: std::time::SystemTime,
    local: chrono::DateTime<chrono::Local>,
    name: std::borrow::Cow<'static, str>,
    map: Option<std::collections::HashMap<String, f64>>,
}

fn main() {}
