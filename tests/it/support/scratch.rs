//! A temporary directory and an empty database for one test.

use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection as _;
use diesel::deserialize::{self, FromSql, QueryableByName};
use diesel::result::QueryResult;
use diesel::row::{Field as _, NamedRow, Row};
use diesel::{Connection as _, RunQueryDsl as _};
use tempfile::TempDir;

use super::Backend;

/// A temporary directory and an empty database. Dropping the value removes both.
#[derive(Debug)]
pub struct Scratch {
    url: String,
    #[cfg(feature = "postgres")]
    schema: Option<Schema>,
    backend: Backend,
    dir: TempDir,
}

impl Scratch {
    /// Creates a directory whose database is the file `runs.db` in it. Does not create the file.
    #[cfg(feature = "sqlite")]
    pub fn sqlite() -> Self {
        let dir = temporary_dir();
        let file = dir.path().join("runs.db");
        let file = file.to_str().expect("the temporary directory's name is UTF-8");
        Scratch {
            url: format!("sqlite://{file}"),
            #[cfg(feature = "postgres")]
            schema: None,
            backend: Backend::Sqlite,
            dir,
        }
    }

    /// Creates a directory and an empty schema on the server of the tests. Without a server, prints
    /// `SKIPPED` and returns `None`.
    #[cfg(feature = "postgres")]
    pub fn postgres() -> Option<Self> {
        super::postgres::url().map(Self::postgres_at)
    }

    /// Creates a directory and an empty schema on the server with this URL.
    #[cfg(feature = "postgres")]
    pub fn postgres_at(server: &str) -> Self {
        let schema = Schema::create(server);
        Scratch { url: schema.url(), schema: Some(schema), backend: Backend::Postgres, dir: temporary_dir() }
    }

    /// Creates another scratch on the same kind of database.
    pub fn another(&self) -> Self {
        match self.backend {
            #[cfg(feature = "sqlite")]
            Backend::Sqlite => Self::sqlite(),
            #[cfg(feature = "postgres")]
            Backend::Postgres => Self::postgres().expect("there was a server"),
            #[cfg(not(all(feature = "sqlite", feature = "postgres")))]
            _ => unreachable!("this scratch is on a database of the build"),
        }
    }

    /// Returns the URL of the database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the temporary directory.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Returns a path for results inside the temporary directory. Does not create it.
    pub fn results_dir(&self) -> PathBuf {
        self.dir().join("results")
    }

    /// Returns the kind of database.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Executes SQL statements on a new connection.
    ///
    /// # Panics
    ///
    /// If a statement fails.
    #[track_caller]
    pub fn sql(&self, statements: &str) {
        if let Err(error) = self.try_sql(statements) {
            panic!("{error}\nin: {statements}");
        }
    }

    /// Executes SQL statements that may fail, on a new connection.
    #[track_caller]
    pub fn try_sql(&self, statements: &str) -> QueryResult<()> {
        match self.connect() {
            #[cfg(feature = "sqlite")]
            Connection::Sqlite(mut connection) => connection.batch_execute(statements),
            #[cfg(feature = "postgres")]
            Connection::Postgres(mut connection) => connection.batch_execute(statements),
        }
    }

    /// Returns the rows of a query (a `SELECT`, or a statement with `RETURNING`), each value as text.
    ///
    /// Both databases return bytes as `\x` and hexadecimal digits. Other values have the database's
    /// own form: a true boolean is `true` in PostgreSQL and `1` in SQLite.
    #[track_caller]
    pub fn query_text(&self, query: &str) -> Vec<Vec<Option<String>>> {
        let rows = match self.connect() {
            #[cfg(feature = "sqlite")]
            Connection::Sqlite(mut connection) => diesel::sql_query(query).load(&mut connection),
            #[cfg(feature = "postgres")]
            Connection::Postgres(mut connection) => diesel::sql_query(format!(
                "WITH q AS ({query}) SELECT ARRAY(\
                     SELECT value FROM json_each_text(row_to_json(q))\
                 ) AS value FROM q"
            ))
            .load(&mut connection),
        };
        let rows: Vec<TextRow> = match rows {
            Ok(rows) => rows,
            Err(error) => panic!("{error}\nin: {query}"),
        };
        rows.into_iter().map(|row| row.0).collect()
    }

    /// Returns the first column of a query's first row as text, or `None` if it is NULL or there is
    /// no row.
    #[track_caller]
    pub fn scalar_text(&self, query: &str) -> Option<String> {
        let row = self.query_text(query).into_iter().next()?;
        row.into_iter().next()?
    }

    #[track_caller]
    fn connect(&self) -> Connection {
        #[cfg(feature = "sqlite")]
        if let Some(file) = self.url.strip_prefix("sqlite://") {
            let mut connection = diesel::SqliteConnection::establish(file)
                .unwrap_or_else(|error| panic!("{file} cannot be opened: {error}"));
            connection.batch_execute("PRAGMA busy_timeout = 10000").expect("SQLite takes a timeout");
            return Connection::Sqlite(connection);
        }
        #[cfg(feature = "postgres")]
        if self.backend == Backend::Postgres {
            return Connection::Postgres(super::postgres::connect(&self.url));
        }
        unreachable!("a scratch is on one of the databases of the build")
    }
}

enum Connection {
    #[cfg(feature = "sqlite")]
    Sqlite(diesel::SqliteConnection),
    #[cfg(feature = "postgres")]
    Postgres(diesel::PgConnection),
}

fn temporary_dir() -> TempDir {
    tempfile::Builder::new()
        .prefix("entropic-")
        .tempdir()
        .expect("the system's temporary directory can be written")
}

/// A row whose values are read as text.
struct TextRow(Vec<Option<String>>);

#[cfg(feature = "sqlite")]
impl QueryableByName<diesel::sqlite::Sqlite> for TextRow {
    fn build<'a>(row: &impl NamedRow<'a, diesel::sqlite::Sqlite>) -> deserialize::Result<Self> {
        use diesel::sql_types::{Binary, Text};
        use diesel::sqlite::{Sqlite, SqliteType};

        let mut values = Vec::with_capacity(row.field_count());
        for index in 0..row.field_count() {
            let field = Row::get(row, index).ok_or("a row has all its fields")?;
            let Some(value) = field.value() else {
                values.push(None);
                continue;
            };
            values.push(Some(if value.value_type() == Some(SqliteType::Binary) {
                let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?;
                let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                format!("\\x{digits}")
            } else {
                <String as FromSql<Text, Sqlite>>::from_sql(value)?
            }));
        }
        Ok(TextRow(values))
    }
}

#[cfg(feature = "postgres")]
impl QueryableByName<diesel::pg::Pg> for TextRow {
    fn build<'a>(row: &impl NamedRow<'a, diesel::pg::Pg>) -> deserialize::Result<Self> {
        use diesel::sql_types::{Array, Nullable, Text};

        NamedRow::get::<Array<Nullable<Text>>, _>(row, "value").map(TextRow)
    }
}

/// A schema on a server, dropped with everything in it.
#[cfg(feature = "postgres")]
#[derive(Debug)]
struct Schema {
    server: String,
    name: String,
}

#[cfg(feature = "postgres")]
impl Schema {
    fn create(server: &str) -> Self {
        use std::sync::atomic::{AtomicU32, Ordering};
        use std::time::{SystemTime, UNIX_EPOCH};

        static COUNT: AtomicU32 = AtomicU32::new(0);

        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970").as_nanos();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("t{now:x}_{}_{count}", std::process::id());
        super::postgres::connect(server)
            .batch_execute(&format!("CREATE SCHEMA {name}"))
            .expect("the user of the tests may create schemas");
        Schema { server: server.to_owned(), name }
    }

    /// Returns the server's URL with this schema as `search_path`, which resolves every unqualified name.
    fn url(&self) -> String {
        let separator = if self.server.contains('?') { '&' } else { '?' };
        format!("{}{separator}options=-csearch_path%3D{}", self.server, self.name)
    }
}

#[cfg(feature = "postgres")]
impl Drop for Schema {
    /// Drops the schema if that is possible: a test may have killed its server or left a transaction open.
    fn drop(&mut self) {
        let Ok(mut connection) = diesel::PgConnection::establish(&self.server) else {
            return;
        };
        let dropped = connection.batch_execute(&format!(
            "SET client_min_messages = warning; SET lock_timeout = '5s'; DROP SCHEMA {} CASCADE",
            self.name
        ));
        if let Err(error) = dropped {
            eprintln!("the schema {} stays: {error}", self.name);
        }
    }
}
