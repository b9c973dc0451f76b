//! Describes the table of a record as data, for DDL, drift detection and listings.

use crate::params::FloatScheme;

/// The type of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColumnKind {
    /// A signed 16-bit integer.
    SmallInt,
    /// A signed 32-bit integer.
    Integer,
    /// A signed 64-bit integer.
    BigInt,
    /// A 32-bit float.
    Float,
    /// A 64-bit float.
    Double,
    /// A boolean.
    Bool,
    /// Text.
    Text,
    /// A moment in UTC with microseconds.
    Timestamp,
    /// A calendar date.
    Date,
    /// A time of day with microseconds.
    Time,
    /// JSON text.
    Json,
}

impl ColumnKind {
    /// Describes the values of a column of this kind, for messages.
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

/// The role of a column in its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColumnRole {
    /// A parameter that belongs to the identity of a run.
    Identity,
    /// A parameter that is stored but is not part of the identity (`#[sim(ignore)]`).
    Ignored,
    /// An output, which the runner sets (`#[sim(output(…))]`); always nullable.
    Output,
    /// A parameter that the struct used to have (`#[sim(retired(…))]`); new rows get the declared value.
    Retired,
    /// A retired column that never entered the identity: it was an ignored parameter or an output
    /// (`#[sim(retired(#[sim(ignore)] …))]`).
    Former,
    /// One of the four columns that every record has: `id`, `result_file`, `created_at`, `custom_data`.
    Reserved,
}

/// One column of a record's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ColumnSpec {
    /// The name in the database.
    pub name: &'static str,
    /// The name in the identity: the name that the column had when the first ids were made
    /// (`#[sim(was = "…")]`).
    pub key: &'static str,
    /// The type of the values.
    pub kind: ColumnKind,
    /// Whether the column may be NULL.
    pub nullable: bool,
    /// The role of the column.
    pub role: ColumnRole,
    /// Whether the column has an index of its own (`#[sim(index)]`).
    pub index: bool,
    /// How the floats of the column enter the identity.
    pub float: FloatScheme,
}

impl ColumnSpec {
    /// Describes a column whose name in the identity is its present name.
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

    /// Sets the name that the column had when the first ids were made.
    #[must_use]
    pub const fn keyed(self, key: &'static str) -> Self {
        Self { key, ..self }
    }

    /// Returns whether the column is part of the identity of a run.
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
    /// The name of the table, and of Diesel's module.
    pub name: &'static str,
    /// The parameters in the order of the struct, then the outputs, then the retired columns.
    pub columns: &'static [ColumnSpec],
    /// The version in `#[sim(version = …)]`, 1 by default.
    pub version: u32,
    /// The columns of each index over several columns (`#[sim(index(a, b))]` on the struct).
    pub indexes: &'static [&'static [&'static str]],
}

impl TableSpec {
    /// The four columns that every record has, in table order. They follow the other columns.
    pub const RESERVED: [ColumnSpec; 4] = [
        ColumnSpec::reserved("id", ColumnKind::Text),
        ColumnSpec::reserved("result_file", ColumnKind::Text),
        ColumnSpec::reserved("created_at", ColumnKind::Timestamp),
        ColumnSpec::reserved("custom_data", ColumnKind::Json),
    ];

    /// Describes a table without indexes over several columns.
    #[must_use]
    pub const fn new(name: &'static str, columns: &'static [ColumnSpec], version: u32) -> Self {
        Self { name, columns, version, indexes: &[] }
    }

    /// Sets the indexes over several columns.
    #[must_use]
    pub const fn indexed(self, indexes: &'static [&'static [&'static str]]) -> Self {
        Self { indexes, ..self }
    }

    /// Iterates over all columns in table order: parameters, outputs, retired columns, then the reserved ones.
    pub fn all_columns(&self) -> impl Iterator<Item = &ColumnSpec> {
        self.columns.iter().chain(Self::RESERVED.iter())
    }

    /// Returns the column with this name, or `None`.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&ColumnSpec> {
        self.all_columns().find(|column| column.name == name)
    }
}
