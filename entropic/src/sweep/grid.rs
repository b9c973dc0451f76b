//! The points of a grid.

use super::SweepError;
use crate::record::Grid;

/// How many points a grid has; `usize::MAX` if there are more.
#[doc(hidden)]
pub fn grid_len<G: Grid>(grid: &G) -> usize {
    let sides = grid.sides();
    if sides.contains(&0) {
        return 0;
    }
    sides.iter().fold(1, |product: usize, side| product.saturating_mul(*side))
}

/// The points of a grid, in the order of nested loops: the first field varies slowest. Exact in size, and made
/// one at a time.
///
/// ```
/// mod sim {
///     use entropic::prelude::*;
///     #[derive(SimRecord)]
///     #[sim(table = "decays")]
///     pub struct Decay { pub rate: f64, pub steps: i64 }
/// }
///
/// let grid = sim::DecayGrid { rate: vec![0.5, 0.1], steps: vec![10, 20, 30] };
/// assert_eq!(grid.len(), 6);
/// let points: Vec<_> = grid.clone().expand().map(|point| (point.rate, point.steps)).collect();
/// assert_eq!(points, [(0.5, 10), (0.5, 20), (0.5, 30), (0.1, 10), (0.1, 20), (0.1, 30)]);
/// ```
#[derive(Debug, Clone)]
pub struct GridPoints<G: Grid> {
    grid: G,
    sides: Vec<usize>,
    next: usize,
    end: usize,
}

impl<G: Grid> GridPoints<G> {
    /// All points of a grid. A grid of more points than a `usize` counts ends there.
    #[doc(hidden)]
    #[must_use]
    pub fn new(grid: G) -> Self {
        let (sides, end) = (grid.sides(), grid_len(&grid));
        Self { grid, sides, next: 0, end }
    }

    /// The digits of a position in the mixed radix of the sides, the last one fastest.
    fn digits(&self, mut position: usize) -> Vec<usize> {
        let mut digits = vec![0; self.sides.len()];
        for (digit, side) in digits.iter_mut().zip(&self.sides).rev() {
            *digit = position % side;
            position /= side;
        }
        digits
    }
}

impl<G: Grid> Iterator for GridPoints<G> {
    type Item = G::Record;

    fn next(&mut self) -> Option<G::Record> {
        if self.next >= self.end {
            return None;
        }
        let point = self.grid.point(&self.digits(self.next));
        self.next += 1;
        Some(point)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.end - self.next, Some(self.end - self.next))
    }

    fn nth(&mut self, n: usize) -> Option<G::Record> {
        self.next = self.next.saturating_add(n).min(self.end);
        self.next()
    }
}

impl<G: Grid> ExactSizeIterator for GridPoints<G> {}

/// The points of a grid whose lists are walked side by side: the first values of all, then the second ones.
#[derive(Debug, Clone)]
pub struct ZipPoints<G: Grid> {
    grid: G,
    sides: Vec<usize>,
    next: usize,
    end: usize,
}

impl<G: Grid> ZipPoints<G> {
    #[doc(hidden)]
    pub fn new(grid: G) -> crate::Result<Self> {
        let sides = grid.sides();
        let longest = sides.iter().copied().filter(|side| *side != 1).max().unwrap_or(1);
        // A list of one value is that value for all; an empty one is a sweep over nothing only if all others agree.
        if sides.iter().any(|side| *side != 1 && *side != longest) {
            return Err(SweepError::Sides { sides }.into());
        }
        Ok(Self { grid, sides, next: 0, end: longest })
    }
}

impl<G: Grid> Iterator for ZipPoints<G> {
    type Item = G::Record;

    fn next(&mut self) -> Option<G::Record> {
        if self.next >= self.end {
            return None;
        }
        let at: Vec<usize> = self.sides.iter().map(|side| if *side == 1 { 0 } else { self.next }).collect();
        self.next += 1;
        Some(self.grid.point(&at))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.end - self.next, Some(self.end - self.next))
    }
}

impl<G: Grid> ExactSizeIterator for ZipPoints<G> {}
