//! Times: what is read is written with six digits, and read back as the same.
#![no_main]

use entropic::{TimeOfDay, Timestamp};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(moment) = text.parse::<Timestamp>() {
        let written = moment.to_string();
        assert_eq!(written.len() - written.rfind('.').unwrap_or(0), 7, "{written}");
        assert_eq!(written.parse::<Timestamp>().ok(), Some(moment), "{written}");
    }
    if let Ok(time) = text.parse::<TimeOfDay>() {
        let written = time.to_string();
        assert_eq!(written.parse::<TimeOfDay>().ok(), Some(time), "{written}");
    }
});
