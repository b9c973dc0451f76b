//! Enums as text.

/// A unit enum stored as text; made by [`#[derive(SimEnum)]`](derive@crate::SimEnum).
///
/// A table remembers the texts. A variant that is not to be used any more, and that runs still have, is kept as
/// `#[sim(retired)]`: it is read, shown and found as before, and left out of [`all`](Self::all), of which grids are made.
/// The derive also writes `Display` and `FromStr`, whose error is a [`ColumnError`](crate::ColumnError) that names the
/// texts there are. An enum that has one of them already says so, `#[sim(without(Display))]`.
///
/// ```
/// use entropic::prelude::*;
///
/// #[derive(Debug, Clone, PartialEq, SimEnum)]
/// #[sim(rename_all = "lowercase")]
/// enum Method { Euler, Rk4, #[sim(rename = "leap-frog")] LeapFrog }
///
/// assert_eq!(Method::all().len(), 3);
/// assert_eq!(Method::Rk4.as_str(), "rk4");
/// assert_eq!(Method::from_text("leap-frog"), Some(Method::LeapFrog));
/// assert_eq!(Method::from_text("LeapFrog"), None);
///
/// assert_eq!(Method::LeapFrog.to_string(), "leap-frog");
/// assert_eq!("rk4".parse::<Method>()?, Method::Rk4);
/// let error = "rk5".parse::<Method>().unwrap_err();
/// assert_eq!(error.to_string(), "`rk5` is none of the values of `Method` (euler, rk4, leap-frog)");
///
/// #[derive(Debug, Clone, PartialEq, SimEnum)]
/// enum Solver { Lu, #[sim(retired)] Gauss }
///
/// assert_eq!(Solver::all(), [Solver::Lu]);
/// assert_eq!(Solver::from_text("Gauss"), Some(Solver::Gauss));
/// # Ok::<(), entropic::ColumnError>(())
/// ```
pub trait SimEnum: Sized + 'static {
    /// Name of the enum.
    const NAME: &'static str;
    /// The texts of its variants, retired ones and all, in their order.
    const TEXTS: &'static [&'static str];

    /// All variants that are not retired, in their order.
    fn all() -> Vec<Self>;

    /// The text of this variant.
    fn as_str(&self) -> &'static str;

    /// The variant of that text.
    fn from_text(text: &str) -> Option<Self>;

    #[doc(hidden)]
    fn from_repr_text(text: &str) -> Result<Self, super::ColumnError> {
        Self::from_text(text).ok_or_else(|| super::ColumnError::UnknownVariant {
            value: text.to_owned(),
            name: Self::NAME,
            expected: Self::TEXTS.join(", "),
        })
    }
}
