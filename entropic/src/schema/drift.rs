//! Finds the differences between a table and its record.

use super::recorded_values::bits;
use super::shape::{ActualTable, ExpectedTable, StrayKind};
use super::{Difference, ddl};
use crate::db::Backend;
use crate::db::dialect::{
    FoundColumn, alter_collation, alter_type, declared, float_bits, hides_float_width, hides_integer_width,
    holds, rebuilds_tables, widens,
};
use crate::record::{ColumnKind, ColumnRole, ColumnSpec, IdentityChange};

/// Lists the differences between a record and its actual table. A difference comes before those that build on it.
pub(super) fn differences(
    backend: Backend,
    expected: &ExpectedTable,
    actual: &ActualTable,
) -> Vec<Difference> {
    let mut all = renamed(expected, actual);
    let now = |name: &str| -> String {
        let renamed = all.iter().find_map(|difference| match difference {
            Difference::Renamed { from, to, .. } if from == name => Some(to.clone()),
            _ => None,
        });
        renamed.unwrap_or_else(|| name.to_owned())
    };
    let columns: Vec<FoundColumn> = actual
        .columns
        .iter()
        .map(|column| FoundColumn { name: now(&column.name), ..column.clone() })
        .collect();
    let indexes: Vec<Vec<String>> =
        actual.indexes.iter().map(|(_, index)| index.iter().map(|name| now(name)).collect()).collect();
    let changes = identity_changes(expected, actual);

    for column in expected.table.all_columns() {
        match columns.iter().find(|found| found.name == column.name) {
            None => all.push(missing(backend, expected, column, &columns, actual, &changes)),
            Some(there) => compare(backend, expected, column, (there, actual), &columns, &mut all),
        }
    }
    let mut taken: Vec<String> = actual.indexes.iter().map(|(name, _)| name.clone()).collect();
    for index in ddl::indexes(&expected.table) {
        if !indexes.contains(&index) {
            let name = ddl::free_index_name(expected.table.name, &index, &taken);
            let sql = vec![ddl::create_index(expected.table.name, &name, &index)];
            taken.push(name);
            all.push(Difference::NoIndex { columns: index, sql });
        }
    }
    for found in columns.iter().filter(|found| expected.table.column(&found.name).is_none()) {
        all.push(Difference::Unknown { column: found.name.clone(), declared: found.declared.clone() });
    }
    let key: Vec<String> = columns.iter().filter(|found| found.key).map(|found| found.name.clone()).collect();
    if key != ["id"] {
        all.push(Difference::Key { found: key });
    }
    for change in changes {
        if !is_reported(&change, &all) {
            all.push(Difference::Identity(change));
        }
    }
    all.extend(values(actual));
    all
}

/// Converts strays to differences. A column without recorded values is not a reason to refuse the table: reading a row
/// reports its error.
fn values(actual: &ActualTable) -> impl Iterator<Item = Difference> {
    actual.strays.iter().filter(|stray| !stray.unknown).cloned().map(|stray| {
        let (column, rows, ids) = (stray.column.to_owned(), stray.rows, stray.ids);
        match stray.what {
            StrayKind::Texts { name, texts } => Difference::NoVariant { column, name, texts, rows, ids },
            StrayKind::Json { before, now, why } => {
                Difference::OtherJson { column, before, now, rows, ids, why }
            }
        }
    })
}

/// Lists the changes of the identity since the rows got their ids. Empty for a table without rows.
fn identity_changes(expected: &ExpectedTable, actual: &ActualTable) -> Vec<IdentityChange> {
    if !actual.rows {
        return Vec::new();
    }
    let before = actual.identity(expected);
    let mut changes = expected.identity.changes(&before);
    for change in &mut changes {
        // The column still exists; it has only left the identity.
        let IdentityChange::Removed { column } = change else { continue };
        let key = before.fields.iter().find(|field| field.column == *column).map(|field| &field.key);
        let now = expected.table.columns.iter().find(|now| Some(now.key) == key.map(String::as_str));
        if let Some(now) = now {
            *change = IdentityChange::Left { column: now.name.to_owned() };
        }
    }
    // A column that already existed outside the identity is not new: its rows may have other values than the default.
    for field in &expected.identity.fields {
        let known = actual.recorded.as_ref().is_some_and(|recorded| recorded.knows(&field.key));
        if known && before.fields.iter().all(|other| other.key != field.key) {
            let added = IdentityChange::Added { column: field.column.clone() };
            changes.retain(|change| *change != added);
            changes.push(IdentityChange::Entered { column: field.column.clone() });
        }
    }
    changes
}

/// Returns whether another difference already reports this change: a missing column, a column without a field, or a
/// column of another type.
fn is_reported(change: &IdentityChange, all: &[Difference]) -> bool {
    all.iter().any(|difference| match (change, difference) {
        (IdentityChange::Added { column }, Difference::Missing { column: missing, .. }) => column == missing,
        (IdentityChange::Removed { column }, Difference::Unknown { column: unknown, .. }) => {
            column == unknown
        }
        (IdentityChange::Kind { column }, Difference::Type { column: other, .. }) => column == other,
        _ => false,
    })
}

/// Finds the columns that have another name in the record. A column is identified by its first name.
fn renamed(expected: &ExpectedTable, actual: &ActualTable) -> Vec<Difference> {
    let recorded = actual.recorded.as_ref();
    let there = |name: &str| actual.columns.iter().any(|column| column.name == name);
    let pairs: Vec<(&str, &str)> = expected
        .table
        .columns
        .iter()
        // Nothing is recorded about a table that another program made, so its columns are identified by name.
        .filter(|column| recorded.is_some() || !there(column.name))
        .filter_map(|column| {
            let has_key = |name: &str| recorded.map_or(name, |recorded| recorded.key_of(name)) == column.key;
            let same = actual.columns.iter().find(|found| has_key(&found.name))?;
            (same.name != column.name).then_some((same.name.as_str(), column.name))
        })
        .collect();
    let statements = rename_statements(expected.table.name, &pairs);
    let back = |from: &str, to: &str| {
        recorded.is_some_and(|recorded| recorded.was_called(recorded.key_of(from), to))
    };
    pairs
        .iter()
        .zip(statements)
        .map(|((from, to), sql)| {
            let back = back(from, to);
            Difference::Renamed { from: (*from).to_owned(), to: (*to).to_owned(), back, sql }
        })
        .collect()
}

/// Returns the statements for each renaming. If another column takes over a name, a temporary name frees it first.
pub(super) fn rename_statements(table: &str, pairs: &[(&str, &str)]) -> Vec<Vec<String>> {
    let temporary = |n: usize| format!("entropic_renaming_{n}");
    let is_taken_over = |name: &str| pairs.iter().any(|(_, to)| *to == name);
    let mut statements: Vec<Vec<String>> = vec![Vec::new(); pairs.len()];
    for (n, (from, _)) in pairs.iter().enumerate().filter(|(_, (from, _))| is_taken_over(from)) {
        statements[0].push(ddl::rename_column(table, from, &temporary(n)));
    }
    for (n, (from, to)) in pairs.iter().enumerate() {
        let from = if is_taken_over(from) { temporary(n) } else { (*from).to_owned() };
        statements[n].push(ddl::rename_column(table, &from, to));
    }
    statements
}

fn missing(
    backend: Backend,
    expected: &ExpectedTable,
    column: &ColumnSpec,
    columns: &[FoundColumn],
    actual: &ActualTable,
    changes: &[IdentityChange],
) -> Difference {
    let added = changes.contains(&IdentityChange::Added { column: column.name.to_owned() });
    let unfilled = !column.nullable && expected.fill(column.name).is_none();
    let rebuilding = unfilled && rebuilds_tables(backend);
    let fillable = if actual.rows { !added && !unfilled } else { !rebuilding || actual.attached.is_empty() };
    let sql = if !fillable {
        Vec::new()
    } else if rebuilding {
        ddl::rebuild(backend, expected, columns)
    } else {
        vec![ddl::add_column(backend, expected, column)]
    };
    Difference::Missing {
        column: column.name.to_owned(),
        declared: declared(backend, column).to_owned(),
        fillable,
        sql,
    }
}

fn compare(
    backend: Backend,
    expected: &ExpectedTable,
    column: &ColumnSpec,
    (found, actual): (&FoundColumn, &ActualTable),
    columns: &[FoundColumn],
    all: &mut Vec<Difference>,
) {
    let recorded_bits = actual.recorded.as_ref().and_then(|recorded| recorded.values_of(column.key)?.bits);
    let other_width = hides_float_width(backend)
        && bits(column.kind).is_some_and(|expected| {
            float_bits(&found.declared, recorded_bits).is_some_and(|is| is != expected)
        });
    if !holds(backend, &found.declared, column.kind) {
        all.push(Difference::Type {
            column: column.name.to_owned(),
            found: found.declared.clone(),
            wanted: declared(backend, column),
            cure: other_field(backend, &found.declared),
            // A conversion that might change values is left to the user.
            sql: if widens(backend, &found.declared, column.kind) {
                vec![alter_type(expected.table.name, column.name, declared(backend, column))]
            } else {
                Vec::new()
            },
        });
    } else if other_width {
        let widens = column.kind == ColumnKind::Double;
        all.push(Difference::Type {
            column: column.name.to_owned(),
            // Name the type by its width, because another program may have declared the column.
            found: if widens { "FLOAT of 32 bits" } else { "DOUBLE of 64 bits" }.to_owned(),
            wanted: declared(backend, column),
            cure: if widens { "make the field an `f32`, or " } else { "make the field an `f64`, or " },
            sql: if widens { ddl::rebuild(backend, expected, columns) } else { Vec::new() },
        });
    }
    if let (ColumnKind::Text, Some(collation)) = (column.kind, &found.collation) {
        all.push(Difference::Order {
            column: column.name.to_owned(),
            collation: collation.clone(),
            sql: vec![alter_collation(expected.table.name, column.name, &found.declared, "C")],
        });
    }
    // A primary key is never NULL, but another program may have declared `id` without NOT NULL.
    if column.nullable != found.nullable && column.role != ColumnRole::Reserved {
        all.push(Difference::Nullability {
            column: column.name.to_owned(),
            nullable: found.nullable,
            sql: ddl::change_null(backend, expected, column, columns),
        });
    }
}

/// Returns which type the field could have instead, for the combinations that Python's types cause.
fn other_field(backend: Backend, found: &str) -> &'static str {
    match (hides_integer_width(backend), found.to_lowercase().as_str()) {
        (true, "smallint" | "integer" | "bigint") => "make the field an `i64` or an `i32` as it was, or ",
        (_, "smallint") => "make the field an `i16`, or ",
        (_, "integer") => "make the field an `i32`, or ",
        (_, "bigint") => "make the field an `i64`, or ",
        (_, "real") => "make the field an `f32`, or ",
        (_, "double precision" | "double" | "float") => "make the field an `f64`, or ",
        (_, "boolean") => "make the field a `bool`, or ",
        (_, "text" | "varchar" | "character varying") => "make the field a `String`, or ",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::FloatScheme;
    use crate::record::{ColumnKind, Identity, TableSpec};

    const COLUMNS: &[ColumnSpec] = &[
        ColumnSpec::new("n", ColumnKind::BigInt, false, ColumnRole::Identity, false, FloatScheme::Decimal12),
        ColumnSpec::new("x", ColumnKind::Double, true, ColumnRole::Identity, false, FloatScheme::Decimal12),
    ];
    const TABLE: TableSpec = TableSpec::new("runs", COLUMNS, 1);

    fn expected() -> ExpectedTable {
        ExpectedTable {
            table: TABLE,
            defaults: Vec::new(),
            identity: Identity::of(&TABLE, &[]),
            values: Vec::new(),
        }
    }

    fn of(columns: Vec<FoundColumn>) -> ActualTable {
        let pages = ddl::PAGES.map(str::to_owned).to_vec();
        ActualTable {
            columns,
            rows: true,
            indexes: vec![("pages".to_owned(), pages)],
            ..ActualTable::default()
        }
    }

    fn found(name: &str, declared: &str, nullable: bool) -> FoundColumn {
        FoundColumn {
            name: name.to_owned(),
            declared: declared.to_owned(),
            nullable,
            key: name == "id",
            collation: None,
        }
    }

    fn reserved() -> Vec<FoundColumn> {
        vec![
            found("id", "VARCHAR", false),
            found("result_file", "VARCHAR", false),
            found("created_at", "DATETIME", false),
            found("custom_data", "JSON", false),
        ]
    }

    #[test]
    fn what_sqlalchemy_declares_is_no_difference() {
        let mut columns = vec![found("n", "INTEGER", false), found("x", "FLOAT", true)];
        columns.extend(reserved());
        assert_eq!(differences(Backend::Sqlite, &expected(), &of(columns)), []);
    }

    #[test]
    fn each_difference_is_listed_with_its_cure() {
        let mut columns = vec![found("n", "VARCHAR", true), found("y", "INTEGER", true)];
        columns.extend(reserved());
        columns[2].key = false;
        let all = differences(Backend::Sqlite, &expected(), &of(columns));
        let shown: Vec<String> = all.iter().map(ToString::to_string).collect();
        assert_eq!(shown.len(), 5, "{shown:?}");
        assert!(
            shown[0].contains("`n` is VARCHAR where the record needs INTEGER: make the field a `String`")
        );
        assert!(shown[1].contains("`n` may be NULL"));
        assert!(shown[2].contains("`x` (DOUBLE) is missing"));
        assert!(shown[3].contains("`y` (INTEGER) has no field"));
        assert!(shown[4].contains("there is none"));
    }

    #[test]
    fn an_int4_of_postgres_is_no_i64() {
        let all = differences(Backend::Postgres, &expected(), &of(vec![found("n", "integer", false)]));
        assert!(all[0].to_string().contains("make the field an `i32`, or alter the column"), "{all:?}");
    }
}
