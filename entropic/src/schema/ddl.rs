//! Statements that make a table, from the table as data.

use serde_json::Value;

use super::shape::ExpectedTable;
use crate::db::Backend;
use crate::db::dialect::{FoundColumn, alter_null, declared, literal, quoted, rebuilds_tables};
use crate::record::{ColumnRole, ColumnSpec, TableSpec};

/// The statements that make a table and its indexes: the user's columns, the outputs, then the reserved ones,
/// as SQLAlchemy writes them.
pub(super) fn create(backend: Backend, wanted: &ExpectedTable) -> Vec<String> {
    let definitions = wanted.table.all_columns().map(|column| definition(backend, wanted, column)).collect();
    let mut statements = vec![create_as(wanted.table.name, definitions)];
    statements.extend(create_indexes(&wanted.table));
    statements
}

fn create_as(name: &str, mut definitions: Vec<String>) -> String {
    definitions.push("PRIMARY KEY (\"id\")".to_owned());
    format!("CREATE TABLE {} (\n    {}\n)", quoted(name), definitions.join(",\n    "))
}

/// A column in the making. Columns with a default have it in the table as well: for the rows that are there when they
/// are added, and for those of programs that do not know them yet.
pub(super) fn definition(backend: Backend, wanted: &ExpectedTable, column: &ColumnSpec) -> String {
    let fill = if matches!(column.role, ColumnRole::Retired | ColumnRole::Former) {
        None
    } else {
        wanted.fill(column.name)
    };
    defined(backend, column, fill)
}

fn defined(backend: Backend, column: &ColumnSpec, fill: Option<&Value>) -> String {
    let null = if column.nullable { "" } else { " NOT NULL" };
    let default =
        fill.map_or(String::new(), |fill| format!(" DEFAULT {}", literal(backend, column.kind, fill)));
    format!("{} {}{null}{default}", quoted(column.name), declared(backend, column))
}

/// The columns of every index that a table shall have.
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

pub(super) fn add_column(backend: Backend, wanted: &ExpectedTable, column: &ColumnSpec) -> String {
    let definition = defined(backend, column, wanted.fill(column.name));
    format!("ALTER TABLE {} ADD COLUMN {definition}", quoted(wanted.table.name))
}

pub(super) fn drop_column(table: &str, column: &str) -> String {
    format!("ALTER TABLE {} DROP COLUMN {}", quoted(table), quoted(column))
}

pub(super) fn rename_column(table: &str, from: &str, to: &str) -> String {
    format!("ALTER TABLE {} RENAME COLUMN {} TO {}", quoted(table), quoted(from), quoted(to))
}

/// StrayKind a listing in the order of its pages is found by.
pub(super) const PAGES: [&str; 2] = ["created_at", "id"];

/// The statements that let a column be NULL, or forbid it.
pub(super) fn change_null(
    backend: Backend,
    wanted: &ExpectedTable,
    column: &ColumnSpec,
    found: &[FoundColumn],
) -> Vec<String> {
    if rebuilds_tables(backend) {
        rebuild(backend, wanted, found)
    } else {
        vec![alter_null(wanted.table.name, column.name, column.nullable)]
    }
}

/// The statements that make a table anew with all its rows, where SQLite cannot alter it. Columns without a field stay.
pub(super) fn rebuild(backend: Backend, wanted: &ExpectedTable, found: &[FoundColumn]) -> Vec<String> {
    let mut definitions: Vec<String> =
        wanted.table.all_columns().map(|column| definition(backend, wanted, column)).collect();
    for column in found.iter().filter(|column| wanted.table.column(&column.name).is_none()) {
        let null = if column.nullable { "" } else { " NOT NULL" };
        definitions.push(format!("{} {}{null}", quoted(&column.name), column.declared));
    }
    let copied: Vec<String> = found.iter().map(|column| quoted(&column.name)).collect();
    let copied = copied.join(", ");
    let mut statements = made_anew(wanted.table.name, definitions, &copied, &copied);
    statements.extend(create_indexes(&wanted.table));
    statements
}

/// The statements that give a table other columns: a new one takes the rows over, then the name.
pub(super) fn made_anew(table: &str, definitions: Vec<String>, into: &str, from: &str) -> Vec<String> {
    let new = format!("{table}_rebuilt");
    vec![
        create_as(&new, definitions),
        format!("INSERT INTO {} ({into}) SELECT {from} FROM {}", quoted(&new), quoted(table)),
        format!("DROP TABLE {}", quoted(table)),
        format!("ALTER TABLE {} RENAME TO {}", quoted(&new), quoted(table)),
    ]
}

/// `ix_<table>_<column>`, as SQLAlchemy names it, cut where PostgreSQL would cut it; with a number if another index of
/// the table has that name.
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

    fn wanted() -> ExpectedTable {
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
            create(Backend::Sqlite, &wanted()),
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
        let table = &create(Backend::Postgres, &wanted())[0];
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
