//! SHA-256 of results.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::FileError;

/// The SHA-256 of a result, as 64 hexadecimal digits.
///
/// Of a file it is that of its bytes, as `sha256sum` prints it. Of a folder it is that of a listing: for each
/// file below it, in the order of their relative paths, the SHA-256, two spaces, the path with `/`, a line feed,
/// as `sha256sum` lists them.
///
/// # Errors
/// [`FileError::Io`].
pub fn sha256(path: &Path) -> Result<String, FileError> {
    if fs::symlink_metadata(path).map_err(FileError::io("read", path))?.is_dir() {
        let mut files = Vec::new();
        collect(path, Path::new(""), &mut files)?;
        files.sort();
        let mut listing = Sha256::new();
        for (name, file) in files {
            listing.update(format!("{}  {name}\n", of_file(&file)?));
        }
        Ok(hex(&listing.finalize()))
    } else {
        of_file(path)
    }
}

fn of_file(path: &Path) -> Result<String, FileError> {
    digest(path).map_err(FileError::io("read", path))
}

fn digest(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex(&hasher.finalize())),
            n => hasher.update(&buffer[..n]),
        }
    }
}

fn collect(root: &Path, below: &Path, files: &mut Vec<(String, PathBuf)>) -> Result<(), FileError> {
    let folder = root.join(below);
    let failed = || FileError::io("list", &folder);
    for entry in fs::read_dir(&folder).map_err(failed())? {
        let entry = entry.map_err(failed())?;
        let name = below.join(entry.file_name());
        if entry.file_type().map_err(failed())?.is_dir() {
            collect(root, &name, files)?;
        } else {
            let parts: Vec<_> = name.components().map(|part| part.as_os_str().to_string_lossy()).collect();
            files.push((parts.join("/"), entry.path()));
        }
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a String cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}
