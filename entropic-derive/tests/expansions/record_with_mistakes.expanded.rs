::core::compile_error! {
    "there is no attribute `tabel` for a record: did you mean `table`?"
}
::core::compile_error! {
    "`Vec` cannot be a column: store it as JSON with `#[sim(json)]` on the field"
}
::core::compile_error! {
    "`float` says how a field enters the identity, and `ignore` says that it does not: keep one of them"
}
::core::compile_error! {
    "outputs are always optional: write the type without `Option`, `energy: f64`"
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
        ::diesel::sql_types::Double >, #[doc = r" The id of the run."] id ->
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
impl ::core::convert::From<Orbit> for OrbitGrid {
    fn from(_: Orbit) -> Self {
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
impl ::entropic::__private::StandIn for Orbit
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
    type Table = __Orbit::orbits::table;
    const NAME: &'static ::core::primitive::str = "orbits";
    fn never() -> ! {
        ::core::unreachable!("this record does not compile")
    }
}
