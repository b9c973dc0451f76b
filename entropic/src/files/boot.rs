//! Which start of the machine this is.

use std::sync::LazyLock;

/// A text that is another after each start of the machine: what a process wrote and did not sync is whole as long as
/// it stays the same. Where the system does not tell, every process is taken for a start of its own.
pub(super) fn id() -> &'static str {
    static ID: LazyLock<String> = LazyLock::new(|| {
        // proc(5): "/proc/sys/kernel/random/boot_id".
        let told = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
        told.map_or_else(|_| uuid::Uuid::new_v4().to_string(), |text| text.trim().to_owned())
    });
    &ID
}
