::core::compile_error! {
    "a newtype that is a column cannot be generic: write a newtype for each wrapped type"
}
#[automatically_derived]
impl<T, __Sql: ::entropic::__private::SqlColumn> ::entropic::__private::StoredAs<__Sql>
for Pair<T> {
    fn repr(&self) -> ::core::result::Result<__Sql::Repr, ::entropic::ColumnError> {
        ::core::unreachable!("this column does not compile")
    }
    fn read(_: __Sql::Repr) -> ::core::result::Result<Self, ::entropic::ColumnError> {
        ::core::unreachable!("this column does not compile")
    }
    fn write(
        &self,
        _: &mut ::entropic::__private::Canonical,
        _: ::entropic::__private::FloatScheme,
    ) -> ::core::result::Result<(), ::entropic::ColumnError> {
        ::core::unreachable!("this column does not compile")
    }
    fn verify(&self) -> ::core::result::Result<(), ::entropic::ColumnError> {
        ::core::unreachable!("this column does not compile")
    }
    fn copy(&self) -> Self {
        ::core::unreachable!("this column does not compile")
    }
}
