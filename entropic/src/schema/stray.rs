//! Finds rows whose values their fields can no longer hold. The table is searched only if its recorded values leave that
//! possibility open.

use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};

use super::recorded_values::RecordedValues;
use super::shape::{ActualTable, ExpectedTable, Stray, StrayKind};
use crate::db::dialect::{as_text, bind, holds, quoted, text};
use crate::db::{Backend, Conn, RowError};
use crate::params::{Canonical, FloatScheme, canonical_eq};
use crate::record::{
    ColumnError, ColumnSpec, Values, json_canonical, json_from_repr, plain_type_name, sql::CustomJson,
};
use crate::words::with_causes;

/// The number of ids that an error lists.
const NAMED: usize = 3;
/// The number of rows that are read at a time.
const CHUNK: usize = 1_000;

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Text)]
    value: String,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Valued {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = Text)]
    id: String,
}

/// Finds the rows of a table that its record cannot read or would not find.
pub(super) fn strays(
    conn: &mut Conn,
    backend: Backend,
    expected: &ExpectedTable,
    actual: &ActualTable,
) -> Result<Vec<Stray>, RowError> {
    let mut strays = Vec::new();
    if !actual.rows {
        return Ok(strays);
    }
    for (name, values) in &expected.values {
        let Some(column) = expected.table.column(name) else { continue };
        let Some(there) = actual.column_of(column) else { continue };
        if !holds(backend, &there.declared, column.kind) {
            continue;
        }
        let before = actual.recorded.as_ref().and_then(|recorded| recorded.values_of(column.key));
        if before.is_some_and(|before| before.is_within(&RecordedValues::of(column.kind, *values))) {
            continue;
        }
        let place = Place { table: expected.table.name, column: &there.name };
        let stray = match *values {
            Values::Any => None,
            Values::Texts { name, texts } => of_texts(conn, &place, column, name, texts)?,
            Values::Json { .. } if before.is_none() => None,
            Values::Json { name, round_trip } => {
                let before = before.and_then(|before| before.json.clone());
                of_json(conn, &place, column, before, name, round_trip)?
            }
        };
        strays.extend(stray.map(|stray| Stray { unknown: before.is_none(), ..stray }));
    }
    Ok(strays)
}

/// The table and column that are searched.
struct Place<'a> {
    table: &'a str,
    column: &'a str,
}

fn of_texts(
    conn: &mut Conn,
    place: &Place<'_>,
    column: &ColumnSpec,
    name: &'static str,
    known: &[&str],
) -> Result<Option<Stray>, RowError> {
    let (table, quoted) = (quoted(place.table), quoted(place.column));
    let known: Vec<String> = known.iter().map(|known| text(known)).collect();
    let others = format!("{quoted} IS NOT NULL AND {quoted} NOT IN ({})", known.join(", "));
    let value = as_text(conn, &quoted);
    let query = format!(
        "SELECT {value} AS value, count(*) AS n FROM {table} WHERE {others} GROUP BY {quoted} ORDER BY count(*) DESC"
    );
    let counted = sql_query(query).load::<Counted>(conn)?;
    if counted.is_empty() {
        return Ok(None);
    }
    let query = format!("SELECT id FROM {table} WHERE {others} ORDER BY created_at, id LIMIT {NAMED}");
    let ids = sql_query(query).load::<Key>(conn)?;
    Ok(Some(Stray {
        column: column.name,
        rows: counted.iter().map(|counted| u64::try_from(counted.n).unwrap_or_default()).sum(),
        ids: ids.into_iter().map(|key| key.id).collect(),
        what: StrayKind::Texts { name, texts: counted.into_iter().map(|counted| counted.value).collect() },
        unknown: false,
    }))
}

fn of_json(
    conn: &mut Conn,
    place: &Place<'_>,
    column: &ColumnSpec,
    before: Option<String>,
    now: &str,
    round_trip: fn(&str) -> Result<String, ColumnError>,
) -> Result<Option<Stray>, RowError> {
    let (table, quoted) = (quoted(place.table), quoted(place.column));
    let (value, start) = (as_text(conn, &quoted), bind(conn, 1));
    let query = format!(
        "SELECT id, {value} AS value FROM {table} WHERE {quoted} IS NOT NULL AND id > {start} ORDER BY id LIMIT {CHUNK}"
    );
    let (mut rows, mut ids, mut first, mut last) = (0, Vec::new(), None, String::new());
    loop {
        let chunk = sql_query(&query).bind::<Text, _>(&last).load::<Valued>(conn)?;
        for Valued { id, value } in &chunk {
            if let Some(why) = differs(value, round_trip, column.is_identity()) {
                rows += 1;
                first.get_or_insert(why);
                ids.extend((ids.len() < NAMED).then(|| id.clone()));
            }
        }
        match chunk.into_iter().last() {
            Some(Valued { id, .. }) => last = id,
            None => break,
        }
    }
    let now = plain_type_name(now);
    let stray = |why| Stray {
        column: column.name,
        rows,
        ids,
        what: StrayKind::Json { before, now, why },
        unknown: false,
    };
    Ok(first.map(stray))
}

/// Returns why the present type of a field cannot read a stored text, or `None` if it can. If the column is hashed, the
/// canonical text must be unchanged, too.
fn differs(
    stored: &str,
    round_trip: fn(&str) -> Result<String, ColumnError>,
    hashed: bool,
) -> Option<String> {
    let now = match round_trip(stored) {
        Ok(now) => now,
        Err(error) => return Some(with_causes(&error)),
    };
    let plain = || -> Result<String, ColumnError> {
        let value: serde_json::Value = json_from_repr(CustomJson(stored.to_owned()))?;
        let mut out = Canonical::new();
        json_canonical(&value, &mut out, FloatScheme::Exact)?;
        Ok(out.into_string())
    };
    match plain() {
        Ok(then) if hashed && !canonical_eq(&then, &now) => Some(format!("{then} is {now} now")),
        _ => None,
    }
}
