#[allow(non_snake_case, reason = "named like the record")]
mod __Decay {
    ::diesel::table! {
        use ::diesel::sql_types::SingleValue as _; #[doc =
        "Diesel's table `decays`, for typed queries."] decays(id) { #[doc =
        "The column `rate`."] rate -> ::diesel::sql_types::Double, #[doc =
        r" The id of the run."] id -> ::diesel::sql_types::Text, #[doc =
        r" Where the result is."] result_file -> ::diesel::sql_types::Text, #[doc =
        r" When the row was made, in UTC."] created_at -> ::entropic::sql::UtcTimestamp,
        #[doc = r" A JSON object."] custom_data -> ::entropic::sql::Json, }
    }
}
#[allow(unused_imports, reason = "for typed queries, if there are any")]
pub(crate) use __Decay::decays;
///The outputs of a run of [`Decay`], one column each; `None` until the runner sets one.
#[allow(
    dead_code,
    non_snake_case,
    missing_copy_implementations,
    reason = "generated; the fields have the names that the user chose"
)]
pub(crate) struct DecayOutput {}
///Lists of values for the fields of [`Decay`]: a grid of parameters. It implements `Clone`, and `Debug` and `PartialEq` if the types of all fields do.
#[allow(
    dead_code,
    non_snake_case,
    missing_debug_implementations,
    reason = "generated; the fields have the names that the user chose"
)]
pub(crate) struct DecayGrid {
    ///The values of `rate`.
    pub rate: ::std::vec::Vec<f64>,
}
#[automatically_derived]
#[allow(dead_code, unreachable_pub, reason = "a record need not be swept")]
impl DecayGrid {
    /// Gives every combination of the values, lazily and in the order of nested loops: the first field varies
    /// slowest.
    pub fn expand(self) -> ::entropic::__private::GridPoints<Self> {
        ::entropic::__private::GridPoints::new(self)
    }
    /// The number of points that [`expand`](Self::expand) gives: the product of the lengths of the lists, at most
    /// `usize::MAX`.
    pub fn len(&self) -> ::core::primitive::usize {
        ::entropic::__private::grid_len(self)
    }
    /// Whether a list is empty, so that there is no point.
    pub fn is_empty(&self) -> ::core::primitive::bool {
        Self::len(self) == 0
    }
    /// Combines the lists side by side: the first point has the first value of each list, the second point the
    /// second values. A list of one value gives that value to every point.
    ///
    /// # Errors
    /// `is_invalid_input` if the lists have different lengths.
    pub fn zip(self) -> ::entropic::Result<::entropic::__private::ZipPoints<Self>> {
        ::entropic::__private::ZipPoints::new(self)
    }
}
#[allow(
    dead_code,
    deprecated,
    non_camel_case_types,
    non_snake_case,
    reason = "not every default is used, a field may be deprecated, and columns have the names that they have"
)]
const _: () = {
    type __TypeOf_rate = f64;
    #[automatically_derived]
    impl ::core::clone::Clone for DecayOutput {
        fn clone(&self) -> Self {
            Self {}
        }
    }
    #[automatically_derived]
    impl ::core::cmp::PartialEq for DecayOutput {
        fn eq(&self, __other: &Self) -> ::core::primitive::bool {
            let _ = __other;
            true
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for DecayOutput {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.debug_struct("DecayOutput").finish()
        }
    }
    #[automatically_derived]
    impl ::core::default::Default for DecayOutput {
        fn default() -> Self {
            Self {}
        }
    }
    #[automatically_derived]
    impl ::core::clone::Clone for DecayGrid {
        fn clone(&self) -> Self {
            Self {
                rate: ::entropic::__private::copied(
                    &self.rate,
                    |__value| <__TypeOf_rate as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Double,
                    >>::copy(__value),
                ),
            }
        }
    }
    #[automatically_derived]
    impl ::core::cmp::PartialEq for DecayGrid
    where
        for<'__always> __TypeOf_rate: ::core::cmp::PartialEq,
    {
        fn eq(&self, __other: &Self) -> ::core::primitive::bool {
            true && self.rate == __other.rate
        }
    }
    #[automatically_derived]
    impl ::core::fmt::Debug for DecayGrid
    where
        for<'__always> __TypeOf_rate: ::core::fmt::Debug,
    {
        fn fmt(&self, __f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            __f.debug_struct("DecayGrid").field("rate", &self.rate).finish()
        }
    }
    #[automatically_derived]
    impl ::core::convert::From<Decay> for DecayGrid {
        fn from(__record: Decay) -> Self {
            let Decay { rate: __value0 } = __record;
            Self {
                rate: ::std::vec![__value0],
            }
        }
    }
    #[automatically_derived]
    impl ::entropic::__private::Grid for DecayGrid {
        type Record = Decay;
        fn sides(&self) -> ::std::vec::Vec<::core::primitive::usize> {
            ::std::vec![self.rate.len()]
        }
        fn point(&self, __at: &[::core::primitive::usize]) -> Decay {
            Decay {
                rate: <__TypeOf_rate as ::entropic::__private::StoredAs<
                    ::diesel::sql_types::Double,
                >>::copy(&self.rate[__at[0usize]]),
            }
        }
    }
    #[automatically_derived]
    impl ::entropic::SimRecord for Decay {
        type Output = DecayOutput;
        type Row = (
            <::diesel::sql_types::Double as ::entropic::__private::SqlColumn>::Read,
            ::entropic::__private::Read<::std::string::String>,
            ::entropic::__private::Read<::std::string::String>,
            ::entropic::__private::Read<::entropic::Timestamp>,
            ::entropic::__private::Read<::entropic::CustomData>,
        );
        const TABLE: ::entropic::TableSpec = ::entropic::TableSpec::new(
            "decays",
            &[
                ::entropic::__private::ColumnSpec::new(
                    "rate",
                    <::diesel::sql_types::Double as ::entropic::__private::SqlColumn>::KIND,
                    false,
                    ::entropic::__private::ColumnRole::Identity,
                    false,
                    ::entropic::__private::FloatScheme::Decimal12,
                ),
            ],
            1u32,
        );
        fn write_canonical(
            &self,
            __out: &mut ::entropic::__private::Canonical,
        ) -> ::core::result::Result<(), ::entropic::RecordError> {
            __out.begin();
            __out.key("\"rate\":");
            <__TypeOf_rate as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::write(&self.rate, __out, ::entropic::__private::FloatScheme::Decimal12)
                .map_err(::entropic::RecordError::field("decays", "rate"))?;
            __out.end();
            ::core::result::Result::Ok(())
        }
        fn check(&self) -> ::core::result::Result<(), ::entropic::RecordError> {
            <__TypeOf_rate as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::verify(&self.rate)
                .map_err(::entropic::RecordError::field("decays", "rate"))?;
            ::core::result::Result::Ok(())
        }
        fn field_texts(
            &self,
            __scheme: ::core::option::Option<::entropic::__private::FloatScheme>,
        ) -> ::core::result::Result<
            ::std::vec::Vec<(&'static ::core::primitive::str, ::std::string::String)>,
            ::entropic::RecordError,
        > {
            let _ = __scheme;
            let mut __texts = ::std::vec::Vec::new();
            let mut __out = ::entropic::__private::Canonical::new();
            <__TypeOf_rate as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::write(
                    &self.rate,
                    &mut __out,
                    ::core::option::Option::unwrap_or(
                        __scheme,
                        ::entropic::__private::FloatScheme::Decimal12,
                    ),
                )
                .map_err(::entropic::RecordError::field("decays", "rate"))?;
            __texts.push(("rate", __out.into_string()));
            ::core::result::Result::Ok(__texts)
        }
        fn all_texts(
            &self,
        ) -> ::std::vec::Vec<(&'static ::core::primitive::str, ::std::string::String)> {
            ::std::vec![
                ("rate", ::entropic::__private::shown(| __out | < __TypeOf_rate < > as
                ::entropic::__private::StoredAs < ::diesel::sql_types::Double > >
                ::write(& self.rate, __out, ::entropic::__private::FloatScheme::Exact)))
            ]
        }
        fn defaults() -> ::core::result::Result<
            ::std::vec::Vec<::entropic::__private::ColumnDefault>,
            ::entropic::RecordError,
        > {
            #[allow(unused_mut, reason = "most records have none")]
            let mut __defaults = ::std::vec::Vec::new();
            ::core::result::Result::Ok(__defaults)
        }
        fn values() -> ::std::vec::Vec<
            (&'static ::core::primitive::str, ::entropic::__private::Values),
        > {
            ::std::vec![]
        }
        fn parts(
            __row: Self::Row,
        ) -> ::core::result::Result<
            ::entropic::__private::RowParts<Self>,
            ::entropic::RecordError,
        > {
            let (__column0, __id, __result_file, __created_at, __custom_data) = __row;
            let __id = __id.key();
            #[allow(unused_mut, reason = "most records have nothing retired")]
            let mut __as_retired = true;
            ::core::result::Result::Ok(::entropic::__private::RowParts {
                params: Decay {
                    rate: <__TypeOf_rate as ::entropic::__private::StoredAs<
                        ::diesel::sql_types::Double,
                    >>::read(
                            ::entropic::__private::ReadAs::<
                                <::diesel::sql_types::Double as ::entropic::__private::SqlColumn>::Repr,
                            >::read_as(__column0)
                                .map_err(
                                    ::entropic::RecordError::stored("decays", "rate", &__id),
                                )?,
                        )
                        .map_err(
                            ::entropic::RecordError::stored("decays", "rate", &__id),
                        )?,
                },
                output: DecayOutput {},
                result_file: ::entropic::__private::ReadAs::read_as(__result_file)
                    .map_err(
                        ::entropic::RecordError::stored("decays", "result_file", &__id),
                    )?,
                created_at: ::entropic::__private::ReadAs::read_as(__created_at)
                    .map_err(
                        ::entropic::RecordError::stored("decays", "created_at", &__id),
                    )?,
                custom_data: ::entropic::__private::ReadAs::read_as(__custom_data)
                    .map_err(
                        ::entropic::RecordError::stored("decays", "custom_data", &__id),
                    )?,
                id: __id,
                as_retired: __as_retired,
            })
        }
        fn patch_column(
            &mut self,
            __output: &mut Self::Output,
            __column: &::core::primitive::str,
            __value: ::entropic::__private::JsonValue,
        ) -> ::core::result::Result<(), ::entropic::RecordError> {
            match __column {
                _ => {
                    return ::core::result::Result::Err(
                        ::entropic::__private::not_patchable::<Self>(__column),
                    );
                }
            }
            #[allow(
                unreachable_code,
                reason = "a record without such columns always refuses"
            )] ::core::result::Result::Ok(())
        }
        fn clean_output(
            __output: &mut Self::Output,
        ) -> ::std::vec::Vec<
            (&'static ::core::primitive::str, ::entropic::ColumnError),
        > {
            #[allow(
                unused_mut,
                reason = "a record without outputs has nothing to refuse"
            )]
            let mut __refused = ::std::vec::Vec::new();
            let _ = __output;
            __refused
        }
    }
    #[automatically_derived]
    impl ::entropic::__private::Portable for Decay {
        fn to_values(
            &self,
            __output: &Self::Output,
        ) -> ::core::result::Result<
            ::entropic::__private::JsonMap,
            ::entropic::RecordError,
        > {
            let mut __values = ::entropic::__private::JsonMap::new();
            let _ = __output;
            __values
                .insert(
                    ::core::convert::From::from("rate"),
                    ::entropic::__private::Repr::to_value(
                        &<__TypeOf_rate as ::entropic::__private::StoredAs<
                            ::diesel::sql_types::Double,
                        >>::repr(&self.rate)
                            .map_err(::entropic::RecordError::field("decays", "rate"))?,
                    ),
                );
            ::core::result::Result::Ok(__values)
        }
        fn from_values(
            mut __values: ::entropic::__private::JsonMap,
        ) -> ::core::option::Option<(Self, Self::Output)> {
            let __params = Decay {
                rate: <__TypeOf_rate as ::entropic::__private::StoredAs<
                    ::diesel::sql_types::Double,
                >>::read(
                        <<::diesel::sql_types::Double as ::entropic::__private::SqlColumn>::Repr as ::entropic::__private::Repr>::from_value(
                            __values.remove("rate")?,
                        )?,
                    )
                    .ok()?,
            };
            let __output = DecayOutput {};
            ::core::option::Option::Some((__params, __output))
        }
    }
    #[automatically_derived]
    impl ::entropic::__private::Stored for Decay {
        type Table = __Decay::decays::table;
        fn find(
            __conn: &mut ::entropic::__private::Conn,
            __id: &::core::primitive::str,
        ) -> ::entropic::__private::QueryResult<
            ::core::option::Option<::entropic::Record<Self>>,
        > {
            ::entropic::__private::on_backend!(
                __conn, __conn => {
                ::diesel::OptionalExtension::optional(::diesel::RunQueryDsl::get_result::
                < ::entropic::Record < Self > >
                (::diesel::QueryDsl::find(__Decay::decays::table, __id), __conn,)) }
            )
        }
        fn find_all(
            __conn: &mut ::entropic::__private::Conn,
            __ids: &::entropic::__private::IdIn,
        ) -> ::entropic::__private::QueryResult<
            ::std::vec::Vec<::entropic::__private::Readable<Self>>,
        > {
            ::entropic::__private::on_backend!(
                __conn, __conn => { ::diesel::RunQueryDsl::load:: <
                ::entropic::__private::Readable < Self > >
                (::diesel::QueryDsl::filter(__Decay::decays::table, __ids), __conn) }
            )
        }
        fn insert(
            __conn: &mut ::entropic::__private::Conn,
            __row: &::entropic::__private::NewRow<'_, Self>,
        ) -> ::core::result::Result<
            ::core::primitive::usize,
            ::entropic::__private::RowError,
        > {
            let __value0 = <__TypeOf_rate as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::repr(&__row.params.rate)
                .map_err(::entropic::RecordError::field("decays", "rate"))?;
            ::core::result::Result::Ok(
                ::entropic::__private::on_backend!(
                    __conn, __conn => {
                    ::diesel::RunQueryDsl::execute(::diesel::insert_into(__Decay::decays::table)
                    .values((::diesel::ExpressionMethods::eq(__Decay::decays::rate,
                    __value0), ::diesel::ExpressionMethods::eq(__Decay::decays::id, __row
                    .id), ::diesel::ExpressionMethods::eq(__Decay::decays::result_file,
                    __row.result_file),
                    ::diesel::ExpressionMethods::eq(__Decay::decays::created_at, __row
                    .created_at),
                    ::diesel::ExpressionMethods::eq(__Decay::decays::custom_data, __row
                    .custom_data),)), __conn,) }
                )?,
            )
        }
        fn update(
            __conn: &mut ::entropic::__private::Conn,
            __row: &::entropic::__private::NewRow<'_, Self>,
            __seen: &::core::primitive::str,
            __changes: ::entropic::__private::Changes<'_>,
        ) -> ::core::result::Result<
            ::core::primitive::usize,
            ::entropic::__private::RowError,
        > {
            let __value0 = <__TypeOf_rate as ::entropic::__private::StoredAs<
                ::diesel::sql_types::Double,
            >>::repr(&__row.params.rate)
                .map_err(::entropic::RecordError::field("decays", "rate"))?;
            ::core::result::Result::Ok(
                ::entropic::__private::on_backend!(
                    __conn, __conn => {
                    ::diesel::RunQueryDsl::execute(::diesel::update(::diesel::QueryDsl::filter(__Decay::decays::table,
                    ::diesel::BoolExpressionMethods::and(::diesel::ExpressionMethods::eq(__Decay::decays::id,
                    __row.id),
                    ::diesel::ExpressionMethods::eq(__Decay::decays::result_file,
                    __seen),),)).set((__changes.of("rate").then(||
                    ::diesel::ExpressionMethods::eq(__Decay::decays::rate, __value0)),
                    __changes.of("result_file").then(||
                    ::diesel::ExpressionMethods::eq(__Decay::decays::result_file, __row
                    .result_file)), __changes.of("custom_data").then(||
                    ::diesel::ExpressionMethods::eq(__Decay::decays::custom_data, __row
                    .custom_data)),)), __conn,) }
                )?,
            )
        }
        fn page(
            __conn: &mut ::entropic::__private::Conn,
            __after: ::core::option::Option<
                (::entropic::Timestamp, &::core::primitive::str),
            >,
            __limit: ::core::primitive::i64,
        ) -> ::entropic::__private::QueryResult<
            ::std::vec::Vec<::entropic::__private::Readable<Self>>,
        > {
            ::entropic::__private::on_backend!(
                __conn, __conn => { let __ordered =
                ::diesel::QueryDsl::order(__Decay::decays::table,
                (::diesel::ExpressionMethods::asc(__Decay::decays::created_at),
                ::diesel::ExpressionMethods::asc(__Decay::decays::id),),); match __after
                { ::core::option::Option::None => { ::diesel::RunQueryDsl::load:: <
                ::entropic::__private::Readable < Self > >
                (::diesel::QueryDsl::limit(__ordered, __limit), __conn) }
                ::core::option::Option::Some((__moment, __id)) =>
                ::diesel::RunQueryDsl::load:: < ::entropic::__private::Readable < Self >
                > (::diesel::QueryDsl::limit(::diesel::QueryDsl::filter(__ordered,
                ::diesel::BoolExpressionMethods::and(::diesel::ExpressionMethods::ge(__Decay::decays::created_at,
                __moment),
                ::diesel::BoolExpressionMethods::or(::diesel::ExpressionMethods::gt(__Decay::decays::created_at,
                __moment), ::diesel::ExpressionMethods::gt(__Decay::decays::id,
                __id),),)), __limit,), __conn,), } }
            )
        }
        fn list(
            __conn: &mut ::entropic::__private::Conn,
        ) -> ::entropic::__private::QueryResult<
            ::std::vec::Vec<::entropic::__private::Readable<Self>>,
        > {
            ::entropic::__private::on_backend!(
                __conn, __conn => { ::diesel::RunQueryDsl::load:: <
                ::entropic::__private::Readable < Self > >
                (::diesel::QueryDsl::order(__Decay::decays::table,
                (::diesel::ExpressionMethods::asc(__Decay::decays::created_at),
                ::diesel::ExpressionMethods::asc(__Decay::decays::id),),), __conn) }
            )
        }
        fn each(
            __conn: &mut ::entropic::__private::Conn,
            __take: ::entropic::__private::TakeRecord<'_, Self>,
        ) -> ::entropic::__private::QueryResult<()> {
            ::entropic::__private::on_backend_streaming!(
                __conn, __conn, __Mode => { let __rows =
                ::diesel::RunQueryDsl::load_iter:: < ::entropic::__private::Readable <
                Self >, __Mode > (::diesel::QueryDsl::order(__Decay::decays::table,
                (::diesel::ExpressionMethods::asc(__Decay::decays::created_at),
                ::diesel::ExpressionMethods::asc(__Decay::decays::id),),), __conn) ?; for
                __record in __rows { if __take(__record ?).is_break() { break; } }
                ::core::result::Result::Ok(()) }
            )
        }
    }
};
