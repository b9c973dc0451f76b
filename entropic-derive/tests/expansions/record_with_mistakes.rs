#[derive(SimRecord)]
#[sim(tabel = "orbits", output(energy: Option<f64>))]
pub struct Orbit {
    pub id: i64,
    pub list: Vec<f64>,
    #[sim(ignore, float = "exact")]
    pub dt: f64,
}
