//! Enums as text.

/// A unit enum that is stored as text; implemented by [`#[derive(SimEnum)]`](derive@crate::SimEnum).
///
/// The store records the texts with the table. If a variant is no longer used but runs still have it, keep it with
/// `#[sim(retired)]`: it is read, shown and found as before, but [`all`](Self::all), from which grids are built, leaves
/// it out. The derive also implements `Display` and `FromStr`, whose error is a [`ColumnError`](crate::ColumnError) that
/// lists the accepted texts. If the enum already implements one of them, write `#[sim(without(Display))]`.
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
    /// The name of the enum.
    const NAME: &'static str;
    /// The texts of all variants, including retired ones, in the order of declaration.
    const TEXTS: &'static [&'static str];

    /// Returns all variants that are not retired, in the order of declaration.
    fn all() -> Vec<Self>;

    /// Returns the text of this variant.
    fn as_str(&self) -> &'static str;

    /// Returns the variant with this text, or `None`.
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
