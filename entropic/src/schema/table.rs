//! Tables at open: made if missing, checked if there, evolved if that was asked for.

use diesel::sql_types::Bool;
use diesel::{QueryableByName, RunQueryDsl, sql_query};

use super::drift::differences;
use super::remembered::{remember, written};
use super::shape::{ActualTable, ExpectedTable, RecordedTable, Stray};
use super::stray::strays;
use super::{Difference, ddl};
use crate::db::dialect::{attached_to, columns_of, exclusively, indexes_of, quoted};
use crate::db::{Conn, Db, DbError, RowError, is_busy, is_lost};
use crate::fault;
use crate::record::Identity;
use crate::words::with_causes;

/// StrayKind to do with a table that is not as its record wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Schema {
    /// Refuse it, with each difference and the SQL that cures it.
    #[default]
    Check,
    /// Add what can be added without touching what is there: columns that have a default or may be NULL, indexes,
    /// and other names (`#[sim(was = "…")]`); every run stays a hit. Refuse anything else, and change nothing then.
    /// Once, however many processes open at the same instant.
    Evolve,
    /// Take it as it is, but for a column of another type, which would be read as what it is not. Where it differs
    /// otherwise, statements fail; where the ids were made in another way, older runs are not found: the ways to
    /// [`rehash`](crate::Store::rehash) and [`accept_schema`](crate::Store::accept_schema) lead through here.
    Trust,
}

#[derive(QueryableByName)]
struct Exists {
    #[diesel(sql_type = Bool)]
    found: bool,
}

impl Db {
    /// Makes the table of a record if it is missing, and does with one that differs what was asked for.
    ///
    /// # Errors
    /// [`DbError::Drift`] (`is_conflict`), [`DbError::NoTable`] (`is_not_found`) when nothing may be made.
    pub fn ensure_table(&self, wanted: &ExpectedTable, schema: Schema) -> Result<(), DbError> {
        let table = wanted.table.name;
        // A table that can never be told of is not searched each time for what it has always held.
        let searched = |found: &ActualTable| !self.is_read_only() || found.written.is_some();
        let found = self.with("look at the table", |conn| {
            let found = find(conn, table)?;
            if searched(&found) { self.with_strays(conn, wanted, found) } else { Ok(found) }
        })?;
        if found.columns.is_empty() && self.is_read_only() {
            return Err(DbError::NoTable { table, url: self.url().to_string() });
        }
        if found.columns.is_empty() {
            return self
                .with("make the table", |conn| exclusively(conn, |conn| self.evolve(conn, wanted, schema)));
        }
        self.tell_unread(wanted, &found);
        let (advice, all) = parted(differences(self.backend(), wanted, &found));
        let following = schema == Schema::Evolve && !self.is_read_only() && !advice.is_empty();
        if !following && !advice.is_empty() {
            let advice: Vec<String> = advice.iter().map(ToString::to_string).collect();
            tracing::warn!(table, "`Schema::Evolve` would better the table: {}", advice.join("; "));
        }
        let agrees = found.written.as_ref().is_some_and(|written| written.agrees(wanted, &found.strays));
        if all.is_empty() && !following && (agrees || self.is_read_only()) {
            return Ok(());
        }
        if !all.is_empty() {
            let unreadable = all.iter().any(|difference| matches!(difference, Difference::Type { .. }));
            if schema == Schema::Trust && !unreadable {
                for difference in &all {
                    tracing::warn!(table, %difference, "the table differs from its record");
                }
                return Ok(());
            }
            if schema == Schema::Check || self.is_read_only() || !all.iter().all(Difference::is_additive) {
                return Err(self.drift(table, all));
            }
        }
        self.with("make the table", |conn| exclusively(conn, |conn| self.evolve(conn, wanted, schema)))?;
        fault::at("evolved");
        Ok(())
    }

    /// Makes or evolves a table, whatever another process has made of it meanwhile.
    fn evolve(&self, conn: &mut Conn, wanted: &ExpectedTable, schema: Schema) -> Result<(), RowError> {
        let table = wanted.table.name;
        let found = find(conn, table)?;
        if found.columns.is_empty() {
            for statement in ddl::create(self.backend(), wanted) {
                sql_query(statement).execute(conn)?;
                fault::at("create");
            }
            return remember(conn, table, &wanted.written(None, &[]));
        }
        let found = self.with_strays(conn, wanted, found)?;
        let (_, all) = parted(differences(self.backend(), wanted, &found));
        let may = schema == Schema::Evolve && all.iter().all(Difference::is_additive);
        if !all.is_empty() && !may {
            return Err(self.drift(table, all).into());
        }
        for statement in statements(&all) {
            tracing::info!(table, statement, "evolving the table");
            sql_query(statement).execute(conn)?;
            fault::at("evolve");
        }
        remember(conn, table, &wanted.written(found.written.as_ref(), &found.strays))?;
        fault::at("evolve-remembered");
        if schema == Schema::Evolve {
            // As it is by now; a table made anew has its indexes.
            let (advice, _) = parted(differences(self.backend(), wanted, &find(conn, table)?));
            follow(conn, table, &advice)?;
        }
        Ok(())
    }

    /// StrayKind would better a table that serves as it is.
    ///
    /// # Errors
    /// `is_transient` when the database cannot be reached.
    pub(crate) fn advice(&self, wanted: &ExpectedTable) -> Result<Vec<Difference>, DbError> {
        let found = self.with("look at the table", |conn| find(conn, wanted.table.name))?;
        if found.columns.is_empty() {
            return Ok(Vec::new());
        }
        Ok(parted(differences(self.backend(), wanted, &found)).0)
    }

    /// A table with what its record cannot read of it.
    fn with_strays(
        &self,
        conn: &mut Conn,
        wanted: &ExpectedTable,
        found: ActualTable,
    ) -> Result<ActualTable, RowError> {
        let strays = strays(conn, self.backend(), wanted, &found)?;
        Ok(ActualTable { strays, ..found })
    }

    /// Tells of rows that cannot be read and never could, as far as is known.
    fn tell_unread(&self, wanted: &ExpectedTable, found: &ActualTable) {
        for stray in found.strays.iter().filter(|stray| stray.unknown) {
            let Stray { column, rows, ids, what, .. } = stray;
            tracing::warn!(table = wanted.table.name, column, rows, ?ids, ?what, url = %self.url(), "rows that no field can hold");
        }
    }

    /// How the ids of a table's rows were made.
    pub(crate) fn identity(&self, wanted: &ExpectedTable) -> Result<Identity, DbError> {
        let found = self.with("look at the table", |conn| find(conn, wanted.table.name))?;
        Ok(found.identity(wanted))
    }

    /// Remembers that the ids of a table are those of its record, if nothing else is other about it.
    ///
    /// # Errors
    /// [`DbError::Drift`] (`is_conflict`).
    pub(crate) fn remember(&self, wanted: &ExpectedTable) -> Result<(), DbError> {
        self.remember_as(wanted, |found| wanted.written(found.written.as_ref(), &[]))
    }

    /// The same, and that its values are those that the record can read, whatever rows hold.
    ///
    /// # Errors
    /// As [`remember`](Self::remember).
    pub(crate) fn accept(&self, wanted: &ExpectedTable) -> Result<(), DbError> {
        self.remember_as(wanted, |found| wanted.accepted(found.written.as_ref()))
    }

    fn remember_as(
        &self,
        wanted: &ExpectedTable,
        written: impl Fn(&ActualTable) -> RecordedTable,
    ) -> Result<(), DbError> {
        self.with("remember the schema", |conn| {
            exclusively(conn, |conn| {
                let found = find(conn, wanted.table.name)?;
                let (_, mut all) = parted(differences(self.backend(), wanted, &found));
                all.retain(|difference| !matches!(difference, Difference::Identity(_)));
                if !all.is_empty() {
                    return Err(self.drift(wanted.table.name, all).into());
                }
                remember(conn, wanted.table.name, &written(&found))?;
                fault::at("remember");
                Ok(())
            })
        })
    }

    fn drift(&self, table: &'static str, differences: Vec<Difference>) -> DbError {
        DbError::Drift { table, url: self.url().to_string(), differences }
    }
}

/// Differences with which the table serves all the same, and the others.
fn parted(all: Vec<Difference>) -> (Vec<Difference>, Vec<Difference>) {
    all.into_iter().partition(Difference::is_advice)
}

/// Does what is advised, as far as it can be done: a view may stand on a column, or the table be somebody else's.
fn follow(conn: &mut Conn, table: &str, advice: &[Difference]) -> Result<(), RowError> {
    for difference in advice {
        sql_query("SAVEPOINT entropic_advice").execute(conn)?;
        let done = difference.sql().iter().try_for_each(|statement| {
            tracing::info!(table, statement, "bettering the table");
            sql_query(statement).execute(conn)?;
            fault::at("advice");
            Ok(())
        });
        match done {
            Err(error) if is_busy(&error) || is_lost(&error) => return Err(error.into()),
            Err(error) => {
                tracing::warn!(table, %difference, error = %with_causes(&error), "the table stays as it is");
                sql_query("ROLLBACK TO SAVEPOINT entropic_advice").execute(conn)?;
            }
            Ok(()) => {}
        }
        sql_query("RELEASE SAVEPOINT entropic_advice").execute(conn)?;
    }
    Ok(())
}

/// The statements that cure differences. A table that must be made anew gets all that it lacks with that, but for other
/// names.
pub(super) fn statements(all: &[Difference]) -> Vec<&str> {
    let rebuilding = all.iter().map(Difference::sql).find(|sql| is_rebuilding(sql));
    let needed =
        |difference: &&Difference| rebuilding.is_none() || matches!(difference, Difference::Renamed { .. });
    let own = all.iter().filter(needed).flat_map(Difference::sql);
    own.chain(rebuilding.into_iter().flatten()).map(String::as_str).collect()
}

/// Whether statements make a table anew.
pub(super) fn is_rebuilding(sql: &[String]) -> bool {
    sql.iter().any(|statement| statement.starts_with("DROP TABLE"))
}

/// A table as it is; without columns if there is none.
pub(super) fn find(conn: &mut Conn, table: &str) -> Result<ActualTable, RowError> {
    let columns = columns_of(conn, table)?;
    if columns.is_empty() {
        return Ok(ActualTable::default());
    }
    let query = format!("SELECT EXISTS (SELECT 1 FROM {}) AS found", quoted(table));
    let rows = sql_query(query).get_result::<Exists>(conn)?.found;
    let (indexes, attached) = (indexes_of(conn, table)?, attached_to(conn, table)?);
    Ok(ActualTable { columns, indexes, attached, written: written(conn, table)?, rows, strays: Vec::new() })
}
