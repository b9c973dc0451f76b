//! The differences between a table and its record, with the statements that cure them.

use std::fmt;

use super::ddl::PAGES;
use crate::record::IdentityChange;

/// One difference between a table and its record.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// The table has no column for a field of the record.
    Missing {
        /// The column.
        column: String,
        /// The SQL type that the column would have.
        declared: String,
        /// Whether the column can be added: the existing rows get a value and keep their ids.
        fillable: bool,
        /// The statements that add the column.
        sql: Vec<String>,
    },
    /// A column has an earlier name of its field (`#[sim(was = "…")]`).
    Renamed {
        /// The name in the table.
        from: String,
        /// The name in the record.
        to: String,
        /// Whether the column had the record's name before. Then this program is older than the table, and renaming
        /// would undo the change of a newer program.
        back: bool,
        /// The statements that rename the column.
        sql: Vec<String>,
    },
    /// The table lacks an index that the record declares.
    NoIndex {
        /// The columns of the index.
        columns: Vec<String>,
        /// The statement that creates the index.
        sql: Vec<String>,
    },
    /// The record has no field for a column of the table.
    Unknown {
        /// The column.
        column: String,
        /// The SQL type of the column.
        declared: String,
    },
    /// The type of a column cannot hold the field.
    Type {
        /// The column.
        column: String,
        /// The SQL type of the column.
        found: String,
        /// The SQL type that the record needs.
        wanted: &'static str,
        /// Which type the field could have instead, as the start of a sentence; may be empty.
        cure: &'static str,
        /// The statements that change the type.
        sql: Vec<String>,
    },
    /// The column may be NULL and the field is not optional, or the reverse.
    Nullability {
        /// The column.
        column: String,
        /// Whether the column may be NULL.
        nullable: bool,
        /// The statements that change the column.
        sql: Vec<String>,
    },
    /// `id` is not the primary key.
    Key {
        /// The columns of the primary key; empty if there is none.
        found: Vec<String>,
    },
    /// Equal parameters now have another id.
    Identity(IdentityChange),
    /// Rows have texts for which the enum of the field has no variant.
    NoVariant {
        /// The column.
        column: String,
        /// The name of the enum.
        name: &'static str,
        /// The texts, the most frequent first.
        texts: Vec<String>,
        /// The number of rows.
        rows: u64,
        /// Some of the rows' ids.
        ids: Vec<String>,
    },
    /// The type of a JSON field changed, and rows could not be read as the new type or would be misses.
    OtherJson {
        /// The column.
        column: String,
        /// The type with which the rows were written, or `None` if it was not JSON.
        before: Option<String>,
        /// The type of the field.
        now: String,
        /// The number of rows.
        rows: u64,
        /// Some of the rows' ids.
        ids: Vec<String>,
        /// What is wrong with the first of the rows.
        why: String,
    },
    /// PostgreSQL compares and orders the text of a column by a collation, and not by its bytes as SQLite does.
    Order {
        /// The column.
        column: String,
        /// The collation of the column.
        collation: String,
        /// The statement that changes the collation.
        sql: Vec<String>,
    },
}

impl Difference {
    /// Returns whether the cure leaves existing data untouched and every run stays a hit.
    #[must_use]
    pub fn is_additive(&self) -> bool {
        match self {
            Self::Missing { fillable, .. } => *fillable,
            Self::Renamed { back, .. } => !back,
            Self::NoIndex { .. } | Self::Order { .. } => true,
            _ => false,
        }
    }

    /// Returns whether the difference is only a recommendation: the table works, but slower or with another order of
    /// text. A store never refuses a table for it.
    #[must_use]
    pub fn is_advice(&self) -> bool {
        match self {
            Self::NoIndex { columns, .. } => *columns == PAGES,
            Self::Order { .. } => true,
            _ => false,
        }
    }

    /// Returns the statements that cure the difference on this backend. Empty if SQL alone cannot or should not cure it.
    #[must_use]
    pub fn sql(&self) -> &[String] {
        match self {
            Self::Missing { sql, .. }
            | Self::Renamed { sql, .. }
            | Self::NoIndex { sql, .. }
            | Self::Type { sql, .. }
            | Self::Nullability { sql, .. }
            | Self::Order { sql, .. } => sql,
            Self::Unknown { .. }
            | Self::Key { .. }
            | Self::Identity(_)
            | Self::NoVariant { .. }
            | Self::OtherJson { .. } => &[],
        }
    }

    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { column, declared, fillable: true, .. } => {
                write!(f, "column `{column}` ({declared}) is missing")
            }
            Self::Missing { column, declared, fillable: false, .. } => write!(
                f,
                "column `{column}` ({declared}) is missing, and the rows have no value for it: declare the value that \
                 they had with `#[sim(default = …)]` on the field; or, if the column has another name, that name with \
                 `#[sim(was = \"…\")]`"
            ),
            Self::Renamed { from, to, back: false, .. } => {
                write!(f, "column `{from}` is called `{to}` now")
            }
            Self::Renamed { from, to, back: true, .. } => write!(
                f,
                "column `{to}` is now called `{from}`: this program is older than the table. To give the field its former \
                 name again, rename the column by hand"
            ),
            Self::NoIndex { columns, .. } => write!(f, "there is no index on `{}`", columns.join("`, `")),
            Self::Unknown { column, declared } => write!(
                f,
                "column `{column}` ({declared}) has no field. If this program is older than the table, update it. \
                 Otherwise add the field; or, if it was renamed, write `#[sim(was = \"{column}\")]` on the field; or, if \
                 it was removed, write `#[sim(retired({column}: <type> = <value>))]` on the struct, with \
                 `#[sim(ignore)]` before the name if it was ignored or an output"
            ),
            Self::Type { column, found, wanted, cure, .. } => {
                write!(
                    f,
                    "column `{column}` is {found} where the record needs {wanted}: {cure}alter the column"
                )
            }
            Self::Nullability { column, nullable: true, .. } => {
                write!(
                    f,
                    "column `{column}` may be NULL: make the field an `Option`, or set the column NOT NULL"
                )
            }
            Self::Nullability { column, nullable: false, .. } => write!(
                f,
                "column `{column}` is NOT NULL and its field is optional: drop NOT NULL, or remove the `Option`"
            ),
            Self::Key { found } if found.is_empty() => {
                write!(f, "`id` must be the primary key, and there is none")
            }
            Self::Key { found } => write!(f, "`id` must be the primary key, and {} is", found.join(", ")),
            Self::Identity(change) => write!(f, "{change}"),
            Self::NoVariant { column, name, texts, rows, ids } => {
                let texts: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
                write!(
                    f,
                    "{} in `{column}` {}, for which `{name}` has no variant: if the variant was renamed, give it its \
                     text again with `#[sim(rename = \"…\")]`, or without a new `rename_all`; if it was removed, keep it \
                     with `#[sim(retired)]`; if this program is older than the table, update it",
                    Rows { rows: *rows, ids },
                    if *rows == 1 {
                        format!("has {}", texts.join(", "))
                    } else {
                        format!("have {}", texts.join(", "))
                    },
                )
            }
            Self::OtherJson { column, before, now, rows, ids, why } => {
                let before = before.as_ref().map_or("no JSON".to_owned(), |before| format!("a `{before}`"));
                write!(
                    f,
                    "`{column}` was {before} and is now a `{now}`, as which {} would not be found or read ({why}): give \
                     the field its former type, or make the new type read and write the same JSON; or keep the column \
                     for the former type with `#[sim(retired(#[sim(json)] {column}: <type> = <value>))]`, and give the \
                     field another name",
                    Rows { rows: *rows, ids },
                )
            }
            Self::Order { column, collation, .. } => write!(
                f,
                "text in `{column}` is compared by the collation \"{collation}\", not by its bytes as on SQLite"
            ),
        }
    }
}

/// Displays as "3 rows (runs `a`, `b`, …)".
struct Rows<'a> {
    rows: u64,
    ids: &'a [String],
}

impl fmt::Display for Rows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, ids } = self;
        let (noun, run) = if *rows == 1 { ("row", "run") } else { ("rows", "runs") };
        let more = if *rows > ids.len() as u64 { ", …" } else { "" };
        write!(f, "{rows} {noun} ({run} `{}`{more})", ids.join("`, `"))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.describe(f)?;
        match self.sql() {
            [] => Ok(()),
            [one] => write!(f, " ({one};)"),
            several => write!(f, " ({};)", several.join("; ")),
        }
    }
}
