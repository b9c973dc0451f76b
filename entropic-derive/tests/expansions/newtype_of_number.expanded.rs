const _: () = {
    type __Wrapped = f64;
    fn __wrapped(__value: __Wrapped) -> Mass {
        Mass(__value)
    }
    #[automatically_derived]
    impl ::entropic::SimColumn for Mass {
        type Sql = <__Wrapped as ::entropic::SimColumn>::Sql;
        #[inline]
        fn to_repr(
            &self,
        ) -> ::core::result::Result<
            <<__Wrapped as ::entropic::SimColumn>::Sql as ::entropic::__private::SqlColumn>::Repr,
            ::entropic::ColumnError,
        > {
            <__Wrapped as ::entropic::SimColumn>::to_repr(&self.0)
        }
        #[inline]
        fn from_repr(
            __repr: <<__Wrapped as ::entropic::SimColumn>::Sql as ::entropic::__private::SqlColumn>::Repr,
        ) -> ::core::result::Result<Self, ::entropic::ColumnError> {
            <__Wrapped as ::entropic::SimColumn>::from_repr(__repr).map(__wrapped)
        }
        #[inline]
        fn canonical(
            &self,
            __out: &mut ::entropic::__private::Canonical,
            __scheme: ::entropic::__private::FloatScheme,
        ) -> ::core::result::Result<(), ::entropic::ColumnError> {
            <__Wrapped as ::entropic::SimColumn>::canonical(&self.0, __out, __scheme)
        }
        #[inline]
        fn check(&self) -> ::core::result::Result<(), ::entropic::ColumnError> {
            <__Wrapped as ::entropic::SimColumn>::check(&self.0)
        }
        #[inline]
        fn values() -> ::entropic::__private::Values {
            <__Wrapped as ::entropic::SimColumn>::values()
        }
    }
};
#[automatically_derived]
impl ::diesel::expression::AsExpression<::diesel::sql_types::Double> for Mass {
    type Expression = <f64 as ::diesel::expression::AsExpression<
        ::diesel::sql_types::Double,
    >>::Expression;
    fn as_expression(self) -> Self::Expression {
        <f64 as ::diesel::expression::AsExpression<
            ::diesel::sql_types::Double,
        >>::as_expression(self.0)
    }
}
#[automatically_derived]
impl ::diesel::expression::AsExpression<
    ::diesel::sql_types::Nullable<::diesel::sql_types::Double>,
> for Mass {
    type Expression = <f64 as ::diesel::expression::AsExpression<
        ::diesel::sql_types::Nullable<::diesel::sql_types::Double>,
    >>::Expression;
    fn as_expression(self) -> Self::Expression {
        <f64 as ::diesel::expression::AsExpression<
            ::diesel::sql_types::Nullable<::diesel::sql_types::Double>,
        >>::as_expression(self.0)
    }
}
#[automatically_derived]
impl<__DB> ::diesel::serialize::ToSql<::diesel::sql_types::Double, __DB> for Mass
where
    __DB: ::diesel::backend::Backend,
    f64: ::diesel::serialize::ToSql<::diesel::sql_types::Double, __DB>,
    for<'__always> Mass: ::core::fmt::Debug,
{
    fn to_sql<'__b>(
        &'__b self,
        __out: &mut ::diesel::serialize::Output<'__b, '_, __DB>,
    ) -> ::diesel::serialize::Result {
        <f64 as ::diesel::serialize::ToSql<
            ::diesel::sql_types::Double,
            __DB,
        >>::to_sql(&self.0, __out)
    }
}
