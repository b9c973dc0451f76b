//! Replicates in typed queries.

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{Bool, Text};

/// Returns an SQL expression that is true if a run is a [replicate](crate::Store::replicates). Takes the column `id`.
///
/// It is true exactly for the rows for which [`Record::replicate`](crate::Record::replicate) returns a number. Replicates
/// are ordinary rows, so listings, counts and means include all of them. To exclude them, or to select only them:
///
/// ```
/// # mod sim {
/// #     use entropic::prelude::*;
/// #     #[derive(SimRecord)]
/// #     #[sim(table = "walks", output(end: i64))]
/// #     pub struct Walk { pub steps: i64 }
/// # }
/// # use sim::{Walk, walks};
/// use diesel::dsl::not;
/// use diesel::prelude::*;
/// use entropic::{RunResult, Store, is_replicate};
///
/// # let dir = tempfile::tempdir()?;
/// # let store = Store::<Walk>::builder()
/// #     .database(format!("sqlite://{}", dir.path().join("runs.db").display()))
/// #     .results_dir(dir.path().join("results"))
/// #     .without_results()
/// #     .runner(|_: &Walk, _| -> RunResult { Ok(()) })
/// #     .open()?;
/// store.run_or_retrieve(&Walk { steps: 10 })?;
/// store.replicates(&Walk { steps: 10 }, 3)?;
/// assert_eq!(store.count()?, 4);
///
/// let alone = store.query(|t| t.filter(not(is_replicate(walks::id))))?;
/// assert_eq!((alone.len(), alone[0].replicate()), (1, None));
///
/// let replicates = store.query(|t| t.filter(is_replicate(walks::id)).order(walks::id))?;
/// assert_eq!((replicates.len(), replicates[2].replicate()), (3, Some(2)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn is_replicate<E: Expression<SqlType = Text>>(id: E) -> IsReplicate<E> {
    IsReplicate { id }
}

/// The expression that [`is_replicate`] returns.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, QueryId, ValidGrouping)]
pub struct IsReplicate<E> {
    id: E,
}

impl<E: Expression> Expression for IsReplicate<E> {
    type SqlType = Bool;
}

impl<E, QS> AppearsOnTable<QS> for IsReplicate<E> where E: AppearsOnTable<QS> {}

impl<E, QS> SelectableExpression<QS> for IsReplicate<E> where E: SelectableExpression<QS> {}

impl<E, DB> QueryFragment<DB> for IsReplicate<E>
where
    E: QueryFragment<DB>,
    DB: Backend,
{
    /// Writes the test of `RunId::replicated` with functions that both databases have: 16 hexadecimal digits, `-r`, and
    /// a 32-bit number without leading zeros.
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        for (before, after) in [
            ("(length(", ") > 18"),
            (" AND trim(substr(", ", 1, 16), '0123456789abcdef') = ''"),
            (" AND substr(", ", 17, 2) = '-r'"),
            (" AND trim(substr(", ", 19), '0123456789') = ''"),
            (" AND (length(", ") = 19"),
            (" OR substr(", ", 19, 1) <> '0')"),
            (" AND (length(", ") < 28"),
            (" OR (length(", ") = 28"),
            (" AND substr(", ", 19) <= '4294967295')))"),
        ] {
            out.push_sql(before);
            self.id.walk_ast(out.reborrow())?;
            out.push_sql(after);
        }
        Ok(())
    }
}
