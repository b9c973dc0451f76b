//! Values and points that are made by a rule: spaced evenly, drawn at random, or spread over a cube.

use std::ops::Range;

use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

use super::SweepError;

/// `n` values from `start` to `end`, both included, evenly spaced, as `numpy.linspace` gives them.
///
/// ```
/// assert_eq!(entropic::linspace(0.0, 1.0, 5), [0.0, 0.25, 0.5, 0.75, 1.0]);
/// assert_eq!(entropic::linspace(2.0, 1.0, 1), [2.0]);
/// ```
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "nobody has so many values")]
pub fn linspace(start: f64, end: f64, n: usize) -> Vec<f64> {
    let step = (end - start) / (n.max(2) - 1) as f64;
    let mut values: Vec<f64> = (0..n).map(|i| (i as f64).mul_add(step, start)).collect();
    if let (Some(last), true) = (values.last_mut(), n > 1) {
        *last = end;
    }
    values
}

/// `n` values from `10^start` to `10^end`, both included, evenly spaced in their logarithms, as `numpy.logspace` gives
/// them.
///
/// ```
/// assert_eq!(entropic::logspace(-2.0, 1.0, 4), [0.01, 0.1, 1.0, 10.0]);
/// ```
#[must_use]
pub fn logspace(start: f64, end: f64, n: usize) -> Vec<f64> {
    linspace(start, end, n).into_iter().map(|exponent| 10f64.powf(exponent)).collect()
}

/// `n` points drawn from a box, each coordinate evenly from its range. The same seed gives the same points, with any
/// later version too: they are the 53 upper bits of ChaCha8's 64-bit numbers, coordinate by coordinate.
///
/// # Errors
/// [`SweepError::Range`] (`is_invalid_input`).
///
/// ```
/// # mod sim {
/// #     use entropic::prelude::*;
/// #     #[derive(SimRecord)]
/// #     #[sim(table = "orbits")]
/// #     pub struct Orbit { pub mass: f64, pub dt: f64 }
/// # }
/// # use sim::Orbit;
/// let mut points = entropic::sweep::uniform([0.5..2.0, 1e-3..1e-1], 100, 42)?.map(|[mass, dt]| Orbit { mass, dt });
/// assert_eq!(points.len(), 100);
/// assert!(points.all(|orbit| (0.5..2.0).contains(&orbit.mass)));
///
/// assert!(entropic::sweep::uniform([1.0..f64::NAN], 100, 42).is_err());
/// # Ok::<(), entropic::Error>(())
/// ```
pub fn uniform<const D: usize>(
    ranges: [Range<f64>; D],
    n: usize,
    seed: u64,
) -> crate::Result<impl ExactSizeIterator<Item = [f64; D]>> {
    check(&ranges)?;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    Ok((0..n).map(move |_| ranges.each_ref().map(|range| within(range, unit(&mut rng)))))
}

/// `n` points of a box such that, of `n` equal slices of each range, each holds one coordinate: a Latin hypercube (M. D.
/// McKay, R. J. Beckman and W. J. Conover, Technometrics 21, 1979). The same seed gives the same points.
///
/// # Errors
/// [`SweepError::Range`] (`is_invalid_input`).
///
/// ```
/// let points: Vec<[f64; 2]> = entropic::sweep::latin_hypercube([0.0..1.0, 10.0..20.0], 4, 7)?.collect();
/// let mut quarters: Vec<i64> = points.iter().map(|[x, _]| (x * 4.0) as i64).collect();
/// quarters.sort();
/// assert_eq!(quarters, [0, 1, 2, 3]);
///
/// assert!(entropic::sweep::latin_hypercube([2.0..1.0], 4, 7).is_err());
/// # Ok::<(), entropic::Error>(())
/// ```
#[expect(clippy::cast_precision_loss, reason = "nobody has so many points")]
pub fn latin_hypercube<const D: usize>(
    ranges: [Range<f64>; D],
    n: usize,
    seed: u64,
) -> crate::Result<impl ExactSizeIterator<Item = [f64; D]>> {
    check(&ranges)?;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let slices: [Vec<usize>; D] = std::array::from_fn(|_| shuffled(n, &mut rng));
    Ok((0..n).map(move |at| {
        std::array::from_fn(|d| within(&ranges[d], (slices[d][at] as f64 + unit(&mut rng)) / n as f64))
    }))
}

/// The numbers below `n` in a random order (R. Durstenfeld, Communications of the ACM 7, 1964).
fn shuffled(n: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for last in (1..n).rev() {
        // Of 64 bits the upper half of a product: even but for one part in 2^64 / n.
        let other = (u128::from(rng.next_u64()) * (last as u128 + 1)) >> 64;
        order.swap(last, usize::try_from(other).unwrap_or(last));
    }
    order
}

/// A number from 0 to 1, 1 excluded.
#[expect(clippy::cast_precision_loss, reason = "53 bits are what fits")]
fn unit(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// The place of a number from 0 to 1 in a range; never its end, whatever is rounded.
fn within(range: &Range<f64>, unit: f64) -> f64 {
    let value = range.start + (range.end - range.start) * unit;
    if value < range.end { value } else { range.end.next_down().max(range.start) }
}

fn check(ranges: &[Range<f64>]) -> Result<(), SweepError> {
    for range in ranges {
        let finite = range.start.is_finite() && (range.end - range.start).is_finite();
        if !finite || range.start >= range.end {
            return Err(SweepError::Range { start: range.start, end: range.end });
        }
    }
    Ok(())
}
