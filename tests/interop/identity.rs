//! The same parameters have the same id on both sides: two hundred sets at random, in each direction.

use std::fs;

use entropic::{Record, SimEnum as _, SimRecord as _};
use serde_json::{Value, json};

use crate::python::Peer;
use crate::records::{Method, Trial, never, open, seen, told, writes};
use crate::support::{Scratch, each_backend};

const COUNT: usize = 200;
/// How many of them are stored: Python commits each on its own.
const STORED: usize = 50;
const SEED: u64 = 20_261_121;

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn maybe<T>(&mut self, value: T) -> Option<T> {
        (self.below(2) == 0).then_some(value)
    }

    /// From 0 to 1.
    fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn float(&mut self) -> f64 {
        let sign = self.of(&[1.0, -1.0]);
        sign * match self.below(8) {
            0 => 0.0,
            1 => self.of(&[
                f64::INFINITY,
                f64::MAX,
                f64::MIN_POSITIVE,
                5e-324,
                0.1 + 0.2,
                1e16,
                1e-4,
                9.999e15,
            ]),
            2 => self.next() as f64,
            3 => self.fraction(),
            // Few decimals.
            4 => (self.fraction() * 1e7).round() / self.of(&[1e2, 1e5, 1e10, 1e12]),
            // Ties in the 12th decimal.
            5 => (self.below(1 << 13) * 2 + 1) as f64 / 8192.0,
            6 => self.fraction() * 10f64.powi(i32::try_from(self.below(310)).unwrap() - 14),
            // Any finite bits.
            _ => {
                let any = f64::from_bits(self.next()).abs();
                if any.is_finite() { any } else { 1.0 }
            }
        }
    }

    fn text(&mut self) -> String {
        const ALPHABETS: [&str; 5] = [
            "ab Z09",
            "\"\\/\u{8}\u{c}\n\r\t\u{1}\u{1f}\u{7f}",
            "äßé\u{80}\u{a0}\u{2028}\u{d7ff}",
            "漢字\u{e000}\u{ffff}",
            "😀🜚\u{10000}\u{10ffff}",
        ];
        let length = self.below(12);
        (0..length)
            .map(|_| {
                let alphabet: Vec<char> = self.of(&ALPHABETS).chars().collect();
                self.of(&alphabet)
            })
            .collect()
    }

    fn trial(&mut self) -> Trial {
        let (drag, note, cap) = (self.float(), self.text(), self.next());
        let any = self.next();
        Trial {
            label: self.text(),
            steps: self.of(&[0, 1, -1, i32::MAX, i32::MIN, any as u32 as i32]),
            seed: self.of(&[0, i64::MAX, i64::MIN, (1 << 53) + 1, any as i64]),
            dt: self.float(),
            fast: self.below(2) == 0,
            method: self.of(&Method::all()),
            drag: self.maybe(drag),
            note: self.maybe(note),
            cap: self.maybe(cap as u32 as i32),
        }
    }
}

/// A trial that Python made.
fn trial(params: &Value) -> Trial {
    let float = |value: &Value| match value["$float"].as_str() {
        Some(word) => word.parse().unwrap(),
        None => value.as_f64().unwrap(),
    };
    let given = |name: &str| Some(&params[name]).filter(|value| !value.is_null());
    Trial {
        label: params["label"].as_str().unwrap().to_owned(),
        steps: serde_json::from_value(params["steps"].clone()).unwrap(),
        seed: params["seed"].as_i64().unwrap(),
        dt: float(&params["dt"]),
        fast: params["fast"].as_bool().unwrap(),
        method: Method::from_text(params["method"].as_str().unwrap()).unwrap(),
        drag: given("drag").map(float),
        note: given("note").map(|note| note.as_str().unwrap().to_owned()),
        cap: given("cap").map(|cap| serde_json::from_value(cap.clone()).unwrap()),
    }
}

/// The same id, unless records refuse the parameters: then a float loses its digits in the hash. Whether it was so.
#[track_caller]
fn same_id(trial: &Trial, theirs: &Value) -> bool {
    let floats = || [Some(trial.dt), trial.drag].into_iter().flatten().filter(|x| *x != 0.0);
    match trial.id() {
        Ok(id) => {
            assert_eq!(id.as_str(), theirs.as_str().unwrap(), "{}", trial.canonical_text().unwrap());
            // What is accepted keeps at least three digits.
            assert!(floats().all(|x| x.abs() > 0.99e-10), "{trial:?}");
            true
        }
        Err(error) => {
            assert!(entropic::Error::from(error).is_invalid_input());
            assert!(floats().any(|x| x.abs() < 1.01e-10), "{trial:?}");
            false
        }
    }
}

each_backend! {
    fn random_parameters_have_the_same_id_and_are_found_by_both(s: &Scratch) {
        let Some(mut py) = Peer::start(s, "trials") else { return };
        let mut dice = Dice(SEED);
        let ours: Vec<Trial> = (0..COUNT).map(|_| dice.trial()).collect();
        let ids = py.call("identities", json!({"params": told(&ours), "seed": SEED, "count": COUNT}));

        let given = ids["given"].as_array().unwrap();
        let ours: Vec<Trial> =
            ours.into_iter().zip(given).filter(|(trial, id)| same_id(trial, id)).map(|(trial, _)| trial).collect();
        let theirs: Vec<Trial> = ids["own"]
            .as_array()
            .unwrap()
            .iter()
            .map(|pair| (trial(&pair[0]), &pair[1]))
            .filter(|(trial, id)| same_id(trial, id))
            .map(|(trial, _)| trial)
            .collect();
        // Most are accepted, and some are not.
        for accepted in [ours.len(), theirs.len()] {
            assert!((COUNT / 2..COUNT).contains(&accepted), "{accepted}");
        }

        let file = s.dir().join("x");
        fs::write(&file, "x").unwrap();
        let (ours, theirs) = (&ours[..STORED], &theirs[..STORED]);
        let registered = py.call("register", json!({"params": told(theirs), "file": file}));
        let report = open::<Trial, _, _>(s, never).sweep(theirs.to_vec()).run().unwrap();
        assert_eq!(report.hits, theirs.len(), "{report}");
        assert_eq!(report.records.iter().map(seen).collect::<Vec<_>>(), *registered.as_array().unwrap());

        let report = open::<Trial, _, _>(s, writes("x")).sweep(ours.to_vec()).run().unwrap();
        assert_eq!(report.misses, ours.len(), "{report}");
        let made: Vec<Value> = report.records.iter().map(|record: &Record<Trial>| seen(record)).collect();
        assert_eq!(py.call("retrieve", json!({"params": told(ours)})), Value::Array(made));
    }
}
