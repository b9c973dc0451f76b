//! SQL statements that create and change a table, generated from its description.

use serde_json::Value;

use super::shape::ExpectedTable;
use crate::db::Backend;
use crate::db::dialect::{FoundColumn, alter_null, declared, literal, quoted, rebuilds_tables};
use crate::record::{ColumnRole, ColumnSpec, TableSpec};

/// Returns the statements that create a table and its indexes, in SQLAlchemy's form. The columns are the parameters, the
/// outputs, the retired columns and the reserved ones, in this order.
pub(super) fn create(backend: Backend, expected: &ExpectedTable) -> Vec<String> {
    let definitions =
        expected.table.all_columns().map(|column| definition(backend, expected, column)).collect();
    let mut statements = vec![create_as(expected.table.name, definitions)];
    statements.extend(create_indexes(&expected.table));
    statements
}

fn create_as(name: &str, mut definitions: Vec<String>) -> String {
    definitions.push("PRIMARY KEY (\"id\")".to_owned());
    format!("CREATE TABLE {} (\n    {}\n)", quoted(name), definitions.join(",\n    "))
}

/// Returns the definition of a column for `CREATE TABLE`. A default of the field is also a default in the database, for
/// the rows that exist when the column is added and for programs that do not know the column yet.
pub(super) fn definition(backend: Backend, expected: &ExpectedTable, column: &ColumnSpec) -> String {
    let fill = if matches!(column.role, ColumnRole::Retired | ColumnRole::Former) {
        None
    } else {
        expected.fill(column.name)
    };
    defined(backend, column, fill)
}

fn defined(backend: Backend, column: &ColumnSpec, fill: Option<&Value>) -> String {
    let null = if column.nullable { "" } else { " NOT NULL" };
    let default =
        fill.map_or(String::new(), |fill| format!(" DEFAULT {}", literal(backend, column.kind, fill)));
    format!("{} {}{null}{default}", quoted(column.name), declared(backend, column))
}

/// Returns the columns of every index that the table should have.
pub(super) fn indexes(table: &TableSpec) -> Vec<Vec<String>> {
    let single =
        table.columns.iter().filter(|column| column.index).map(|column| vec![column.name.to_owned()]);
    let several = table.indexes.iter().map(|index| index.iter().map(|&name| name.to_owned()).collect());
    let pages = PAGES.map(str::to_owned).to_vec();
    let mut all: Vec<Vec<String>> = single.chain(several).collect();
    if !all.contains(&pages) {
        all.push(pages);
    }
    all
}

fn create_indexes(table: &TableSpec) -> Vec<String> {
    let mut taken = Vec::new();
    let mut statements = Vec::new();
    for columns in indexes(table) {
        let name = free_index_name(table.name, &columns, &taken);
        statements.push(create_index(table.name, &name, &columns));
        taken.push(name);
    }
    statements
}

pub(super) fn create_index(table: &str, name: &str, columns: &[String]) -> String {
    let listed: Vec<String> = columns.iter().map(|column| quoted(column)).collect();
    format!("CREATE INDEX {} ON {} ({})", quoted(name), quoted(table), listed.join(", "))
}

pub(super) fn drop_index(name: &str) -> String {
    format!("DROP INDEX {}", quoted(name))
}

pub(super) fn add_column(backend: Backend, expected: &ExpectedTable, column: &ColumnSpec) -> String {
    let definition = defined(backend, column, expected.fill(column.name));
    format!("ALTER TABLE {} ADD COLUMN {definition}", quoted(expected.table.name))
}

pub(super) fn drop_column(table: &str, column: &str) -> String {
    format!("ALTER TABLE {} DROP COLUMN {}", quoted(table), quoted(column))
}

pub(super) fn rename_column(table: &str, from: &str, to: &str) -> String {
    format!("ALTER TABLE {} RENAME COLUMN {} TO {}", quoted(table), quoted(from), quoted(to))
}

/// The columns of the index for paged listings.
pub(super) const PAGES: [&str; 2] = ["created_at", "id"];

/// Returns the statements that make a column nullable or NOT NULL.
pub(super) fn change_null(
    backend: Backend,
    expected: &ExpectedTable,
    column: &ColumnSpec,
    found: &[FoundColumn],
) -> Vec<String> {
    if rebuilds_tables(backend) {
        rebuild(backend, expected, found)
    } else {
        vec![alter_null(expected.table.name, column.name, column.nullable)]
    }
}

/// Returns the statements that rebuild a table with all its rows, for changes that SQLite's `ALTER TABLE` cannot make.
/// Columns without a field stay.
pub(super) fn rebuild(backend: Backend, expected: &ExpectedTable, found: &[FoundColumn]) -> Vec<String> {
    let mut definitions: Vec<String> =
        expected.table.all_columns().map(|column| definition(backend, expected, column)).collect();
    for column in found.iter().filter(|column| expected.table.column(&column.name).is_none()) {
        let null = if column.nullable { "" } else { " NOT NULL" };
        definitions.push(format!("{} {}{null}", quoted(&column.name), column.declared));
    }
    let copied: Vec<String> = found.iter().map(|column| quoted(&column.name)).collect();
    let copied = copied.join(", ");
    let mut statements = rebuild_table(expected.table.name, definitions, &copied, &copied);
    statements.extend(create_indexes(&expected.table));
    statements
}

/// Returns the statements that give a table other columns: they copy the rows to a new table, drop the old one and rename
/// the new one.
pub(super) fn rebuild_table(table: &str, definitions: Vec<String>, into: &str, from: &str) -> Vec<String> {
    let new = format!("{table}_rebuilt");
    vec![
        create_as(&new, definitions),
        format!("INSERT INTO {} ({into}) SELECT {from} FROM {}", quoted(&new), quoted(table)),
        format!("DROP TABLE {}", quoted(table)),
        format!("ALTER TABLE {} RENAME TO {}", quoted(&new), quoted(table)),
    ]
}

/// Returns the name `ix_<table>_<columns>`, which is SQLAlchemy's form, truncated as PostgreSQL truncates it. Adds a number
/// if another index of the table has the name.
pub(super) fn free_index_name(table: &str, columns: &[String], taken: &[String]) -> String {
    const LONGEST: usize = 63;
    let plain = format!("ix_{table}_{}", columns.join("_"));
    let cut = |ending: &str| {
        let mut end = plain.len().min(LONGEST - ending.len());
        while !plain.is_char_boundary(end) {
            end -= 1;
        }
        format!("{}{ending}", &plain[..end])
    };
    let numbered = (2..).map(|n| cut(&format!("_{n}")));
    std::iter::once(cut("")).chain(numbered).find(|name| !taken.contains(name)).unwrap_or(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::FloatScheme;
    use crate::record::{ColumnKind, Identity};

    const COLUMNS: &[ColumnSpec] = &[
        ColumnSpec::new(
            "mass",
            ColumnKind::Double,
            false,
            ColumnRole::Identity,
            true,
            FloatScheme::Decimal12,
        ),
        ColumnSpec::new(
            "steps",
            ColumnKind::BigInt,
            false,
            ColumnRole::Identity,
            false,
            FloatScheme::Decimal12,
        ),
        ColumnSpec::new(
            "shape",
            ColumnKind::Json,
            false,
            ColumnRole::Identity,
            false,
            FloatScheme::Decimal12,
        ),
        ColumnSpec::new("energy", ColumnKind::Float, true, ColumnRole::Output, false, FloatScheme::Decimal12),
    ];
    const TABLE: TableSpec = TableSpec::new("orbits", COLUMNS, 1);

    fn expected() -> ExpectedTable {
        ExpectedTable {
            table: TABLE,
            defaults: Vec::new(),
            identity: Identity::of(&TABLE, &[]),
            values: Vec::new(),
        }
    }

    #[test]
    fn sqlite_gets_the_table_that_sqlalchemy_would_make() {
        assert_eq!(
            create(Backend::Sqlite, &expected()),
            [
                "CREATE TABLE \"orbits\" (\n    \"mass\" DOUBLE NOT NULL,\n    \"steps\" INTEGER NOT NULL,\n    \
                 \"shape\" TEXT NOT NULL,\n    \"energy\" FLOAT,\n    \"id\" VARCHAR NOT NULL,\n    \
                 \"result_file\" VARCHAR NOT NULL,\n    \"created_at\" DATETIME NOT NULL,\n    \
                 \"custom_data\" JSON NOT NULL,\n    PRIMARY KEY (\"id\")\n)",
                "CREATE INDEX \"ix_orbits_mass\" ON \"orbits\" (\"mass\")",
                "CREATE INDEX \"ix_orbits_created_at_id\" ON \"orbits\" (\"created_at\", \"id\")",
            ]
        );
    }

    #[test]
    fn postgres_gets_types_of_the_width_that_is_read() {
        let table = &create(Backend::Postgres, &expected())[0];
        for line in [
            "\"mass\" DOUBLE PRECISION NOT NULL",
            "\"steps\" BIGINT NOT NULL",
            "\"shape\" JSON NOT NULL",
            "\"energy\" REAL",
            "\"id\" VARCHAR COLLATE \"C\" NOT NULL",
            "\"created_at\" TIMESTAMP WITHOUT TIME ZONE NOT NULL",
            "\"custom_data\" JSON NOT NULL",
        ] {
            assert!(table.contains(line), "{line} in {table}");
        }
    }

    #[test]
    fn an_index_name_is_cut_at_a_character() {
        let columns = ["x".to_owned()];
        let first = free_index_name(&"ä".repeat(40), &columns, &[]);
        let second = free_index_name(&"ä".repeat(40), &columns, std::slice::from_ref(&first));
        assert!(first.len() <= 63 && second.len() <= 63 && first != second, "{first} {second}");
    }
}
