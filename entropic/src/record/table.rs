//! A table as data: what the derive knows about a record, for DDL, drift and listings.

use crate::params::FloatScheme;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColumnKind {
    /// 16-bit integer.
    SmallInt,
    /// 32-bit integer.
    Integer,
    /// 64-bit integer.
    BigInt,
    /// 32-bit float.
    Float,
    /// 64-bit float.
    Double,
    /// Truth value.
    Bool,
    /// Text.
    Text,
    /// UTC moment with microseconds.
    Timestamp,
    /// Calendar date.
    Date,
    /// Time of day with microseconds.
    Time,
    /// JSON text.
    Json,
}

impl ColumnKind {
    /// What a column of this kind holds, for messages.
    pub(crate) fn holds(self) -> &'static str {
        match self {
            Self::SmallInt => "an integer of 16 bits",
            Self::Integer => "an integer of 32 bits",
            Self::BigInt => "an integer of 64 bits",
            Self::Float | Self::Double => "a number",
            Self::Bool => "a boolean",
            Self::Text => "text",
            Self::Timestamp => "a moment such as `2026-11-20 23:50:28.740700`",
            Self::Date => "a date such as `2026-11-20`",
            Self::Time => "a time such as `23:50:28.740700`",
            Self::Json => "JSON of another shape",
        }
    }
}

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColumnRole {
    /// A parameter that belongs to the identity of a run.
    Identity,
    /// A parameter that is stored but is no part of the identity (`#[sim(ignore)]`).
    Ignored,
    /// A result, written by the runner (`#[sim(output(…))]`); always nullable.
    Output,
    /// A parameter that the struct had (`#[sim(retired(…))]`): new rows get the value that was said.
    Retired,
    /// The same of what was no part of the identity: an ignored parameter, or an output.
    Former,
    /// One of the four columns every record has: `id`, `result_file`, `created_at`, `custom_data`.
    Reserved,
}

/// One column of a record's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ColumnSpec {
    /// Name in the database.
    pub name: &'static str,
    /// The name under which it enters the identity: that of the column when the first ids were made
    /// (`#[sim(was = "…")]`).
    pub key: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// What it is for.
    pub role: ColumnRole,
    /// Whether an index is wanted on it.
    pub index: bool,
    /// How its floats enter the hash.
    pub float: FloatScheme,
}

impl ColumnSpec {
    /// A column as the derive describes it.
    #[must_use]
    pub const fn new(
        name: &'static str,
        kind: ColumnKind,
        nullable: bool,
        role: ColumnRole,
        index: bool,
        float: FloatScheme,
    ) -> Self {
        Self { name, key: name, kind, nullable, role, index, float }
    }

    /// The same column, that had another name when the first ids were made.
    #[must_use]
    pub const fn keyed(self, key: &'static str) -> Self {
        Self { key, ..self }
    }

    /// Whether it is part of the identity of a run.
    #[must_use]
    pub const fn is_identity(&self) -> bool {
        matches!(self.role, ColumnRole::Identity | ColumnRole::Retired)
    }

    const fn reserved(name: &'static str, kind: ColumnKind) -> Self {
        Self::new(name, kind, false, ColumnRole::Reserved, false, FloatScheme::Decimal12)
    }
}

/// The table of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TableSpec {
    /// Name of the table, and of the module of its Diesel columns.
    pub name: &'static str,
    /// The user's columns, in the order of the struct, then the outputs, then what is retired.
    pub columns: &'static [ColumnSpec],
    /// `#[sim(version = …)]`; 1 unless said.
    pub version: u32,
    /// The columns of each index over several (`#[sim(index(a, b))]` on the struct).
    pub indexes: &'static [&'static [&'static str]],
}

impl TableSpec {
    /// The columns every record has, in table order; they follow the user's columns.
    pub const RESERVED: [ColumnSpec; 4] = [
        ColumnSpec::reserved("id", ColumnKind::Text),
        ColumnSpec::reserved("result_file", ColumnKind::Text),
        ColumnSpec::reserved("created_at", ColumnKind::Timestamp),
        ColumnSpec::reserved("custom_data", ColumnKind::Json),
    ];

    /// A table as the derive describes it.
    #[must_use]
    pub const fn new(name: &'static str, columns: &'static [ColumnSpec], version: u32) -> Self {
        Self { name, columns, version, indexes: &[] }
    }

    /// The same table with indexes over several columns.
    #[must_use]
    pub const fn indexed(self, indexes: &'static [&'static [&'static str]]) -> Self {
        Self { indexes, ..self }
    }

    /// All columns, in table order: the user's, the outputs, then the reserved ones.
    pub fn all_columns(&self) -> impl Iterator<Item = &ColumnSpec> {
        self.columns.iter().chain(Self::RESERVED.iter())
    }

    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&ColumnSpec> {
        self.all_columns().find(|column| column.name == name)
    }
}
