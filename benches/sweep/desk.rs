//! Where files are made that nobody keeps.

use std::cell::Cell;
use std::error::Error;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::common::place;
use crate::timing::timed;

/// How long the making of a file takes a file system that has nothing else in mind, at most.
const MOST: f64 = 100e-6;
const TRIED: u32 = 500;

/// A folder [of a disk](place).
///
/// What is made in it stays until the end: ext4 passes over whatever was deleted within the last five minutes, one by
/// one, whenever it looks for room for a new file. After ten thousand deletions a new file costs a millisecond, and
/// whatever else a miss costs is no longer to be seen.
pub struct Desk {
    root: TempDir,
    made: Cell<u32>,
}

impl Desk {
    pub fn new() -> Result<Self, Box<dyn Error>> {
        let root = TempDir::new_in(place())?;
        Ok(Self { root, made: Cell::new(0) })
    }

    /// A new folder.
    pub fn folder(&self) -> std::io::Result<PathBuf> {
        self.made.set(self.made.get() + 1);
        let folder = self.root.path().join(self.made.get().to_string());
        fs::create_dir(&folder)?;
        Ok(folder)
    }

    /// Says so if files are dear just now: floor and ours then seem to be more alike than they are.
    pub fn look(&self) -> std::io::Result<()> {
        let cost = a_file(&self.folder()?)?;
        if cost > MOST {
            let micros = cost * 1e6;
            println!(
                "  WARNING: to make a file takes {micros:.0} µs just now; were many deleted within 5 minutes?"
            );
        }
        Ok(())
    }
}

/// The seconds that the making of a file takes.
fn a_file(folder: &Path) -> std::io::Result<f64> {
    let (made, seconds) =
        timed(|| (0..TRIED).try_for_each(|n| File::create(folder.join(n.to_string())).map(drop)));
    made?;
    Ok(seconds / f64::from(TRIED))
}
