#[derive(SimRecord)]
pub(crate) struct Decay {
    rate: f64,
}
