//! The kinds of database.

use std::fmt;

/// A kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Backend {
    /// An embedded database in one file.
    Sqlite,
    /// A server.
    Postgres,
}

impl Backend {
    /// Both of them.
    pub(crate) const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// The name of its feature, and of the directory of its migrations.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}
