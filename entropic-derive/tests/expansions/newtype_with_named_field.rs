#[derive(SimColumn)]
#[sim(crate = "::entropic")]
pub struct Seed {
    value: u64,
}
