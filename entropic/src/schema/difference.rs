//! One way in which a table differs from its record, with the statements that would cure it.

use std::fmt;

use super::ddl::PAGES;
use crate::record::IdentityChange;

/// One difference between a table and its record.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// The record has a field that the table has no column for.
    Missing {
        /// The column.
        column: String,
        /// StrayKind it would be declared as.
        declared: String,
        /// Whether there is something to fill the rows with.
        fillable: bool,
        /// The statements that add it.
        sql: Vec<String>,
    },
    /// A column has the name that it had before (`#[sim(was = "…")]`).
    Renamed {
        /// Its name in the table.
        from: String,
        /// Its name in the record.
        to: String,
        /// Whether it had that name before: an older program would undo what a newer one has done.
        back: bool,
        /// The statements that rename it.
        sql: Vec<String>,
    },
    /// The record wants an index that is not there.
    NoIndex {
        /// Its columns.
        columns: Vec<String>,
        /// The statement that makes it.
        sql: Vec<String>,
    },
    /// The table has a column that the record has no field for.
    Unknown {
        /// The column.
        column: String,
        /// StrayKind it is declared as.
        declared: String,
    },
    /// The column cannot hold the field.
    Type {
        /// The column.
        column: String,
        /// StrayKind it is declared as.
        found: String,
        /// StrayKind the record wants.
        wanted: &'static str,
        /// StrayKind else the field could be.
        cure: &'static str,
        /// The statements that change it.
        sql: Vec<String>,
    },
    /// The column may be NULL and the field not, or the other way round.
    Nullability {
        /// The column.
        column: String,
        /// Whether the column may be NULL.
        nullable: bool,
        /// The statements that change it.
        sql: Vec<String>,
    },
    /// `id` is not the primary key.
    Key {
        /// StrayKind is, if anything.
        found: Vec<String>,
    },
    /// The same parameters have other ids now.
    Identity(IdentityChange),
    /// Rows hold texts that the enum of the field has no variant for.
    NoVariant {
        /// The column.
        column: String,
        /// The enum.
        name: &'static str,
        /// The texts, the most frequent first.
        texts: Vec<String>,
        /// How many rows.
        rows: u64,
        /// Some of their ids.
        ids: Vec<String>,
    },
    /// The field is another type in JSON, and rows cannot be read as such, or would not be found.
    OtherJson {
        /// The column.
        column: String,
        /// The type that the rows were written with, if it was JSON.
        before: Option<String>,
        /// The type of the field.
        now: String,
        /// How many rows.
        rows: u64,
        /// Some of their ids.
        ids: Vec<String>,
        /// StrayKind is wrong with the first.
        why: String,
    },
    /// Text is not compared and ordered by its bytes, as it is on SQLite.
    Order {
        /// The column.
        column: String,
        /// The collation that it has.
        collation: String,
        /// The statement that changes it.
        sql: Vec<String>,
    },
}

impl Difference {
    /// Whether nothing that is there is touched by its cure, and every run stays a hit.
    #[must_use]
    pub fn is_additive(&self) -> bool {
        match self {
            Self::Missing { fillable, .. } => *fillable,
            Self::Renamed { back, .. } => !back,
            Self::NoIndex { .. } | Self::Order { .. } => true,
            _ => false,
        }
    }

    /// Whether the table serves all the same: slower, or with another order of text. It is never refused for that.
    #[must_use]
    pub fn is_advice(&self) -> bool {
        match self {
            Self::NoIndex { columns, .. } => *columns == PAGES,
            Self::Order { .. } => true,
            _ => false,
        }
    }

    /// The statements that cure it on this backend; none where SQL alone cannot, or should not.
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
                "column `{column}` ({declared}) is missing, and the rows have no value for it: give the field the one \
                 that they had, `#[sim(default = …)]`, or, if the column has another name, `#[sim(was = \"…\")]`"
            ),
            Self::Renamed { from, to, back: false, .. } => {
                write!(f, "column `{from}` is called `{to}` now")
            }
            Self::Renamed { from, to, back: true, .. } => write!(
                f,
                "column `{to}` is called `{from}` since: this program is older than the table; if the field is to have its \
                 former name again, rename the column by hand"
            ),
            Self::NoIndex { columns, .. } => write!(f, "there is no index on `{}`", columns.join("`, `")),
            Self::Unknown { column, declared } => write!(
                f,
                "column `{column}` ({declared}) has no field, if this program is not simply older than the table: add the \
                 field; or, if it has another name now, say \
                 `#[sim(was = \"{column}\")]` on that; or, if it is gone, say \
                 `#[sim(retired({column}: <type> = <value>))]` on the struct, with `#[sim(ignore)]` before the name if it \
                 was ignored or an output"
            ),
            Self::Type { column, found, wanted, cure, .. } => {
                write!(
                    f,
                    "column `{column}` is {found} where the record wants {wanted}: {cure}alter the column"
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
                "column `{column}` is NOT NULL and its field optional: drop NOT NULL, or make the field plain"
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
                    "{} in `{column}` {}, for which `{name}` has no variant: give the variant that it was its text \
                     again, with `#[sim(rename = \"…\")]` on it (or without a new `rename_all`); or keep the variant, \
                     as `#[sim(retired)]`; or, if this program is older than the table, use the newer one",
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
                    "`{column}` was {before} and is a `{now}`, as which {} would not be found or read ({why}): give the \
                     field its former type, or let the new one read and write the same JSON; or leave the column to the \
                     former type with `#[sim(retired(#[sim(json)] {column}: <type> = <value>))]`, and give the field \
                     another name",
                    Rows { rows: *rows, ids },
                )
            }
            Self::Order { column, collation, .. } => write!(
                f,
                "text in `{column}` is compared by the collation \"{collation}\", and not by its bytes, as on SQLite"
            ),
        }
    }
}

/// "3 rows (runs `a`, `b`, …)".
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
