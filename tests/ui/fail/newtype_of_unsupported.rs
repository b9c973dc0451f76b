use entropic::prelude::*;

#[derive(Clone)]
struct Foreign;

#[derive(Clone, SimColumn)]
struct List(Vec<f64>);

#[derive(Clone, SimColumn)]
struct Maybe(Option<f64>);

#[derive(Clone, SimColumn)]
struct Wrapped(Foreign);

#[derive(Clone, SimColumn)]
struct Generic<T>(T);

#[derive(SimRecord)]
#[sim(table = "orbits")]
struct Orbit {
    #[sim(sql = Double)]
    list: List,
}

fn main() {}
