::core::compile_error! {
    "there is no attribute `tabel` for a record: did you mean `table`?"
}
::core::compile_error! {
    "`Vec` cannot be a column: store it as JSON with `#[sim(json)]` on the field"
}
::core::compile_error! {
    "`float` says how a field enters the identity, and `ignore` that it does not: keep one"
}
::core::compile_error! {
    "an output is optional anyway: write its type without `Option`, `energy: f64`"
}
::core::compile_error! {
    "`id` is a column that entropic adds to every record: choose another name, e.g. `orbit_id`"
}
#[allow(non_snake_case, reason = "named like the record")]
mod __Orbit {
    ::diesel::table! {
        use ::diesel::sql_types::SingleValue as _; #[doc =
        "Diesel's table `orbits`, for typed queries."] orbits(id) { #[doc =
        "The column `list`."] list -> ::diesel::sql_types::Text, #[doc =
        "The column `dt`."] dt -> ::diesel::sql_types::Double, #[doc =
        "The column `energy`."] energy -> ::diesel::sql_types::Nullable <
        ::diesel::sql_types::Double >, #[doc = r" The key of the run."] id ->
        ::diesel::sql_types::Text, #[doc = r" Where the result is."] result_file ->
        ::diesel::sql_types::Text, #[doc = r" When the row was made, in UTC."] created_at
        -> ::entropic::sql::UtcTimestamp, #[doc = r" A JSON object."] custom_data ->
        ::entropic::sql::Json, }
    }
}
#[allow(unused_imports, reason = "for typed queries, if there are any")]
pub use __Orbit::orbits;
#[allow(missing_docs, dead_code, reason = "a stand-in")]
pub struct OrbitGrid {
    pub id: ::std::vec::Vec<i64>,
    pub list: ::std::vec::Vec<Vec<f64>>,
    pub dt: ::std::vec::Vec<f64>,
}
#[automatically_derived]
impl ::core::convert::From<Orbit> for OrbitGrid {
    fn from(_: Orbit) -> Self {
        ::core::unreachable!("this record does not compile")
    }
}
#[automatically_derived]
impl ::core::clone::Clone for OrbitGrid {
    fn clone(&self) -> Self {
        ::core::unreachable!("this record does not compile")
    }
}
#[automatically_derived]
impl ::core::cmp::PartialEq for OrbitGrid {
    fn eq(&self, _: &Self) -> ::core::primitive::bool {
        ::core::unreachable!("this record does not compile")
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for OrbitGrid {
    fn fmt(&self, _: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::unreachable!("this record does not compile")
    }
}
#[automatically_derived]
impl ::entropic::__private::Grid for OrbitGrid {
    type Record = Orbit;
    fn sides(&self) -> ::std::vec::Vec<::core::primitive::usize> {
        ::core::unreachable!("this record does not compile")
    }
    fn point(&self, _: &[::core::primitive::usize]) -> Orbit {
        ::core::unreachable!("this record does not compile")
    }
}
#[automatically_derived]
#[allow(missing_docs, dead_code, reason = "a stand-in")]
impl OrbitGrid {
    pub fn expand(self) -> ::entropic::__private::GridPoints<Self> {
        ::core::unreachable!("this record does not compile")
    }
    pub fn len(&self) -> ::core::primitive::usize {
        ::core::unreachable!("this record does not compile")
    }
    pub fn is_empty(&self) -> ::core::primitive::bool {
        ::core::unreachable!("this record does not compile")
    }
    pub fn zip(self) -> ::entropic::Result<::entropic::__private::ZipPoints<Self>> {
        ::core::unreachable!("this record does not compile")
    }
}
#[allow(missing_docs, dead_code, reason = "a stand-in")]
pub struct OrbitOutput {
    pub energy: ::core::option::Option<f64>,
}
#[automatically_derived]
impl ::core::clone::Clone for OrbitOutput {
    fn clone(&self) -> Self {
        ::core::unreachable!("this record does not compile")
    }
}
#[automatically_derived]
impl ::core::cmp::PartialEq for OrbitOutput {
    fn eq(&self, _: &Self) -> ::core::primitive::bool {
        ::core::unreachable!("this record does not compile")
    }
}
#[automatically_derived]
impl ::core::fmt::Debug for OrbitOutput {
    fn fmt(&self, _: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::unreachable!("this record does not compile")
    }
}
#[automatically_derived]
impl ::core::default::Default for OrbitOutput {
    fn default() -> Self {
        ::core::unreachable!("this record does not compile")
    }
}
#[automatically_derived]
impl ::entropic::SimRecord for Orbit
where
    Self: ::core::marker::Send + ::core::marker::Sync + 'static,
{
    type Output = OrbitOutput;
    type Row = (
        <::diesel::sql_types::Text as ::entropic::__private::SqlColumn>::Read,
        <::diesel::sql_types::Double as ::entropic::__private::SqlColumn>::Read,
        <::diesel::sql_types::Nullable<
            ::diesel::sql_types::Double,
        > as ::entropic::__private::SqlColumn>::Read,
        ::entropic::__private::Read<::std::string::String>,
        ::entropic::__private::Read<::std::string::String>,
        ::entropic::__private::Read<::entropic::Timestamp>,
        ::entropic::__private::Read<::entropic::CustomData>,
    );
    const TABLE: ::entropic::TableSpec = ::entropic::TableSpec::new("orbits", &[], 1);
    fn write_canonical(
        &self,
        _: &mut ::entropic::__private::Canonical,
    ) -> ::core::result::Result<(), ::entropic::RecordError> {
        ::core::unreachable!("this record does not compile")
    }
    fn check(&self) -> ::core::result::Result<(), ::entropic::RecordError> {
        ::core::unreachable!("this record does not compile")
    }
    fn all_texts(
        &self,
    ) -> ::std::vec::Vec<(&'static ::core::primitive::str, ::std::string::String)> {
        ::core::unreachable!("this record does not compile")
    }
    fn defaults() -> ::core::result::Result<
        ::std::vec::Vec<::entropic::__private::ColumnDefault>,
        ::entropic::RecordError,
    > {
        ::core::unreachable!("this record does not compile")
    }
    fn field_texts(
        &self,
        _: ::core::option::Option<::entropic::__private::FloatScheme>,
    ) -> ::core::result::Result<
        ::std::vec::Vec<(&'static ::core::primitive::str, ::std::string::String)>,
        ::entropic::RecordError,
    > {
        ::core::unreachable!("this record does not compile")
    }
    fn parts(
        _: Self::Row,
    ) -> ::core::result::Result<
        ::entropic::__private::RowParts<Self>,
        ::entropic::RecordError,
    > {
        ::core::unreachable!("this record does not compile")
    }
    fn patch_column(
        &mut self,
        _: &mut Self::Output,
        _: &::core::primitive::str,
        _: ::entropic::__private::JsonValue,
    ) -> ::core::result::Result<(), ::entropic::RecordError> {
        ::core::unreachable!("this record does not compile")
    }
    fn clean_output(
        _: &mut Self::Output,
    ) -> ::std::vec::Vec<(&'static ::core::primitive::str, ::entropic::ColumnError)> {
        ::core::unreachable!("this record does not compile")
    }
}
#[automatically_derived]
impl ::entropic::__private::Portable for Orbit
where
    Self: ::core::marker::Send + ::core::marker::Sync + 'static,
{
    fn to_values(
        &self,
        _: &Self::Output,
    ) -> ::core::result::Result<
        ::entropic::__private::JsonMap,
        ::entropic::RecordError,
    > {
        ::core::unreachable!("this record does not compile")
    }
    fn from_values(
        _: ::entropic::__private::JsonMap,
    ) -> ::core::option::Option<(Self, Self::Output)> {
        ::core::unreachable!("this record does not compile")
    }
}
#[automatically_derived]
impl ::entropic::__private::Stored for Orbit
where
    Self: ::core::marker::Send + ::core::marker::Sync + 'static,
{
    type Table = __Orbit::orbits::table;
    fn find(
        _: &mut ::entropic::__private::Conn,
        _: &::core::primitive::str,
    ) -> ::entropic::__private::QueryResult<
        ::core::option::Option<::entropic::Record<Self>>,
    > {
        ::core::unreachable!("this record does not compile")
    }
    fn find_all(
        _: &mut ::entropic::__private::Conn,
        _: &::entropic::__private::IdIn,
    ) -> ::entropic::__private::QueryResult<
        ::std::vec::Vec<::entropic::__private::Readable<Self>>,
    > {
        ::core::unreachable!("this record does not compile")
    }
    fn insert(
        _: &mut ::entropic::__private::Conn,
        _: &::entropic::__private::NewRow<'_, Self>,
    ) -> ::core::result::Result<
        ::core::primitive::usize,
        ::entropic::__private::RowError,
    > {
        ::core::unreachable!("this record does not compile")
    }
    fn update(
        _: &mut ::entropic::__private::Conn,
        _: &::entropic::__private::NewRow<'_, Self>,
        _: &::core::primitive::str,
        _: ::entropic::__private::Changes<'_>,
    ) -> ::core::result::Result<
        ::core::primitive::usize,
        ::entropic::__private::RowError,
    > {
        ::core::unreachable!("this record does not compile")
    }
    fn page(
        _: &mut ::entropic::__private::Conn,
        _: ::core::option::Option<(::entropic::Timestamp, &::core::primitive::str)>,
        _: ::core::primitive::i64,
    ) -> ::entropic::__private::QueryResult<
        ::std::vec::Vec<::entropic::__private::Readable<Self>>,
    > {
        ::core::unreachable!("this record does not compile")
    }
    fn list(
        _: &mut ::entropic::__private::Conn,
    ) -> ::entropic::__private::QueryResult<
        ::std::vec::Vec<::entropic::__private::Readable<Self>>,
    > {
        ::core::unreachable!("this record does not compile")
    }
    fn each(
        _: &mut ::entropic::__private::Conn,
        _: ::entropic::__private::TakeRecord<'_, Self>,
    ) -> ::entropic::__private::QueryResult<()> {
        ::core::unreachable!("this record does not compile")
    }
}
