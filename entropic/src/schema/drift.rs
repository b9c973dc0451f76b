//! How a table differs from its record.

use super::recorded_values::bits;
use super::shape::{ActualTable, ExpectedTable, StrayKind};
use super::{Difference, ddl};
use crate::db::Backend;
use crate::db::dialect::{
    FoundColumn, alter_collation, alter_type, declared, float_bits, hides_float_width, hides_integer_width,
    holds, rebuilds_tables, widens,
};
use crate::record::{ColumnKind, ColumnRole, ColumnSpec, IdentityChange};

/// Each difference between a record and what was found, those first that others build on.
pub(super) fn differences(backend: Backend, wanted: &ExpectedTable, found: &ActualTable) -> Vec<Difference> {
    let mut all = renamed(wanted, found);
    let now = |name: &str| -> String {
        let renamed = all.iter().find_map(|difference| match difference {
            Difference::Renamed { from, to, .. } if from == name => Some(to.clone()),
            _ => None,
        });
        renamed.unwrap_or_else(|| name.to_owned())
    };
    let columns: Vec<FoundColumn> = found
        .columns
        .iter()
        .map(|column| FoundColumn { name: now(&column.name), ..column.clone() })
        .collect();
    let indexes: Vec<Vec<String>> =
        found.indexes.iter().map(|(_, index)| index.iter().map(|name| now(name)).collect()).collect();
    let changes = identity_changes(wanted, found);

    for column in wanted.table.all_columns() {
        match columns.iter().find(|found| found.name == column.name) {
            None => all.push(missing(backend, wanted, column, &columns, found, &changes)),
            Some(there) => compare(backend, wanted, column, (there, found), &columns, &mut all),
        }
    }
    let mut taken: Vec<String> = found.indexes.iter().map(|(name, _)| name.clone()).collect();
    for index in ddl::indexes(&wanted.table) {
        if !indexes.contains(&index) {
            let name = ddl::free_index_name(wanted.table.name, &index, &taken);
            let sql = vec![ddl::create_index(wanted.table.name, &name, &index)];
            taken.push(name);
            all.push(Difference::NoIndex { columns: index, sql });
        }
    }
    for found in columns.iter().filter(|found| wanted.table.column(&found.name).is_none()) {
        all.push(Difference::Unknown { column: found.name.clone(), declared: found.declared.clone() });
    }
    let key: Vec<String> = columns.iter().filter(|found| found.key).map(|found| found.name.clone()).collect();
    if key != ["id"] {
        all.push(Difference::Key { found: key });
    }
    for change in changes {
        if !is_told(&change, &all) {
            all.push(Difference::Identity(change));
        }
    }
    all.extend(values(found));
    all
}

/// StrayKind rows hold that the record cannot read. Of a column of which nothing was remembered it is left to whoever reads.
fn values(found: &ActualTable) -> impl Iterator<Item = Difference> {
    found.strays.iter().filter(|stray| !stray.unknown).cloned().map(|stray| {
        let (column, rows, ids) = (stray.column.to_owned(), stray.rows, stray.ids);
        match stray.what {
            StrayKind::Texts { name, texts } => Difference::NoVariant { column, name, texts, rows, ids },
            StrayKind::Json { before, now, why } => {
                Difference::OtherJson { column, before, now, rows, ids, why }
            }
        }
    })
}

/// StrayKind of the identity is not as it was when the rows got their keys.
fn identity_changes(wanted: &ExpectedTable, found: &ActualTable) -> Vec<IdentityChange> {
    if !found.rows {
        return Vec::new();
    }
    let before = found.identity(wanted);
    let mut changes = wanted.identity.changes(&before);
    for change in &mut changes {
        // A column that is there and was hashed is not gone because it is hashed no more.
        let IdentityChange::Removed { column } = change else { continue };
        let key = before.fields.iter().find(|field| field.column == *column).map(|field| &field.key);
        let now = wanted.table.columns.iter().find(|now| Some(now.key) == key.map(String::as_str));
        if let Some(now) = now {
            *change = IdentityChange::Left { column: now.name.to_owned() };
        }
    }
    // Nor is one new that was there, hashed or not: its rows have other values than the default.
    for field in &wanted.identity.fields {
        let known = found.written.as_ref().is_some_and(|written| written.knows(&field.key));
        if known && before.fields.iter().all(|other| other.key != field.key) {
            let added = IdentityChange::Added { column: field.column.clone() };
            changes.retain(|change| *change != added);
            changes.push(IdentityChange::Entered { column: field.column.clone() });
        }
    }
    changes
}

/// A column that is missing, has no field, or is of another type, is one difference.
fn is_told(change: &IdentityChange, all: &[Difference]) -> bool {
    all.iter().any(|difference| match (change, difference) {
        (IdentityChange::Added { column }, Difference::Missing { column: missing, .. }) => column == missing,
        (IdentityChange::Removed { column }, Difference::Unknown { column: unknown, .. }) => {
            column == unknown
        }
        (IdentityChange::Kind { column }, Difference::Type { column: other, .. }) => column == other,
        _ => false,
    })
}

/// The columns that have another name in the record. A column is known by the name that it had at first.
fn renamed(wanted: &ExpectedTable, found: &ActualTable) -> Vec<Difference> {
    let written = found.written.as_ref();
    let there = |name: &str| found.columns.iter().any(|column| column.name == name);
    let pairs: Vec<(&str, &str)> = wanted
        .table
        .columns
        .iter()
        // Of a table that another program made only the names are known.
        .filter(|column| written.is_some() || !there(column.name))
        .filter_map(|column| {
            let is_it = |name: &str| written.map_or(name, |written| written.key_of(name)) == column.key;
            let of_key = found.columns.iter().find(|found| is_it(&found.name))?;
            (of_key.name != column.name).then_some((of_key.name.as_str(), column.name))
        })
        .collect();
    let statements = rename_statements(wanted.table.name, &pairs);
    let back =
        |from: &str, to: &str| written.is_some_and(|written| written.was_called(written.key_of(from), to));
    pairs
        .iter()
        .zip(statements)
        .map(|((from, to), sql)| {
            let back = back(from, to);
            Difference::Renamed { from: (*from).to_owned(), to: (*to).to_owned(), back, sql }
        })
        .collect()
}

/// The statements of each renaming. A name that another column takes over is freed first, by way of a third one.
pub(super) fn rename_statements(table: &str, pairs: &[(&str, &str)]) -> Vec<Vec<String>> {
    let between = |n: usize| format!("entropic_renaming_{n}");
    let is_taken_over = |name: &str| pairs.iter().any(|(_, to)| *to == name);
    let mut statements: Vec<Vec<String>> = vec![Vec::new(); pairs.len()];
    for (n, (from, _)) in pairs.iter().enumerate().filter(|(_, (from, _))| is_taken_over(from)) {
        statements[0].push(ddl::rename_column(table, from, &between(n)));
    }
    for (n, (from, to)) in pairs.iter().enumerate() {
        let from = if is_taken_over(from) { between(n) } else { (*from).to_owned() };
        statements[n].push(ddl::rename_column(table, &from, to));
    }
    statements
}

fn missing(
    backend: Backend,
    wanted: &ExpectedTable,
    column: &ColumnSpec,
    columns: &[FoundColumn],
    found: &ActualTable,
    changes: &[IdentityChange],
) -> Difference {
    let added = changes.contains(&IdentityChange::Added { column: column.name.to_owned() });
    let unfilled = !column.nullable && wanted.fill(column.name).is_none();
    let rebuilding = unfilled && rebuilds_tables(backend);
    let fillable = if found.rows { !added && !unfilled } else { !rebuilding || found.attached.is_empty() };
    let sql = if !fillable {
        Vec::new()
    } else if rebuilding {
        ddl::rebuild(backend, wanted, columns)
    } else {
        vec![ddl::add_column(backend, wanted, column)]
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
    wanted: &ExpectedTable,
    column: &ColumnSpec,
    (found, table): (&FoundColumn, &ActualTable),
    columns: &[FoundColumn],
    all: &mut Vec<Difference>,
) {
    let held = table.written.as_ref().and_then(|written| written.held(column.key)?.bits);
    let other_width = hides_float_width(backend)
        && bits(column.kind)
            .is_some_and(|wanted| float_bits(&found.declared, held).is_some_and(|is| is != wanted));
    if !holds(backend, &found.declared, column.kind) {
        all.push(Difference::Type {
            column: column.name.to_owned(),
            found: found.declared.clone(),
            wanted: declared(backend, column),
            cure: other_field(backend, &found.declared),
            // StrayKind is not sure to keep every value is for people to do.
            sql: if widens(backend, &found.declared, column.kind) {
                vec![alter_type(wanted.table.name, column.name, declared(backend, column))]
            } else {
                Vec::new()
            },
        });
    } else if other_width {
        let widens = column.kind == ColumnKind::Double;
        all.push(Difference::Type {
            column: column.name.to_owned(),
            // StrayKind the wider or narrower column would be declared as; this one may be declared by another program.
            found: if widens { "FLOAT of 32 bits" } else { "DOUBLE of 64 bits" }.to_owned(),
            wanted: declared(backend, column),
            cure: if widens { "make the field an `f32`, or " } else { "make the field an `f64`, or " },
            sql: if widens { ddl::rebuild(backend, wanted, columns) } else { Vec::new() },
        });
    }
    if let (ColumnKind::Text, Some(collation)) = (column.kind, &found.collation) {
        all.push(Difference::Order {
            column: column.name.to_owned(),
            collation: collation.clone(),
            sql: vec![alter_collation(wanted.table.name, column.name, &found.declared, "C")],
        });
    }
    // A key is never NULL; `id` of a table made elsewhere need not say so.
    if column.nullable != found.nullable && column.role != ColumnRole::Reserved {
        all.push(Difference::Nullability {
            column: column.name.to_owned(),
            nullable: found.nullable,
            sql: ddl::change_null(backend, wanted, column, columns),
        });
    }
}

/// StrayKind the field could be instead, for the pairs that Python's types lead to.
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

    fn wanted() -> ExpectedTable {
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
        assert_eq!(differences(Backend::Sqlite, &wanted(), &of(columns)), []);
    }

    #[test]
    fn each_difference_is_listed_with_its_cure() {
        let mut columns = vec![found("n", "VARCHAR", true), found("y", "INTEGER", true)];
        columns.extend(reserved());
        columns[2].key = false;
        let all = differences(Backend::Sqlite, &wanted(), &of(columns));
        let shown: Vec<String> = all.iter().map(ToString::to_string).collect();
        assert_eq!(shown.len(), 5, "{shown:?}");
        assert!(
            shown[0].contains("`n` is VARCHAR where the record wants INTEGER: make the field a `String`")
        );
        assert!(shown[1].contains("`n` may be NULL"));
        assert!(shown[2].contains("`x` (DOUBLE) is missing"));
        assert!(shown[3].contains("`y` (INTEGER) has no field"));
        assert!(shown[4].contains("there is none"));
    }

    #[test]
    fn an_int4_of_postgres_is_no_i64() {
        let all = differences(Backend::Postgres, &wanted(), &of(vec![found("n", "integer", false)]));
        assert!(all[0].to_string().contains("make the field an `i32`, or alter the column"), "{all:?}");
    }
}
