//! The bounds that generated code puts on the types of fields, besides `StoredAs`.
//!
//! Generated code asks nothing else of these types. A type that cannot be a column then causes the same error wherever
//! generated code uses the field, and the compiler shows it once, in the words of the trait. Therefore the traits also copy
//! and compare values, and none of them has a supertrait: the compiler would report a missing supertrait in addition, once
//! for each method.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::params::{Canonical, FloatScheme};
use crate::record::sql::{CustomJson, SqlColumn};
use crate::record::{
    ColumnError, StoredAs, Values, json_canonical, json_check, json_from_repr, json_to_repr,
};

/// The bound on the type of a `#[sim(json)]` field.
///
/// Every type with serde's traits and `Clone` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type that entropic can store as JSON",
    label = "cannot be written as JSON, read from it, or copied",
    note = "add `#[derive(Clone, serde::Serialize, serde::Deserialize)]` to it"
)]
pub trait StoredJson: Sized {
    /// The text for Diesel to write.
    fn repr(&self) -> Result<CustomJson, ColumnError>;
    /// The value of the text that Diesel has read.
    fn read(repr: CustomJson) -> Result<Self, ColumnError>;
    /// Writes the canonical text.
    fn write(&self, out: &mut Canonical, scheme: FloatScheme) -> Result<(), ColumnError>;
    /// Whether the value can be stored.
    fn verify(&self) -> Result<(), ColumnError>;
    /// A copy, for another point of a grid.
    fn copy(&self) -> Self;
    /// What a table remembers of the values.
    fn values() -> Values;
}

#[diagnostic::do_not_recommend]
impl<V: Serialize + DeserializeOwned + Clone> StoredJson for V {
    fn repr(&self) -> Result<CustomJson, ColumnError> {
        json_to_repr(self)
    }
    fn read(repr: CustomJson) -> Result<Self, ColumnError> {
        json_from_repr(repr)
    }
    fn write(&self, out: &mut Canonical, scheme: FloatScheme) -> Result<(), ColumnError> {
        json_canonical(self, out, scheme)
    }
    fn verify(&self) -> Result<(), ColumnError> {
        json_check(self)
    }
    fn copy(&self) -> Self {
        self.clone()
    }
    fn values() -> Values {
        Values::json::<V>()
    }
}

/// The bound on the type of an output that is stored as `Sql`. Outputs are optional.
///
/// Every type that can be a field and has `Debug` and `PartialEq` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type that entropic can store as an output of type `{Sql}`",
    label = "cannot be an output as it is",
    note = "an enum of plain variants needs `#[derive(Debug, Clone, PartialEq, SimEnum)]`",
    note = "a newtype needs `#[derive(Debug, Clone, PartialEq, SimColumn)]`, and the SQL type of what it wraps before the output, e.g. `#[sim(sql = Double)]`",
    note = "an alias needs the SQL type of what it stands for before the output, e.g. `#[sim(sql = Double)]`",
    note = "any other type that serde can write and read is stored with `#[sim(json)]` before the output"
)]
pub trait OutputAs<Sql: SqlColumn>: Sized {
    /// What Diesel writes.
    fn repr(value: &Option<Self>) -> Result<Option<Sql::Repr>, ColumnError>;
    /// The value of what Diesel has read.
    fn read(repr: Option<Sql::Repr>) -> Result<Option<Self>, ColumnError>;
    /// Whether the value can be stored.
    fn verify(value: &Option<Self>) -> Result<(), ColumnError>;
    /// For `Clone`.
    fn copy(value: &Option<Self>) -> Option<Self>;
    /// For `PartialEq`.
    fn same(one: &Option<Self>, other: &Option<Self>) -> bool;
    /// For `Debug`.
    fn show(value: &Option<Self>) -> &dyn Debug;
    /// What a table remembers of the values.
    fn values() -> Values;
}

#[diagnostic::do_not_recommend]
impl<V, S> OutputAs<S> for V
where
    S: SqlColumn,
    V: StoredAs<S> + Debug + PartialEq,
{
    fn repr(value: &Option<Self>) -> Result<Option<S::Repr>, ColumnError> {
        V::optional_repr(value)
    }
    fn read(repr: Option<S::Repr>) -> Result<Option<Self>, ColumnError> {
        V::optional_read(repr)
    }
    fn verify(value: &Option<Self>) -> Result<(), ColumnError> {
        V::optional_verify(value)
    }
    fn copy(value: &Option<Self>) -> Option<Self> {
        V::optional_copy(value)
    }
    fn same(one: &Option<Self>, other: &Option<Self>) -> bool {
        one == other
    }
    fn show(value: &Option<Self>) -> &dyn Debug {
        value
    }
    fn values() -> Values {
        V::values()
    }
}

/// The bound on the type of a `#[sim(json)]` output. Outputs are optional.
///
/// Every type that can be a `#[sim(json)]` field and has `Debug` and `PartialEq` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a type that entropic can store as an output in JSON",
    label = "cannot be written as JSON, read from it, copied, compared or shown",
    note = "add `#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]` to it"
)]
pub trait OutputJson: Sized {
    /// What Diesel writes.
    fn repr(value: &Option<Self>) -> Result<Option<CustomJson>, ColumnError>;
    /// The value of what Diesel has read.
    fn read(repr: Option<CustomJson>) -> Result<Option<Self>, ColumnError>;
    /// Whether the value can be stored.
    fn verify(value: &Option<Self>) -> Result<(), ColumnError>;
    /// For `Clone`.
    fn copy(value: &Option<Self>) -> Option<Self>;
    /// For `PartialEq`.
    fn same(one: &Option<Self>, other: &Option<Self>) -> bool;
    /// For `Debug`.
    fn show(value: &Option<Self>) -> &dyn Debug;
    /// What a table remembers of the values.
    fn values() -> Values;
}

#[diagnostic::do_not_recommend]
impl<V: StoredJson + Debug + PartialEq> OutputJson for V {
    fn repr(value: &Option<Self>) -> Result<Option<CustomJson>, ColumnError> {
        value.as_ref().map(V::repr).transpose()
    }
    fn read(repr: Option<CustomJson>) -> Result<Option<Self>, ColumnError> {
        repr.map(V::read).transpose()
    }
    fn verify(value: &Option<Self>) -> Result<(), ColumnError> {
        value.as_ref().map_or(Ok(()), V::verify)
    }
    fn copy(value: &Option<Self>) -> Option<Self> {
        value.as_ref().map(V::copy)
    }
    fn same(one: &Option<Self>, other: &Option<Self>) -> bool {
        one == other
    }
    fn show(value: &Option<Self>) -> &dyn Debug {
        value
    }
    fn values() -> Values {
        V::values()
    }
}
