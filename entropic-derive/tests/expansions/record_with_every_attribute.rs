#[derive(SimRecord)]
#[sim(
    table = "orbits",
    crate = "::entropic",
    version = 2,
    rename_all = "camelCase",
    float = "significant",
    index(mass, energy, created_at),
    output(
        energy: f64,
        #[sim(index)]
        class: Class,
        #[sim(json, rename = "trace of E")]
        trace: Vec<f64>,
        #[sim(sql = Double, was = "span")]
        period: Seconds,
    ),
    retired(
        drag: f64 = 0.5,
        #[sim(ignore)]
        host: String = "localhost",
        #[sim(json, default)]
        bodies: Vec<Body> = Vec::new(),
    ),
)]
pub struct Orbit {
    #[sim(was = "m")]
    pub mass: f64,
    #[sim(float = "exact", default = 0.01)]
    pub time_step: f64,
    #[sim(default)]
    pub eccentricity: Option<f64>,
    #[sim(index, default = "kepler")]
    pub name: String,
    #[sim(default = Method::Rk4)]
    pub method: Method,
    #[sim(json)]
    pub start: Vec<f64>,
    #[sim(sql = BigInt, rename = "step count")]
    pub steps: Steps,
    #[sim(ignore)]
    pub threads: u16,
    pub r#type: chrono::DateTime<chrono::Utc>,
}
