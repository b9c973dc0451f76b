//! Whether a file lies on a network file system.

use std::path::Path;

/// The magic numbers of `statfs(2)` for file systems that other hosts may write to: NFS, SMB, CIFS, SMB2, 9P, AFS,
/// Ceph, Lustre, GPFS, BeeGFS, OCFS2, GFS2.
#[cfg(any(target_os = "linux", target_os = "android"))]
const NETWORK: [u32; 12] = [
    0x6969,
    0x517B,
    0xFF53_4D42,
    0xFE53_4D42,
    0x0102_1997,
    0x5346_414F,
    0x00C3_6400,
    0x0BD0_0BD0,
    0x4750_4653,
    0x1983_0326,
    0x7461_636F,
    0x0116_1970,
];

/// Whether the folder of a file is on one. What cannot be found out is taken for a local disk.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn on_network(file: &Path) -> bool {
    let folder = file.parent().unwrap_or(file);
    // The kind is a number of 32 bits, in a field that is wider or signed on some machines.
    rustix::fs::statfs(folder).is_ok_and(|stat| NETWORK.contains(&(stat.f_type as u32)))
}

/// Elsewhere nobody tells.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn on_network(_: &Path) -> bool {
    false
}
