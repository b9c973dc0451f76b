//! Which database.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::DbError;

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Backend {
    /// An embedded database in one file.
    Sqlite,
    /// A server.
    Postgres,
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// Where a store keeps its rows: `sqlite://path`, a bare path, `sqlite::memory:` or `postgres://…`.
///
/// Everything behind `sqlite://` is the path as it is, relative or absolute. `Display` hides passwords.
///
/// ```
/// use entropic::DbUrl;
///
/// assert_eq!("sqlite://runs.db".parse::<DbUrl>()?, "runs.db".parse()?);
/// let shared: DbUrl = "postgres://ada:secret@db.example/runs".parse()?;
/// assert_eq!(shared.to_string(), "postgres://ada:***@db.example/runs");
///
/// let refused = "mysql://localhost/runs".parse::<DbUrl>().unwrap_err();
/// assert!(refused.to_string().contains("postgres://"));
/// # Ok::<(), entropic::DbError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DbUrl(Kind);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Kind {
    File(PathBuf),
    Memory,
    Postgres(String),
}

impl DbUrl {
    /// The kind of database.
    #[must_use]
    pub fn backend(&self) -> Backend {
        match self.0 {
            Kind::File(_) | Kind::Memory => Backend::Sqlite,
            Kind::Postgres(_) => Backend::Postgres,
        }
    }

    /// The file of an embedded database, unless it lives in memory.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Kind::File(path) => Some(path),
            _ => None,
        }
    }

    /// Whether the database is gone with its last connection.
    #[must_use]
    pub fn is_memory(&self) -> bool {
        matches!(self.0, Kind::Memory)
    }

    /// What libpq takes, password and all.
    #[cfg_attr(not(feature = "postgres"), expect(dead_code, reason = "only PostgreSQL connects by URL"))]
    pub(super) fn postgres(&self) -> Option<&str> {
        match &self.0 {
            Kind::Postgres(url) => Some(url),
            _ => None,
        }
    }

    /// The same with a path that a change of the working folder does not move.
    pub(super) fn absolute(self) -> std::io::Result<Self> {
        Ok(match self.0 {
            Kind::File(path) => Self(Kind::File(std::path::absolute(path)?)),
            other => Self(other),
        })
    }
}

impl FromStr for DbUrl {
    type Err = DbError;

    fn from_str(text: &str) -> Result<Self, DbError> {
        let refuse = |reason: &str| Err(DbError::Url { url: redact(text), reason: reason.to_owned() });
        if text.contains('\0') {
            return refuse("it contains a NUL");
        }
        if matches!(text, "sqlite::memory:" | ":memory:" | "sqlite://:memory:") {
            return Ok(Self(Kind::Memory));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self(Kind::Postgres(text.to_owned())));
        }
        if let Some(path) = text.strip_prefix("sqlite://") {
            return match path {
                "" => refuse("it names no file"),
                _ if path.contains('?') => refuse(
                    "a SQLite URL takes no `?…`; options are set on the builder, and a bare path may contain `?`",
                ),
                _ => Ok(Self(Kind::File(PathBuf::from(path)))),
            };
        }
        if text.is_empty() {
            return refuse("it is empty");
        }
        if let Some(scheme) = scheme(text) {
            return refuse(&format!("`{scheme}:` is no database that entropic knows"));
        }
        Ok(Self(Kind::File(PathBuf::from(text))))
    }
}

/// The scheme that a text begins with, as URLs have them; one letter is a drive.
fn scheme(text: &str) -> Option<&str> {
    let (scheme, _) = text.split_once(':')?;
    let fits = scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    // `my.runs:2` is a file; `mysql:` and everything with `//` behind is not.
    (fits && (text[scheme.len()..].starts_with("://") || !scheme.contains('.'))).then_some(scheme)
}

/// A URL without its password, for messages.
fn redact(url: &str) -> String {
    let mut out = url.to_owned();
    if let Some(start) = out.find("://").map(|at| at + 3) {
        // Up to the last `@`: a password may hold what it should have encoded.
        let end = out[start..].find('?').map_or(out.len(), |at| start + at);
        let at = out[start..end].rfind('@').map(|at| start + at);
        let secret = at.and_then(|at| Some(start + out[start..at].find(':')? + 1..at));
        if let Some(secret) = secret {
            out.replace_range(secret, "***");
        }
    }
    if let Some(query) = out.find('?').map(|at| at + 1) {
        let shown: Vec<String> = out[query..]
            .split('&')
            .map(|pair| match pair.split_once('=') {
                Some((key, _)) if key.contains("password") => format!("{key}=***"),
                _ => pair.to_owned(),
            })
            .collect();
        out.replace_range(query.., &shown.join("&"));
    }
    out
}

impl fmt::Display for DbUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::File(path) => write!(f, "sqlite://{}", path.display()),
            Kind::Memory => f.write_str("sqlite::memory:"),
            Kind::Postgres(url) => f.write_str(&redact(url)),
        }
    }
}

impl fmt::Debug for DbUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DbUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn the_accepted_forms_are_accepted() {
        for (text, shown) in [
            ("runs.db", "sqlite://runs.db"),
            ("sqlite:///abs/runs.db", "sqlite:///abs/runs.db"),
            ("./a:b.db", "sqlite://./a:b.db"),
            ("my runs 'x' ü.db", "sqlite://my runs 'x' ü.db"),
            ("sqlite::memory:", "sqlite::memory:"),
            (":memory:", "sqlite::memory:"),
            ("postgresql://h/d", "postgresql://h/d"),
            ("C:\\runs.db", "sqlite://C:\\runs.db"),
        ] {
            assert_eq!(text.parse::<DbUrl>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn anything_else_is_refused_with_the_forms() {
        for text in [
            "",
            "mysql://h/d",
            "sqlite://",
            "postgresql+psycopg2://h/d",
            "file:runs.db",
            "sqlite://a?mode=ro",
            "sqlite:a.db",
            "a\0b",
        ] {
            let message = text.parse::<DbUrl>().unwrap_err().to_string();
            for form in ["sqlite://", "sqlite::memory:", "postgres://"] {
                assert!(message.contains(form), "{message}");
            }
        }
    }

    #[test]
    fn passwords_are_never_shown() {
        for url in [
            "postgres://u:se%40cret@h:5432/d",
            "postgres://u:se:cret@h/d?sslmode=require",
            "postgres://h/d?user=u&password=secret",
            "mysql://u:secret@h/d",
            "postgres://u:se/cret@x@h/d",
        ] {
            let shown = match url.parse::<DbUrl>() {
                Ok(url) => format!("{url} {url:?}"),
                Err(error) => format!("{error} {error:?}"),
            };
            assert!(!shown.contains("cret"), "{shown}");
        }
    }
}
