use entropic::prelude::*;

#[derive(Clone, SimEnum)]
#[sim(rename_all = "lowercase")]
enum Method {
    Euler,
    EULER,
    #[sim(rename = "rk4")]
    RungeKutta,
    #[sim(rename = "rk4")]
    Kutta,
}

fn main() {}
