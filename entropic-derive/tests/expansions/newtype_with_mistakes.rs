#[derive(SimColumn)]
pub struct Pair<T>(T);
