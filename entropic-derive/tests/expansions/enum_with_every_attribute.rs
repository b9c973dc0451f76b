#[derive(SimEnum)]
#[sim(rename_all = "kebab-case", crate = "::entropic", without(Display))]
pub enum Method {
    ForwardEuler,
    #[sim(rename = "RK4")]
    Rk4,
    #[sim(retired)]
    Verlet,
}
