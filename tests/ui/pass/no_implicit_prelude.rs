//! A module without a prelude. Records cannot stand in one, since Diesel's own `table!` needs `Clone` and `Ok`
//! there; enums and newtypes can.
#![deny(warnings)]

#[no_implicit_prelude]
pub mod bare {
    #[derive(::std::clone::Clone, ::entropic::SimEnum)]
    pub enum Method {
        Euler,
        #[sim(rename = "rk4")]
        RungeKutta,
    }

    #[derive(::std::clone::Clone, ::entropic::SimColumn)]
    pub struct Mass(pub f64);

    #[derive(::std::clone::Clone, ::entropic::SimColumn)]
    pub struct Count {
        pub n: u64,
    }
}

fn main() {
    assert_eq!(bare::Method::all().len(), 2);
}
