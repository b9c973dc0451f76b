//! Creates, checks or evolves the table of a record when a store opens.

use diesel::sql_types::Bool;
use diesel::{QueryableByName, RunQueryDsl, sql_query};

use super::drift::differences;
use super::remembered::{record, recorded};
use super::shape::{ActualTable, ExpectedTable, RecordedTable, Stray};
use super::stray::strays;
use super::{Difference, ddl};
use crate::db::dialect::{attached_to, columns_of, exclusively, indexes_of, quoted};
use crate::db::{Conn, Db, DbError, RowError, is_busy, is_lost};
use crate::fault;
use crate::record::Identity;
use crate::words::with_causes;

/// What to do if a table differs from its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Schema {
    /// Refuses the table. The error lists each difference with the SQL that cures it.
    #[default]
    Check,
    /// Makes the changes that leave existing data untouched, after which every run stays a hit: adds columns that have a
    /// default or may be NULL, adds indexes, and renames columns (`#[sim(was = "…")]`). Changes nothing and refuses the
    /// table if there is any other difference. Runs only once even if many processes open at the same instant.
    Evolve,
    /// Accepts the table as it is, except for type mismatches, which would misread data. Other differences make
    /// statements fail, and a changed identity makes older runs misses. Open the store this way to call
    /// [`rehash`](crate::Store::rehash) or [`accept_schema`](crate::Store::accept_schema).
    Trust,
}

#[derive(QueryableByName)]
struct Exists {
    #[diesel(sql_type = Bool)]
    found: bool,
}

impl Db {
    /// Creates the table of a record if it is missing. If it differs, does what `schema` says.
    ///
    /// # Errors
    /// [`DbError::Drift`] (`is_conflict`) if the table is refused; [`DbError::NoTable`] (`is_not_found`) if it is missing
    /// and the store is read-only.
    pub fn ensure_table(&self, expected: &ExpectedTable, schema: Schema) -> Result<(), DbError> {
        let table = expected.table.name;
        // A read-only store cannot record that it searched a table without a record, so it does not search it at each
        // open.
        let searched = |actual: &ActualTable| !self.is_read_only() || actual.recorded.is_some();
        let actual = self.with("look at the table", |conn| {
            let actual = find(conn, table)?;
            if searched(&actual) { self.with_strays(conn, expected, actual) } else { Ok(actual) }
        })?;
        if actual.columns.is_empty() && self.is_read_only() {
            return Err(DbError::NoTable { table, url: self.url().to_string() });
        }
        if actual.columns.is_empty() {
            return self.with("make the table", |conn| {
                exclusively(conn, |conn| self.evolve(conn, expected, schema))
            });
        }
        self.warn_of_unreadable(expected, &actual);
        let (advice, all) = split_advice(differences(self.backend(), expected, &actual));
        let applies_advice = schema == Schema::Evolve && !self.is_read_only() && !advice.is_empty();
        if !applies_advice && !advice.is_empty() {
            let advice: Vec<String> = advice.iter().map(ToString::to_string).collect();
            tracing::warn!(table, "`Schema::Evolve` would improve the table: {}", advice.join("; "));
        }
        let agrees =
            actual.recorded.as_ref().is_some_and(|recorded| recorded.agrees(expected, &actual.strays));
        if all.is_empty() && !applies_advice && (agrees || self.is_read_only()) {
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
        self.with("make the table", |conn| exclusively(conn, |conn| self.evolve(conn, expected, schema)))?;
        fault::at("evolved");
        Ok(())
    }

    /// Creates or evolves a table. Reads it again first, because another process may have changed it.
    fn evolve(&self, conn: &mut Conn, expected: &ExpectedTable, schema: Schema) -> Result<(), RowError> {
        let table = expected.table.name;
        let actual = find(conn, table)?;
        if actual.columns.is_empty() {
            for statement in ddl::create(self.backend(), expected) {
                sql_query(statement).execute(conn)?;
                fault::at("create");
            }
            return record(conn, table, &expected.to_record(None, &[]));
        }
        let actual = self.with_strays(conn, expected, actual)?;
        let (_, all) = split_advice(differences(self.backend(), expected, &actual));
        let may = schema == Schema::Evolve && all.iter().all(Difference::is_additive);
        if !all.is_empty() && !may {
            return Err(self.drift(table, all).into());
        }
        for statement in statements(&all) {
            tracing::info!(table, statement, "evolving the table");
            sql_query(statement).execute(conn)?;
            fault::at("evolve");
        }
        record(conn, table, &expected.to_record(actual.recorded.as_ref(), &actual.strays))?;
        fault::at("evolve-remembered");
        if schema == Schema::Evolve {
            // Read the table again: a rebuilt table already has its indexes.
            let (advice, _) = split_advice(differences(self.backend(), expected, &find(conn, table)?));
            apply_advice(conn, table, &advice)?;
        }
        Ok(())
    }

    /// Returns the recommendations for a table that works as it is.
    ///
    /// # Errors
    /// `is_transient` if the database cannot be reached.
    pub(crate) fn advice(&self, expected: &ExpectedTable) -> Result<Vec<Difference>, DbError> {
        let actual = self.with("look at the table", |conn| find(conn, expected.table.name))?;
        if actual.columns.is_empty() {
            return Ok(Vec::new());
        }
        Ok(split_advice(differences(self.backend(), expected, &actual)).0)
    }

    /// Adds the strays to a table that was read.
    fn with_strays(
        &self,
        conn: &mut Conn,
        expected: &ExpectedTable,
        actual: ActualTable,
    ) -> Result<ActualTable, RowError> {
        let strays = strays(conn, self.backend(), expected, &actual)?;
        Ok(ActualTable { strays, ..actual })
    }

    /// Warns of unreadable rows in columns without recorded values.
    fn warn_of_unreadable(&self, expected: &ExpectedTable, actual: &ActualTable) {
        for stray in actual.strays.iter().filter(|stray| stray.unknown) {
            let Stray { column, rows, ids, what, .. } = stray;
            tracing::warn!(table = expected.table.name, column, rows, ?ids, ?what, url = %self.url(), "the table has rows that the record cannot read");
        }
    }

    /// Returns how the ids of a table's rows were made.
    pub(crate) fn identity(&self, expected: &ExpectedTable) -> Result<Identity, DbError> {
        let actual = self.with("look at the table", |conn| find(conn, expected.table.name))?;
        Ok(actual.identity(expected))
    }

    /// Records that the ids of a table are made as its record makes them.
    ///
    /// # Errors
    /// [`DbError::Drift`] (`is_conflict`) if the table differs in anything else.
    pub(crate) fn remember(&self, expected: &ExpectedTable) -> Result<(), DbError> {
        self.remember_as(expected, |actual| expected.to_record(actual.recorded.as_ref(), &[]))
    }

    /// Records that the ids of a table are made as its record makes them, and that its values are those of the record.
    /// Does not check the rows.
    ///
    /// # Errors
    /// Those of [`remember`](Self::remember).
    pub(crate) fn accept(&self, expected: &ExpectedTable) -> Result<(), DbError> {
        self.remember_as(expected, |actual| expected.accepted(actual.recorded.as_ref()))
    }

    fn remember_as(
        &self,
        expected: &ExpectedTable,
        to_record: impl Fn(&ActualTable) -> RecordedTable,
    ) -> Result<(), DbError> {
        self.with("remember the schema", |conn| {
            exclusively(conn, |conn| {
                let actual = find(conn, expected.table.name)?;
                let (_, mut all) = split_advice(differences(self.backend(), expected, &actual));
                all.retain(|difference| !matches!(difference, Difference::Identity(_)));
                if !all.is_empty() {
                    return Err(self.drift(expected.table.name, all).into());
                }
                record(conn, expected.table.name, &to_record(&actual))?;
                fault::at("remember");
                Ok(())
            })
        })
    }

    fn drift(&self, table: &'static str, differences: Vec<Difference>) -> DbError {
        DbError::Drift { table, url: self.url().to_string(), differences }
    }
}

/// Splits differences into recommendations and all others.
fn split_advice(all: Vec<Difference>) -> (Vec<Difference>, Vec<Difference>) {
    all.into_iter().partition(Difference::is_advice)
}

/// Applies the recommendations that the database accepts. It refuses some, for example if a view depends on a column or
/// another user owns the table.
fn apply_advice(conn: &mut Conn, table: &str, advice: &[Difference]) -> Result<(), RowError> {
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

/// Returns the statements that cure differences. If one of them rebuilds the table, the rebuild replaces all other
/// statements except renamings.
pub(super) fn statements(all: &[Difference]) -> Vec<&str> {
    let rebuilding = all.iter().map(Difference::sql).find(|sql| is_rebuilding(sql));
    let needed =
        |difference: &&Difference| rebuilding.is_none() || matches!(difference, Difference::Renamed { .. });
    let own = all.iter().filter(needed).flat_map(Difference::sql);
    own.chain(rebuilding.into_iter().flatten()).map(String::as_str).collect()
}

/// Returns whether the statements rebuild a table.
pub(super) fn is_rebuilding(sql: &[String]) -> bool {
    sql.iter().any(|statement| statement.starts_with("DROP TABLE"))
}

/// Reads a table from the database. Returns one without columns if there is none.
pub(super) fn find(conn: &mut Conn, table: &str) -> Result<ActualTable, RowError> {
    let columns = columns_of(conn, table)?;
    if columns.is_empty() {
        return Ok(ActualTable::default());
    }
    let query = format!("SELECT EXISTS (SELECT 1 FROM {}) AS found", quoted(table));
    let rows = sql_query(query).get_result::<Exists>(conn)?.found;
    let (indexes, attached) = (indexes_of(conn, table)?, attached_to(conn, table)?);
    Ok(ActualTable { columns, indexes, attached, recorded: recorded(conn, table)?, rows, strays: Vec::new() })
}
