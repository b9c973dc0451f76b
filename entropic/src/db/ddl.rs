//! Statements that make a table, from the table as data.

use super::Backend;
use super::dialect::declared;
use crate::record::TableSpec;

/// A name as it stands in SQL.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The statements that make a table and its indexes: the user's columns, the outputs, then the reserved ones,
/// as SQLAlchemy writes them.
pub(super) fn create(backend: Backend, table: &TableSpec) -> Vec<String> {
    let mut lines: Vec<String> = table
        .all_columns()
        .map(|column| {
            let null = if column.nullable { "" } else { " NOT NULL" };
            format!("    {} {}{null}", quoted(column.name), declared(backend, column))
        })
        .collect();
    lines.push("    PRIMARY KEY (\"id\")".to_owned());
    let mut statements = vec![format!("CREATE TABLE {} (\n{}\n)", quoted(table.name), lines.join(",\n"))];
    statements.extend(table.columns.iter().filter(|column| column.index).map(|column| {
        format!(
            "CREATE INDEX {} ON {} ({})",
            quoted(&index_name(table.name, column.name)),
            quoted(table.name),
            quoted(column.name)
        )
    }));
    statements
}

/// `ix_<table>_<column>`, as SQLAlchemy names it, cut where PostgreSQL would cut it.
fn index_name(table: &str, column: &str) -> String {
    let mut name = format!("ix_{table}_{column}");
    let mut end = name.len().min(63);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.truncate(end);
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::FloatScheme;
    use crate::record::{ColumnKind, ColumnRole, ColumnSpec};

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

    #[test]
    fn sqlite_gets_the_table_that_sqlalchemy_would_make() {
        assert_eq!(
            create(Backend::Sqlite, &TABLE),
            [
                "CREATE TABLE \"orbits\" (\n    \"mass\" DOUBLE NOT NULL,\n    \"steps\" INTEGER NOT NULL,\n    \
                 \"shape\" TEXT NOT NULL,\n    \"energy\" FLOAT,\n    \"id\" VARCHAR NOT NULL,\n    \
                 \"result_file\" VARCHAR NOT NULL,\n    \"created_at\" DATETIME NOT NULL,\n    \
                 \"custom_data\" JSON NOT NULL,\n    PRIMARY KEY (\"id\")\n)",
                "CREATE INDEX \"ix_orbits_mass\" ON \"orbits\" (\"mass\")",
            ]
        );
    }

    #[test]
    fn postgres_gets_types_of_the_width_that_is_read() {
        let table = &create(Backend::Postgres, &TABLE)[0];
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
        assert!(index_name(&"ä".repeat(40), "x").len() <= 63);
    }
}
