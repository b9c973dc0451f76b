use entropic::prelude::*;

#[derive(Debug, Clone, SimEnum)]
#[sim(without(Dislpay, Debug))]
enum Method {
    Euler,
}

fn main() {}
