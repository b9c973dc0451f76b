//! What can be wrong with a sweep.

/// An error of a grid, a sampling, or a sweep as a whole.
#[derive(Debug, thiserror::Error)]
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
    /// A sweep was ended before all its points were tried.
    #[error(
        "the sweep was interrupted: {done} points are done, {left} are left; the same sweep again does them"
    )]
    Interrupted {
        /// How many have a record.
        done: usize,
        /// How many were not tried.
        left: usize,
    },
    /// Ctrl-C cannot be listened to.
    #[error("cannot listen to Ctrl-C")]
    Signals {
        /// What the system said.
        source: std::io::Error,
    },
}

impl SweepError {
    pub(crate) fn is_invalid_input(&self) -> bool {
        matches!(self, Self::Sides { .. } | Self::Range { .. })
    }
}
