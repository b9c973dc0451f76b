#[derive(SimColumn)]
pub struct Mass(f64);
