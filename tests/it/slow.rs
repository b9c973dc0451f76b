//! The canonical text a second time: slow, straight, from the definition. The fuzz targets share it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// Any value, the entries of a map in the order in which they are handed over.
#[derive(Debug, Clone)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(String),
    List(Vec<Value>),
    Map(Vec<(Value, Value)>),
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => match i64::try_from(*value) {
                Ok(value) => serializer.serialize_i64(value),
                Err(_) => serializer.serialize_i128(*value),
            },
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::List(values) => serializer.collect_seq(values),
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(None)?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

fn slow_text(value: &str) -> String {
    let mut out = String::from("\"");
    for unit in value.encode_utf16() {
        match unit {
            0x22 => out += "\\\"",
            0x5c => out += "\\\\",
            0x08 => out += "\\b",
            0x0c => out += "\\f",
            0x0a => out += "\\n",
            0x0d => out += "\\r",
            0x09 => out += "\\t",
            0x20..=0x7e => out.push(char::from_u32(unit.into()).unwrap_or_default()),
            _ => out += &format!("\\u{unit:04x}"),
        }
    }
    out + "\""
}

/// `x` rounded to 12 decimals by writing out every digit that it has.
pub fn slow_round(x: f64) -> f64 {
    let magnitude = x.abs();
    if x.is_nan() || magnitude >= 2f64.powi(53) {
        return x; // Whole numbers.
    }
    if magnitude < 4e-13 {
        return 0f64.copysign(x);
    }
    let bits = magnitude.to_bits();
    let mantissa = (bits & ((1 << 52) - 1)) | (1 << 52);
    // A mantissa of 53 bits over a power of two is one of digits over the same
    // power of ten, once multiplied by that power of five.
    let halvings = usize::try_from(1075 - (bits >> 52)).unwrap_or(0);
    let mut digits: Vec<u8> = mantissa.to_string().bytes().rev().map(|digit| digit - b'0').collect();
    for _ in 0..halvings {
        let mut carry = 0;
        for digit in &mut digits {
            carry += *digit * 5;
            *digit = carry % 10;
            carry /= 10;
        }
        digits.push(carry);
    }
    digits.resize(digits.len().max(halvings + 20), 0);
    // Lowest digit first: the first `cut` of them go.
    let cut = halvings.saturating_sub(12);
    let (gone, kept) = digits.split_at(cut);
    let mut kept = kept.to_vec();
    let tail = gone.iter().rev().copied().collect::<Vec<u8>>();
    let up = match tail.split_first() {
        Some((5, rest)) if rest.iter().all(|digit| *digit == 0) => kept[0] % 2 == 1,
        Some((first, _)) => *first >= 5,
        None => false,
    };
    if up {
        for digit in &mut kept {
            *digit = (*digit + 1) % 10;
            if *digit != 0 {
                break;
            }
        }
    }
    let kept: String = kept.iter().rev().map(|digit| char::from(b'0' + digit)).collect();
    let rounded = format!("{kept}e-{}", halvings - cut).parse::<f64>();
    rounded.unwrap_or(f64::NAN).copysign(x)
}

/// The shortest digits that read back as `x`, the closest of them, found by
/// trying. The standard library's own shortest form is no help: halfway between
/// two candidates it takes the upper one where Python takes the even one.
fn slow_digits(x: f64) -> (u64, i32) {
    for decimals in 0..17 {
        let closest = format!("{x:.decimals$e}");
        let (mantissa, exponent) = closest.split_once('e').unwrap_or((&closest, "0"));
        let digits: u64 = mantissa.replace('.', "").parse().unwrap_or(0);
        let exponent: i32 = exponent.parse().unwrap_or(0);
        let last = exponent - i32::try_from(decimals).unwrap_or(0);
        // Above a power of two there is more room than below, so that the
        // second closest may read back where the closest does not.
        for digits in [digits, digits + 1, digits.saturating_sub(1)] {
            if format!("{digits}e{last}").parse() == Ok(x) {
                return (digits, last);
            }
        }
    }
    panic!("17 digits are enough for {x:e}")
}

pub fn slow_repr(x: f64) -> String {
    if x.is_nan() {
        return "NaN".into();
    }
    let sign = if x.is_sign_negative() { "-" } else { "" };
    if x.is_infinite() {
        return format!("{sign}Infinity");
    }
    let (digits, last) = slow_digits(x.abs());
    let digits = digits.to_string();
    let exponent = last + i32::try_from(digits.len()).unwrap_or(0) - 1;
    if x != 0.0 && !(-4..16).contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        return format!("{sign}{first}{point}{rest}e{exponent:+03}");
    }
    let lead = "0".repeat(usize::try_from(-exponent).unwrap_or(0));
    let point = usize::try_from(exponent).unwrap_or(0) + 1;
    let digits = format!("{:0<width$}", lead + &digits, width = point + 1);
    format!("{sign}{}.{}", &digits[..point], &digits[point..])
}

pub fn slow_canonical(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => slow_repr(slow_round(*value)),
        Value::Text(value) => slow_text(value),
        Value::List(values) => {
            let items: Vec<String> = values.iter().map(slow_canonical).collect();
            format!("[{}]", items.join(","))
        }
        Value::Map(entries) => {
            let mut by_text = BTreeMap::new();
            let mut by_number = BTreeMap::new();
            for (key, value) in entries {
                match key {
                    Value::Text(key) => {
                        let code_points: Vec<u32> = key.chars().map(u32::from).collect();
                        by_text.insert(code_points, format!("{}:{}", slow_text(key), slow_canonical(value)));
                    }
                    Value::Int(key) => {
                        by_number.insert(key, format!("\"{key}\":{}", slow_canonical(value)));
                    }
                    other => panic!("no such key is generated: {other:?}"),
                }
            }
            let items: Vec<String> = by_text.into_values().chain(by_number.into_values()).collect();
            format!("{{{}}}", items.join(","))
        }
    }
}
