//! What can be wrong with the points of a sweep.

/// An error of a grid or a sampling.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SweepError {
    /// The lists of a grid that is zipped have different lengths.
    #[error(
        "the lists of a grid that is zipped are as long as each other, or hold one value for all; these have {}",
        sides.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    )]
    Sides {
        /// How many values each field has, in the order of the struct.
        sides: Vec<usize>,
    },
    /// A range that nothing can be drawn from.
    #[error("nothing can be drawn from the range {start} to {end}: it begins below its end, both finite")]
    Range {
        /// Where it begins.
        start: f64,
        /// Where it ends.
        end: f64,
    },
}
