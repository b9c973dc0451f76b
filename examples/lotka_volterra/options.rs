//! The command-line options.

use std::error::Error;
use std::path::{Path, PathBuf};

use entropic::DbUrl;

const USAGE: &str = "\
usage: lotka_volterra [--fresh] [--database URL] [DIR]

  DIR              the directory for all files (default: `lotka_volterra` in Cargo's target directory)
  --database URL   sqlite://PATH or postgres://… (default: $ENTROPIC_DATABASE_URL, otherwise DIR/runs.db);
                   PostgreSQL needs `--features postgres` or `--features postgres-bundled`
  --fresh          delete the stored runs first";

/// The parsed options.
#[derive(Debug)]
pub struct Options {
    /// The directory that contains everything else.
    pub home: PathBuf,
    /// The database.
    pub database: DbUrl,
    /// The results directory.
    pub results: PathBuf,
    /// Whether to remove the stored runs first.
    pub fresh: bool,
}

impl Options {
    /// Parses the command line. Returns `None` if the user asked for help.
    pub fn read() -> Result<Option<Self>, Box<dyn Error>> {
        let (mut home, mut database, mut fresh) = (None, std::env::var("ENTROPIC_DATABASE_URL").ok(), false);
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--help" | "-h" => {
                    println!("{USAGE}");
                    return Ok(None);
                }
                "--fresh" => fresh = true,
                "--database" => database = Some(words.next().ok_or(USAGE)?),
                word if word.starts_with('-') || home.is_some() => {
                    return Err(format!("`{word}` was not expected\n\n{USAGE}").into());
                }
                word => home = Some(PathBuf::from(word)),
            }
        }
        let home = match home {
            Some(home) => home,
            None => target_dir()?.join("lotka_volterra"),
        };
        // A results directory belongs to one store, so each database has its own.
        let (database, results) = match database {
            Some(url) => {
                let url = url.parse::<DbUrl>().map_err(entropic::Error::from)?;
                let results = home.join(format!("results-{}", url.backend().to_string().to_lowercase()));
                (url, results)
            }
            None => (home.join("runs.db").into(), home.join("results")),
        };
        Ok(Some(Self { home, database, results, fresh }))
    }

    /// Returns the database in a readable form.
    pub fn shown_database(&self, url: &DbUrl) -> String {
        url.path().map_or_else(|| url.to_string(), below)
    }
}

/// Returns Cargo's target directory: this program is in its `<profile>/examples`.
fn target_dir() -> std::io::Result<PathBuf> {
    let program = std::env::current_exe()?;
    Ok(program.ancestors().nth(3).unwrap_or(&program).to_owned())
}

/// Returns a path relative to the current directory, if it is below it.
pub fn below(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}
