#[automatically_derived]
#[allow(deprecated, reason = "a variant may be")]
impl ::entropic::SimEnum for Method {
    const NAME: &'static ::core::primitive::str = "Method";
    const TEXTS: &'static [&'static ::core::primitive::str] = &[
        "forward-euler",
        "RK4",
        "verlet",
    ];
    fn all() -> ::std::vec::Vec<Self> {
        ::std::vec![Self::ForwardEuler, Self::Rk4]
    }
    fn as_str(&self) -> &'static ::core::primitive::str {
        #[allow(
            unreachable_patterns,
            reason = "a wrong enum has variants that are missing here"
        )]
        match self {
            Self::ForwardEuler => "forward-euler",
            Self::Rk4 => "RK4",
            Self::Verlet => "verlet",
            _ => ::core::unreachable!(),
        }
    }
    fn from_text(__text: &::core::primitive::str) -> ::core::option::Option<Self> {
        match __text {
            "forward-euler" => ::core::option::Option::Some(Self::ForwardEuler),
            "RK4" => ::core::option::Option::Some(Self::Rk4),
            "verlet" => ::core::option::Option::Some(Self::Verlet),
            _ => ::core::option::Option::None,
        }
    }
}
#[automatically_derived]
impl ::entropic::SimColumn for Method {
    type Sql = ::entropic::__private::Text;
    fn to_repr(
        &self,
    ) -> ::core::result::Result<::std::string::String, ::entropic::ColumnError> {
        ::core::result::Result::Ok(
            ::core::convert::From::from(<Self as ::entropic::SimEnum>::as_str(self)),
        )
    }
    fn from_repr(
        __repr: ::std::string::String,
    ) -> ::core::result::Result<Self, ::entropic::ColumnError> {
        <Self as ::entropic::SimEnum>::from_repr_text(&__repr)
    }
    fn canonical(
        &self,
        __out: &mut ::entropic::__private::Canonical,
        _: ::entropic::__private::FloatScheme,
    ) -> ::core::result::Result<(), ::entropic::ColumnError> {
        ::core::result::Result::Ok(
            __out.str(<Self as ::entropic::SimEnum>::as_str(self))?,
        )
    }
    fn check(&self) -> ::core::result::Result<(), ::entropic::ColumnError> {
        ::core::result::Result::Ok(())
    }
    fn values() -> ::entropic::__private::Values {
        ::entropic::__private::Values::Texts {
            name: <Self as ::entropic::SimEnum>::NAME,
            texts: <Self as ::entropic::SimEnum>::TEXTS,
        }
    }
}
#[automatically_derived]
impl Method {
    /// All variants that are not retired, in the order of the enum.
    #[allow(dead_code, unreachable_pub, reason = "not every user needs it")]
    pub fn all() -> ::std::vec::Vec<Self> {
        <Self as ::entropic::SimEnum>::all()
    }
    /// The stored text of this variant.
    #[allow(dead_code, unreachable_pub, reason = "not every user needs it")]
    pub fn as_str(&self) -> &'static ::core::primitive::str {
        <Self as ::entropic::SimEnum>::as_str(self)
    }
}
#[automatically_derived]
impl ::core::str::FromStr for Method {
    type Err = ::entropic::ColumnError;
    fn from_str(
        __text: &::core::primitive::str,
    ) -> ::core::result::Result<Self, ::entropic::ColumnError> {
        <Self as ::entropic::SimEnum>::from_repr_text(__text)
    }
}
#[automatically_derived]
impl<'__a> ::diesel::expression::AsExpression<::diesel::sql_types::Text>
for &'__a Method {
    type Expression = <&'static ::core::primitive::str as ::diesel::expression::AsExpression<
        ::diesel::sql_types::Text,
    >>::Expression;
    fn as_expression(self) -> Self::Expression {
        <&'static ::core::primitive::str as ::diesel::expression::AsExpression<
            ::diesel::sql_types::Text,
        >>::as_expression(<Method as ::entropic::SimEnum>::as_str(self))
    }
}
#[automatically_derived]
impl ::diesel::expression::AsExpression<::diesel::sql_types::Text> for Method {
    type Expression = <&'static ::core::primitive::str as ::diesel::expression::AsExpression<
        ::diesel::sql_types::Text,
    >>::Expression;
    fn as_expression(self) -> Self::Expression {
        <&Method as ::diesel::expression::AsExpression<
            ::diesel::sql_types::Text,
        >>::as_expression(&self)
    }
}
#[automatically_derived]
impl<
    '__a,
> ::diesel::expression::AsExpression<
    ::diesel::sql_types::Nullable<::diesel::sql_types::Text>,
> for &'__a Method {
    type Expression = <&'static ::core::primitive::str as ::diesel::expression::AsExpression<
        ::diesel::sql_types::Nullable<::diesel::sql_types::Text>,
    >>::Expression;
    fn as_expression(self) -> Self::Expression {
        <&'static ::core::primitive::str as ::diesel::expression::AsExpression<
            ::diesel::sql_types::Nullable<::diesel::sql_types::Text>,
        >>::as_expression(<Method as ::entropic::SimEnum>::as_str(self))
    }
}
#[automatically_derived]
impl ::diesel::expression::AsExpression<
    ::diesel::sql_types::Nullable<::diesel::sql_types::Text>,
> for Method {
    type Expression = <&'static ::core::primitive::str as ::diesel::expression::AsExpression<
        ::diesel::sql_types::Nullable<::diesel::sql_types::Text>,
    >>::Expression;
    fn as_expression(self) -> Self::Expression {
        <&Method as ::diesel::expression::AsExpression<
            ::diesel::sql_types::Nullable<::diesel::sql_types::Text>,
        >>::as_expression(&self)
    }
}
#[automatically_derived]
impl<__DB> ::diesel::serialize::ToSql<::diesel::sql_types::Text, __DB> for Method
where
    __DB: ::diesel::backend::Backend,
    ::core::primitive::str: ::diesel::serialize::ToSql<::diesel::sql_types::Text, __DB>,
    for<'__always> Method: ::core::fmt::Debug,
{
    fn to_sql<'__b>(
        &'__b self,
        __out: &mut ::diesel::serialize::Output<'__b, '_, __DB>,
    ) -> ::diesel::serialize::Result {
        <::core::primitive::str as ::diesel::serialize::ToSql<
            ::diesel::sql_types::Text,
            __DB,
        >>::to_sql(<Self as ::entropic::SimEnum>::as_str(self), __out)
    }
}
#[automatically_derived]
impl<__DB> ::diesel::deserialize::FromSql<::diesel::sql_types::Text, __DB> for Method
where
    __DB: ::diesel::backend::Backend,
    ::std::string::String: ::diesel::deserialize::FromSql<
        ::diesel::sql_types::Text,
        __DB,
    >,
{
    fn from_sql(__value: __DB::RawValue<'_>) -> ::diesel::deserialize::Result<Self> {
        let __text = <::std::string::String as ::diesel::deserialize::FromSql<
            ::diesel::sql_types::Text,
            __DB,
        >>::from_sql(__value)?;
        ::core::result::Result::Ok(
            <Self as ::entropic::SimEnum>::from_repr_text(&__text)?,
        )
    }
}
#[automatically_derived]
impl<__DB> ::diesel::deserialize::Queryable<::diesel::sql_types::Text, __DB> for Method
where
    __DB: ::diesel::backend::Backend,
    Self: ::diesel::deserialize::FromSql<::diesel::sql_types::Text, __DB>,
{
    type Row = Self;
    fn build(__row: Self) -> ::diesel::deserialize::Result<Self> {
        ::core::result::Result::Ok(__row)
    }
}
