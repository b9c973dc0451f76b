//! Readers of what others may have written, for the targets below `fuzz/`: no part of the library, and built for
//! cargo-fuzz only.

pub use crate::files::fuzzing::{format1, journal};
pub use crate::record::python_json;
pub use crate::worker::journal_lines;
