//! Rounds and writes floats as Python does, fast enough for hashing.
//!
//! The rounding must be correct for the exact binary value, with ties to even.
//! In general this needs big-number arithmetic. Two arguments avoid it here:
//!
//! * **12 decimals.** From 8192 on, neighbouring floats are more than 1e-12
//!   apart, so rounding does not change them. Below 8192, `x` times 1e12 is less
//!   than 2^53. Whole numbers and halves are exact floats in that range, and
//!   rounding the product to a float never moves it past one of them. The rounded
//!   product is therefore ambiguous only if its fraction is exactly one half. In
//!   this case a fused multiply-add gives the exact error of the product. The sign
//!   of the error decides; without an error it is a tie.
//! * **12 significant digits.** Let `d` be the shortest decimal that reads back
//!   as `x`, and `t` a tie, which has 13 digits. If `d` has at most 12 digits, it
//!   is the answer. Otherwise `d` can be rounded in place of `x` unless a tie lies
//!   between the two. Such a tie would itself read back as `x`. If `d` were longer
//!   than `t`, it would not be the shortest decimal; if it were equally long, it
//!   would not be the closest. Only `d = t` remains: 13 digits, the last a 5. This
//!   is the only case that is printed exactly and read back.

use super::FloatScheme;

/// From this value on, neighbouring floats are more than 1e-12 apart.
const DECIMALS_END: f64 = 8192.0;
/// The number of significant digits that are kept.
const KEPT: i32 = 12;
/// The powers of ten that an `f64` represents exactly.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// Writes a float rounded by a scheme; NaN and infinities as Python writes them.
#[inline]
pub(super) fn push_float(out: &mut String, x: f64, scheme: FloatScheme) {
    if !x.is_finite() {
        out.push_str(non_finite(x));
        return;
    }
    match scheme {
        FloatScheme::Decimal12 => push_repr(out, round_decimal12(x)),
        _ if x == 0.0 => out.push_str("0.0"),
        FloatScheme::Significant12 => push_repr(out, round_significant12(x)),
        FloatScheme::Exact => push_repr(out, x),
    }
}

fn non_finite(x: f64) -> &'static str {
    if x.is_nan() {
        "NaN"
    } else if x > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    }
}

/// Writes a float in full as Python's `repr` does; NaN and infinities as `json.dumps` writes them.
pub(super) fn push_repr(out: &mut String, x: f64) {
    if !x.is_finite() {
        out.push_str(non_finite(x));
        return;
    }
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format_finite(x);
    if is_pythonic(x, text) {
        out.push_str(text);
    } else {
        push_decimal(out, x.is_sign_negative(), Decimal::parse(text));
    }
}

/// Rounds a finite float as Python's `round(x, 12)` does.
#[inline]
pub(super) fn round_decimal12(x: f64) -> f64 {
    let magnitude = x.abs();
    if magnitude >= DECIMALS_END {
        return x;
    }
    let product = magnitude * 1e12;
    let whole = product as u64;
    let fraction = product - whole as f64;
    let up = if fraction == 0.5 {
        let error = magnitude.mul_add(1e12, -product);
        error > 0.0 || (error == 0.0 && whole % 2 == 1)
    } else {
        fraction > 0.5
    };
    // Both operands are exact, so a single division rounds correctly.
    ((whole + u64::from(up)) as f64 / 1e12).copysign(x)
}

/// Rounds a finite, nonzero float to 12 significant digits.
fn round_significant12(x: f64) -> f64 {
    let mut buffer = zmij::Buffer::new();
    let shortest = Decimal::parse(buffer.format_finite(x));
    let surplus = shortest.len() - KEPT;
    if surplus <= 0 {
        return x;
    }
    let exponent = shortest.exponent + surplus;
    let magnitude = match shortest.without(surplus) {
        // Twelve digits and these powers are exact, so a single operation rounds correctly.
        Some(kept) => match TENS.get(exponent.unsigned_abs() as usize) {
            Some(power) if exponent < 0 => kept as f64 / power,
            Some(power) => kept as f64 * power,
            None => reread(&format!("{kept}e{exponent}"), x),
        },
        None => reread(&format!("{:.11e}", x.abs()), x),
    };
    magnitude.copysign(x)
}

/// Parses a number that was just printed. Parsing cannot fail, so the fallback `x` is never used.
fn reread(text: &str, x: f64) -> f64 {
    text.parse().unwrap_or(x)
}

/// Returns whether a float printer wrote `x` as Python does.
///
/// Printers differ in the size from which they use an exponent. Therefore only a
/// text without an exponent is accepted, and only where Python writes none.
#[inline]
fn is_pythonic(x: f64, text: &str) -> bool {
    let magnitude = x.abs();
    ((1e-4..1e16).contains(&magnitude) || magnitude == 0.0)
        && text.bytes().fold(true, |plain, byte| plain & (byte != b'e'))
}

/// A decimal number without its sign: `digits` times ten to the power of
/// `exponent`, without trailing zeros in `digits`.
#[derive(Clone, Copy)]
struct Decimal {
    digits: u64,
    exponent: i32,
}

impl Decimal {
    /// Parses the output of a float printer, with or without a point and an exponent.
    fn parse(text: &str) -> Self {
        let (mantissa, exponent) = match text.split_once('e') {
            Some((mantissa, exponent)) => (mantissa, exponent.parse().unwrap_or(0)),
            None => (text, 0),
        };
        let mut number = Self { digits: 0, exponent };
        let mut after_point = false;
        // Zeros are counted and only added before a following digit, so that a
        // long integer such as `1000000000000000.0` cannot overflow.
        let mut zeros = 0;
        for byte in mantissa.bytes() {
            match byte {
                b'.' => after_point = true,
                b'0' => {
                    zeros += u32::from(number.digits != 0);
                    number.exponent -= i32::from(after_point);
                }
                b'1'..=b'9' => {
                    number.digits = number.digits * 10u64.pow(zeros + 1) + u64::from(byte - b'0');
                    number.exponent -= i32::from(after_point);
                    zeros = 0;
                }
                _ => {}
            }
        }
        number.exponent += zeros as i32;
        number
    }

    /// Returns the number of digits.
    fn len(self) -> i32 {
        self.digits.checked_ilog10().map_or(1, |log| log as i32 + 1)
    }

    /// Cuts off the last `surplus` digits (at least one) and rounds, or returns
    /// `None` if the number is a tie.
    fn without(self, surplus: i32) -> Option<u64> {
        let Some(unit) = 10u64.checked_pow(surplus.unsigned_abs()) else {
            return Some(0);
        };
        let (kept, rest) = (self.digits / unit, self.digits % unit);
        // There are no trailing zeros, so exactly half a unit is a single 5.
        (rest != unit / 2).then(|| kept + u64::from(rest > unit / 2))
    }
}

/// Formats a decimal as Python's `repr` does.
fn push_decimal(out: &mut String, negative: bool, number: Decimal) {
    const ZEROS: &str = "0000000000000000";
    if negative {
        out.push('-');
    }
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(number.digits);
    let point = number.len() + number.exponent;
    if number.digits == 0 {
        out.push_str("0.0");
    } else if !(-3..=16).contains(&point) {
        let (first, rest) = digits.split_at(1);
        out.push_str(first);
        if !rest.is_empty() {
            out.push('.');
            out.push_str(rest);
        }
        let exponent = point - 1;
        out.push_str(if exponent < 0 { "e-" } else { "e+" });
        if exponent.abs() < 10 {
            out.push('0');
        }
        out.push_str(itoa::Buffer::new().format(exponent.unsigned_abs()));
    } else if point <= 0 {
        out.push_str("0.");
        out.push_str(&ZEROS[..point.unsigned_abs() as usize]);
        out.push_str(digits);
    } else if number.exponent >= 0 {
        out.push_str(digits);
        out.push_str(&ZEROS[..number.exponent.unsigned_abs() as usize]);
        out.push_str(".0");
    } else {
        let (whole, fraction) = digits.split_at(point.unsigned_abs() as usize);
        out.push_str(whole);
        out.push('.');
        out.push_str(fraction);
    }
}

#[cfg(test)]
mod tests {
    use super::{FloatScheme, push_float, push_repr, round_decimal12};

    fn text(x: f64, scheme: FloatScheme) -> String {
        let mut out = String::new();
        push_float(&mut out, x, scheme);
        out
    }

    #[test]
    fn floats_are_laid_out_as_python_lays_them_out() {
        let cases = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (5000.0, "5000.0"),
            (-0.25, "-0.25"),
            (0.0001, "0.0001"),
            (0.000_012_5, "1.25e-05"),
            (1e-7, "1e-07"),
            (1e15, "1000000000000000.0"),
            (9_007_199_254_740_993.0, "9007199254740992.0"),
            (1e16, "1e+16"),
            (1.5e22, "1.5e+22"),
            (-1e100, "-1e+100"),
            (f64::MAX, "1.7976931348623157e+308"),
            (5e-324, "5e-324"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ];
        for (x, expected) in cases {
            let mut out = String::new();
            push_repr(&mut out, x);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn twelve_decimals_are_rounded_from_the_exact_value_with_ties_to_even() {
        let cases = [
            // 13 decimals that end in 5, exactly: ties.
            (1.0 / 8192.0, "0.000122070312"),
            (3.0 / 8192.0, "0.000366210938"),
            (-3.0 / 8192.0, "-0.000366210938"),
            // Printed like a tie, but the value lies beside it.
            (0.000_000_000_000_5, "0.0"),
            (0.000_000_000_001_5, "2e-12"),
            (0.100_000_000_000_5, "0.1"),
            (0.300_000_000_000_5, "0.3"),
            (0.1 + 0.2, "0.3"),
            (-1e-13, "-0.0"),
            (8_191.999_999_999_999, "8191.999999999999"),
            (1.0 / 3.0 + 4096.0, "4096.333333333333"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::MIN_POSITIVE, "0.0"),
        ];
        for (x, expected) in cases {
            assert_eq!(text(x, FloatScheme::Decimal12), expected, "{x:?}");
        }
    }

    #[test]
    fn twelve_significant_digits_are_kept_at_every_magnitude() {
        let cases = [
            (-0.0, "0.0"),
            (0.1 + 0.2, "0.3"),
            (-1.234_567_890_123_4e-20, "-1.23456789012e-20"),
            (6.626_070_150_123_456e-34, "6.62607015012e-34"),
            (9.999_999_999_999_9e22, "1e+23"),
            (f64::MAX, "1.79769313486e+308"),
            (f64::MIN_POSITIVE, "2.22507385851e-308"),
            (5e-324, "5e-324"),
            // Ties of 13 digits, exactly: to the even side.
            (100_000_000_000.5, "100000000000.0"),
            (100_000_000_001.5, "100000000002.0"),
        ];
        for (x, expected) in cases {
            assert_eq!(text(x, FloatScheme::Significant12), expected, "{x:?}");
        }
    }

    #[test]
    fn the_exact_scheme_keeps_everything_but_the_sign_of_zero() {
        assert_eq!(text(-0.0, FloatScheme::Exact), "0.0");
        assert_eq!(text(0.1 + 0.2, FloatScheme::Exact), "0.30000000000000004");
        assert_eq!(text(-5e-324, FloatScheme::Exact), "-5e-324");
    }

    #[test]
    fn the_short_cut_agrees_with_exact_printing_at_every_power_of_two() {
        for exponent in -60..20 {
            for odd in [1u32, 3, 5, 7, 1_000_003, 33_554_431] {
                let power = 2f64.powi(exponent);
                for x in [f64::from(odd) * power, 1.0 / f64::from(odd) * power] {
                    for x in [x, x.next_up(), x.next_down()] {
                        let slow: Result<f64, _> = format!("{x:.12}").parse();
                        assert_eq!(Ok(round_decimal12(x)), slow, "{x:?}");
                        let slow: Result<f64, _> = format!("{x:.11e}").parse();
                        assert_eq!(Ok(super::round_significant12(x)), slow, "{x:?}");
                    }
                }
            }
        }
    }
}
