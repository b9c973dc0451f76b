//! Where a database is, so that a copy of it can be told from the one that was copied.

use std::path::Path;
use std::time::Duration;

use super::dialect::place_of;
use super::{Db, DbError, DbOptions, DbUrl};
use crate::words::with_causes;

/// How long another database is waited for, of which this one may be a copy.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where a database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The path of its file, or a URL of it without any password.
    pub(crate) name: String,
    /// What it has in common with no other one, whatever name leads to it: of databases on servers.
    pub(crate) id: Option<String>,
}

impl Place {
    /// The server of a database.
    fn server(&self) -> Option<&str> {
        self.id.as_deref().and_then(|id| id.split_once('/')).map(|(server, _)| server)
    }
}

impl Db {
    /// Where this database is; `None` if it is gone with its last connection, or its server does not say.
    pub(crate) fn place(&self) -> Result<Option<Place>, DbError> {
        if let Some(path) = self.url().path() {
            return Ok(path.to_str().map(|path| Place { name: path.to_owned(), id: None }));
        }
        let Some(server) = self.url().server() else { return Ok(None) };
        match self.with("ask which database it is", |conn| Ok(place_of(conn)?)) {
            Ok(found) => {
                Ok(found
                    .map(|(database, id)| Place { name: server.without_secrets(&database), id: Some(id) }))
            }
            Err(error) if error.is_transient() => Err(error),
            Err(error) => {
                tracing::debug!(error = %with_causes(&error), "the server does not say which database it is: a copy would not be noticed");
                Ok(None)
            }
        }
    }

    /// A database that was seen before, opened to be read, if it is there and is not this one.
    pub(crate) fn other(&self, seen: &Place, now: &Place) -> Result<Option<Self>, DbError> {
        // A server has more names than one, and a database may be renamed.
        let is_this_one = |place: &Place| place.id.is_some() && place.id == now.id;
        if is_this_one(seen) || (seen.id.is_none() && seen.name == now.name) {
            return Ok(None);
        }
        let Some(url) = self.url_of(seen, now) else { return Ok(None) };
        let options = DbOptions { read_only: true, patience: PATIENCE, pool_size: 1, ..DbOptions::default() };
        let other = Self::open(url, options)?;
        // The name that was noted may lead to this very database by now.
        let is_other = other.place()?.is_none_or(|place| !is_this_one(&place));
        Ok(is_other.then_some(other))
    }

    /// How to reach a database that was seen before, if it may still be there and is not this one.
    fn url_of(&self, seen: &Place, now: &Place) -> Option<DbUrl> {
        if seen.id.is_some() {
            let noted = seen.name.parse::<DbUrl>().ok()?;
            let noted = noted.server()?;
            let own = self.url().server()?;
            return own.towards(noted, seen.server() == now.server()).parse().ok();
        }
        let path = Path::new(&seen.name);
        let gone = !path.is_file() || self.url().path().is_some_and(|own| is_same(path, own));
        (!gone).then(|| DbUrl::from(path))
    }
}

#[cfg(unix)]
fn is_same(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |path: &Path| std::fs::metadata(path).map(|meta| (meta.dev(), meta.ino())).ok();
    identity(one).is_some_and(|one| Some(one) == identity(other))
}

#[cfg(not(unix))]
fn is_same(one: &Path, other: &Path) -> bool {
    std::fs::canonicalize(one).ok() == std::fs::canonicalize(other).ok()
}
