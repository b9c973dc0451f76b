//! What a `$name:literal` of a macro stands for is what was written.
#![deny(warnings)]
#![allow(dead_code)]

use entropic::prelude::*;

macro_rules! records {
    ($($name:ident, $table:literal, $version:literal, $cases:literal, $default:literal, $ty:ty;)*) => {$(
        #[derive(Clone, SimRecord)]
        #[sim(table = $table, version = $version, rename_all = $cases)]
        struct $name {
            some_mass: $ty,
            #[sim(default = $default, rename = $default)]
            label: String,
            #[sim(default = -0.5)]
            drag: $ty,
        }
    )*};
}

records! {
    First, "firsts", 2, "camelCase", "none", f64;
    Second, "others", 3, "kebab-case", "nothing", f32;
}

fn main() {
    assert_eq!(<First as SimRecord>::TABLE.name, "firsts");
    assert_eq!(<Second as SimRecord>::TABLE.name, "others");
    assert_eq!(<Second as SimRecord>::TABLE.version, 3);
}
