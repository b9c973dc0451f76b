//! The record of all benchmarks.

use entropic::prelude::*;
use serde::Serialize;
use sha2::{Digest, Sha256};

#[derive(Debug, Clone, Copy, PartialEq, Serialize, SimEnum)]
#[serde(rename_all = "lowercase")]
#[sim(rename_all = "lowercase")]
pub enum Method {
    Euler,
    Rk4,
}

/// Eight fields, in the order of their names: `serde_json` then writes the very text that entropic hashes, so that
/// the floor finds the rows under the ids that it computes itself.
#[derive(Debug, Clone, PartialEq, Serialize, SimRecord)]
#[sim(table = "orbits", output(energy: f64, period: f64))]
pub struct Orbit {
    pub adaptive: bool,
    pub drag: f64,
    pub dt: f64,
    pub label: String,
    pub mass: f64,
    pub method: Method,
    pub seed: i64,
    pub steps: i64,
}

/// The custom data of every row.
pub const CUSTOM_DATA: &str =
    r#"{"elapsed_seconds":12.3456,"git_sha":"9fceb02d0ae598e95dc970b74767f19372d61af8"}"#;

impl Orbit {
    /// One point of a grid without end.
    pub fn nth(n: u32) -> Self {
        Self {
            adaptive: n.is_multiple_of(2),
            drag: f64::from(n % 97) / 1000.0,
            dt: f64::from(1 + n % 1000) / 10_000.0,
            label: format!("case-{}", n % 1000),
            mass: 1.0 + f64::from(n) / 64.0,
            method: if n.is_multiple_of(3) { Method::Euler } else { Method::Rk4 },
            seed: i64::from(n),
            steps: i64::from(5000 + n % 7),
        }
    }

    /// One point as a sampler draws it: floats with all their digits.
    pub fn drawn(n: u32) -> Self {
        let digits = |salt: f64| (f64::from(n) + salt).sin().abs() + 0.01;
        Self { drag: digits(0.1), dt: digits(0.2), mass: digits(0.3), ..Self::nth(n) }
    }
}

/// The floor's hash: the text of `serde_json`, and the first eight bytes of its SHA-256 in hex.
pub fn floor_id(params: &impl Serialize) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let text = serde_json::to_string(params).expect("these fields are plain");
    let digest = Sha256::digest(text);
    let mut id = String::with_capacity(16);
    for byte in &digest[..8] {
        id.push(char::from(DIGITS[usize::from(byte >> 4)]));
        id.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    id
}

/// Some of the numbers below `n`, in an order that looks random and is always the same.
pub fn shuffled(n: u32, some: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n).collect();
    order.sort_by_cached_key(|i| Sha256::digest(i.to_le_bytes()));
    order.truncate(some);
    order
}
