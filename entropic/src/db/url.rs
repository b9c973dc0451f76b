//! Which database.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::server::ServerUrl;
use super::{Backend, DbError};

/// Where a store keeps its rows.
///
/// | text | database |
/// |---|---|
/// | `runs.db`, `sqlite://runs.db` | a file in the working directory |
/// | `/data/runs.db`, `sqlite:////data/runs.db` | a file wherever the program is started |
/// | `sqlite::memory:` | in memory, gone with the store; for tests |
/// | `postgres://user:password@host:port/name` | a PostgreSQL server, with everything that libpq takes behind it: several hosts, `?host=/run/postgresql`, `?sslmode=require` |
///
/// A [`Path`] or [`PathBuf`] is the file that it names, whatever characters it has.
///
/// Everything behind `sqlite://` is the path as it is: `sqlite:///runs.db` is a file in the root directory, where
/// SQLAlchemy takes it for one in the working directory. When that is likely to have been meant, opening it is refused
/// with both readings. Four slashes mean the same to both.
///
/// `Display` and `Debug` hide passwords. A URL in which the parts of a password could be taken for something else, and so
/// be shown, is refused: percent-encode what is special in it.
///
/// ```
/// use entropic::DbUrl;
///
/// assert_eq!("sqlite://runs.db".parse::<DbUrl>()?, "runs.db".parse()?);
/// assert_eq!(DbUrl::from(std::path::Path::new("runs.db")), "runs.db".parse()?);
/// let shared: DbUrl = "postgres://ada:secret@db.example/runs".parse()?;
/// assert_eq!(shared.to_string(), "postgres://ada:***@db.example/runs");
///
/// let refused = "mysql://localhost/runs".parse::<DbUrl>().unwrap_err();
/// assert!(refused.to_string().contains("postgres://"));
/// let refused = "postgres://ada:sec/ret@db.example/runs".parse::<DbUrl>().unwrap_err();
/// assert!(refused.to_string().contains("write `@` as `%40`") && !refused.to_string().contains("sec"));
/// # Ok::<(), entropic::DbError>(())
/// ```
#[derive(Clone)]
pub struct DbUrl {
    kind: Kind,
    /// Written with three slashes, which SQLAlchemy reads as a relative path.
    three_slashes: bool,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Kind {
    File(PathBuf),
    Memory,
    Postgres(ServerUrl),
}

impl From<Kind> for DbUrl {
    fn from(kind: Kind) -> Self {
        Self { kind, three_slashes: false }
    }
}

impl DbUrl {
    /// The kind of database.
    #[must_use]
    pub fn backend(&self) -> Backend {
        match self.kind {
            Kind::File(_) | Kind::Memory => Backend::Sqlite,
            Kind::Postgres(_) => Backend::Postgres,
        }
    }

    /// The file of an embedded database, unless it lives in memory.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.kind {
            Kind::File(path) => Some(path),
            _ => None,
        }
    }

    /// Whether the database is gone with its last connection.
    #[must_use]
    pub fn is_memory(&self) -> bool {
        matches!(self.kind, Kind::Memory)
    }

    /// The server of a shared database.
    pub(super) fn server(&self) -> Option<&ServerUrl> {
        match &self.kind {
            Kind::Postgres(url) => Some(url),
            _ => None,
        }
    }

    /// The path in the working directory that SQLAlchemy would take it for.
    pub(super) fn as_sqlalchemy_reads_it(&self) -> Option<&Path> {
        self.path().filter(|_| self.three_slashes)?.strip_prefix("/").ok()
    }

    /// The same with a path that a change of the working directory does not move.
    pub(super) fn absolute(self) -> std::io::Result<Self> {
        let kind = match self.kind {
            Kind::File(path) => Kind::File(std::path::absolute(path)?),
            other => other,
        };
        Ok(Self { kind, ..self })
    }
}

impl PartialEq for DbUrl {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Eq for DbUrl {}

impl Hash for DbUrl {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.kind.hash(state);
    }
}

impl FromStr for DbUrl {
    type Err = DbError;

    fn from_str(text: &str) -> Result<Self, DbError> {
        // Whatever is behind the scheme may be a secret as long as the text is not understood.
        let refuse = |shown: &str, reason: &str| {
            Err(DbError::Url { url: shown.to_owned(), reason: reason.to_owned() })
        };
        if let Some(url) = ServerUrl::parse(text) {
            return url.map(|url| Kind::Postgres(url).into()).or_else(|why| refuse("postgres://…", &why));
        }
        if text.is_empty() {
            return refuse(text, "it is empty");
        }
        if matches!(text, "sqlite::memory:" | ":memory:" | "sqlite://:memory:") {
            return Ok(Kind::Memory.into());
        }
        let (path, start) = text.strip_prefix("sqlite://").map_or((text, ""), |path| (path, "sqlite://"));
        let hidden = format!("{start}…");
        if path.contains('\0') {
            return refuse(&hidden, "it contains a NUL");
        }
        if let Some(scheme) = scheme(text).filter(|_| start.is_empty()) {
            let known = matches!(scheme, "postgres" | "postgresql" | "sqlite");
            let reason = if known {
                format!("`//` is missing behind `{scheme}:`")
            } else {
                format!("`{scheme}:` is no database that entropic knows")
            };
            return refuse(&format!("{scheme}:…"), &reason);
        }
        if looks_like_a_server(path) {
            return refuse(
                &hidden,
                "it is no path, and may hold a password; a server is `postgres://user:password@host/name`, a file of such \
                 a name is given as a `Path`, or begins with `./`",
            );
        }
        if !start.is_empty() {
            if path.is_empty() {
                return refuse(text, "it names no file");
            }
            if path.contains('?') {
                return refuse(
                    &hidden,
                    "a SQLite URL takes no `?…`; options are set on the builder, and a bare path may contain `?`",
                );
            }
            let three_slashes = path.starts_with('/') && !path.starts_with("//");
            // SQLAlchemy's form of an absolute path.
            let path = if path.starts_with("//") { &path[1..] } else { path };
            return Ok(Self { kind: Kind::File(PathBuf::from(path)), three_slashes });
        }
        Ok(Kind::File(PathBuf::from(text)).into())
    }
}

impl TryFrom<&str> for DbUrl {
    type Error = DbError;
    fn try_from(text: &str) -> Result<Self, DbError> {
        text.parse()
    }
}

impl TryFrom<String> for DbUrl {
    type Error = DbError;
    fn try_from(text: String) -> Result<Self, DbError> {
        text.parse()
    }
}

impl TryFrom<&String> for DbUrl {
    type Error = DbError;
    fn try_from(text: &String) -> Result<Self, DbError> {
        text.parse()
    }
}

impl TryFrom<Cow<'_, str>> for DbUrl {
    type Error = DbError;
    fn try_from(text: Cow<'_, str>) -> Result<Self, DbError> {
        text.parse()
    }
}

/// The file, whatever its name looks like.
impl From<&Path> for DbUrl {
    fn from(path: &Path) -> Self {
        Kind::File(path.to_owned()).into()
    }
}

/// The file, whatever its name looks like.
impl From<PathBuf> for DbUrl {
    fn from(path: PathBuf) -> Self {
        Kind::File(path).into()
    }
}

/// The file, whatever its name looks like.
impl From<&PathBuf> for DbUrl {
    fn from(path: &PathBuf) -> Self {
        Kind::File(path.clone()).into()
    }
}

impl From<&DbUrl> for DbUrl {
    fn from(url: &DbUrl) -> Self {
        url.clone()
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

/// Whether a text that has no known scheme is rather the address of a server than a path: no file of such a name was ever
/// meant, and to make one would write a password into a directory.
fn looks_like_a_server(text: &str) -> bool {
    let drive = cfg!(windows) && matches!(text.get(1..3), Some(":\\" | ":/"));
    let literal =
        drive || text.starts_with(['.', '\\']) || (text.starts_with('/') && !text.starts_with("//"));
    if literal {
        return false;
    }
    // `user:password@host`, or a URL with something before its scheme.
    let login = text.split_once(':').is_some_and(|(_, behind)| behind.contains('@'));
    let nested = text.contains("://");
    let foreign_login = text.starts_with("//") && text.contains('@');
    // `host=… password=…`, and what other drivers make of it.
    let word = |key: &str| {
        matches!(key, "host" | "hostaddr" | "port" | "dbname" | "user" | "password" | "service" | "server")
    };
    let settings = text.split([' ', ';', '&', '\t', '\n']).any(|setting| {
        let key = setting.split_once('=').map_or(setting, |(key, _)| key).trim().to_ascii_lowercase();
        setting.contains('=')
            && (word(&key) || ["password", "passwd", "pwd"].iter().any(|end| key.ends_with(end)))
    });
    let spaced =
        text.to_ascii_lowercase().split_whitespace().collect::<Vec<_>>().join(" ").contains("password =");
    login || nested || foreign_login || settings || spaced
}

impl fmt::Display for DbUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::File(path) => write!(f, "sqlite://{}", path.display()),
            Kind::Memory => f.write_str("sqlite::memory:"),
            Kind::Postgres(url) => f.write_str(url.shown()),
        }
    }
}

impl fmt::Debug for DbUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DbUrl({self})")
    }
}

#[cfg(test)]
#[path = "url_tests.rs"]
mod tests;
