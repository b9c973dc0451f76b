//! Journals that a dead process has left, or that were edited: of either format, and of a sweep's worker.
#![no_main]

use std::path::{Component, Path};

use entropic::__fuzzing::{format1, journal, journal_lines};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    if let Some(open) = journal(text) {
        for (attempt, name) in &open {
            if let Some(name) = name {
                // It becomes a path below the results directory, and stays there.
                assert!(attempt.bytes().all(|byte| byte.is_ascii_digit()), "{attempt:?}");
                let parts: Vec<_> = Path::new(name).components().collect();
                assert_eq!(parts, [Component::Normal(name.as_ref())]);
            }
        }
        // A line that a crash has cut off never happened.
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        assert_eq!(journal(&text[..whole]), Some(open));
    }
    for attempt in format1(text) {
        assert!(attempt.bytes().all(|byte| byte.is_ascii_digit()), "{attempt:?}");
    }
    for staged in journal_lines(text) {
        assert!(staged.components().all(|part| matches!(part, Component::Normal(_))), "{staged:?}");
    }
});
